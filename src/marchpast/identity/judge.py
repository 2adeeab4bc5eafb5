"""From the classifier's logits to what one vehicle is: one node, and a set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from marchpast.identity.answers import Look, SetAnswerer, SetLadder
from marchpast.identity.by_references import ByReferences, Judged
from marchpast.identity.evidence import EvidenceTable
from marchpast.identity.evidence_model import AttributeReader
from marchpast.identity.evidence_words import conflicts
from marchpast.identity.masses import NOT_A_VEHICLE, Masses, NodeTable
from marchpast.identity.rollup import MILITARY, ROOT, Rolled, RollUp, Rules
from marchpast.identity.showing import candidates_of, masses_of
from marchpast.inference import ClassifySettings, GallerySettings, SetSettings
from marchpast.records import FloatArray, Identity, SeenAttribute
from marchpast.references import Nearness
from marchpast.taxonomy import Taxonomy

_MOST = 0.5


class Judge:
    """Turns the scores of one vehicle's crops into an identity."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        *,
        labels: Sequence[str],
        temperature: float,
        min_mass: float,
        novelty_slope: float | None = None,
        min_type_score: float | None = None,
        min_type_size_px: int = 0,
        thin_nodes: Sequence[str] = (),
        rendered_types: Sequence[str] = (),
        min_rendered_score: float | None = None,
        sets: SetSettings | None = None,
        attribute_reader: AttributeReader | None = None,
        gallery: GallerySettings | None = None,
        reference_types: Sequence[str] = (),
    ) -> None:
        """Prepare the sums along the tree.

        Args:
            taxonomy: The tree.
            labels: The classifier's labels in order: types, inner nodes (meaning "in this group,
                but none of the types listed"), and `background`.
            temperature: Divides the logits before the softmax (Guo et al. 2017, "On Calibration
                of Modern Neural Networks").
            min_mass: Probability a node must hold to be answered, above 0.5.
            novelty_slope: What a novelty of one costs the likeliest type, in log-odds; `None`
                treats types as all nodes.
            min_type_score: Log-odds minus that cost from which on a type is named.
            min_type_size_px: Below this shorter side of the best crop no type is named.
            thin_nodes: Types and groups learnt from few crops: see `exactness_limits`.
            rendered_types: Types learnt from rendered pictures, with few photos or none. What a
                renderer leaves out is not learnt, and nothing measures it, so their names need
                `min_rendered_score` where others need `min_type_score`.
            min_rendered_score: `None` names none of them.
            sets: How sets are made; without it no identity carries one.
            attribute_reader: Reads the attributes that the network tells, where it does.
            gallery: How references count; without it they do not.
            reference_types: Types of which the user has references; some may be labels.

        Raises:
            TaxonomyError: If a label or a type is no node.
            ValueError: If a number is out of its range.
        """
        if temperature <= 0 or not 0.5 < min_mass <= 1:
            raise ValueError(
                f"temperature must be above 0 and min_mass above 0.5 and at most 1, got "
                f"{temperature} and {min_mass}"
            )
        self._taxonomy = taxonomy
        self._temperature = temperature
        self._labels = tuple(labels)
        self._table = NodeTable(taxonomy, self._labels)
        self._reader = attribute_reader
        self._evidence = EvidenceTable(taxonomy, self._labels)
        rules = Rules(
            min_mass,
            novelty_slope,
            min_type_score,
            min_type_size_px,
            tuple(thin_nodes),
            tuple(rendered_types),
            min_rendered_score,
        )
        self._rollup = RollUp(taxonomy, self._table, rules)
        self._sets: SetAnswerer | None = None
        if sets is not None:
            self._sets = SetAnswerer(
                taxonomy,
                self._table,
                sets,
                few_photos={*thin_nodes, *rendered_types},
                min_type_size_px=min_type_size_px,
            )
        self._by_references: ByReferences | None = None
        if gallery is not None and reference_types:
            self._by_references = ByReferences(
                taxonomy,
                labels=self._labels,
                types=reference_types,
                settings=gallery,
                min_mass=min_mass,
                min_type_size_px=min_type_size_px,
                few_photos={*thin_nodes, *rendered_types},
                sets=sets,
            )

    @classmethod
    def from_settings(
        cls,
        taxonomy: Taxonomy,
        *,
        labels: Sequence[str],
        settings: ClassifySettings,
        attribute_names: Sequence[str] = (),
        reference_types: Sequence[str] = (),
    ) -> Self:
        """Return the judge that a classifier's card asks for.

        Args:
            taxonomy: The tree.
            labels: The classifier's labels in order.
            settings: Of its card.
            attribute_names: What the columns of its output `attributes` stand for.
            reference_types: Types of which the user has references.

        Raises:
            TaxonomyError: If a label is no node.
        """
        return cls(
            taxonomy,
            labels=labels,
            temperature=settings.temperature,
            min_mass=settings.min_mass,
            novelty_slope=settings.novelty_slope,
            min_type_score=settings.min_type_score,
            min_type_size_px=settings.min_type_size_px,
            thin_nodes=settings.thin_nodes,
            rendered_types=settings.rendered_types,
            min_rendered_score=settings.min_rendered_score,
            sets=settings.sets,
            attribute_reader=AttributeReader(attribute_names, settings.attributes),
            gallery=settings.gallery,
            reference_types=reference_types,
        )

    def probabilities(self, logits: FloatArray) -> npt.NDArray[np.float64]:
        """Return calibrated leaf probabilities, the mean over one vehicle's crops.

        Args:
            logits: `(K, L)` float32, `K >= 1` crops.

        Returns:
            `(L,)` float64 that sum to 1.
        """
        if logits.ndim != 2 or len(logits) == 0 or logits.shape[1] != len(self._labels):
            raise ValueError(
                f"logits must be (crops >= 1, {len(self._labels)} labels), got {logits.shape}"
            )
        scaled = logits.astype(np.float64) / self._temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        exponentials = np.exp(scaled)
        shares = exponentials / exponentials.sum(axis=1, keepdims=True)
        return np.asarray(shares.mean(axis=0))

    def identify(
        self,
        logits: FloatArray,
        *,
        size_px: float,
        found_as: str,
        novelty: FloatArray | None = None,
        brightness: float | None = None,
        attributes: FloatArray | None = None,
        seen: Sequence[SeenAttribute] = (),
        nearness: Sequence[Nearness] = (),
    ) -> Identity:
        """Name one vehicle as exactly as its crops allow.

        Args:
            logits: `(K, L)` float32, one row a crop.
            size_px: Shorter side of the largest of its boxes, source pixels.
            found_as: The detector's label for it, `military_vehicle` or `civilian_vehicle`.
            novelty: `(K,)`: how unlike the pictures learnt each crop is, where the classifier
                says so.
            brightness: Of the crops, as `brightness` measures it; `None` takes it for light.
            attributes: `(K, A)`, where the classifier tells attributes.
            seen: What a person saw: it excludes names for certain. The network's own attributes
                move no probability: they are read from the same embedding as the names, on which
                temperature and thresholds were fitted; they are reported, and so are conflicts.
            nearness: To the user's references of each of the judge's `reference_types`; what they
                change, and that they did, is in the answer.

        Returns:
            The answer; its node is `background` where the crops show no vehicle.
        """
        told = self._reader.read(attributes) if self._reader is not None else ()
        told = (*told, *seen)
        probabilities = self._evidence.combine(self.probabilities(logits), seen)
        masses = self._table.masses(probabilities)
        candidates = candidates_of(self._taxonomy, self._labels, probabilities)
        no_vehicle = 1.0 - masses[ROOT]
        if no_vehicle > _MOST:
            reason = f"the crops look like no vehicle ({no_vehicle:.2f})"
            return Identity(NOT_A_VEHICLE, "unknown", no_vehicle, reason, candidates)
        look = self._look(probabilities, size_px, brightness, novelty)
        rolled = self._rolled(masses, look, found_as)
        is_node = rolled.node in self._taxonomy.nodes
        identity = Identity(
            rolled.node,
            self._taxonomy.level(rolled.node) if is_node else "unknown",
            rolled.probability,
            rolled.reason,
            candidates,
            masses=masses_of(self._taxonomy, masses),
            answer=None
            if self._sets is None
            else self._sets.answer(masses, rolled, look, seen=told),
            attributes=told,
            conflicts=conflicts(self._taxonomy, masses.likeliest_type()[0], told),
        )
        if self._by_references is None or not nearness:
            return identity
        judged = Judged(identity, probabilities, masses, rolled, look, told)
        return self._by_references.revise(judged, nearness)

    def set_ladder(
        self,
        logits: FloatArray,
        *,
        size_px: float,
        novelty: FloatArray | None = None,
        brightness: float | None = None,
    ) -> SetLadder | None:
        """Return the sets of one military vehicle at every one of `PENALTIES`; see `identify`.

        Calibration chooses among them what `identify` will answer. `None` where the crops show
        no vehicle.

        Raises:
            ValueError: If this judge makes no sets.
        """
        if self._sets is None:
            raise ValueError("a judge without set settings has no sets; give it `sets`")
        probabilities = self.probabilities(logits)
        masses = self._table.masses(probabilities)
        look = self._look(probabilities, size_px, brightness, novelty)
        if 1.0 - masses[ROOT] > _MOST:
            return None
        return self._sets.ladder(masses, self._rolled(masses, look, MILITARY), look)

    def _look(
        self,
        probabilities: npt.NDArray[np.float64],
        size_px: float,
        brightness: float | None,
        novelty: FloatArray | None,
    ) -> Look:
        best_label = self._labels[int(np.argmax(probabilities))]
        strangeness = None if novelty is None else float(novelty.mean())
        return Look(size_px, best_label, brightness, strangeness)

    def _rolled(self, masses: Masses, look: Look, found_as: str) -> Rolled:
        return self._rollup.answer(
            masses,
            best_label=look.best_label,
            size_px=look.size_px,
            found_as=found_as,
            novelty=look.novelty,
        )
