"""`marchpast watch`: dated predictions of a case, what became of them, and how good they were."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command
from marchpast.cli.explain import day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from marchpast.cli.commands import Subparsers
    from marchpast.explaining import Prediction, Score

_DESCRIPTION = """\
Rival explanations of footage expect different things. Write down beforehand what would be seen,
by when, and how sure you are; say later what became of it. Nothing that was written down can be
changed or removed; an outcome can be corrected with a note, and both stay in the case.
"""
_EXAMPLES = """\
examples:
  marchpast case new vladivostok.case
  marchpast watch add --case vladivostok.case --from result --draft 2 --probability 0.7
      the second draft that marchpast explain printed for that result
  marchpast watch add --case vladivostok.case --probability 0.2 \\
      --text "The pieces stay past June." --window 2017-06-01 2017-06-30 --check "base footage"
  marchpast watch due --case vladivostok.case --on 2017-05-25
  marchpast watch resolve p1 yes --case vladivostok.case --on 2017-05-20 --note "train filmed, URL"
  marchpast watch score --case vladivostok.case
"""
_STATE_HELP = "unresolvable: nobody can tell, or the question has lost its meaning; not scored"


def add_commands(commands: Subparsers) -> None:
    """Add `watch` and what is below it."""
    parser = add_command(
        commands,
        "watch",
        _nothing_chosen,
        summary="write down dated predictions, and score them later",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    below = parser.add_subparsers(
        required=True, metavar="WHAT", title="what to do", help="one of those below"
    )
    _add_add(below)
    listing = _below(below, "list", _list, "every prediction and what became of it")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    due = _below(below, "due", _due, "open predictions whose last day has come")
    due.add_argument("--on", type=day, metavar="DATE", help="as of this day (default: today)")
    resolve = _below(below, "resolve", _resolve, "say what became of a prediction")
    resolve.add_argument("id", metavar="ID", help="of the prediction, such as p1")
    resolve.add_argument("outcome", choices=("yes", "no", "unresolvable"), help=_STATE_HELP)
    resolve.add_argument("--on", type=day, metavar="DATE", help="the day (default: today)")
    resolve.add_argument(
        "--note", default="", metavar="TEXT", help="why; needed to correct an outcome"
    )
    score = _below(below, "score", _score, "the Brier score of what was resolved")
    score.add_argument("--json", action="store_true", help="print it as JSON")


def _below(
    below: Subparsers, name: str, run: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    parser = add_command(below, name, run, summary=summary)
    parser.add_argument("--case", type=Path, required=True, metavar="FILE", help="the case file")
    return parser


def _add_add(below: Subparsers) -> None:
    add = _below(below, "add", _add, "write down a prediction")
    add.add_argument(
        "--probability", type=float, required=True, metavar="P", help="that it happens, 0 to 1"
    )
    add.add_argument(
        "--from", dest="result", type=Path, metavar="RESULT",
        help="a result folder that marchpast explain was run on",
    )  # fmt: skip
    add.add_argument(
        "--draft", type=int, metavar="N", help="which of its drafts, as explain numbers them"
    )
    add.add_argument("--text", metavar="TEXT", help="what will be seen, in your own words")
    add.add_argument(
        "--window", nargs=2, type=day, metavar="DATE", help="first and last day on which it may be"
    )
    add.add_argument("--check", metavar="TEXT", help="how it will be checked")
    add.add_argument(
        "--made-on", type=day, metavar="DATE", help="the day it is stated (default: today)"
    )


def _nothing_chosen(_arguments: argparse.Namespace) -> int:
    raise boundary.UsageError("say what to do: marchpast watch --help lists it")


def _add(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import open_case
    from marchpast.explaining import next_id

    with open_case(arguments.case) as case:
        id_ = next_id(case.predictions())
        try:
            prediction = _prediction(arguments, id_)
        except ValueError as error:
            raise boundary.UsageError(str(error)) from error
        case.add_prediction(prediction)
    _print([prediction], on=prediction.made_on)
    if prediction.is_hindsight:
        sys.stderr.write("its window had closed before it was stated: it will not be scored\n")
    return boundary.DONE


def _prediction(arguments: argparse.Namespace, id_: str) -> Prediction:
    from marchpast.explaining import Prediction, load_explanations, predicted

    made_on = arguments.made_on or _today()
    own = [arguments.text, arguments.window, arguments.check]
    if arguments.result is None:
        if None in own or arguments.draft is not None:
            raise boundary.UsageError(
                "give --from RESULT and --draft N, or --text, --window and --check of your own"
            )
        first, last = arguments.window
        return Prediction(
            id_, made_on, arguments.text, "", first, last, arguments.probability, arguments.check
        )
    if any(value is not None for value in own):
        raise boundary.UsageError("--from takes a draft as it is; leave --text, --window, --check")
    explanations = load_explanations(arguments.result)
    if explanations is None:
        raise boundary.UsageError(
            f"{arguments.result} holds no explanations; run marchpast explain on it first"
        )
    drafts = explanations.watch
    if arguments.draft is None or not 1 <= arguments.draft <= len(drafts):
        listed = " ".join(f"{n}: {each.text}" for n, each in enumerate(drafts, start=1))
        raise boundary.UsageError(f"--draft is 1 to {len(drafts)}; {listed}")
    return predicted(
        drafts[arguments.draft - 1], id=id_, made_on=made_on, probability=arguments.probability
    )


def _list(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import open_case

    with open_case(arguments.case) as case:
        predictions = case.predictions()
    if arguments.json:
        rows = [asdict(prediction) for prediction in predictions]
        print(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
    else:
        _print(predictions, on=_today())
    return boundary.DONE


def _due(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import open_case
    from marchpast.explaining import due

    on = arguments.on or _today()
    with open_case(arguments.case) as case:
        rows = due(case.predictions(), on)
    _print(rows, on=on)
    for prediction in rows:
        sys.stderr.write(f"{prediction.id}: to check: {prediction.check}\n")
    return boundary.DONE


def _resolve(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import open_case
    from marchpast.explaining import resolve

    on = arguments.on or _today()
    with open_case(arguments.case) as case:
        known = {prediction.id: prediction for prediction in case.predictions()}
        if arguments.id not in known:
            ids = ", ".join(known) or "none"
            raise boundary.UsageError(f"no prediction is called {arguments.id!r}; there are {ids}")
        try:
            resolved, change = resolve(
                known[arguments.id], arguments.outcome, on=on, note=arguments.note
            )
        except ValueError as error:
            raise boundary.UsageError(str(error)) from error
        case.resolve_prediction(change)
    _print([resolved], on=on)
    return boundary.DONE


def _score(arguments: argparse.Namespace) -> int:
    from marchpast.casefile import open_case
    from marchpast.explaining import score

    with open_case(arguments.case) as case:
        scored = score(case.predictions())
    if arguments.json:
        print(json.dumps(asdict(scored), indent=2))
    else:
        _tell(scored)
    return boundary.DONE


def _tell(scored: Score) -> None:
    if scored.brier is None:
        print("Brier score\tnone: no prediction is resolved as yes or no")
    else:
        error = "" if scored.standard_error is None else f" ± {scored.standard_error:.3f}"
        print(f"Brier score\t{scored.brier:.3f}{error}\tn = {scored.n}")
        print("\t0 is perfect; 0.25 is what always saying one half gives")
    if (parts := scored.parts) is not None:
        print(f"reliability\t{parts.reliability:.3f}\t0 is best")
        print(f"resolution\t{parts.resolution:.3f}\tmore is better")
        print(f"uncertainty\t{parts.uncertainty:.3f}\tof the outcomes, whatever was stated")
    print(f"not scored\t{scored.open} open, {scored.unresolvable} unresolvable, "
          f"{scored.hindsight} stated after their windows")  # fmt: skip


def _print(predictions: Iterable[Prediction], *, on: datetime.date) -> None:
    """Print one line each: id, state, window, probability, explanation, text."""
    for row in predictions:
        state = row.outcome or ("due" if row.window_to <= on else "open")
        days = f"{row.window_from} to {row.window_to}"
        print("\t".join((row.id, state, days, f"{row.probability:g}", row.explanation, row.text)))


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()
