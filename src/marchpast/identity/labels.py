"""Is a name that somebody gave a vehicle excluded by what is visible?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from marchpast.identity.evidence import contradicts
from marchpast.identity.evidence_facts import attributes
from marchpast.identity.evidence_words import contradiction, said
from marchpast.identity.label_tells import are_alike, rivals_of, tell_of
from marchpast.identity.masses import NOT_A_VEHICLE
from marchpast.identity.rollup import UNKNOWN
from marchpast.records import Identity, SeenAttribute
from marchpast.taxonomy import Taxonomy

Verdict = Literal["excluded", "possible", "undecidable"]
Basis = Literal["seen", "answer", "nothing"]

_SAYS_SOMETHING = ("type", "family")
"""An answer as wide as "air defence" says too little of a type to call it possible."""
_NARROW = ("type", "family", "category")
"""A label of the classifier for a group of these levels means "one of these, not listed"."""
SURE_ENOUGH = 0.95
"""From here on a model's attribute excludes what its answer leaves open, unlearnt kinds too. As
sure of wheels or tracks, it is right for 324 of 328 validation crops, events cross-fitted
(`benchmarks.attributes`)."""


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """What became of a name that somebody gave a vehicle.

    Attributes:
        label: As it was given.
        node: The node it names.
        verdict: `excluded` by what is visible; `possible`: among the kinds that the answer leaves,
            which does not say that it is right; `undecidable`: what is visible says too little.
        basis: What the verdict rests on: `seen`, a person's word about the vehicle; `answer`, the
            models', right as often as it states; `nothing`.
        reason: One sentence.
        tell: What to look at to decide, or to look at again; empty where nothing known does.
        conflicts: Where what was seen contradicts a label that the models answer, or a person's
            word every kind that they answer.
    """

    label: str
    node: str
    verdict: Verdict
    basis: Basis
    reason: str
    tell: str
    conflicts: tuple[str, ...] = ()


def check_label(
    identity: Identity,
    label: str,
    taxonomy: Taxonomy,
    *,
    seen: Sequence[SeenAttribute] = (),
    learnt: Collection[str] | None = None,
    weakly_learnt: Collection[str] = (),
) -> LabelCheck:
    """Hold a name that somebody gave a vehicle against what is visible of it.

    A person's word excludes for certain. The models' answer excludes at the rate it states, and
    only what they learnt: a vehicle they never saw is given the name of what resembles it. Where
    their answer says too little, an attribute they are sure of excludes.

    Args:
        identity: The models' answer for the vehicle.
        label: A name in any spelling.
        taxonomy: Tells names, facts and tells.
        seen: What a person saw of the vehicle.
        learnt: The classifier's labels; `None` where they are not known, and then its answer
            excludes nothing.
        weakly_learnt: Those of them learnt from few photos or from rendered pictures: an answer
            that resembles one of them does not exclude it.

    Raises:
        TaxonomyError: If the label names no vehicle, or several.
    """
    node = taxonomy.find(label).id
    words = [one for one in (*identity.attributes, *seen) if one.origin == "user"]
    is_vehicle = identity.node != NOT_A_VEHICLE
    told = [one for one in identity.attributes if is_vehicle and _is_sure(taxonomy, one, words)]
    answered = _answered(identity)
    left = [row for row in answered if not _against(taxonomy, row, words)]
    tell = tell_of(taxonomy, node, rivals_of(taxonomy, node, left, identity))
    if against := _against(taxonomy, node, words):
        decided = attributes()[against[0].name].what
        reason = _sentences(taxonomy, node, against)
        return LabelCheck(label, node, "excluded", "seen", reason, tell if left else decided)
    verdict, reason = _by_answer(identity, node, taxonomy, left=left)
    if verdict == "excluded":
        gaps = _not_excluded(
            taxonomy, node, left, [*words, *told], learnt=learnt, weakly=weakly_learnt
        )
        verdict, reason = ("undecidable" if gaps else verdict), f"{reason}{gaps}"
    conflicts = [
        _sentence(taxonomy, row, one)
        for row in (() if left else answered)
        for one in _against(taxonomy, row, words)
    ]
    if against := _against(taxonomy, node, told):
        sentences = _sentences(taxonomy, node, against)
        if verdict == "possible":
            conflicts.append(sentences)
        else:
            reason = sentences if verdict == "undecidable" else f"{reason}; {sentences}"
            verdict = "excluded"
    basis: Basis = "nothing" if verdict == "undecidable" else "answer"
    return LabelCheck(label, node, verdict, basis, reason, tell, tuple(conflicts))


def _is_sure(taxonomy: Taxonomy, one: SeenAttribute, words: Sequence[SeenAttribute]) -> bool:
    """Whether a model's attribute may exclude: not where it contradicts what a person saw."""
    if one.probability is None or one.probability < SURE_ENOUGH:
        return False
    return not words or any(not _against(taxonomy, row, [*words, one]) for row in taxonomy.types)


