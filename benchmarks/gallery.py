r"""What a few reference pictures are worth of types that the classifier never learnt.

    python -m benchmarks.gallery --data FOLDER --fold open_set_a RUN_A \
        --fold open_set_b RUN_B --fold open_set_c RUN_C

A fold is a training that left types out (`marchpast train classifier open_set_a ...`). Its types
get 1, 3, 5 and 10 references all together, three draws each, and every photo of other events is
answered by the shipped rules; how references count is fitted on the other folds. The shipped
classifier is measured as it is, on types that are none of its labels.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2

from benchmarks.common import RESULTS, print_table, write_results
from benchmarks.gallery_answers import Answered, Answering, trial_answers
from benchmarks.gallery_figures import by_type, figures_of
from benchmarks.gallery_shipped import read_shipped, shipped_trials
from marchpast.evaluation.shares import shown
from marchpast.files import sha256_of
from marchpast.inference import (
    ClassifierCard,
    ClassifySettings,
    GallerySettings,
    find_model,
    load_card,
)
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.training.classifier_train import epochs_of
from marchpast.training.gallery_folds import cut_photos, read_fold
from marchpast.training.gallery_looks import Looks, rules_for
from marchpast.training.gallery_odds import Weights, damped, fit_damping, fit_odds
from marchpast.training.gallery_trials import COUNTS, PARTS, trials_of

OUT = RESULTS / "gallery.json"
_DRAWS = 3


def main() -> None:
    """Measure folds and the shipped classifier, and write."""
    arguments = _arguments()
    cv2.setNumThreads(1)
    card = load_card(find_model(arguments.classifier))
    if not isinstance(card, ClassifierCard) or card.settings.gallery is None:
        raise SystemExit("error: this classifier's card does not say how references count")
    folds = [(name, Path(run)) for name, run in arguments.fold]
    train, val = cut_photos(arguments.data, folds)
    looks = [read_fold(name, run, train, val, rules=card.settings) for name, run in folds]
    answered = fold_answers(looks, rules=card.settings, gallery=card.settings.gallery)
    results: dict[str, Any] = {
        "classifier_sha256": card.sha256,
        "parts": PARTS,
        "settings": card.settings.gallery.model_dump(),
        "folds": {
            name: {"sha256": sha256_of(run / "network.pt"), "epochs": epochs_of(run)}
            for name, run in folds
        },
        "left_out": by_count(answered),
        "left_out_by_type": {
            str(count): by_type([row for row in answered if row.count == count]) for count in COUNTS
        },
    }
    results["shipped"] = shipped_figures(
        *read_shipped(arguments.data, train, val, classifier=arguments.classifier)
    )
    write_results(arguments.out, results)
    _print(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the collections")
    parser.add_argument(
        "--fold",
        nargs=2,
        action="append",
        required=True,
        metavar=("CONFIG", "RUN"),
        help="a run that left types out; two or more",
    )
    parser.add_argument("--classifier", default="classifier", help="bundled name or model folder")
    parser.add_argument("--out", type=Path, default=OUT, help="where the figures go, JSON")
    return parser.parse_args()


def fold_answers(
    looks: Sequence[Looks], *, rules: ClassifySettings, gallery: GallerySettings
) -> list[Answered]:
    """Return what is answered in every fold, with odds that the other folds gave."""
    taxonomy = load_taxonomy()
    trials = {look.name: trials_of(look, taxonomy) for look in looks}
    damping = fit_damping([row for rows in trials.values() for row in rows])
    found = []
    for look in looks:
        others = [row for name, rows in trials.items() if name != look.name for row in rows]
        settings = with_odds(gallery, damped(fit_odds(others), damping))
        answering = Answering(look, rules_for(look.space, rules), settings, taxonomy)
        tried = trials_of(look, taxonomy, draws=_DRAWS)
        found += trial_answers(answering, tried)
    return found


def shipped_figures(looks: Looks, taxonomy: Taxonomy, rules: ClassifySettings) -> dict[str, Any]:
    """Return the figures of the shipped classifier, as it ships."""
    assert rules.gallery is not None
    answering = Answering(looks, rules, rules.gallery, taxonomy)
    return {
        kind: by_count(trial_answers(answering, trials))
        for kind, trials in shipped_trials(looks, taxonomy).items()
    }


def with_odds(gallery: GallerySettings, weights: Weights) -> GallerySettings:
    """Return settings with other weights and the same thresholds."""
    names = ("offset", "distance", "group")
    return gallery.model_copy(update=dict(zip(names, weights, strict=True)))


def by_count(rows: Sequence[Answered]) -> dict[str, Any]:
    """Return the figures by number of references; numbers that no type has are left out."""
    return {
        str(count): figures_of(own)
        for count in COUNTS
        if (own := [row for row in rows if row.count == count])
    }


def _print(results: dict[str, Any]) -> None:
    tables = {"types left out": results["left_out"], **results["shipped"]}
    for title, content in tables.items():
        rows = [
            (count, f"{part}: {name}", shown(entry))
            for count, figures in content.items()
            for part, entries in figures.items()
            if isinstance(entries, dict) and part != "stated_of_pointed"
            for name, entry in (entries.items() if "value" not in entries else [("", entries)])
        ]
        print_table(title, ("references", "figure", "value"), rows)


if __name__ == "__main__":
    main()
