"""Side-by-side sheets: a picture beside references of what it may show, tell by tell.

import marchpast

sheet = marchpast.compare("crop.jpg", ["Osa", "Tochka-U", "BTR-80"], attributes=["axles=3"])
sheet.possible                  # ('osa', 'tochka_u')
sheet.save("sheet.html")        # or .png; in a notebook, `sheet` alone shows it
"""

from marchpast.sheets.following import Outcome
from marchpast.sheets.making import compare
from marchpast.sheets.marks import State
from marchpast.sheets.pictures import VIEWS, Drawing, Photo, Shown, ViewName
from marchpast.sheets.sheet import SUFFIXES, Column, FeatureMark, Sheet, check_output
from marchpast.sheets.sight import Claim
from marchpast.sheets.tells import Choice, Tell

__all__ = [
    "SUFFIXES",
    "VIEWS",
    "Choice",
    "Claim",
    "Column",
    "Drawing",
    "FeatureMark",
    "Outcome",
    "Photo",
    "Sheet",
    "Shown",
    "State",
    "Tell",
    "ViewName",
    "check_output",
    "compare",
]
