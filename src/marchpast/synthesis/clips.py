"""Rendered clips: a take becomes pictures, truth and files."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from marchpast.errors import OutputExistsError
from marchpast.files import write_text
from marchpast.progress import SILENCE, Progress
from marchpast.records import BgrImage
from marchpast.synthesis.clips_kinds import CLIP_KINDS, make_take
from marchpast.synthesis.clips_looking import looked, turned_px, wide_camera
from marchpast.synthesis.clips_takes import Take
from marchpast.synthesis.clips_writing import write_clip
from marchpast.synthesis.pictures_coco import encoded_mask
from marchpast.synthesis.rendering import (
    VehicleTruth,
    backdrop,
    develop,
    metered,
    render,
    truth,
)

__all__ = ["CLIP_KINDS", "film", "truth_document", "write_rendered_clip"]

FPS = Fraction(25, 2)
_CRF = 25
_CLEAR_SHARE, _CLEAR_PX = 0.5, 32
"""A vehicle is clear to see where half of it is visible and this many pixels long."""


def film(take: Take) -> Iterator[tuple[BgrImage, list[VehicleTruth]]]:
    """Yield the pictures of a take with their truth, in order; the same every time.

    A camera that stays where it is looks at one wide exposure in which only the vehicles are new.
    """
    wide = wide_camera(take.views) if take.stays else None
    place = backdrop(take.world(0, wide), wide, grid=take.grid) if wide else None
    lens = replace(take.lens, jpeg_quality=None)
    gain, seen, last = None, None, take.views[0]
    for index, steady in enumerate(take.views):
        x, y = (step * float(take.rate) for step in turned_px(last, steady))
        # The picture moves to the left while the camera turns to the right.
        view = replace(steady, skew_px=-x * lens.readout_s)
        world, last = take.world(index, wide or view), steady
        if wide is None:
            exposure = render(world, view, grid=take.grid, readout_s=lens.readout_s)
        else:
            if seen is None or not take.is_frozen:
                seen = render(world, wide, grid=take.grid, backdrop=place, readout_s=lens.readout_s)
            exposure = looked(seen, wide, view)
        # Metered once: a brightness that jumps from frame to frame is no camera's.
        gain = metered(exposure, lens) if gain is None else gain
        rng = np.random.default_rng([take.seed, index])
        image = develop(exposure, lens, rng, (x, y), gain=gain)
        yield image, truth(world, view, exposure)


def write_rendered_clip(
    kind: str,
    path: Path,
    *,
    seed: int,
    seconds: float,
    width: int,
    height: int,
    fps: Fraction = FPS,
    overwrite: bool = False,
    progress: Progress = SILENCE,
) -> Path:
    """Render a clip of a kind and write it as MP4 with its truth beside it.

    Args:
        kind: One of `CLIP_KINDS`.
        path: Of the clip; the truth gets its name with `.truth.json`.
        seed: Chooses place, light, vehicles and camera.
        seconds: Length.
        width: Pixels, even.
        height: Pixels, even.
        fps: Frames a second.
        overwrite: Replace files that are there.
        progress: Told of every frame.

    Returns:
        The truth file.

    Raises:
        ValueError: If there is no such kind.
        OutputExistsError: If a file exists and `overwrite` is not given.
        OSError: If the folder is missing, full or not writable.
    """
    beside = path.with_suffix(".truth.json")
    for file in (path, beside):
        if file.exists() and not overwrite:
            raise OutputExistsError(f"{file} exists; replace it (--overwrite) or name another file")
    progress.start("the place and the vehicles", None)
    take = make_take(kind, seed=seed, seconds=seconds, width=width, height=height, fps=fps)
    write_take(take, path, crf=_CRF, progress=progress)
    return beside


def write_take(
    take: Take,
    path: Path,
    *,
    crf: int,
    with_masks: bool = True,
    progress: Progress = SILENCE,
) -> None:
    """Film a take into an MP4 file and write its truth beside it, replacing both.

    Args:
        take: What is filmed.
        path: Of the clip; the truth gets its name with `.truth.json`.
        crf: The encoder's constant quality, 0 (best) to 51.
        with_masks: Put the masks into the truth, which are nine tenths of it.
        progress: Told of every frame.

    Raises:
        OSError: If the folder is missing, full or not writable.
    """
    frames: list[list[VehicleTruth]] = []
    progress.start(path.name, len(take.views))

    def images() -> Iterator[BgrImage]:
        for image, rows in film(take):
            frames.append(rows)
            progress.advance(len(frames) - 1)
            yield image

    first = take.views[0]
    write_clip(path, images(), width=first.width, height=first.height, fps=take.rate, crf=crf)
    document = truth_document(take, frames, file_name=path.name, with_masks=with_masks)
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    write_text(path.with_suffix(".truth.json"), text + "\n")
    progress.finish()


def truth_document(
    take: Take,
    frames: Sequence[Sequence[VehicleTruth]],
    *,
    file_name: str,
    with_masks: bool = True,
) -> dict[str, object]:
    """Return the truth of a clip in the manner of COCO, with tracks (`marchpast-truth/1`).

    Args:
        take: What was filmed.
        frames: The truth of every frame, in order.
        file_name: Of the clip.
        with_masks: Add the mask of every box.
    """
    seen: dict[int, list[VehicleTruth]] = defaultdict(list)
    for rows in frames:
        for row in rows:
            seen[row.track_id].append(row)
    names = sorted({rows[0].node for rows in seen.values()})
    tracks = [
        _track(rows, towed_by=take.towed_by.get(number)) for number, rows in sorted(seen.items())
    ]
    return {
        "format": "marchpast-truth/1",
        "video": {
            "file_name": file_name,
            "width": take.views[0].width,
            "height": take.views[0].height,
            "fps": float(take.rate),
        },
        "seed": take.seed,
        "kind": take.kind,
        "place": take.place_name,
        "light": take.light.name,
        "camera": take.camera_kind,
        "lens": take.lens_name,
        "count": _count(tracks),
        "categories": [{"id": i, "name": name} for i, name in enumerate(names, start=1)],
        "tracks": tracks,
        "images": [
            {"id": index, "frame_index": index, "time_s": round(float(time_s), 6)}
            for index, time_s in enumerate(take.times_s)
        ],
        "annotations": [
            _annotation(index, row, names.index(row.node) + 1, with_masks=with_masks)
            for index, rows in enumerate(frames)
            for row in rows
        ],
    }


def _track(rows: Sequence[VehicleTruth], *, towed_by: int | None) -> dict[str, object]:
    """Return what does not change of one vehicle, and how well it is ever seen."""
    first = rows[0]
    tow = {} if towed_by is None else {"towed_by": towed_by}
    return {
        "track_id": first.track_id,
        "node": first.node,
        **tow,
        "state": first.state,
        "scheme": first.scheme,
        "attributes": asdict(first.attributes),
        "frames": len(rows),
        "most_visible": round(max(row.visible_fraction for row in rows), 3),
        "is_clear": any(
            row.visible_fraction >= _CLEAR_SHARE and _long_side(row) >= _CLEAR_PX for row in rows
        ),
    }


def _count(tracks: Sequence[dict[str, object]]) -> dict[str, int]:
    """Count the vehicles of which anything is seen, and those that are clear to see."""
    civil = [bool(dict(track["attributes"])["civil"]) for track in tracks]  # type: ignore[call-overload]
    clear = [bool(track["is_clear"]) for track in tracks]
    return {
        "vehicles": len(tracks),
        "military": civil.count(False),
        "clear_vehicles": sum(clear),
        "clear_military": sum(c and not k for c, k in zip(clear, civil, strict=True)),
    }


def _long_side(row: VehicleTruth) -> float:
    x1, y1, x2, y2 = row.xyxy
    return max(x2 - x1, y2 - y1)


def _annotation(
    image_id: int, row: VehicleTruth, category_id: int, *, with_masks: bool
) -> dict[str, object]:
    content: dict[str, object] = {
        "image_id": image_id,
        "track_id": row.track_id,
        "category_id": category_id,
        "xyxy": [round(float(value), 1) for value in row.xyxy],
        "visible_fraction": round(row.visible_fraction, 3),
        "azimuth_deg": round(row.azimuth_deg, 1),
        "elevation_deg": round(row.elevation_deg, 1),
        "distance_m": round(row.distance_m, 1),
        "length_px": round(row.length_px, 1),
    }
    if with_masks:
        content["segmentation"] = encoded_mask(row.mask)
    return content
