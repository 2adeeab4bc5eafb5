"""What is known of a drawn or pasted formation."""

from __future__ import annotations

from dataclasses import dataclass

from marchpast.records import BgrImage, Box


class NoPlaceError(RuntimeError):
    """A formation could not be placed so that every vehicle can be seen."""


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One vehicle of a formation.

    Attributes:
        xyxy: Round what is visible of it, pixels.
        visible: Visible share of it, above 0.
        node: Its taxonomy node.
    """

    xyxy: Box
    visible: float
    node: str


@dataclass(frozen=True, slots=True, eq=False)
class Formation:
    """One picture of 5 to 15 military vehicles.

    Attributes:
        image: `(H, W, 3)` uint8 BGR.
        name: Of the picture.
        layout: `column`, `rows` or `square`.
        place: The background; pictures of one place are alike.
        truth: The vehicles.
    """

    image: BgrImage
    name: str
    layout: str
    place: str
    truth: tuple[TruthRow, ...]

    @property
    def size(self) -> float:
        """Median longer side of a vehicle as a share of the picture's longer side."""
        sides = sorted(max(x2 - x1, y2 - y1) for x1, y1, x2, y2 in (r.xyxy for r in self.truth))
        return sides[len(sides) // 2] / float(max(self.image.shape[:2]))

    @property
    def least_visible(self) -> float:
        """Visible share of the vehicle that is hidden most."""
        return min(row.visible for row in self.truth)
