"""Labelling one's own footage: a page to read crops on, its label file, a training collection.

    crops = crops_of_result(Path("result"))            # or crops_of_pictures([...], recognizer)
    write_label_page(crops, taxonomy=load_taxonomy(), out=Path("labels.html"), title="Parade")
    # A person opens labels.html in a browser, decides, and saves labels.json.
    labels = read_labels(Path("labels.json"), load_taxonomy())
    to_coco(labels, sources=[Path("parade.mp4")], out=Path("data/parade"))

The page is one file that works without a network; nothing leaves the computer it is opened on.
"""

from marchpast.labelling.claims import (
    NamedVehicles,
    vehicles_of_footage,
    vehicles_of_result,
    whole_picture,
)
from marchpast.labelling.coco import to_coco
from marchpast.labelling.crops import LabelCrop, crops_of_pictures, crops_of_result
from marchpast.labelling.labels import LABELS_FORMAT, Label, LabelStatus, read_labels
from marchpast.labelling.page import write_label_page
from marchpast.labelling.reviewed import ReviewedLabels, labels_of_review, write_labels

__all__ = [
    "LABELS_FORMAT",
    "Label",
    "LabelCrop",
    "LabelStatus",
    "NamedVehicles",
    "ReviewedLabels",
    "crops_of_pictures",
    "crops_of_result",
    "labels_of_review",
    "read_labels",
    "to_coco",
    "vehicles_of_footage",
    "vehicles_of_result",
    "whole_picture",
    "write_label_page",
    "write_labels",
]
