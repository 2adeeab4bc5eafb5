"""Random pictures with exact truth, written to a folder; a run that was stopped goes on.

The folder holds `pictures/000001.jpg`, `masks/000001.png` (uint8: the track number that owns each
pixel, 0 for the place), `pictures.jsonl` (the settings, then one line a picture: what makes a run
resumable) and, when all pictures are there, `annotations.json` in the form of COCO.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from marchpast.errors import BlueprintError, OutputExistsError
from marchpast.files import write_bytes, write_text
from marchpast.progress import SILENCE, Progress
from marchpast.records import BgrImage
from marchpast.synthesis.pictures_cast import BLOCK, Cast, all_types, cast
from marchpast.synthesis.pictures_coco import annotation, document
from marchpast.synthesis.pictures_overlay import overlaid
from marchpast.synthesis.rendering import VehicleTruth, develop, render, truth
from marchpast.synthesis.sampling import KINDS, LIGHT_SHARES, Shot, shot

FORMAT = "marchpast-pictures/1"
_JOURNAL = "pictures.jsonl"
_TRIES, _WELL_SEEN = 6, 0.4
_JPEG_QUALITY = 93


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides every picture, together with its number."""

    seed: int
    types: tuple[str, ...]
    kinds: tuple[str, ...]
    lights: tuple[str, ...]


def write_pictures(
    out: Path,
    *,
    count: int,
    seed: int,
    types: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    lights: Sequence[str] | None = None,
    workers: int = 1,
    resume: bool = False,
    progress: Progress = SILENCE,
) -> Path:
    """Render `count` pictures with their truth and return the path of `annotations.json`.

    The same settings give the same bytes, however often the run was stopped and however many
    workers it has; a finished set can be resumed with a larger count.

    Args:
        out: Folder; made if missing.
        count: How many pictures.
        seed: Decides them all.
        types: Blueprints to choose from; all of them if not given.
        kinds: Of `KINDS`; all of them if not given.
        lights: Of `LIGHT_SHARES`; all of them if not given.
        workers: Processes.
        resume: Go on with what the folder holds; without it the folder must be empty.
        progress: Told of every picture.

    Raises:
        OutputExistsError: If the folder holds anything and `resume` is not given, or what it
            holds was not made with these settings.
        BlueprintError: If a type is unknown.
        ValueError: If `count` or `workers` is below 1, or a kind or a light is unknown.
    """
    allowed = _allowed("kinds", kinds, KINDS), _allowed("lights", lights, LIGHT_SHARES)
    settings = Settings(seed, _types(types), *allowed)
    if count < 1 or workers < 1:
        raise ValueError(f"count and workers are at least 1, got {count} and {workers}")
    records = _opened(out, settings, resume=resume)
    missing = [number for number in range(1, count + 1) if number not in records]
    progress.start("pictures", count)
    with (out / _JOURNAL).open("a", encoding="utf-8", newline="\n") as journal:
        for record in _made(out, settings, missing, workers):
            journal.write(_line(record))
            journal.flush()
            records[record["image"]["id"]] = record
            progress.advance(len(records) - 1)
    ordered = [records[number] for number in sorted(records)]
    # Workers finish in any order; the journal that stays is in the order of the pictures.
    write_text(out / _JOURNAL, "".join([_line(_header(settings)), *map(_line, ordered)]))
    target = out / "annotations.json"
    info = {"description": "rendered pictures", "format": FORMAT, **asdict(settings)}
    write_text(target, json.dumps(document(ordered, info=info), separators=(",", ":")) + "\n")
    progress.finish()
    return target


