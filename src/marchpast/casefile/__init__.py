"""A case in one file, and the evidence that leaves it with the hash of everything it rests on.

:func:`create_case` and :func:`open_case` give a :class:`Case`, one SQLite file that only grows:
sources, results, notes, predictions. :func:`pack_evidence` puts a result, and what it was made
from, into one file of which every byte is accounted for; :func:`verify_evidence` checks it. Only
this room reads Content Credentials.
"""

from marchpast.casefile.case import Case, create_case, open_case
from marchpast.casefile.entries import CaseNote, CaseOrigin, CaseResult, CaseSource, LogEntry
from marchpast.casefile.metadata import METADATA_FORMAT
from marchpast.casefile.packing import Packed, pack_evidence, verify_evidence
from marchpast.casefile.showing import case_facts, case_text
from marchpast.casefile.verifier import FORMAT as EVIDENCE_FORMAT
from marchpast.casefile.verifier import Verification

__all__ = [
    "EVIDENCE_FORMAT",
    "METADATA_FORMAT",
    "Case",
    "CaseNote",
    "CaseOrigin",
    "CaseResult",
    "CaseSource",
    "LogEntry",
    "Packed",
    "Verification",
    "case_facts",
    "case_text",
    "create_case",
    "open_case",
    "pack_evidence",
    "verify_evidence",
]
