"""Write the figures of README and `docs/figures.md` from the benchmarks' JSON.

    python -m benchmarks.figures

No figure is typed by hand: a test compares what is there with what this would write.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.attributes_page import attributes_section
from benchmarks.bars import Bar, bars, held_out_open_set
from benchmarks.common import REPOSITORY, RESULTS
from benchmarks.gallery_page import gallery_section
from benchmarks.rendered_page import rendered_section
from benchmarks.reuse_page import reuse_section
from benchmarks.synthesis_page import clips_section, rendering_section
from marchpast.evaluation.measuring import rows_of
from marchpast.evaluation.shares import shown
from marchpast.files import write_text

README = REPOSITORY / "README.md"
PAGE = REPOSITORY / "docs" / "figures.md"
CLASSIFIER_FIGURES = REPOSITORY / "models" / "classifier" / "figures.json"
ATTRIBUTES = RESULTS / "attributes.json"
GALLERY, RENDERED = RESULTS / "gallery.json", RESULTS / "rendered.json"
CLIPS, RENDERING = RESULTS / "rendered_clips.json", RESULTS / "rendering.json"
REUSE, REUSE_SCALE = RESULTS / "reuse.json", RESULTS / "reuse_scale.json"
_BEGIN, _END = "<!-- figures:begin -->", "<!-- figures:end -->"
_README_ROWS = {
    "… field photos alone, AP50": "military vehicles found: average precision, field photos",
    "… field photos alone, recall at 0.1": "… found at one false box in ten pictures",
    "civil pictures of new sources with a military answer": "civil pictures with a military answer",
    "formations of 5 to 15, rendered: exact count": "rendered formations counted exactly",
    "formations of 5 to 15, pasted: exact count": "pasted formations counted exactly",
    "type, field photos, top-1": "the likeliest type is right, field photos",
    "type, clean photos of other sources, top-1": (
        "the likeliest type is right, clean photos of other sources"
    ),
    "… field photos alone": "answers that are right, at whatever level, field photos",
    "answered as a type, of all military vehicles": "… military vehicles answered as a type",
}
_INTRODUCTION = """\
# Figures

Written by `python -m benchmarks.figures` from what `benchmarks.accuracy` and `benchmarks.speed`
measured of the shipped files. Every share has its 95 % interval in brackets: Wilson's or the one
from drawing whole events with replacement, whichever reaches farther, since pictures of one event
are alike. All pictures but the rendered formations are real photos and video frames of events
that were never trained on. Temperature and thresholds were chosen on the same validation events,
which flatters the figures of the answers; the likeliest type and the average precision do not
depend on them.
"""
_DEFINITIONS = """\
- **False boxes** are counted once over the pictures with a military vehicle alone and once over all
  pictures, civil ones too; the limit is a mean over as many pictures as are counted.
- **Looks.** A still picture is looked at several times (`[settings.pictures]` of the detector's
  card), a frame of a video once; figures are of still pictures unless they say "by one look".
- **Civil pictures** go through the whole flow, veto included, at the shipped thresholds. New
  sources are those of which no picture was trained on.
- **Formations** are counted exactly when the flow answers as many military vehicles as there are;
  how they are made is in `benchmarks/formations_rendered.py` and `formations_pasted.py`.
- **Type** figures are of types with at least 10 training crops, on true boxes (where a photo has
  none, the whole of it is given, and beside it the detector's surest box). Types are ranked
  among types; "against all labels" lets "another tank" compete with the T-80 as well.
- **Category** is the taxonomy's level; the *group* reading keeps tanks apart from other armoured
  vehicles and rocket launchers apart from guns.
- **Answers** are right when the true node is the answer or lies under it. An answer more exact
  than the label is left out and counted.
- **Sets** hold the truth when the true node is one of theirs or lies under one. The penalties that
  decide how wide they are were fitted on the same events; the classifier's document has the shares
  on events that fitted none. *Types left open* are all types under the nodes of a set.
- **Calibration error** compares the probability an answer states with how often such answers are
  right, in bins of equal mass.
- **Open set**: types left out of training, from the classifier's `figures.json`: short trainings on
  photos alone, not the shipped weights, and not repeated for each model. The natural unknowns
  further down differ from known ones in their pictures too.
"""


def main() -> None:
    """Rewrite both files."""
    accuracy, speed, classifier = read_results()
    rows = bars(accuracy, speed, held_out_open_set(classifier))
    write_text(README, with_block(README.read_text("utf-8"), readme_block(rows)))
    write_text(PAGE, page(accuracy, speed, rows))
    print(f"written: {README.name}, {PAGE.relative_to(REPOSITORY)}")


def read_results() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the committed results of accuracy and speed, and the classifier's own figures."""
    accuracy = json.loads((RESULTS / "accuracy.json").read_text("utf-8"))
    speed = json.loads((RESULTS / "speed.json").read_text("utf-8"))
    own = CLASSIFIER_FIGURES
    return accuracy, speed, json.loads(own.read_text("utf-8")) if own.is_file() else {}


def with_block(text: str, block: str) -> str:
    """Return README's text with the part between the markers replaced."""
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}\n{block}{_END}{after}"


