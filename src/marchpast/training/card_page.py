"""Write the document beside each model: what it learnt from, its figures, what it cannot do.

    python -m marchpast.training.card_page

Writes `README.md` into every folder of `models/`, and plots where there is something to plot,
from the card, from `figures.json` beside it (what was measured when it was exported) and from
`benchmarks/results/accuracy.json` (what was measured of the shipped file). Nothing is typed by
hand: a test compares what is there with what this writes.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marchpast.files import write_text
from marchpast.inference import ClassifierCard, ModelCard, load_card
from marchpast.training.card_page_classifier import classifier_parts, reliability_bins
from marchpast.training.card_page_plots import confusion_plot, reliability_plot
from marchpast.training.card_page_sets import sets_plot
from marchpast.training.card_page_tables import counts, flat, shown, table

_logger = logging.getLogger(__name__)

REPOSITORY = Path(__file__).resolve().parents[3]
MODELS = REPOSITORY / "models"
ACCURACY = REPOSITORY / "benchmarks" / "results" / "accuracy.json"
_FIGURES_NAME = "figures.json"


def main() -> None:
    """Write the documents of every model folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of model folders")
    parser.add_argument("--accuracy", type=Path, default=ACCURACY, help="measured figures, JSON")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for folder in model_folders(arguments.models):
        for name, text in documents(folder, arguments.accuracy).items():
            write_text(folder / name, text)
            _logger.info("written: %s", folder / name)


def model_folders(models: Path) -> list[Path]:
    """Return the folders that hold a card, in a stable order."""
    return sorted(path.parent for path in models.glob("*/card.toml"))


def documents(folder: Path, accuracy: Path) -> dict[str, str]:
    """Return what is to be written beside a model, by file name.

    Raises:
        ModelContractError: If the card breaks the format.
    """
    card = load_card(folder)
    own: dict[str, Any] = {}
    if (folder / _FIGURES_NAME).is_file():
        own = json.loads((folder / _FIGURES_NAME).read_text("utf-8"))
    measured = json.loads(accuracy.read_text("utf-8"))
    if card.sha256 not in {row["sha256"] for row in measured["models"]}:
        # Figures of another file are none of this one's.
        measured = {"conditions": measured["conditions"], "models": []}
    files = {}
    if isinstance(card, ClassifierCard):
        bins = reliability_bins(own, measured)
        if bins:
            files["reliability.svg"] = reliability_plot(bins)
        if "confusion" in own:
            files["confusion.svg"] = confusion_plot(
                own["confusion"]["labels"], own["confusion"]["counts"]
            )
        if own.get("sets"):
            files["sets.svg"] = sets_plot(own["sets"])
    files["README.md"] = page(card, own, measured)
    return files


def page(card: ModelCard, own: Mapping[str, Any], measured: Mapping[str, Any]) -> str:
    """Return a model's document.

    Args:
        card: Of the model.
        own: Content of `figures.json`, empty without one.
        measured: Content of `accuracy.json`, without figures where it is of another file.
    """
    parts = [_head(card), _measured_line(measured)]
    is_classifier = isinstance(card, ClassifierCard)
    parts += classifier_parts(card, own, measured) if is_classifier else _detector_parts(measured)
    parts += [
        "## What it learnt from\n\nPictures that were rendered say so; all others are real.\n\n"
        + counts(card.training),
        _limits(card),
        _again(card, measured),
        "## All figures of the card\n\nMeasured when it was exported, on the validation side.\n\n"
        + table(("figure", "value"), list(flat(card.figures))),
    ]
    return "\n".join(part for part in parts if part)


def _head(card: ModelCard) -> str:
    rows = [
        ("task", card.task),
        ("version", card.version),
        ("licence", card.licence),
        ("file", f"`{card.file}`"),
        ("SHA-256", f"`{card.sha256}`"),
        ("started from", card.started_from),
        ("input", f"{card.input.size[0]} x {card.input.size[1]} {card.input.colour_order}, uint8"),
        ("outputs", ", ".join(f"`{name}`" for name in card.outputs.names)),
        ("labels", ", ".join(f"`{label}`" for label in card.labels)),
        *flat(card.settings.model_dump(exclude_none=True)),
    ]
    rows = [(name, text if text else "none") for name, text in rows]
    return (
        f"# {card.name}\n\nWritten by `python -m marchpast.training.card_page` from the card, "
        "`figures.json` and the results of `benchmarks.accuracy`; do not edit.\n\n"
        + table(("", ""), rows)
    )


def _measured_line(measured: Mapping[str, Any]) -> str:
    if not measured["models"]:
        return (
            "**The committed results of `benchmarks.accuracy` are of another file**: run it again."
            "\n"
        )
    return (
        "Figures below are of this very file, through the public API, on validation pictures of "
        "events that were never trained on (`python -m benchmarks.accuracy --data FOLDER`, commit "
        f"{measured['conditions']['commit']}). In brackets is the 95 % interval: the wider of "
        "Wilson's and a bootstrap over whole events.\n"
    )


def _detector_parts(measured: Mapping[str, Any]) -> list[str]:
    parts = []
    if "detector" in measured:
        rows = list(flat(measured["detector"]))
        parts.append("## Finding military vehicles\n\n" + table(("figure", "value"), rows))
    if "civil_pictures" in measured:
        silence = dict(measured["civil_pictures"])
        sources = silence.pop("by_source")
        rows = [(name, text) for name, text in flat(silence)]
        rows += [
            (source.split("@")[0], shown(entry) + (", trained" if entry["in_training"] else ""))
            for source, entry in sources.items()
        ]
        parts.append(
            "## Silence on civil pictures\n\nShare of pictures without a military vehicle in which "
            "the whole flow (both models) answers one.\n\n"
            + table(("source", "pictures with a military answer"), rows)
        )
    if "formations" in measured:
        parts.append(_formations(measured["formations"]))
    return parts


def _formations(formations: Mapping[str, Any]) -> str:
    rows = []
    for kind, figures in formations.items():
        if not figures["pictures"]:
            continue
        rows.append((f"**{kind}**", *_formation_cells(figures)))
        for name, groups in figures.items():
            if name.startswith("by_"):
                rows += [(f"{kind}, {key}", *_formation_cells(g)) for key, g in groups.items()]
    return (
        "## Formations of 5 to 15 small vehicles\n\nHow many pictures the whole flow counts "
        "exactly; see `benchmarks/formations.py`.\n\n"
        + table(("", "counted exactly", "recall", "mean error", "false a picture"), rows)
    )


def _formation_cells(figures: Mapping[str, Any]) -> tuple[str, ...]:
    keys = ("exact_count", "recall", "mean_absolute_error", "false_a_picture")
    full, *rest = (figures[key] for key in keys)
    short = [value["value"] if isinstance(value, Mapping) else value for value in rest]
    return (shown(full), *(f"{value:.2f}" for value in short))


def _limits(card: ModelCard) -> str:
    rows = card.limits.get("text", [])
    lines = "".join(f"- {line}\n" for line in ([rows] if isinstance(rows, str) else rows))
    return f"## What it cannot do\n\n{lines}" if lines else ""


def _again(card: ModelCard, measured: Mapping[str, Any]) -> str:
    commit = card.training.get("commit", "not recorded")
    commands = "".join(f"$ {line}\n" for line in card.command.split(", then "))
    return (
        "## How to make it again\n\n"
        f"Trained at commit {commit}; measured at commit {measured['conditions']['commit']}.\n\n"
        f"```console\n{commands}```\n"
    )


if __name__ == "__main__":
    main()
