"""From the text of an announcement to a draft inventory that a person confirms."""

from marchpast.inventory.drafting.drafting import (
    Draft,
    DraftLine,
    DraftSentence,
    draft_inventory,
)
from marchpast.inventory.drafting.writing import draft_yaml

__all__ = ["Draft", "DraftLine", "DraftSentence", "draft_inventory", "draft_yaml"]