def _answered(identity: Identity) -> tuple[str, ...]:
    """The kinds that the models leave open; none where they have no answer."""
    nodes = (identity.node,) if identity.answer is None else identity.answer.nodes
    return tuple(node for node in nodes if node not in (UNKNOWN, NOT_A_VEHICLE))


def _against(taxonomy: Taxonomy, node: str, seen: Sequence[SeenAttribute]) -> list[SeenAttribute]:
    return [one for one in seen if contradicts(taxonomy, node, one, others=seen)]


def _sentence(taxonomy: Taxonomy, node: str, seen: SeenAttribute) -> str:
    return f"{said(seen)}, but {contradiction(taxonomy, node, seen)}"


def _sentences(taxonomy: Taxonomy, node: str, seen: Sequence[SeenAttribute]) -> str:
    return "; ".join(_sentence(taxonomy, node, one) for one in seen)


def _by_answer(
    identity: Identity, node: str, taxonomy: Taxonomy, *, left: Sequence[str]
) -> tuple[Verdict, str]:
    """The verdict of the models' answer, or of what a person's word leaves of it."""
    if not left:
        if _answered(identity):
            reason = "a person's word excludes every kind that the models answer: look again"
        else:
            answer = identity.answer.reason if identity.answer is not None else identity.reason
            reason = f"the models answer nothing: {answer}"
        return "undecidable", reason
    name, answer = taxonomy.name(node), _answer_in_words(identity, taxonomy, left)
    within = [row for row in left if taxonomy.is_within(row, node)]
    if within:
        is_all = len(within) == len(left)
        among = "what the label says too" if is_all else "one of them"
        return "possible", f"{answer}; {name} is {among}"
    above = [row for row in left if taxonomy.is_within(node, row)]
    if any(taxonomy.level(row) in _SAYS_SOMETHING for row in above):
        return "possible", f"{answer}; {name} is one of these"
    if above:
        return "undecidable", f"{answer}; that is too wide to say anything of {name}"
    return "excluded", f"{answer}; {name} is not among them"


def _not_excluded(
    taxonomy: Taxonomy,
    node: str,
    left: Sequence[str],
    told: Sequence[SeenAttribute],
    *,
    learnt: Collection[str] | None,
    weakly: Collection[str],
) -> str:
    """Why an answer without a kind does not exclude it; empty where it does."""
    if learnt is None:
        return ", but what the classifier learnt is not known: its answer excludes nothing"
    open_ = [
        row for row in taxonomy.types_under(node) or (node,) if not _against(taxonomy, row, told)
    ]
    unlearnt = [row for row in open_ if not _is_learnt(taxonomy, row, learnt)]
    if unlearnt:
        return f", but the classifier never learnt {_names(taxonomy, unlearnt)}"
    rivals = [type_ for row in left for type_ in taxonomy.types_under(row)]
    alike = [
        row
        for row in open_
        if row in weakly and any(are_alike(taxonomy, row, rival) for rival in rivals)
    ]
    if not alike:
        return ""
    return (
        f", but {_names(taxonomy, alike)} was learnt from few photos or rendered pictures and "
        "looks much the same"
    )


def _is_learnt(taxonomy: Taxonomy, type_: str, learnt: Collection[str]) -> bool:
    """Whether the classifier has a label for it, its own or "another of this group"."""
    lineage = taxonomy.lineage(type_)
    return type_ in learnt or any(
        row in learnt and taxonomy.level(row) in _NARROW for row in lineage
    )


def _answer_in_words(identity: Identity, taxonomy: Taxonomy, left: Sequence[str]) -> str:
    names = _names(taxonomy, left, last="or")
    if identity.answer is None:
        return f"the models answer {names} ({identity.probability:.2f})"
    rate = f"such a set holds the truth in {identity.answer.rate:.0%} of cases"
    if len(left) < len(identity.answer.nodes):
        return f"of what the models answer, a person's word leaves {names} ({rate})"
    return f"the models answer {names} ({rate})"


def _names(taxonomy: Taxonomy, nodes: Sequence[str], *, last: str = "and") -> str:
    *head, tail = (taxonomy.name(node) for node in nodes)
    return f"{', '.join(head)} {last} {tail}" if head else tail
