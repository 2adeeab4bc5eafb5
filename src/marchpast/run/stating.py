"""What a result states about how it was made: networks, settings, cautions."""

from __future__ import annotations

from collections.abc import Sequence

from marchpast.pipeline import Recognizer
from marchpast.records import Identity
from marchpast.report import ModelEntry, Setting
from marchpast.run.settings import Settings

UNVALIDATED_FLAG = "type never validated: no picture of it was left to measure on"
RENDERED_FLAG = "learnt from rendered pictures only: no photo of this type was learnt from"
REFERENCES_FLAG = "your own reference pictures had a say in this answer: a hint, not training"


def flags_of(identity: Identity, recognizer: Recognizer) -> tuple[str, ...]:
    """Return the cautions that an answer carries, because of what it rests on."""
    cautions = {
        RENDERED_FLAG: identity.node in recognizer.rendered_only,
        UNVALIDATED_FLAG: identity.node in recognizer.unvalidated_types,
        REFERENCES_FLAG: identity.by_references is not None,
    }
    return tuple(flag for flag, holds in cautions.items() if holds)


def models_of(recognizer: Recognizer) -> tuple[ModelEntry, ...]:
    """Return the entries of the networks, in the order they run."""
    return tuple(
        ModelEntry(
            name=card.name,
            version=card.version,
            sha256=card.sha256,
            task=card.task,
            provider=provider,
            limits=tuple(card.limits.get("text", ())),
        )
        for card, provider in recognizer.models
    )


def plain_settings(
    settings: Settings, recognizer: Recognizer, *, wanted: Sequence[str]
) -> dict[str, Setting]:
    """Return everything that shapes the answers or the page; not workers or paths.

    What the user said of several sources has a place of its own in the result.

    Args:
        settings: Of the run.
        recognizer: Knows the thresholds that were used.
        wanted: The nodes that the settings' labels name.
    """
    return {
        "every_s": settings.sampling.every_s,
        "stride": settings.sampling.stride,
        "labels": ",".join(wanted),
        "language": settings.language,
        "long_side": settings.long_side,
        "min_confidence": recognizer.min_confidence,
        "track_confidence": recognizer.track_confidence,
        **_references(recognizer),
    }


def _references(recognizer: Recognizer) -> dict[str, Setting]:
    """Return which references were used; nothing where there were none."""
    gallery = recognizer.gallery
    if gallery is None:
        return {}
    return {
        "references_sha256": gallery.sha256,
        "references": ",".join(f"{node}:{count}" for node, count in gallery.pictures.items()),
        "references_not_used": ",".join(gallery.ignored),
    }
