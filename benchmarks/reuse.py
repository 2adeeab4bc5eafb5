"""How much re-used footage is found, and how often other footage is taken for it.

    python -m benchmarks.reuse                  # goes on when stopped
    python -m benchmarks.reuse --data FOLDER    # sub-clips of real clips too, reported apart
    python -m benchmarks.reuse_scale            # a million frames

200 films make the archive; 1,000 sub-clips of 3 to 10 s of them are altered, singly and in pairs,
and 1,000 clips are of other films: half of these are from the same camera as an archived film with
other vehicles, or show the same convoy from another camera. The thresholds were chosen on films of
other places. The films are drawn (`benchmarks/reuse_films.py`), so the figures say how the search
bears what was done to a clip and nothing about the variety of the world.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from benchmarks.common import CACHE, RESULTS, made_cache, print_table, write_results
from benchmarks.reuse_alterations import BEYOND, NONE, PAIRS, SINGLES, Cut, frames_of
from benchmarks.reuse_films import HEIGHT, WIDTH, Film, frame_at
from benchmarks.reuse_real import real_figures
from marchpast.evaluation.shares import share, shown
from marchpast.files import write_text
from marchpast.records import Frame, SourceReport
from marchpast.reuse import (
    ARCHIVE_EVERY_S,
    Archive,
    ArchiveWriter,
    Clip,
    Match,
    clip_of,
    find_matches,
    fingerprint,
)

FOLDER = CACHE / "reuse"
MEASURED = Path(__file__).parents[1] / "src" / "marchpast" / "reuse" / "data" / "measured.json"
FILM_S: Final = 24.0
_PLACES, _FILMS_A_PLACE = 40, 5
_ALTERED, _UNRELATED, _BEYOND_EACH = 1000, 1000, 20
_RIGHT_WITHIN_S: Final = 0.6
Row = dict[str, Any]


def main() -> None:
    """Do what is missing, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="real videos, measured apart")
    parser.add_argument("--out", type=Path, default=RESULTS / "reuse.json")
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="stop after so long, to go on later"
    )
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    made_cache(FOLDER)
    archive = Archive(made_archive(FOLDER / "archive.sqlite"))
    rows = searched(planned(), archive, FOLDER / "rows.jsonl", seconds=arguments.seconds)
    figures = reuse_figures(rows, archive)
    if arguments.data is not None:
        figures["real"] = real_figures(arguments.data, FOLDER)
    for name in ("altered", "unrelated", "beyond"):
        print_table(name, ("", "share"), [(key, shown(row)) for key, row in figures[name].items()])
    write_results(arguments.out, figures)
    write_text(MEASURED, json.dumps(figures["measured"], indent=2) + "\n")


def films() -> list[Film]:
    """Return the archived films: of each place two from one fixed camera, and three others."""
    found = []
    for place in range(_PLACES):
        convoy = 10 * place
        found += [
            Film(place, convoy, "fixed", 0),
            Film(place, convoy + 1, "fixed", 0),
            Film(place, convoy, "held", 1, begins_s=6.0),
            Film(place, convoy, "pan", 2, begins_s=9.0),
            Film(place, convoy + 2, "drive", 3, is_night=True, begins_s=12.0),
        ]
    return found


def other_film(rng: np.random.Generator, number: int) -> tuple[str, Film]:
    """Return a film that is in no archive, and what makes it hard."""
    place = int(rng.integers(_PLACES))
    camera = str(rng.choice(["fixed", "held", "pan", "drive"]))
    if number % 4 == 0:
        return "same camera, other vehicles", Film(place, 10_000 + number, "fixed", 0)
    if number % 4 == 1:
        view = 100 + int(rng.integers(50))
        return "same convoy, other camera", Film(place, 10 * place, camera, view)  # type: ignore[arg-type]
    if number % 4 == 2:
        return "same convoy, other place", Film(1000 + number, 10 * place, camera, 1)  # type: ignore[arg-type]
    return "nothing in common", Film(1000 + number, 10_000 + number, camera, 1)  # type: ignore[arg-type]


def planned() -> list[tuple[str, str, int, Cut]]:
    """Return set, name, number of the film (-1: in no archive) and cut of each clip, mixed."""
    rng = np.random.default_rng(2026)
    known, plan = films(), []
    names = [NONE, *SINGLES] * 60 + list(PAIRS) * 25
    for number in range(_ALTERED):
        film = int(rng.integers(len(known)))
        plan.append(("altered", names[number], film, _cut(rng, known[film], names[number], number)))
    for number in range(_UNRELATED):
        why, film_apart = other_film(rng, number)
        name = str(rng.choice([NONE, *SINGLES, *PAIRS]))
        plan.append(("unrelated", why, -1, _cut(rng, film_apart, name, 5000 + number)))
    for number, name in enumerate(BEYOND * _BEYOND_EACH):
        film = int(rng.integers(len(known)))
        plan.append(("beyond", name, film, _cut(rng, known[film], name, 9000 + number)))
    # Mixed, so that a stopped run holds a fair part of every kind.
    return [plan[place] for place in rng.permutation(len(plan))]


