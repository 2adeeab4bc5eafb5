"""The README of a package: what is in it, how to check it, and what a check shows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

_HEAD: Final = """\
EVIDENCE PACKAGE (marchpast-evidence/1)

What a program found in published footage, with the SHA-256 of everything that it rests on.

CHECK IT

  python3 -c "import zipfile; zipfile.ZipFile('package.zip').extract('verify.py')"
  python3 verify.py package.zip --sha256 HEX

needs Python 3.9 or newer and nothing else. HEX is the SHA-256 of the whole package as it was
published or sent to you; "sha256sum package.zip" (Linux), "shasum -a 256 package.zip" (macOS) or
"Get-FileHash package.zip" (Windows) shows what it is now.

verify.py is a program from whoever sent you the package. When you would not run that, take the same
file from marchpast (src/marchpast/casefile/verifier.py of the version in manifest.json), or use
"marchpast evidence verify".

WHAT A CHECK SHOWS

- Without HEX: that every file is the one that manifest.json lists, and that nothing was added,
  removed, renamed or changed since the package was made - by damage, or by somebody who did not
  also make a new manifest.
- With HEX: that this is the very package that was published, down to the last byte. Without it
  anybody could have made another package that is as consistent as this one.
- It does not show that the footage is genuine, when or where it was taken, who made the package or
  when, or that what the program says is right. Metadata and notes are what somebody wrote.

WHAT IS IN IT

  manifest.json        the SHA-256 of every file; of every source, model and inventory; settings and
                       versions; for every sighting its source, frame, time, box and pictures
  verify.py            the program that checks it
  README.txt           this text
  result/              the result: report.html is the page to read, result.json holds all of it
"""
_PARTS: Final = (
    ("frames/", "the whole frame in which each vehicle is seen best"),
    ("originals/", "the footage itself, each file named by its SHA-256"),
    ("metadata.json", "what the files of the footage say of themselves; nothing of it is checked"),
    ("case.json", "sources, results, notes and predictions of the case this belongs to"),
)
_ABSENT: Final = "\nNOT IN IT\n\n"


def readme(names: Collection[str]) -> str:
    """Return the text for a package with files of these names; lines end with a line feed."""
    there = [row for row in _PARTS if any(name.startswith(row[0]) for name in names)]
    absent = [row for row in _PARTS if row not in there]
    lines = [f"  {name:<20} {text}\n" for name, text in there]
    missing = [f"  {name:<20} {text}\n" for name, text in absent]
    return _HEAD + "".join(lines) + (_ABSENT + "".join(missing) if missing else "")
