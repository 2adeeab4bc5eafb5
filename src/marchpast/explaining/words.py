"""Probabilities in the words of Intelligence Community Directive 203.

Source: ICD 203, Analytic Standards (Office of the Director of National Intelligence, 2015), the
upper row of its table of likelihood. The table starts at 1 % and ends at 99 %; what lies outside is
given the outermost words.
"""

from __future__ import annotations

import math
from typing import Final

ICD_203: Final = (
    ("almost no chance", 0.05),
    ("very unlikely", 0.20),
    ("unlikely", 0.45),
    ("roughly even chance", 0.55),
    ("likely", 0.80),
    ("very likely", 0.95),
    ("almost certain", 1.0),
)
"""Each term with the upper end of its range, which is the lower end of the next."""


def likelihood_words(probability: float) -> str:
    """Return the ICD 203 term for a probability; on a limit, the one nearer to one half.

    >>> likelihood_words(0.03), likelihood_words(0.5), likelihood_words(0.95)
    ('almost no chance', 'roughly even chance', 'very likely')

    Raises:
        ValueError: If it is no probability.
    """
    if not 0.0 <= probability <= 1.0:
        raise ValueError(f"a probability lies from 0 to 1, got {probability}")
    if probability < 0.5:
        return next(words for words, end in ICD_203 if probability < end)
    return next(words for words, end in ICD_203 if probability <= end)


def range_words(low: float, high: float) -> str:
    """Return the ICD 203 terms for a range: one term, or from the lower to the higher.

    >>> range_words(0.6, 0.7), range_words(0.11, 0.88)
    ('likely', 'very unlikely to very likely')
    """
    first, last = likelihood_words(low), likelihood_words(high)
    return first if first == last else f"{first} to {last}"


def percent_range(low: float, high: float) -> str:
    """Return a range in whole per cent, rounded outwards, never 0 or 100.

    >>> percent_range(0.114, 0.871), percent_range(0.001, 0.009), percent_range(0.991, 0.9995)
    ('11 to 88 %', 'under 1 %', 'over 99 %')
    """
    # What is rounded outwards must not gain a per cent from the last bit of a float.
    least, most = math.floor(low * 100 + 1e-9), math.ceil(high * 100 - 1e-9)
    if most <= 1 and least < 1:
        return "under 1 %"
    if least >= 99 and most > 99:
        return "over 99 %"
    first = "under 1" if least < 1 else str(least)
    last = "over 99" if most > 99 else str(most)
    return f"{first} %" if first == last else f"{first} to {last} %"
