"""What was announced, how many were seen, and what the two say together.

>>> inventory = load_inventory("vladivostok-2017")
>>> str(inventory.total), inventory.is_partial
('at least 50', True)
>>> [line.node for line in inventory.lines][:3]
['osa', 's300_family', 'bal']
"""

from marchpast.inventory.announced import (
    Amount,
    AnnouncedLine,
    Counted,
    Figures,
    Inventory,
    InventoryConfidence,
    InventorySource,
    Qualifier,
    SourceSentence,
)
from marchpast.inventory.clip_links import ClipLink, grouped
from marchpast.inventory.comparing import reconcile
from marchpast.inventory.comparison import (
    Comparison,
    ComparisonLine,
    Overall,
    Verdict,
)
from marchpast.inventory.count_intervals import CountInterval, count_interval, count_intervals
from marchpast.inventory.counting import SeenCount, count_seen
from marchpast.inventory.describing import described, summary
from marchpast.inventory.drafting import (
    Draft,
    DraftLine,
    DraftSentence,
    draft_inventory,
    draft_yaml,
)
from marchpast.inventory.library import prior_of_place, series
from marchpast.inventory.observing import Moment
from marchpast.inventory.priors import (
    Prior,
    RankedCandidate,
    Ranking,
    prior_of,
    rank_with_prior,
)
from marchpast.inventory.reading import bundled_inventories, load_inventory, read_announcement

__all__ = [
    "Amount",
    "AnnouncedLine",
    "ClipLink",
    "Comparison",
    "ComparisonLine",
    "CountInterval",
    "Counted",
    "Draft",
    "DraftLine",
    "DraftSentence",
    "Figures",
    "Inventory",
    "InventoryConfidence",
    "InventorySource",
    "Moment",
    "Overall",
    "Prior",
    "Qualifier",
    "RankedCandidate",
    "Ranking",
    "SeenCount",
    "SourceSentence",
    "Verdict",
    "bundled_inventories",
    "count_interval",
    "count_intervals",
    "count_seen",
    "described",
    "draft_inventory",
    "draft_yaml",
    "grouped",
    "load_inventory",
    "prior_of",
    "prior_of_place",
    "rank_with_prior",
    "read_announcement",
    "reconcile",
    "series",
    "summary",
]
