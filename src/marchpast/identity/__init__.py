"""Scores to calibrated answers, each with a level and a reason."""

from marchpast.identity.judge import NOT_A_VEHICLE, UNKNOWN, Judge

__all__ = ["NOT_A_VEHICLE", "UNKNOWN", "Judge"]
