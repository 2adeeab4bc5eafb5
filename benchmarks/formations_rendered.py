"""Parades with known truth, rendered by the project: rows, columns and squares of vehicles.

    python -m benchmarks.formations_rendered --out FOLDER

Six fixed cameras look at the evening road of `marchpast.synthesis`, under two lights, and every
camera sees `EACH` formations of 5 to 15 vehicles. Everything follows from `SEED`. It takes two
minutes on one core, once: the pictures are kept in a folder that git does not see.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.common import CACHE, made_cache
from benchmarks.formation_plans import LANES_M, LAYOUTS, LEAST_VISIBLE, Layout, plan
from benchmarks.formation_truth import Formation, NoPlaceError, TruthRow
from marchpast.files import write_text
from marchpast.records import BgrImage

if TYPE_CHECKING:
    from marchpast.synthesis.backdrop import Backdrop
    from marchpast.synthesis.environment import Evening, Grain
    from marchpast.synthesis.renderer import Camera, RenderModel

SEED = 20260509
EACH = 6
FOLDER = CACHE / "formations_rendered"
WIDTH, HEIGHT = 1280, 720
TYPES = ("bal", "bm21_grad", "btr80", "kamaz_truck", "osa", "pantsir_s1", "s300ps_pm")
_JPEG_QUALITY = 90
"""As a press photo that was published once."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a camera stands, how it looks and in which light.

    Attributes:
        name: Shown with the figures.
        eye: World metres: X along the road, Y across it, Z up.
        yaw_deg: 0 looks straight across the road, 90 along it.
        pitch_deg: Positive looks up.
        focal_px: Of a picture of `WIDTH` pixels.
        noon: A high, strong sun instead of the veiled evening.
        layouts: Of which the vehicles do not hide each other from there.
    """

    name: str
    eye: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float
    focal_px: float
    noon: bool
    layouts: tuple[Layout, ...]


POSTS = (
    Post(
        "stand, evening",
        (55.0, 82.0, 15.0),
        0.0,
        -7.0,
        900.0,
        noon=False,
        layouts=("column", "rows"),
    ),
    Post(
        "pavement, evening", (-32.0, 36.0, 6.0), 52.0, -2.0, 1000.0, noon=False, layouts=("column",)
    ),
    Post(
        "bridge, evening",
        (-52.0, 3.0, 25.0),
        88.0,
        -13.0,
        1150.0,
        noon=False,
        layouts=("rows", "square"),
    ),
    Post("roof, noon", (55.0, 190.0, 62.0), 0.0, -17.0, 1200.0, noon=True, layouts=LAYOUTS),
    Post(
        "stand, noon",
        (-20.0, 62.0, 20.0),
        40.0,
        -11.0,
        1100.0,
        noon=True,
        layouts=("column", "rows"),
    ),
    Post("drone, noon", (40.0, 78.0, 52.0), 8.0, -32.0, 950.0, noon=True, layouts=LAYOUTS),
)


def main() -> None:
    """Render the pictures into a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=FOLDER, help="default: %(default)s")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    render_all(arguments.out)


def rendered_formations(folder: Path = FOLDER) -> Iterator[Formation]:
    """Yield the pictures with their truth; they are rendered first where the folder is empty.

    Nothing is yielded where they must be rendered and the ray engine is not installed.
    """
    truth = folder / "truth.json"
    if not truth.is_file() and importlib.util.find_spec("embreex") is None:
        print("rendered formations are left out: pip install '.[synthesis]' brings the renderer")
        return
    if not truth.is_file() or json.loads(truth.read_text("utf-8"))["recipe"] != recipe():
        made_cache(folder)
        print(f"rendering {len(POSTS) * EACH} formations into {folder}, once; some minutes")
        render_all(folder)
    for row in json.loads(truth.read_text("utf-8"))["pictures"]:
        path = folder / row["file_name"]
        image = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)
        yield Formation(
            image=image,
            name=row["file_name"],
            layout=row["layout"],
            place=row["place"],
            truth=tuple(
                TruthRow((box[0], box[1], box[2], box[3]), visible, node)
                for box, visible, node in row["vehicles"]
            ),
        )


