"""Write the figures of README and `docs/figures.md` from the benchmarks' JSON.

    python -m benchmarks.figures

No figure is typed by hand: a test compares what is there with what this would write.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.common import REPOSITORY, RESULTS, shown
from marchpast.files import write_text

README = REPOSITORY / "README.md"
PAGE = REPOSITORY / "docs" / "figures.md"
_BEGIN, _END = "<!-- figures:begin -->", "<!-- figures:end -->"
_NAMES = {
    "type_top_1": "the likeliest type is right, whatever was answered",
    "type_top_3": "the right type is among the likeliest three",
    "answers_right_at_any_level": "answers that are right, at whatever level",
    "answers_that_the_label_cannot_check": "answers more exact than the label, left out above",
    "civil_called_military": "civil vehicles called military",
    "military_called_civil_or_nothing": "military vehicles called civil or nothing",
}
_INTRODUCTION = """\
# Figures

Written by `python -m benchmarks.figures` from what `benchmarks.accuracy` and `benchmarks.speed`
measured. Shares come with 95 % Wilson intervals; pictures of one event are not independent, so the
true intervals are wider. All pictures are real photos and video frames of events that were never
trained on. Temperature and thresholds were chosen on the same validation events, which flatters
the figures of the answers; the likeliest type and the average precision do not depend on them.
"""
_LEVELS = ("type", "family", "category", "class", "unknown")


def main() -> None:
    """Rewrite both files."""
    accuracy, speed = read_results()
    write_text(README, with_block(README.read_text("utf-8"), readme_block(accuracy)))
    write_text(PAGE, page(accuracy, speed))
    print(f"written: {README.name}, {PAGE.relative_to(REPOSITORY)}")


def read_results() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the JSON of the accuracy and of the speed benchmark."""
    accuracy = json.loads((RESULTS / "accuracy.json").read_text("utf-8"))
    speed = json.loads((RESULTS / "speed.json").read_text("utf-8"))
    return accuracy, speed


def with_block(text: str, block: str) -> str:
    """Return README's text with the part between the markers replaced."""
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}\n{block}{_END}{after}"


def readme_block(accuracy: Mapping[str, Any]) -> str:
    """Return the few figures README shows, as a Markdown table."""
    detector = accuracy["detector"]
    named = accuracy["classifier_on_true_boxes"]
    alarms = accuracy["civil_pictures_with_a_military_answer"]["all"]
    field, clean = named["vehicles"], named["clean"]
    n = f"n={detector['boxes']}"
    rows = [
        (
            "military vehicles found: AP50 / AP50:95",
            f"{detector['ap50']:.2f} / {detector['ap50_95']:.2f}  {n}",
        ),
        ("… at the shipped threshold", shown(detector["recall_at_min_confidence"])),
        ("civil pictures with a military answer", shown(alarms)),
        ("the likeliest type is right, field photos", shown(field["type_top_1"])),
        ("the likeliest type is right, clean photos of other sources", shown(clean["type_top_1"])),
        ("answers that are right, at whatever level", shown(field["answers_right_at_any_level"])),
        ("… of them given as a type", shown(field["answered_at_level"]["type"])),
    ]
    return _table(("on validation events", "share, 95 % interval"), rows)


def page(accuracy: Mapping[str, Any], speed: Mapping[str, Any]) -> str:
    """Return `docs/figures.md`."""
    parts = [
        _INTRODUCTION,
        _conditions(accuracy),
        "## Finding\n\n"
        + _table(
            ("detector, military vehicles", "value"),
            [
                (name.replace("_", " "), _cell(value))
                for name, value in accuracy["detector"].items()
            ],
        ),
        "## Silence on civil pictures\n\nPictures without a military vehicle in which the whole "
        "flow gave a military answer.\n\n"
        + _table(
            ("source", "share"),
            [
                (source.split("@")[0], shown(entry))
                for source, entry in accuracy["civil_pictures_with_a_military_answer"].items()
            ],
        ),
        "## Naming, on true boxes\n",
        *(_naming(name, rows) for name, rows in accuracy["classifier_on_true_boxes"].items()),
        "## Speed\n\n" + _conditions(speed) + _speed(speed),
    ]
    return "\n".join(parts)


def _naming(collection: str, figures: Mapping[str, Any]) -> str:
    rows = [(words, shown(figures[key])) for key, words in _NAMES.items()]
    rows += [
        (f"answered as {level}", shown(figures["answered_at_level"][level])) for level in _LEVELS
    ]
    rows += [
        (f"right when answered as {level}", shown(entry))
        for level, entry in figures["answers_right_by_level"].items()
    ]
    text = f"### {collection}\n\n" + _table(("figure", "share"), rows)
    types = [(f"`{node}`", shown(entry)) for node, entry in figures["per_type_top_1"].items()]
    if types and collection == "all":
        text += "\n" + _table(("the likeliest type is right", "share"), types)
    return text


def _speed(speed: Mapping[str, Any]) -> str:
    height, width = speed["detector_input"]
    stages = [
        (name, f"{row['median']:.2f}", f"{row['p95']:.2f}")
        for name, row in speed["stages_ms"].items()
    ]
    rows = [(row["name"], f"{row['value']:.3f}", row["bar"]) for row in speed["rows"]]
    return (
        f"`{speed['video']}` scaled to {speed['size'][0]}x{speed['size'][1]}, {speed['frames']} "
        f"frames, detector input {width}x{height}, {speed['provider']}, medians of "
        f"{speed['repeats']} rounds.\n\n"
        + _table(("stage, one thread", "median ms", "p95 ms"), stages)
        + "\n"
        + _table(
            ("whole flow, all cores", "source frames a second"),
            [(name, f"{rate:.0f}") for name, rate in speed["frames_per_second"].items()],
        )
        + "\n"
        + _table(("ratio inside the run", "value", "bar"), rows)
    )


def _conditions(results: Mapping[str, Any]) -> str:
    conditions = results["conditions"]
    versions = ", ".join(f"{name} {version}" for name, version in conditions["versions"].items())
    return (
        f"Measured at commit {conditions['commit']} on {conditions['cores']} cores of "
        f"{conditions['processor']}, Python {conditions['python']}, {versions}.\n\n"
    )


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return shown(value)
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(row) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    main()
