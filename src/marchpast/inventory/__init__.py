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
    Inventory,
    InventoryConfidence,
    InventorySource,
    Qualifier,
)
from marchpast.inventory.comparing import (
    Comparison,
    ComparisonLine,
    Overall,
    Verdict,
    compare,
)
from marchpast.inventory.counting import SeenCount, count_seen
from marchpast.inventory.reading import bundled_inventories, load_inventory

__all__ = [
    "Amount",
    "AnnouncedLine",
    "Comparison",
    "ComparisonLine",
    "Inventory",
    "InventoryConfidence",
    "InventorySource",
    "Overall",
    "Qualifier",
    "SeenCount",
    "Verdict",
    "bundled_inventories",
    "compare",
    "count_seen",
    "load_inventory",
]
