"""The shipped classifier on types that are none of its labels.

Few types of the taxonomy are without a label and have photos. The collection of tank photos says of
which foreign tank each is; to the classifier all of them are "another tank", so each is taken for a
type under `tank` here. That is the hardest case: one kind of vehicle, told apart by details.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from marchpast.inference import (
    ClassifierCard,
    ClassifySettings,
    Model,
    find_model,
    load_projection,
)
from marchpast.taxonomy import Taxonomy, load_taxonomy
from marchpast.taxonomy.nodes import Node
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import BACKGROUND, NO_MILITARY, LabelSpace
from marchpast.training.gallery_looks import Looks, answers_to
from marchpast.training.gallery_trials import Trial, trials_of

FOREIGN = "foreign_"
_TANKS = "tank_types"
_FEWEST_PHOTOS, _EVERY = 4, 3
"""Of the foreign tanks with four photos every third is tried, and all with more: enough to see."""
_BATCH = 16


def read_shipped(
    data: Path,
    train: Sequence[LabelledCrop],
    val: Sequence[LabelledCrop],
    *,
    classifier: str,
) -> tuple[Looks, Taxonomy, ClassifySettings]:
    """Let the shipped classifier look at types without a label and at the validation photos.

    Args:
        data: Folder of the collections.
        train: Crops of the training side: of these, the types without a label.
        val: Crops of the other side.
        classifier: Bundled name or model folder; its card says how references count.

    Returns:
        What it sees, the tree with the foreign tanks in it, and the settings of its card.

    Raises:
        ModelError: If the classifier cannot be used with references.
    """
    folder = find_model(classifier)
    model = Model.load(folder, device="cpu")
    card = model.card
    assert isinstance(card, ClassifierCard)
    assert card.settings.gallery is not None
    kinds = _kinds(data)
    named = [[_as_foreign(crop, kinds) for crop in side] for side in (train, val)]
    count = Counter(crop.node for side in named for crop in side)
    foreign = sorted(node for node in count if node.startswith(FOREIGN))
    taxonomy = _with(load_taxonomy(), foreign)
    unlisted = [node for node in count if node in taxonomy.types and node not in card.labels]
    tried = [crop for crop in named[0] if crop.node in unlisted]
    checked = [crop for crop in named[1] if crop.node not in (BACKGROUND, NO_MILITARY)]
    crops = (*tried, *checked)
    outputs = _outputs(model, crops)
    space = LabelSpace(card.labels, taxonomy)
    looks = Looks(
        name="shipped",
        crops=crops,
        is_checked=np.arange(len(crops)) >= len(tried),
        space=space,
        types=tuple(unlisted),
        logits=outputs["logits"],
        embedding=outputs["embedding"],
        novelty=outputs["novelty"],
        projection=load_projection(folder, card.settings.gallery),
        answers=answers_to(
            crops,
            outputs["logits"],
            outputs["novelty"],
            space,
            rules=card.settings,
            taxonomy=taxonomy,
        ),
        smallest_px=card.settings.min_type_size_px,
    )
    return looks, taxonomy, card.settings


def shipped_trials(looks: Looks, taxonomy: Taxonomy) -> dict[str, list[Trial]]:
    """Return trials of one type at a time, of types of the taxonomy and of foreign tanks apart."""
    count = Counter(looks.nodes)
    foreign = [node for node in looks.types if node.startswith(FOREIGN)]
    with_four = [node for node in foreign if count[node] == _FEWEST_PHOTOS]
    groups = {
        "types_without_label": [node for node in looks.types if node not in foreign],
        "foreign_tanks": [
            *(node for node in foreign if count[node] > _FEWEST_PHOTOS),
            *with_four[::_EVERY],
        ],
    }
    return {
        kind: [
            trial for node in nodes for trial in trials_of(looks, taxonomy, draws=1, types=(node,))
        ]
        for kind, nodes in groups.items()
    }


def _kinds(data: Path) -> dict[str, str]:
    path = data / _TANKS / "labels.csv"
    with path.open(newline="", encoding="utf-8") as stream:
        return {Path(row["file_name"]).name: row["type"] for row in csv.DictReader(stream)}


def _as_foreign(crop: LabelledCrop, kinds: Mapping[str, str]) -> LabelledCrop:
    """Each photo of the tank collection is an event: it says nothing of who took which."""
    if crop.collection != _TANKS:
        return crop
    event = crop.origin
    if crop.node != "tank":
        return replace(crop, event=event)
    kind = kinds[crop.origin.split("/", 1)[1].split("#")[0]]
    id_ = "".join(letter if letter.isalnum() else "_" for letter in kind.lower())
    return replace(crop, node=f"{FOREIGN}{id_}", event=event)


def _with(taxonomy: Taxonomy, foreign: Sequence[str]) -> Taxonomy:
    nodes = [taxonomy.node(id_) for id_ in taxonomy.nodes]
    more = [Node(id=id_, parent="tank", name=id_, name_ru=id_, level="type") for id_ in foreign]
    return Taxonomy([*nodes, *more], lookalike_groups=taxonomy.lookalike_groups)


def _outputs(model: Model, crops: Sequence[LabelledCrop]) -> dict[str, np.ndarray]:
    side = model.card.input.size[0]
    names = model.card.outputs.names
    parts = [
        model.run(np.stack([crop.view(side) for crop in crops[start : start + _BATCH]]))
        for start in range(0, len(crops), _BATCH)
    ]
    return {
        name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(names)
    }