def _cut(rng: np.random.Generator, film: Film, name: str, seed: int) -> Cut:
    length_s = float(rng.uniform(3, 10))
    first_s = float(rng.uniform(0, FILM_S - 1.25 * length_s))
    return Cut(film, first_s, length_s, name, seed)


def made_archive(path: Path) -> Path:
    """Return the archive of the films, hashed first where they are not there yet."""
    with ArchiveWriter(path) as writer:
        for number, film in enumerate(films()):
            if writer.has(f"{number:064x}"):
                continue
            print(f"film {number}")
            times = np.arange(0, FILM_S + ARCHIVE_EVERY_S / 2, ARCHIVE_EVERY_S)
            frames = [Frame(n, float(t), frame_at(film, float(t))) for n, t in enumerate(times)]
            report = SourceReport(
                f"film {number}", "video", f"{number:064x}", 0, WIDTH, HEIGHT, len(times),
                len(times), len(times), 0.0, FILM_S, FILM_S, 0, "complete", "",
            )  # fmt: skip
            writer.add(report, Path(f"film-{number}"), fingerprint(frames))
    return path


def searched(
    plan: Sequence[tuple[str, str, int, Cut]], archive: Archive, path: Path, *, seconds: float
) -> list[Row]:
    """Return a row for each clip of the plan; those in the file are not searched again."""
    rows = (
        [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    )
    clock = cv2.TickMeter()
    clock.start()
    with path.open("a", encoding="utf-8") as stream:
        for place in range(len(rows), len(plan)):
            kind, name, film, cut = plan[place]
            clip = clip_of(frames_of(cut))
            found = [m for m in find_matches(clip, archive) if m.is_sure]
            right = [m for m in found if m.file == film and _is_right(m, clip, cut)]
            rows.append({
                "set": kind, "name": name, "alteration": cut.alteration,
                "is_found": bool(right), "false": len(found) - len(right),
                "agreement": round(max((m.agreement for m in right or found), default=0.0), 3),
            })  # fmt: skip
            stream.write(json.dumps(rows[-1]) + "\n")
            stream.flush()
            clock.stop()
            if clock.getTimeSec() > seconds:
                break
            clock.start()
    return rows


def _is_right(match: Match, clip: Clip, cut: Cut) -> bool:
    """Return whether a match lies where the clip was cut, at the middle of the stretch."""
    stretch = match.stretch
    middle_s = float(clip.time_s[stretch.clip_frames].mean())
    told = stretch.start_s + stretch.speed * middle_s
    return abs(told - (cut.first_s + cut.speed * middle_s)) <= _RIGHT_WITHIN_S


def reuse_figures(rows: Sequence[Row], archive: Archive) -> dict[str, Any]:
    """Return recall and false matches by alteration, with their 95 % intervals (Wilson)."""
    unrelated = [row for row in rows if row["set"] == "unrelated"]
    false = share(sum(row["false"] > 0 for row in unrelated), len(unrelated))
    altered = [row for row in rows if row["set"] == "altered"]
    wrong = share(sum(row["false"] > 0 for row in altered), len(altered))
    return {
        "films": len(archive.files),
        "hours": round(archive.hours, 2),
        "altered": dict(_recalls(altered)),
        "beyond": dict(_each([row for row in rows if row["set"] == "beyond"], BEYOND, "is_found")),
        "unrelated": {
            "all": false,
            **dict(_each(unrelated, sorted({row["name"] for row in unrelated}), "false")),
            "an altered clip also matched elsewhere": wrong,
        },
        "measured": {
            "unrelated_clips": len(unrelated),
            "false_matches": sum(row["false"] > 0 for row in unrelated),
            "upper_95": false["interval_95"][1],
            "hours": round(archive.hours, 2),
        },
    }


def _recalls(rows: Sequence[Row]) -> Iterator[tuple[str, dict[str, Any]]]:
    groups = {"all single": (NONE, *SINGLES), "all pairs": PAIRS}
    for name, members in groups.items():
        kept = [row for row in rows if row["name"] in members]
        yield name, share(sum(row["is_found"] for row in kept), len(kept))
    yield from _each(rows, (NONE, *SINGLES, *PAIRS), "is_found")


def _each(
    rows: Sequence[Row], names: Sequence[str], field: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in names:
        kept = [row for row in rows if row["name"] == name]
        yield name, share(sum(row[field] > 0 for row in kept), len(kept))


if __name__ == "__main__":
    main()
