"""`marchpast page`, `marchpast review`: the page of a result, and what people say on it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from marchpast.cli import boundary
from marchpast.cli.commands import add_command

if TYPE_CHECKING:
    from marchpast.cli.commands import Subparsers
    from marchpast.report import EditEntry
    from marchpast.review import Agreement, AgreementLine

_LANGUAGES = ("en", "ru", "uk")
_PAGE_DESCRIPTION = """\
Render report.html of a result again: with what has been put beside the result since (a review,
rival explanations, re-used footage, side-by-side sheets), or in another language of names.
"""
_DESCRIPTION = """\
report.html takes a review: for each sighting the answer is confirmed or corrected, openly or
blind, and the decisions are exported as review.json. A review never changes result.json, and a
later run of classify-frames into the same folder keeps it.
"""
_EXAMPLES = """\
examples:
  marchpast review apply result review.json
      keep the edits beside the result and show them on its page
  marchpast review agreement result ann.json bo.json
      how far two people agree, beyond chance
  marchpast review labels result --out labels.json
      what people said as labels; marchpast collect makes a training collection of them
"""
_APPLY_DESCRIPTION = """\
Put the edits of a review beside a result, as review.json, and render the page again. Edits find
their vehicle by the footage's hash, the time and the box, not by track numbers. Of two edits by
one person of one vehicle the later counts. Edits that fit no sighting are kept and listed; the
exit code is then 3.
"""
_AGREEMENT_DESCRIPTION = """\
Print Cohen's kappa of two reviewers with its 95 % interval, as named, by category, and as
military or civil, and what the one called what the other called otherwise. Without files it
compares the two people whose edits are kept beside the result.
"""


def add_commands(commands: Subparsers) -> None:
    """Add `page`, and `review` with what is below it."""
    page = add_command(
        commands,
        "page",
        _page,
        summary="render the page of a result again",
        description=_PAGE_DESCRIPTION,
    )
    page.add_argument("result", type=Path, metavar="RESULT", help="a result folder")
    page.add_argument(
        "--language", choices=_LANGUAGES,
        help="of the vehicles' names (default: the one of the run)",
    )  # fmt: skip
    review = add_command(
        commands,
        "review",
        _nothing_chosen,
        summary="keep, compare and use what people said of a result",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    below = review.add_subparsers(
        required=True, metavar="WHAT", title="what to do", help="one of those below"
    )
    apply = add_command(
        below, "apply", _apply, summary="keep a review beside a result",
        description=_APPLY_DESCRIPTION,
    )  # fmt: skip
    apply.add_argument("result", type=Path, metavar="RESULT", help="a result folder")
    apply.add_argument("review", type=Path, metavar="REVIEW", help="what the page exported")
    _add_agreement(below)
    _add_labels(below)


def _add_agreement(below: Subparsers) -> None:
    agreement = add_command(
        below, "agreement", _agreement, summary="how far two reviewers agree",
        description=_AGREEMENT_DESCRIPTION,
    )  # fmt: skip
    agreement.add_argument("result", type=Path, metavar="RESULT", help="a result folder")
    agreement.add_argument(
        "reviews", nargs="*", type=Path, metavar="REVIEW",
        help="review files (default: the one beside the result)",
    )  # fmt: skip
    agreement.add_argument(
        "--reviewers", nargs=2, metavar=("NAME", "NAME"), help="whom to compare, of more than two"
    )
    agreement.add_argument(
        "--blind-only", action="store_true",
        help="only what was decided before the model's answer was shown",
    )  # fmt: skip


def _add_labels(below: Subparsers) -> None:
    labels = add_command(
        below, "labels", _labels, summary="what people said as labels for training"
    )
    labels.add_argument("result", type=Path, metavar="RESULT", help="a result folder")
    labels.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    labels.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    labels.add_argument("--reviewer", metavar="NAME", help="only what this person said")


def _nothing_chosen(_arguments: argparse.Namespace) -> int:
    raise boundary.UsageError("say what to do: marchpast review --help lists it")


def _page(arguments: argparse.Namespace) -> int:
    from marchpast.report import rebuild_page

    print(rebuild_page(arguments.result, language=arguments.language))
    return boundary.DONE


def _apply(arguments: argparse.Namespace) -> int:
    from marchpast.review import apply_review

    applied = apply_review(arguments.result, arguments.review)
    print(applied.path)
    sys.stderr.write(f"{applied.taken} edits taken; {applied.matched} in all fit a sighting\n")
    if applied.older:
        sys.stderr.write(f"{applied.older} left out: the same person said something later\n")
    for edit in applied.unmatched:
        sys.stderr.write(f"kept, but fits no sighting: {_place(edit)}\n")
    return boundary.INPUTS_FAILED if applied.unmatched else boundary.DONE


def _agreement(arguments: argparse.Namespace) -> int:
    from marchpast.errors import ReviewError
    from marchpast.report import REVIEW_FILE, read_review
    from marchpast.review import agreement
    from marchpast.taxonomy import load_taxonomy

    taxonomy = load_taxonomy()
    paths = arguments.reviews or [arguments.result / REVIEW_FILE]
    if not arguments.reviews and not paths[0].is_file():
        raise ReviewError(f"{paths[0]}: missing; give review files, or apply some to the result")
    edits = [edit for path in paths for edit in read_review(path, taxonomy).edits]
    found = agreement(
        edits,
        folder=arguments.result,
        taxonomy=taxonomy,
        reviewers=tuple(arguments.reviewers) if arguments.reviewers else None,
        blind_only=arguments.blind_only,
    )
    for line in _told(found):
        print(line)
    return boundary.DONE


def _told(found: Agreement) -> Iterator[str]:
    n = found.lines[0].kappa.n
    yield f"{found.first} and {found.second}: {n} vehicles decided by both"
    yield f"{found.first_only} by {found.first} alone, {found.second_only} by {found.second} alone"
    if found.blind < n:
        yield (
            f"{found.blind} of {n} decided blind by both; who sees the model's answer first tends "
            "to follow it, and so do both"
        )
    for line in found.lines:
        yield from _told_line(line)


def _told_line(line: AgreementLine) -> Iterator[str]:
    kappa = line.kappa
    if kappa.value is None:
        yield f"{line.level}: kappa is not defined: {kappa.why_undefined}"
    else:
        yield (
            f"{line.level}: kappa {kappa.value:.2f} (95 %: {kappa.low:.2f} to {kappa.high:.2f}), "
            f"{kappa.agreed} of {kappa.n} alike"
        )
    for (first, second), count in line.confusion.items():
        yield f"  {count}\t{first}\t{second}"


def _labels(arguments: argparse.Namespace) -> int:
    from marchpast.errors import OutputExistsError
    from marchpast.labelling import labels_of_review, write_labels
    from marchpast.taxonomy import load_taxonomy

    out: Path = arguments.out
    if out.exists() and not arguments.overwrite:
        raise OutputExistsError(f"{out} exists; replace it (--overwrite) or name another file")
    found = labels_of_review(
        arguments.result, taxonomy=load_taxonomy(), reviewer=arguments.reviewer
    )
    print(write_labels(found.labels, out=out, title=arguments.result.resolve().name))
    named = sum(label.is_named for label in found.labels)
    sys.stderr.write(f"{named} of {len(found.labels)} labels name a vehicle\n")
    for id_ in found.differing:
        sys.stderr.write(f"reviewers differ, so no label: {id_}\n")
    return boundary.DONE


def _place(edit: EditEntry) -> str:
    said = edit.node or edit.decision or "a note"
    return f"{edit.source} at {edit.time_s:g} s, {said}, by {edit.reviewer}"
