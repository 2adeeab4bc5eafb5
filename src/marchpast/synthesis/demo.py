"""Make the demonstration clip and its truth: `python -m marchpast.synthesis.demo --out DIR`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from marchpast.errors import OutputExistsError
from marchpast.synthesis.building import build, load_blueprint
from marchpast.synthesis.clips import write_take
from marchpast.synthesis.clips_takes import File, Member, Take
from marchpast.synthesis.motion import Array, aim, column, eased, hand, nearest_m
from marchpast.synthesis.places import StagedPlace, place
from marchpast.synthesis.rendering import Camera, Lens, Light, Model, light, usual_dress

_LOG = logging.getLogger(__name__)

COLUMN = (
    "btr80", "btr80", "osa", "bm21_grad", "pantsir_s1", "civil_lorry",
    "s300ps_pm", "s300ps_pm", "bal", "bastion_p", "ural_4320", "kamaz_truck",
)  # fmt: skip
SEED = 22
FPS = Fraction(25, 2)
FRAMES = 150
WIDTH, HEIGHT = 1280, 720
_STREET, _DUSK = 4, 11
"""Seeds of the place and the light, chosen by looking."""
_SPEED_M_S = 13.0
_GAP_M = 6.5
_CRF = 27
_LENS = Lens(
    kind="phone", exposure=0.92, blur_px=0.55, shutter_s=1 / 400, noise=0.0035, jpeg_quality=None,
    sharpen=0.5, vignette=0.10, bloom=0.02, contrast=0.22, saturation=1.12,
)  # fmt: skip


def demo_take(*, seed: int = SEED) -> Take:
    """Set the column and the street up; gaps, dirt, hand and noise follow from the seed."""
    staged = place("street", np.random.default_rng(_STREET), season="summer")
    shown = _dusk()
    lane = staged.lanes[0]
    rng = np.random.default_rng(seed)
    models = {name: Model(build(load_blueprint(name))) for name in dict.fromkeys(COLUMN)}
    members = tuple(
        Member(
            number,
            models[name],
            usual_dress(models[name].vehicle, shown, seed=seed + number, dirt=0.35),
            sideways_m=float(rng.normal(0, 0.12)),
            headlights=True,
        )
        for number, name in enumerate(COLUMN, start=1)
    )
    _LOG.info("%d vehicles are ready", len(members))
    beside = lane.at(lane.length_m / 2)[0]
    eye = (beside[0], beside[1] + 15.0, 2.2)
    line = column(
        [member.length_m for member in members],
        rng,
        leader_m=nearest_m(lane, eye) + 1.0,
        gap_m=_GAP_M,
        speed_m_s=_SPEED_M_S,
    )
    # Windows shine; what the street lamps add to a sky this bright cannot be seen.
    ground, _ = _cleared(staged, eye).lit(shown)
    times_s = np.arange(FRAMES) / float(FPS)
    return Take(
        kind="demo",
        place_name=staged.name,
        place=ground,
        light=shown,
        files=(File(lane, line, members),),
        camera_kind="pavement",
        views=_views(eye, times_s, rng),
        rate=FPS,
        lens_name=_LENS.kind,
        lens=_LENS,
        seed=seed,
    )


def _dusk() -> Light:
    """Return an evening whose low sun stands behind the camera, before the column."""
    drawn = light("dusk", np.random.default_rng(_DUSK))
    red, green, blue = drawn.sun_radiance
    return replace(
        drawn,
        sun_direction=(-0.66, 0.66, 0.24),
        sun_radiance=(1.6 * red, 1.6 * green, 1.6 * blue),
    )


def _cleared(staged: StagedPlace, eye: tuple[float, float, float]) -> StagedPlace:
    """Take away what hides the lane, parked cars (the truth has none), and houses in the sun."""
    x = np.arange(-30.0, 60.0, 2.0)
    (_, lane_y, _), _ = staged.lanes[0].at(staged.lanes[0].length_m / 2)
    lane = np.stack([eye[0] + x, np.full_like(x, lane_y), np.full_like(x, 1.5)], axis=1)
    clear = staged.clear_view(eye, lane.astype(np.float32))
    boxes = clear.place.assembled.boxes
    size = boxes[:, 1::2] - boxes[:, 0::2]
    is_behind = (boxes[:, 2] > eye[1]) & (size[:, 2] > 3)
    cars = (size[:, 0] > 3) & (size[:, 0] < 7) & (size[:, 1] < 3) & (size[:, 2] < 2.6)
    return clear.without(np.flatnonzero(cars | is_behind))


def _views(
    eye: tuple[float, float, float], times_s: Array, rng: np.random.Generator
) -> tuple[Camera, ...]:
    yaw, pitch = aim(eye, (eye[0] + 13.0, eye[1] - 15.0, 3.2))
    pan = eased(times_s, 0.6, -0.6)
    sway = hand(times_s, rng, sway_deg=0.10)
    return tuple(
        Camera(
            WIDTH, HEIGHT, 0.76 * WIDTH, eye,
            yaw + float(turn + shake[0]), pitch + float(shake[1]), float(shake[2]),
        )
        for turn, shake in zip(pan, sway, strict=True)
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Render the clip and write `convoy.mp4` and `convoy.truth.json`."""
    parser = argparse.ArgumentParser(prog="python -m marchpast.synthesis.demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder, made if missing")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing clip")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    cv2.setNumThreads(1)
    try:
        write_demo(options.out, seed=options.seed, overwrite=options.overwrite)
    except OutputExistsError as error:
        parser.error(str(error))
    return 0


def write_demo(folder: Path, *, seed: int = SEED, overwrite: bool = False) -> None:
    """Render the clip and write it with its truth; ten to twenty minutes on one core.

    Raises:
        OutputExistsError: If either file exists and `overwrite` is not given.
    """
    clip = folder / "convoy.mp4"
    for path in (clip, clip.with_suffix(".truth.json")):
        if path.exists() and not overwrite:
            raise OutputExistsError(f"{path} exists; add --overwrite to replace it")
    folder.mkdir(parents=True, exist_ok=True)
    write_take(demo_take(seed=seed), clip, crf=_CRF, with_masks=False)


if __name__ == "__main__":
    raise SystemExit(main())
