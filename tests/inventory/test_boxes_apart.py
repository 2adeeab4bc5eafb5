"""Which boxes of one picture may be the same vehicle."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from marchpast.inventory.moments import apart

edge = st.integers(0, 6)
size = st.integers(0, 5)
box = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), edge, edge, size, size)


def one_by_one(boxes: npt.NDArray[np.float64]) -> list[bool]:
    """Count from the largest on, and leave out what lies mostly within one that is counted."""

    def area(box: list[float]) -> float:
        return (box[2] - box[0]) * (box[3] - box[1])

    rows = boxes.tolist()
    kept: list[int] = []
    for row in sorted(range(len(rows)), key=lambda i: -area(rows[i])):
        mine = rows[row]
        shared = [
            max(min(mine[2], other[2]) - max(mine[0], other[0]), 0)
            * max(min(mine[3], other[3]) - max(mine[1], other[1]), 0)
            for other in (rows[i] for i in kept)
        ]
        if not any(part > 0.6 * area(mine) for part in shared):
            kept.append(row)
    return [row in kept for row in range(len(rows))]


@given(st.lists(box, max_size=8))
def test_boxes_are_counted_as_they_would_be_one_by_one(boxes: list[tuple[int, ...]]) -> None:
    columns = np.array(boxes, np.float64).reshape(-1, 4)
    assert apart(columns).tolist() == one_by_one(columns)
