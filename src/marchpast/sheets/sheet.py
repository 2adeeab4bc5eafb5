"""The side-by-side sheet: what it holds, and how it is given away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from marchpast.errors import OutputExistsError
from marchpast.files import write_bytes
from marchpast.sheets.following import Outcome, listed
from marchpast.sheets.marks import State
from marchpast.sheets.pictures import Drawing, Photo, Shown, ViewName
from marchpast.sheets.sight import Claim
from marchpast.sheets.tells import Choice, Tell
from marchpast.taxonomy import Language

SUFFIXES = (".html", ".png")


@dataclass(frozen=True, slots=True)
class FeatureMark:
    """A feature of one kind, in words, and what a person says of it.

    Attributes:
        id: Such as `osa.2`.
        text: What to look for.
        is_unsure: Whether it lacks a second source.
        state: `None` where nobody looked.
    """

    id: str
    text: str
    is_unsure: bool
    state: State | None


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One of the compared kinds.

    Attributes:
        node: Its id.
        name: In the language of the sheet.
        other_name: Russian beside English, English beside Russian or Ukrainian.
        photos: The user's own pictures of it.
        drawings: The project's own.
        features: What to look for.
        against: How it differs from the others on the sheet, one sentence each.
    """

    node: str
    name: str
    other_name: str
    photos: tuple[Photo, ...]
    drawings: tuple[Drawing, ...]
    features: tuple[FeatureMark, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sheet:
    """A picture beside references of the kinds it may show, tell by tell.

    In a notebook it shows itself. `html()`, `png()` and `save()` give it away.

    Attributes:
        shown: The picture in question.
        columns: The kinds compared.
        tells: What separates them by known facts.
        seen: What a person marked of them, by attribute; `None` where it is not visible.
        claims: What the classifier sees of them.
        outcome: What follows.
        answer: What the models say of the picture, one sentence; empty where none ran.
        view: From where the drawings are shown at first.
        language: Of the names.
    """

    shown: Shown
    columns: tuple[Column, ...]
    tells: tuple[Tell, ...]
    seen: Mapping[str, Choice | None]
    claims: tuple[Claim, ...]
    outcome: Outcome
    answer: str
    view: ViewName
    language: Language

    @property
    def title(self) -> str:
        """The question that the sheet asks."""
        names = listed([column.name for column in self.columns], last="or")
        return f"{names[:1].upper()}{names[1:]}?"

    @property
    def possible(self) -> tuple[str, ...]:
        """The ids of the kinds that are not excluded."""
        return tuple(self.columns[number].node for number in self.outcome.possible)

    def html(self, *, result_sha256: str = "") -> str:
        """Return one page that needs nothing beside it and no network.

        Args:
            result_sha256: Of the `result.json` that it is put beside, if it is.
        """
        from marchpast.sheets.page import page_of

        return page_of(self, result_sha256=result_sha256)

    def png(self) -> bytes:
        """Return the sheet as the bytes of a PNG picture.

        Raises:
            SheetError: With OpenCV 4, whose fonts have no Cyrillic letters.
        """
        from marchpast.sheets.printing import print_sheet

        return print_sheet(self)

    def save(self, path: Path | str, *, overwrite: bool = False, result_sha256: str = "") -> Path:
        """Write the sheet as `.html` or `.png`.

        Args:
            path: The file.
            overwrite: Replace one that is there.
            result_sha256: See `html`.

        Returns:
            The path.

        Raises:
            ValueError: If the name ends on neither.
            OutputExistsError: If the file is there and `overwrite` is not set.
            SheetError: See `png`.
            OSError: If it cannot be written.
        """
        out = Path(path)
        check_output(out, overwrite=overwrite)
        is_picture = out.suffix == ".png"
        page = "" if is_picture else self.html(result_sha256=result_sha256)
        write_bytes(out, self.png() if is_picture else page.encode("utf-8"))
        return out

    def __repr__(self) -> str:
        return f"<Sheet {self.title!r} possible: {', '.join(self.possible) or 'none'}>"

    def _repr_html_(self) -> str:
        from marchpast.sheets.page import frame_of

        return frame_of(self)

    def _repr_png_(self) -> bytes | None:
        from marchpast.sheets.canvas import can_print

        return self.png() if can_print() else None


def check_output(path: Path, *, overwrite: bool) -> None:
    """Refuse a name that no sheet can have, or a file that is there.

    Raises:
        ValueError: If the name ends on neither `.html` nor `.png`.
        OutputExistsError: If the file is there and `overwrite` is not set.
    """
    if path.suffix not in SUFFIXES:
        raise ValueError(f"a sheet is written as {' or '.join(SUFFIXES)}, got {path.name!r}")
    if path.exists() and not overwrite:
        raise OutputExistsError(f"{path} exists; pass overwrite or choose another name")
