"""How often models are right: labelled pictures in, figures with n and intervals out.

    pictures = read_folder(Path("pictures/mine"))
    results = measure(pictures, Recognizer.load())
    for title, rows in tables(results):
        ...

Everything goes through what users have: exported models, the judge, the whole flow.
"""

from marchpast.evaluation.labelled import (
    LabelledBox,
    LabelledPicture,
    read_folder,
)
from marchpast.evaluation.measuring import measure, tables
from marchpast.evaluation.shares import share, shown, wilson

__all__ = [
    "LabelledBox",
    "LabelledPicture",
    "measure",
    "read_folder",
    "share",
    "shown",
    "tables",
    "wilson",
]
