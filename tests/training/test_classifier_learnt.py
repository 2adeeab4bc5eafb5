"""Which names little was learnt of, from counts set by hand."""

from marchpast.taxonomy import load_taxonomy
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.classifier_learnt import Learnt, support_of

LABELS = ("tank", "t80", "smerch_tornado_s", "bastion_p", "bal", "osa", "background")


def test_photos_and_rendered_crops_count_apart() -> None:
    taxonomy = load_taxonomy()
    photos = {"t80": 30, "tank": 20, "smerch_tornado_s": 7, "osa": 4, "mlrs_or_sam": 9}
    rendered = {"t80": 50, "smerch_tornado_s": 60, "bastion_p": 25, "bal": 24}
    support = support_of(Learnt(photos, rendered), LabelSpace(LABELS, taxonomy), taxonomy=taxonomy)
    assert support["rendered_types"] == ["smerch_tornado_s", "bastion_p"]
    assert support["rendered_only"] == ["bastion_p", "bal"]
    # Groups stay thin whatever was rendered of them.
    assert {"bal", "osa", "coastal_defence", "missile_tel", "sam_short"} <= set(
        support["thin_nodes"]
    )
    assert not {"bastion_p", "smerch_tornado_s", "t80", "tank"} & set(support["thin_nodes"])


def test_without_rendered_pictures_nothing_is_said_of_them() -> None:
    taxonomy = load_taxonomy()
    support = support_of(
        Learnt({"t80": 30, "osa": 4}, {}), LabelSpace(LABELS, taxonomy), taxonomy=taxonomy
    )
    assert support["rendered_types"] == support["rendered_only"] == []
    assert "osa" in support["thin_nodes"]
