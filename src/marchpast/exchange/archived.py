"""What somebody archived, as sources: ids, addresses, dates, and hashes stated and recomputed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from marchpast import files
from marchpast.errors import ExchangeError

SOURCES_FORMAT: Final = "marchpast-sources/1"

Check = Literal["same", "differs", "not stated", "not checked", "missing"]
Role = Literal["media", "derived", "page"]
Kind = Literal["picture", "video", "other"]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ArchivedFile(_Strict):
    """One file of an archived item.

    Attributes:
        key: What the archive calls it, as stated.
        path: Where it is, relative to the list's own file, `/`-separated; `None` when it is not
            here. Nothing is downloaded.
        role: `media`; `derived` (a thumbnail, a screenshot, another rendering); `page` (the
            archive's own page about the item).
        kind: What it is by its content; `other` is neither a picture nor a video that is read.
        size_bytes: `None` when it is not here.
        sha256: Recomputed from the bytes; `None` when it is not here.
        stated: The hash as the archive states it, `None` when it states none; `name:...` when the
            file's name looks like the first 24 digits of one, which is how it names files.
        check: `same` or `differs` when a stated hash was recomputed (`same` for a name: these
            digits); `not checked` when nothing tells which hash it is; `missing` when no file of
            that name is here, or several are.
    """

    key: str
    path: str | None
    role: Role
    kind: Kind
    size_bytes: Annotated[int, Field(ge=0)] | None
    sha256: _Sha256 | None
    stated: str | None
    check: Check

    @property
    def is_usable(self) -> bool:
        """Whether it is footage that is here, and no stated hash speaks against it."""
        fits = self.check in ("same", "not stated", "not checked")
        return self.role == "media" and self.kind != "other" and fits


class ArchivedItem(_Strict):
    """One address that was archived.

    Attributes:
        id: The archive's: the row of its table, or the name of its page or file.
        url: Where it was published; `None` when the archive does not say.
        title: As published.
        status: As the archive states it.
        published: When it was published, as the archive states it.
        archived: When it was archived, as the archive states it.
        files: Possibly none.
    """

    id: str
    url: str | None
    title: str | None
    status: str | None
    published: str | None
    archived: str | None
    files: tuple[ArchivedFile, ...]


class SourceList(_Strict):
    """The content of a list of sources.

    Attributes:
        format: Always `marchpast-sources/1`.
        importer: Which archive's layout was read.
        origin: The name of the table or folder.
        origin_sha256: Of the table; `None` for a folder.
        items: In the order of the table, or of their names.
    """

    format: Literal["marchpast-sources/1"] = SOURCES_FORMAT
    importer: str
    origin: str
    origin_sha256: _Sha256 | None
    items: tuple[ArchivedItem, ...]

    def usable(self, base: Path) -> list[Path]:
        """Return the footage that can be given to a run, each file once.

        Args:
            base: The folder that paths are relative to: that of the list's own file.
        """
        found = [row for item in self.items for row in item.files if row.is_usable]
        return list(dict.fromkeys(base / row.path for row in found if row.path is not None))

    def item_of(self, sha256: str) -> ArchivedItem | None:
        """Return the first item that has a file with these bytes: a result names its hash."""
        for item in self.items:
            if any(row.sha256 == sha256 for row in item.files):
                return item
        return None


def write_sources(sources: SourceList, path: Path) -> None:
    """Write a list of sources.

    Raises:
        OSError: If the file cannot be written.
    """
    files.write_text(path, sources.model_dump_json(indent=1) + "\n")


def load_sources(path: Path) -> SourceList:
    """Read a list of sources back.

    Raises:
        ExchangeError: If the file cannot be read, or is no such list.
    """
    try:
        return SourceList.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ExchangeError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise ExchangeError(
            f"{path}: is no {SOURCES_FORMAT} list: {place}: {problem['msg']}; "
            "make it with marchpast import"
        ) from error
