"""Rival explanations of footage, and dated predictions to check them by.

>>> import datetime
>>> facts = Facts(
...     claim="mass mobilisation",
...     place="Vladivostok",
...     date=datetime.date(2017, 4, 16),
...     provenance="a driver's video, posted on 16 April 2017, downloaded from the post",
... )
>>> assess(facts).verdict.split(":")[0]
'No explanation stands out'
"""

from marchpast.explaining.assessing import START_SPREAD, assess
from marchpast.explaining.attachment import (
    EXPLANATIONS_FORMAT,
    ChangeEntry,
    DraftEntry,
    EvidenceEntry,
    ExplanationEntry,
    Explanations,
    MissingEntry,
    SeenEntry,
    SpanEntry,
    StartEntry,
    WeightEntry,
)
from marchpast.explaining.cases import WorkedCase, load_cases
from marchpast.explaining.drafting import predicted
from marchpast.explaining.facts import (
    Facts,
    Finding,
    InventoryFit,
    ReuseMatch,
    ReuseSearch,
    SeenKind,
)
from marchpast.explaining.predictions import (
    Change,
    Outcome,
    Prediction,
    due,
    next_id,
    resolve,
)
from marchpast.explaining.scoring import Parts, Score, score
from marchpast.explaining.season import Season, season_of
from marchpast.explaining.storing import (
    EXPLANATIONS_FILE,
    load_explanations,
    write_explanations,
)
from marchpast.explaining.table import Kind, Rival, Table, load_table
from marchpast.explaining.telling import described
from marchpast.explaining.words import likelihood_words, percent_range, range_words

__all__ = [
    "EXPLANATIONS_FILE",
    "EXPLANATIONS_FORMAT",
    "START_SPREAD",
    "Change",
    "ChangeEntry",
    "DraftEntry",
    "EvidenceEntry",
    "ExplanationEntry",
    "Explanations",
    "Facts",
    "Finding",
    "InventoryFit",
    "Kind",
    "MissingEntry",
    "Outcome",
    "Parts",
    "Prediction",
    "ReuseMatch",
    "ReuseSearch",
    "Rival",
    "Score",
    "Season",
    "SeenEntry",
    "SeenKind",
    "SpanEntry",
    "StartEntry",
    "Table",
    "WeightEntry",
    "WorkedCase",
    "assess",
    "described",
    "due",
    "likelihood_words",
    "load_cases",
    "load_explanations",
    "load_table",
    "next_id",
    "percent_range",
    "predicted",
    "range_words",
    "resolve",
    "score",
    "season_of",
    "write_explanations",
]
