"""Scores to calibrated answers, each with a level and a reason."""

from marchpast.identity.answers import SetLadder
from marchpast.identity.company import in_company
from marchpast.identity.conditions import CONDITIONS, Condition, brightness
from marchpast.identity.evidence import EvidenceTable, contradicts
from marchpast.identity.evidence_facts import (
    Attribute,
    attribute_facts,
    attributes,
    parse_attribute,
    values_of,
)
from marchpast.identity.evidence_model import AttributeReader
from marchpast.identity.evidence_words import conflicts, fact_phrase, narrowing, said
from marchpast.identity.judge import Judge
from marchpast.identity.labels import SURE_ENOUGH, LabelCheck, check_label
from marchpast.identity.limits import exactness_limits, limit_above
from marchpast.identity.masses import NOT_A_VEHICLE
from marchpast.identity.reference_odds import group_of, reference_odds
from marchpast.identity.rollup import MILITARY, UNKNOWN
from marchpast.identity.sets import PENALTIES, simplest

__all__ = [
    "CONDITIONS",
    "MILITARY",
    "NOT_A_VEHICLE",
    "PENALTIES",
    "SURE_ENOUGH",
    "UNKNOWN",
    "Attribute",
    "AttributeReader",
    "Condition",
    "EvidenceTable",
    "Judge",
    "LabelCheck",
    "SetLadder",
    "attribute_facts",
    "attributes",
    "brightness",
    "check_label",
    "conflicts",
    "contradicts",
    "exactness_limits",
    "fact_phrase",
    "group_of",
    "in_company",
    "limit_above",
    "narrowing",
    "parse_attribute",
    "reference_odds",
    "said",
    "simplest",
    "values_of",
]
