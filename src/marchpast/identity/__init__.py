"""Scores to calibrated answers, each with a level and a reason."""

from marchpast.identity.judge import UNKNOWN, Judge
from marchpast.identity.limits import exactness_limits, limit_above
from marchpast.identity.masses import NOT_A_VEHICLE

__all__ = ["NOT_A_VEHICLE", "UNKNOWN", "Judge", "exactness_limits", "limit_above"]
