"""The array types that geometry is kept in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
"""Float32 where it is kept, float64 on the way."""
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
