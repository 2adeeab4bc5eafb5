"""What people say of a result: kept beside it, carried to the next run, compared.

    applied = apply_review(Path("result"), Path("review.json"))
    for edit in applied.unmatched:
        print(edit.reviewer, edit.source, edit.time_s)
    review = read_review(applied.path, taxonomy)
    both = agreement(review.edits, folder=Path("result"), taxonomy=taxonomy)

The format of `review.json` and the matching of edits to sightings are the report's, whose page
shows them. Reviews as training labels are the labelling room's.
"""

from marchpast.review.agreeing import Agreement, AgreementLine, agreement
from marchpast.review.applying import Applied, apply_review
from marchpast.review.kappa import Kappa, cohens_kappa

__all__ = [
    "Agreement",
    "AgreementLine",
    "Applied",
    "Kappa",
    "agreement",
    "apply_review",
    "cohens_kappa",
]