def picture(settings: Settings, number: int) -> tuple[BgrImage, dict[str, Any], list[VehicleTruth]]:
    """Return one picture `(H, W, 3)` BGR uint8, its record and its truth.

    A drawn shot that shows no vehicle well enough is drawn again.

    Args:
        settings: Of the set.
        number: From 1.
    """
    members = _cast_of(settings.types, settings.seed, (number - 1) // BLOCK)
    for attempt in range(_TRIES):
        rng = np.random.default_rng([settings.seed, 0, number, attempt])
        drawn = shot(rng, members, number=number, kinds=settings.kinds, lights=settings.lights)
        exposure = render(drawn.world, drawn.camera, readout_s=drawn.lens.readout_s)
        vehicles = truth(drawn.world, drawn.camera, exposure)
        annotations = [
            annotation(vehicle, blueprint=drawn.types[vehicle.track_id - 1]) for vehicle in vehicles
        ]
        if any(
            item["visible_fraction"] >= _WELL_SEEN and not item["ignore"] for item in annotations
        ):
            break
    image = develop(exposure, drawn.lens, rng, drawn.camera_motion_px)
    image, overlay = overlaid(image, rng, from_drone=drawn.view == "drone")
    described = {**_described(drawn, settings, number), "overlay": overlay}
    record = {"image": described, "annotations": annotations}
    return image, record, vehicles


@lru_cache(maxsize=1)
def _cast_of(types: tuple[str, ...], seed: int, block: int) -> Cast:
    return cast(types, seed=seed, block=block)


def _types(types: Sequence[str] | None) -> tuple[str, ...]:
    known = all_types()
    chosen = sorted(set(known if types is None else types))
    unknown = sorted(set(chosen) - set(known))
    if unknown or not chosen:
        raise BlueprintError(
            f"no blueprints {', '.join(unknown) or '(none given)'}; known: {', '.join(known)}"
        )
    return tuple(chosen)


def _allowed(what: str, given: Sequence[str] | None, known: Iterable[str]) -> tuple[str, ...]:
    wanted = tuple(name for name in known if given is None or name in given)
    if given is not None and (set(given) - set(wanted) or not wanted):
        raise ValueError(f"{what} are of {', '.join(known)}; got {', '.join(given)}")
    return wanted


def _opened(out: Path, settings: Settings, *, resume: bool) -> dict[int, dict[str, Any]]:
    """Make the folder or read what it holds: the records by picture number."""
    journal = out / _JOURNAL
    if out.is_dir() and any(out.iterdir()):
        if not resume:
            raise OutputExistsError(f"{out} is not empty; go on with it with --resume")
        if not journal.is_file():
            raise OutputExistsError(f"{out} is not empty and has no {_JOURNAL}; choose another")
        return _resumed(journal, settings)
    for folder in (out / "pictures", out / "masks"):
        folder.mkdir(parents=True, exist_ok=True)
    write_text(journal, _line(_header(settings)))
    return {}


def _resumed(journal: Path, settings: Settings) -> dict[int, dict[str, Any]]:
    """Read a journal; what was half done when the run was stopped is dropped."""
    for folder in ("pictures", "masks"):
        for leftover in (journal.parent / folder).glob(".*.part"):
            leftover.unlink()
    text = journal.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    lines = whole.splitlines()
    if not lines or json.loads(lines[0]) != json.loads(_line(_header(settings))):
        raise OutputExistsError(
            f"{journal.parent} was made with other settings; choose another folder"
        )
    if whole != text:
        write_text(journal, whole)
    records = [json.loads(line) for line in lines[1:]]
    return {record["image"]["id"]: record for record in records}


def _header(settings: Settings) -> dict[str, Any]:
    return {"format": FORMAT, **asdict(settings)}


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":")) + "\n"


def _made(
    out: Path, settings: Settings, numbers: Sequence[int], workers: int
) -> Iterator[dict[str, Any]]:
    """Yield the records of pictures as their files are written."""
    jobs = [(out, settings, number) for number in numbers]
    if workers == 1:
        yield from map(_written, jobs)
        return
    # Fresh processes: forked ones would share the state of the ray engine.
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(_written, jobs, chunksize=BLOCK)


def _written(job: tuple[Path, Settings, int]) -> dict[str, Any]:
    """Make one picture and write its files; its record is what says that they are there."""
    out, settings, number = job
    image, record, vehicles = picture(settings, number)
    mask = np.zeros(image.shape[:2], np.uint8)
    for vehicle in vehicles:
        mask[vehicle.mask] = vehicle.track_id
    write_bytes(out / record["image"]["file_name"], _encoded(image, ".jpg"))
    write_bytes(out / "masks" / f"{number:06d}.png", _encoded(mask, ".png"))
    return record


def _encoded(image: BgrImage, suffix: str) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if suffix == ".jpg" else []
    done, data = cv2.imencode(suffix, image, options)
    assert done, f"OpenCV can write {suffix}"
    return data.tobytes()


def _described(drawn: Shot, settings: Settings, number: int) -> dict[str, Any]:
    camera = drawn.camera
    return {
        "id": number,
        "file_name": f"pictures/{number:06d}.jpg",
        "width": camera.width,
        "height": camera.height,
        "kind": drawn.kind,
        "light": drawn.world.light.name,
        "place": drawn.place_name,
        "view": drawn.view,
        "lens": drawn.lens.kind,
        "camera": {
            "focal_px": round(camera.focal_px, 1),
            "eye": [round(value, 2) for value in camera.eye],
            "yaw_deg": round(camera.yaw_deg, 2),
            "pitch_deg": round(camera.pitch_deg, 2),
            "roll_deg": round(camera.roll_deg, 2),
        },
        "seed": settings.seed,
        "types": list(drawn.types),
    }
