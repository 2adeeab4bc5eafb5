"""A store of references made ready for one classifier."""

from __future__ import annotations

from pathlib import Path

from marchpast.errors import ModelContractError
from marchpast.inference import ClassifierCard, Model, load_projection
from marchpast.recognition import OnnxClassifier
from marchpast.references.gallery import Gallery
from marchpast.references.store import open_store


def load_gallery(folder: Path, model: Model, *, model_folder: Path) -> Gallery:
    """Compare with the references of a store, of all types but those learnt from enough photos.

    Args:
        folder: The store.
        model: A classifier whose card says how references count.
        model_folder: Where it was loaded from.

    Raises:
        ReferencesError: If there is no such store or it is damaged.
        ModelError: If the classifier cannot be used with references.
        SourceError: If a picture does not decode.
    """
    card = model.card
    if not isinstance(card, ClassifierCard) or card.settings.gallery is None:
        raise ModelContractError(
            f"model {card.name}: its card does not say how references count ([settings.gallery]); "
            "use the bundled classifier, or leave the references out"
        )
    settings = card.settings
    return Gallery.of(
        open_store(folder),
        OnnxClassifier(model),
        projection=load_projection(model_folder, card.settings.gallery),
        model_sha256=card.sha256,
        known=set(card.labels) - {*settings.rendered_types, *settings.thin_nodes},
    )