def recipe() -> str:
    """Return a digest of all that the pictures follow from, as far as this file decides."""
    content = repr((SEED, EACH, WIDTH, HEIGHT, TYPES, POSTS, LANES_M, LEAST_VISIBLE))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def render_all(folder: Path) -> None:
    """Write the pictures and `truth.json`, which comes last and marks the folder as whole."""
    from marchpast.synthesis.environment import Grain

    grain = Grain.seeded(SEED)
    rows = []
    for noon in (False, True):
        light = _light(noon=noon)
        models = {name: _model(name, light, grain) for name in TYPES}
        for number, post in enumerate(POSTS):
            if post.noon == noon:
                rows += _render_post(folder, number, post, models, light, grain)
                print(f"{post.name}: {EACH} pictures")
    rows.sort(key=lambda row: str(row["file_name"]))
    content = {"recipe": recipe(), "pictures": rows}
    write_text(folder / "truth.json", json.dumps(content, indent=1) + "\n")


def _light(*, noon: bool) -> Evening:
    from marchpast.synthesis.environment import Evening

    if not noon:
        return Evening()
    return Evening(
        sun_direction=(-0.35, 0.45, 0.82),
        sun_radiance=(1.75, 1.62, 1.42),
        sun_spread=0.02,
        haze_per_m=0.0005,
    )


def _model(name: str, light: Evening, grain: Grain) -> RenderModel:
    """Make a vehicle ready, with less fine light than the demo's: it is seen small."""
    from marchpast.synthesis import build, load_blueprint
    from marchpast.synthesis.renderer import RenderModel

    vehicle = build(load_blueprint(name))
    return RenderModel(
        vehicle, light, grain, seed=SEED + len(name), max_edge_m=0.5, shadow_cell_m=0.2
    )


def _render_post(
    folder: Path,
    number: int,
    post: Post,
    models: dict[str, RenderModel],
    light: Evening,
    grain: Grain,
) -> list[dict[str, object]]:
    """Render one camera's place once and its formations on it."""
    from marchpast.synthesis.backdrop import render_backdrop
    from marchpast.synthesis.renderer import Camera

    camera = Camera(WIDTH, HEIGHT, post.focal_px, post.eye, post.yaw_deg, post.pitch_deg)
    backdrop = render_backdrop(camera, light, grain, seed=SEED, grid=1)
    rows: list[dict[str, object]] = []
    for index in range(EACH):
        rng = np.random.default_rng([SEED, number, index])
        layout = post.layouts[index % len(post.layouts)]
        image, truth = _render_one(camera, backdrop, models, layout, noon=post.noon, rng=rng)
        name = f"{number}{index:02d}.jpg"
        cv2.imwrite(str(folder / name), image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        rows.append(
            {
                "file_name": name,
                "layout": layout,
                "place": post.name,
                "vehicles": [[list(row.xyxy), round(row.visible, 3), row.node] for row in truth],
            }
        )
    return rows


def _render_one(
    camera: Camera,
    backdrop: Backdrop,
    models: dict[str, RenderModel],
    layout: Layout,
    *,
    noon: bool,
    rng: np.random.Generator,
) -> tuple[BgrImage, list[TruthRow]]:
    from marchpast.synthesis.scene import Member, Scene, View

    view = View(WIDTH, HEIGHT, exposure=0.5 if noon else 0.78, shutter_s=1 / 400)
    places = plan(layout, models, camera, rng=rng)
    members = [Member(number, models[name], x, y) for number, (name, x, y) in enumerate(places, 1)]
    scene = Scene(camera, backdrop, members, speed_m_s=0.0, view=view)
    image, boxes = scene.picture(0.0, np.zeros(2, np.float32), rng)
    if len(boxes) != len(members):
        raise NoPlaceError(f"{layout}: {len(members)} vehicles were set and {len(boxes)} are seen")
    return image, [TruthRow(box.xyxy, box.visible_fraction, box.node) for box in boxes]


if __name__ == "__main__":
    main()
