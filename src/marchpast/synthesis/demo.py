"""Make the demonstration clip and its truth: `python -m marchpast.synthesis.demo --out DIR`."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from marchpast.errors import OutputExistsError
from marchpast.files import replacing, write_text
from marchpast.records import BgrImage
from marchpast.synthesis.backdrop import render_backdrop
from marchpast.synthesis.building.blueprint import load_blueprint
from marchpast.synthesis.building.builder import build
from marchpast.synthesis.camera_effects import shake
from marchpast.synthesis.environment import Evening, Grain
from marchpast.synthesis.renderer import Camera, RenderModel
from marchpast.synthesis.scene import Member, Scene, TruthBox, View

_LOG = logging.getLogger(__name__)

COLUMN = (
    "btr80", "osa", "bm21_grad", "pantsir_s1", "civil_lorry",
    "s300ps_pm", "bal", "bastion_p", "kamaz_truck",
)  # fmt: skip
SEED = 22
FPS = 25
FRAMES = 310
SPEED_M_S = 28 / 3.6
GAP_M = 4.2
FIRST_NOSE_M = 9.0
PAN_PX = 150.0
WIDTH, HEIGHT = 1280, 720
CAMERA = Camera(
    width=1472, height=768, focal_px=1130.0, eye=(0.0, 18.0, 2.1), yaw_deg=39.0, pitch_deg=1.6
)
VIEW = View(width=WIDTH, height=HEIGHT, exposure=0.78, shutter_s=1 / 200)
_CRF = 26


def demo_scene(*, seed: int = SEED) -> Scene:
    """Build the column and the place; takes a few minutes, most of it baking light."""
    evening, grain = Evening(), Grain.seeded(seed)
    members, nose = [], FIRST_NOSE_M
    for track_id, name in enumerate(COLUMN, start=1):
        model = RenderModel(build(load_blueprint(name)), evening, grain, seed=seed + track_id)
        wander = 0.22 * np.sin(2.4 * track_id)
        members.append(Member(track_id, model, nose, float(wander)))
        nose += float(model.vehicle.mesh.extent()[1][0]) + GAP_M + 0.9 * float(np.sin(track_id))
        _LOG.info("%s is ready", name)
    backdrop = render_backdrop(CAMERA, evening, grain, seed=seed)
    _LOG.info("the place is ready")
    return Scene(CAMERA, backdrop, members, speed_m_s=SPEED_M_S, view=VIEW)


def pictures(
    scene: Scene, *, seed: int = SEED, frames: int = FRAMES
) -> Iterator[tuple[BgrImage, list[TruthBox]]]:
    """Yield the clip's pictures with their truth, in order."""
    path = shake(frames, FPS, seed=seed, pan_px=PAN_PX)
    for index in range(frames):
        rng = np.random.default_rng([seed, index])
        yield scene.picture(index / FPS, path[index], rng)


def write_clip(path: Path, images: Iterator[BgrImage], *, width: int, height: int) -> None:
    """Write H.264 in MP4 at the bit rate of shared footage, atomically.

    One thread, no B-frames (with them x264 decides by what memory held before) and no time
    stamps: the same pictures give the same bytes. The writer of the media room serves annotated
    copies and keeps far more bits.

    Raises:
        OSError: If the folder is missing, full or not writable.
    """
    flags = {"fflags": "+bitexact"}
    with (
        replacing(path) as file,
        av.open(file, "w", format="mp4", container_options=flags) as container,
    ):
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        stream.thread_count = 1
        stream.options = {"crf": str(_CRF), "preset": "slow", "bf": "0", "threads": "1"}
        for image in images:
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def truth_document(boxes: Sequence[Sequence[TruthBox]], *, seed: int) -> dict[str, object]:
    """Return the truth of a clip in the manner of COCO, with tracks."""
    nodes = {box.track_id: box.node for frame in boxes for box in frame}
    names = sorted(set(nodes.values()))
    annotations = [
        {
            "image_id": index,
            "track_id": box.track_id,
            "category_id": names.index(box.node) + 1,
            "xyxy": [round(value, 1) for value in box.xyxy],
            "visible_fraction": round(box.visible_fraction, 3),
        }
        for index, frame in enumerate(boxes)
        for box in frame
    ]
    military = sum(node != "civilian_vehicle" for node in nodes.values())
    return {
        "format": "marchpast-truth/1",
        "video": {"file_name": "convoy.mp4", "width": WIDTH, "height": HEIGHT, "fps": FPS},
        "seed": seed,
        "count": {"vehicles": len(nodes), "military": military},
        "categories": [{"id": i, "name": name} for i, name in enumerate(names, start=1)],
        "tracks": [{"track_id": key, "node": nodes[key]} for key in sorted(nodes)],
        "images": [
            {"id": index, "frame_index": index, "time_s": index / FPS}
            for index in range(len(boxes))
        ],
        "annotations": annotations,
    }


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
    """Render the clip and write it with its truth; a quarter of an hour on one core.

    Raises:
        OutputExistsError: If either file exists and `overwrite` is not given.
    """
    clip, truth = folder / "convoy.mp4", folder / "convoy.truth.json"
    for path in (clip, truth):
        if path.exists() and not overwrite:
            raise OutputExistsError(f"{path} exists; add --overwrite to replace it")
    folder.mkdir(parents=True, exist_ok=True)
    boxes: list[list[TruthBox]] = []

    def images() -> Iterator[BgrImage]:
        for image, frame_boxes in pictures(demo_scene(seed=seed), seed=seed):
            boxes.append(frame_boxes)
            if len(boxes) % FPS == 0:
                _LOG.info("%d of %d frames", len(boxes), FRAMES)
            yield image

    write_clip(clip, images(), width=WIDTH, height=HEIGHT)
    document = json.dumps(truth_document(boxes, seed=seed), separators=(",", ":"))
    write_text(truth, document + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
