"""Parades with known truth, rendered by the project: rows, columns and squares of vehicles.

    python -m benchmarks.formations_rendered --out FOLDER

Six fixed cameras look at a parade square and a field of `marchpast.synthesis`, each under a light
of its own, and every camera sees `EACH` formations of 5 to 15 vehicles. Everything follows from
`SEED`. It takes some minutes on one core, once: the pictures are kept in a folder that git does
not see.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.common import CACHE, made_cache
from benchmarks.formation_plans import (
    LANES_M,
    LAYOUTS,
    LEAST_VISIBLE,
    Layout,
    placed_at,
    plan,
)
from benchmarks.formation_truth import Formation, NoPlaceError, TruthRow
from marchpast.files import write_text
from marchpast.records import BgrImage

if TYPE_CHECKING:
    from marchpast.synthesis.rendering import Backdrop, Camera, Lens, Model, World

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
        place: Kind of place, from `marchpast.synthesis.places`.
        light: Kind of light.
        eye: World metres: X along the vehicles, Y across them, Z up.
        yaw_deg: 0 looks straight across them, 90 along them.
        pitch_deg: Positive looks up.
        focal_px: Of a picture of `WIDTH` pixels.
        layouts: Of which the vehicles do not hide each other from there.
    """

    name: str
    place: str
    light: str
    eye: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float
    focal_px: float
    layouts: tuple[Layout, ...]


POSTS = (
    Post("stand, dusk", "square", "dusk", (55.0, 82.0, 15.0), 0.0, -7.0, 900.0,
         ("column", "rows")),
    Post("pavement, overcast", "square", "overcast", (-32.0, 36.0, 6.0), 52.0, -2.0, 1000.0,
         ("column",)),
    Post("bridge, day", "square", "day", (-52.0, 3.0, 25.0), 88.0, -13.0, 1150.0,
         ("rows", "square")),
    Post("roof, day", "square", "day", (55.0, 190.0, 62.0), 0.0, -17.0, 1200.0, LAYOUTS),
    Post("stand, day", "field", "day", (-20.0, 62.0, 20.0), 40.0, -11.0, 1100.0,
         ("column", "rows")),
    Post("drone, overcast", "field", "overcast", (40.0, 78.0, 52.0), 8.0, -32.0, 950.0, LAYOUTS),
)  # fmt: skip


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
    from marchpast.synthesis import build, load_blueprint
    from marchpast.synthesis.rendering import Model

    models = {name: Model(build(load_blueprint(name))) for name in TYPES}
    rows = []
    for number, post in enumerate(POSTS):
        rows += _render_post(folder, number, post, models)
        print(f"{post.name}: {EACH} pictures")
    content = {"recipe": recipe(), "pictures": rows}
    write_text(folder / "truth.json", json.dumps(content, indent=1) + "\n")


def _render_post(
    folder: Path, number: int, post: Post, models: dict[str, Model]
) -> list[dict[str, object]]:
    """Render one camera's place once and its formations on it."""
    from marchpast.synthesis.rendering import Camera, backdrop, lens

    camera = Camera(WIDTH, HEIGHT, post.focal_px, post.eye, post.yaw_deg, post.pitch_deg)
    world = _empty(post, number)
    place = backdrop(world, camera)
    eye = lens("press", np.random.default_rng([SEED, number]))
    rows: list[dict[str, object]] = []
    for index in range(EACH):
        rng = np.random.default_rng([SEED, number, index])
        layout = post.layouts[index % len(post.layouts)]
        image, truth = _render_one(camera, place, world, models, layout, eye, rng)
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


def _empty(post: Post, number: int) -> World:
    """Return the place of a camera, without what stands where vehicles go or hides them."""
    from marchpast.synthesis.places import place
    from marchpast.synthesis.rendering import World, light

    rng = np.random.default_rng([SEED, 1000 + number])
    staged, shown = place(post.place, rng, season="summer"), light(post.light, rng)
    ahead = np.array([[x, y, z] for x in range(-64, 180, 3) for y in LANES_M for z in (0.6, 2.0)])
    ground, lit = staged.clear_view(post.eye, ahead.astype(np.float32)).lit(shown)
    return World(ground, lit, (), SEED + number)


def _render_one(
    camera: Camera,
    place: Backdrop,
    world: World,
    models: dict[str, Model],
    layout: Layout,
    lens: Lens,
    rng: np.random.Generator,
) -> tuple[BgrImage, list[TruthRow]]:
    from marchpast.synthesis.rendering import develop, render, truth, usual_dress

    places = plan(layout, models, camera, rng=rng)
    vehicles = tuple(
        replace(
            vehicle,
            dress=usual_dress(
                vehicle.model.vehicle, world.light, seed=int(rng.integers(2**31)), dirt=0.2
            ),
        )
        for vehicle in placed_at(places, models)
    )
    filled = replace(world, vehicles=vehicles)
    exposure = render(filled, camera, backdrop=place)
    rows = truth(filled, camera, exposure)
    if len(rows) != len(vehicles):
        raise NoPlaceError(f"{layout}: {len(vehicles)} vehicles were set and {len(rows)} are seen")
    image = develop(exposure, replace(lens, jpeg_quality=None), rng)
    return image, [TruthRow(row.xyxy, row.visible_fraction, row.node) for row in rows]


if __name__ == "__main__":
    main()
