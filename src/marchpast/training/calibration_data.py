"""What calibration is given and what it decides."""

from __future__ import annotations

from dataclasses import dataclass, replace

from marchpast.records import BoolArray, FloatArray, IntArray
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_metrics import (
    RenderedGate,
    TypeGate,
    Verdicts,
    answers,
    softmax,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What calibration decides.

    Attributes:
        temperature: Divides the logits.
        min_mass: Probability a node must hold to be answered.
        novelty_slope: See `classifier_metrics.TypeGate`; `None` treats types as all nodes.
        min_type_score: The same.
        min_rendered_score: See `classifier_metrics.RenderedGate`.
    """

    temperature: float
    min_mass: float
    novelty_slope: float | None = None
    min_type_score: float | None = None
    min_rendered_score: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """What calibration needs to know of crops of events that were not learnt from.

    Attributes:
        logits: `(N, L)`.
        novelty: `(N,)`, `None` where the network does not say.
        allowed: `(N, L)`; rows without a leaf (kinds never trained) do not fit the temperature.
        table: `(N, nodes)` verdicts.
        counted: `(N,)`: crops whose answers decide the thresholds.
        is_type: `(nodes,)`: which nodes are types.
        is_class: `(nodes,)`: which nodes say no more than military or civil.
        instead: `(nodes,)`: see `classifier_metrics.TypeGate`.
        is_rendered: `(nodes,)`: see `classifier_metrics.RenderedGate`.
        above: The same.
    """

    logits: FloatArray
    novelty: FloatArray | None
    allowed: BoolArray
    table: Verdicts
    counted: BoolArray
    is_type: BoolArray
    is_class: BoolArray
    instead: IntArray
    is_rendered: BoolArray
    above: IntArray

    def select(self, rows: BoolArray | IntArray) -> Crops:
        """Return some of the crops."""
        return replace(
            self,
            logits=self.logits[rows],
            novelty=None if self.novelty is None else self.novelty[rows],
            allowed=self.allowed[rows],
            table=self.table[rows],
            counted=self.counted[rows],
        )

    def gate(
        self, slope: float | None, min_score: float | None, min_rendered_score: float | None
    ) -> TypeGate | None:
        """Return when these crops' types are named; `None` where the network does not say."""
        if self.novelty is None or slope is None or min_score is None:
            return None
        rendered = RenderedGate(self.is_rendered, min_rendered_score, self.above)
        return TypeGate(
            self.is_type,
            self.is_class,
            self.novelty,
            slope,
            min_score,
            self.instead,
            rendered if self.is_rendered.any() else None,
        )

    def answers(self, space: LabelSpace, thresholds: Thresholds) -> IntArray:
        """Return `(N,)`: the answer to every crop, index into `space.nodes`."""
        return answers(
            softmax(self.logits, thresholds.temperature),
            space,
            min_mass=thresholds.min_mass,
            gate=self.gate(
                thresholds.novelty_slope,
                thresholds.min_type_score,
                thresholds.min_rendered_score,
            ),
        )
