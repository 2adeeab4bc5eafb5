"""What the whole judge answers with a few references of types that the network never saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marchpast.evaluation.holding import holds, meant_by
from marchpast.identity import MILITARY, Judge
from marchpast.inference import ClassifySettings, GallerySettings
from marchpast.records import Identity
from marchpast.references import Nearness
from marchpast.taxonomy import Taxonomy
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import EXCEPTIONS, UNIONS
from marchpast.training.gallery_looks import Looks, brightness_of
from marchpast.training.gallery_trials import Trial

Verdict = bool | None
"""Right, wrong, or `None` where the label is too coarse to tell."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One photo with the references of one trial.

    Attributes:
        photo: Of which training, and its row there.
        event: Of the photo.
        node: Its label.
        count: References of each type.
        part: What it counts as, see `gallery_trials.PARTS`.
        weight: What it counts.
        is_nearest: Whether its own type is the nearest of those with references.
        is_first: Whether its own type is the likeliest of all.
        is_in_three: Whether it is among the likeliest three.
        pointed: Whether the type that the references point to is right; absent where they do not.
        stated: The probability stated with it, 0 where they do not.
        before: Whether the one-node answer without references is right.
        after: The same with them.
        is_less_exact: Whether the answer with references is above the one without.
        set_before: Whether the set without references holds the truth.
        set_after: The same with them.
    """

    photo: tuple[str, int]
    event: str
    node: str
    count: int
    part: str
    weight: float
    is_nearest: bool
    is_first: bool
    is_in_three: bool
    pointed: tuple[Verdict, ...]
    stated: float
    before: Verdict
    after: Verdict
    is_less_exact: bool
    set_before: Verdict
    set_after: Verdict


class Answering:
    """Lets a judge answer the photos of one training's trials.

    Args:
        looks: Of the training.
        rules: Of the card, for its labels.
        gallery: How references count.
        taxonomy: The tree, with the types that are tried.
    """

    def __init__(
        self, looks: Looks, rules: ClassifySettings, gallery: GallerySettings, taxonomy: Taxonomy
    ) -> None:
        self._looks = looks
        self._taxonomy = taxonomy
        self._rules = rules.model_copy(update={"gallery": gallery})

    def answers(self, trial: Trial) -> Iterator[Answered]:
        """Yield what is answered to every photo of a trial."""
        types = tuple(trial.references)
        judge = Judge.from_settings(
            self._taxonomy,
            labels=self._looks.space.labels,
            settings=self._rules,
            reference_types=types,
        )
        for place, row in enumerate(trial.rows.tolist()):
            near = [
                Nearness(node, float(trial.distance[place, column]), trial.count)
                for column, node in enumerate(types)
            ]
            after = self._identified(judge, row, near)
            yield self._answered(trial, place, row, self._looks.answers[row], after)

    def _identified(self, judge: Judge, row: int, near: Sequence[Nearness]) -> Identity:
        crop = self._looks.crops[row]
        return judge.identify(
            self._looks.logits[row : row + 1],
            size_px=crop.size_px,
            found_as=MILITARY,
            novelty=self._looks.novelty[row : row + 1],
            brightness=brightness_of(crop),
            nearness=near,
        )

    def _answered(
        self, trial: Trial, place: int, row: int, before: Identity, after: Identity
    ) -> Answered:
        crop = self._looks.crops[row]
        meant = meant_of(crop, self._taxonomy)
        types = list(trial.references)
        candidates = [candidate.node for candidate in after.candidates[:3]]
        hint = after.by_references

        def held(nodes: Sequence[str]) -> Verdict:
            known = [node for node in nodes if node in self._taxonomy.nodes]
            return holds(self._taxonomy, known, meant)

        def held_by(identity: Identity) -> Verdict:
            return held(identity.answer.nodes if identity.answer else ())

        return Answered(
            photo=(self._looks.name, row),
            event=crop.event,
            node=crop.node,
            count=trial.count,
            part=trial.part[place],
            weight=float(trial.weights[place]),
            is_nearest=crop.node == types[int(trial.distance[place].argmin())],
            is_first=crop.node in candidates[:1],
            is_in_three=crop.node in candidates,
            pointed=(held([hint.node]),) if hint else (),
            stated=hint.probability if hint else 0.0,
            before=held([before.node]),
            after=held([after.node]),
            is_less_exact=before.node != after.node and self._is_above(after.node, before.node),
            set_before=held_by(before),
            set_after=held_by(after),
        )

    def _is_above(self, node: str, other: str) -> bool:
        nodes = self._taxonomy.nodes
        return other in nodes and (node not in nodes or self._taxonomy.is_within(other, node))


def meant_of(crop: LabelledCrop, taxonomy: Taxonomy) -> frozenset[str]:
    """Return every node that a labelled crop may be."""
    return meant_by(
        taxonomy,
        UNIONS.get(crop.node, (crop.node,)),
        is_not=() if crop.is_exact else EXCEPTIONS.get(crop.node, ()),
        is_exact=crop.is_exact and crop.node not in UNIONS,
    )


def trial_answers(answering: Answering, trials: Sequence[Trial]) -> list[Answered]:
    """Return what is answered in all of these trials."""
    return [row for trial in trials for row in answering.answers(trial)]