def readme_block(rows: Sequence[Bar]) -> str:
    """Return the few figures README shows, as a Markdown table."""
    measured = {bar.name: bar.entry for bar in rows}
    lines = [
        (words, shown(entry))
        for name, words in _README_ROWS.items()
        if (entry := measured[name]) is not None
    ]
    return _table(("on validation events", "value, 95 % interval"), lines)


def page(accuracy: Mapping[str, Any], speed: Mapping[str, Any], rows: Sequence[Bar]) -> str:
    """Return `docs/figures.md`."""
    return "\n".join(part for part in _parts(accuracy, speed, rows) if part)


def _parts(
    accuracy: Mapping[str, Any], speed: Mapping[str, Any], rows: Sequence[Bar]
) -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Where the models stand\n\n" + _bars_table(rows)
    yield _DEFINITIONS
    yield _conditions(accuracy)
    if "detector" in accuracy:
        yield "## Finding\n\n" + _figures("detector, military vehicles", accuracy["detector"])
    if "civil_pictures" in accuracy:
        yield _silence(accuracy["civil_pictures"])
    if "formations" in accuracy:
        yield "## Formations\n\n" + _formations(accuracy["formations"])
    if "classifier_on_true_boxes" in accuracy:
        yield "## Naming, on true boxes\n"
        for world, content in accuracy["classifier_on_true_boxes"].items():
            yield _naming(world, content)
    if "open_set" in accuracy:
        yield (
            "## Natural unknowns\n\nArea under the ROC curve of scores that should be higher for "
            "types that are no label.\n\n" + _figures("score", accuracy["open_set"])
        )
    if ATTRIBUTES.is_file():
        yield attributes_section(json.loads(ATTRIBUTES.read_text("utf-8")))
    if RENDERED.is_file():
        yield rendered_section(json.loads(RENDERED.read_text("utf-8")))
    if GALLERY.is_file():
        yield gallery_section(json.loads(GALLERY.read_text("utf-8")))
    if CLIPS.is_file():
        yield clips_section(json.loads(CLIPS.read_text("utf-8")))
    if RENDERING.is_file():
        yield rendering_section(json.loads(RENDERING.read_text("utf-8")))
    if REUSE.is_file():
        scale = json.loads(REUSE_SCALE.read_text("utf-8")) if REUSE_SCALE.is_file() else None
        yield reuse_section(json.loads(REUSE.read_text("utf-8")), scale)
    yield "## Speed\n\n" + _conditions(speed) + "\n" + _speed(speed)


def _bars_table(rows: Sequence[Bar]) -> str:
    lines = []
    for bar in rows:
        floor, aim = bar.asked
        mark = f"**{bar.verdict}**" if bar.verdict == "missed" else bar.verdict
        lines.append((bar.name, _bar_value(bar), floor, aim, mark))
    return _table(("figure", "value, 95 % interval", "floor", "aim", ""), lines)


def _bar_value(bar: Bar) -> str:
    if bar.entry is None or bar.entry["value"] is None:
        return "not measured"
    if "interval_95" not in bar.entry:
        return f"{bar.entry['value']:g}{bar.unit}"
    return shown(bar.entry)


def _silence(content: Mapping[str, Any]) -> str:
    parts = dict(content)
    sources = parts.pop("by_source")
    lines = list(rows_of(parts))
    lines += [
        (source.split("@")[0], shown(entry) + (", trained on" if entry["in_training"] else ""))
        for source, entry in sources.items()
    ]
    return (
        "## Silence on civil pictures\n\nPictures without a military vehicle in which the whole "
        "flow gave a military answer.\n\n" + _table(("source", "share"), lines)
    )


def _formations(content: Mapping[str, Any]) -> str:
    lines = []
    for kind, figures in content.items():
        if not figures["pictures"]:
            continue
        lines.append((f"**{kind}**", *_formation(figures)))
        for name, groups in figures.items():
            if name.startswith("by_"):
                lines += [(key, *_formation(part)) for key, part in groups.items()]
    columns = ("", "counted exactly", "before the veto", "recall", "mean error", "false a picture")
    return _table(columns, lines)


def _formation(figures: Mapping[str, Any]) -> tuple[str, ...]:
    before = figures["exact_count_before_the_veto"]["value"]
    return (
        shown(figures["exact_count"]),
        f"{before:.2f}",
        shown(figures["recall"]),
        f"{figures['mean_absolute_error']['value']:.2f}",
        f"{figures['false_a_picture']:.2f}",
    )


def _naming(world: str, content: Mapping[str, Any]) -> str:
    per_type = content.get("per_type", {})
    plain = {key: value for key, value in content.items() if key != "per_type"}
    text = f"### {world}\n\n" + _figures("figure", plain)
    if per_type and world == "all":
        lines = [
            (f"`{node}`", shown(entry["top_1"]), f"{entry['top_3']['value']:.2f}")
            for node, entry in per_type.items()
        ]
        text += "\n" + _table(("type", "top-1", "top-3"), lines)
    return text


def _figures(title: str, content: Mapping[str, Any]) -> str:
    return _table((title, "value"), list(rows_of(content)))


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


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(row) for row in rows]
    return "".join(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    main()
