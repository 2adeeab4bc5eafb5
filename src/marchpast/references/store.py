"""The user's own reference pictures: a folder of copies, and an index that says what each shows.

    marchpast-references/
      index.json                  type, credit, licence, SHA-256 and box of every picture
      pictures/<sha256>.jpg       copies, byte for byte
      embeddings-<model>.npz      what a classifier makes of them; may be deleted

Pictures are written before the index that names them and deleted after it, so a crash leaves at
worst a copy that no entry names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from marchpast.errors import OutputExistsError, ReferenceStoreError
from marchpast.files import sha256_of, write_bytes, write_text
from marchpast.recognition import cut
from marchpast.records import BgrImage
from marchpast.references.entries import (
    INDEX,
    PICTURES,
    STORE_FORMAT,
    Index,
    PixelBox,
    Reference,
    decoded,
    prepared,
    read_index,
)
from marchpast.taxonomy import Taxonomy, load_taxonomy

DEFAULT_STORE = "marchpast-references"
_MILITARY = "military_vehicle"


class Store:
    """A folder of reference pictures; `open_store` and `create_store` make one.

    Attributes:
        folder: Where it is.
    """

    def __init__(self, folder: Path, entries: Sequence[Reference], taxonomy: Taxonomy) -> None:
        """Hold what was read and checked."""
        self.folder = folder
        self._entries = tuple(entries)
        self._taxonomy = taxonomy

    @property
    def entries(self) -> tuple[Reference, ...]:
        """All references, in the order they were added."""
        return self._entries

    @property
    def sha256(self) -> str:
        """Hex digest of what decides answers: types, pictures and boxes, in whatever order."""
        rows = sorted((row.node, row.sha256, row.box or ()) for row in self._entries)
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()

    def of(self, node: str) -> tuple[Reference, ...]:
        """Return the references of one type, empty where there are none."""
        return tuple(row for row in self._entries if row.node == node)

    def path(self, entry: Reference) -> Path:
        """Return where the copy of a picture is."""
        return self.folder / entry.file

    def picture(self, entry: Reference) -> BgrImage:
        """Return the whole picture, `(H, W, 3)` uint8 BGR, upright.

        Raises:
            SourceError: If it does not decode any more.
        """
        return decoded(self.path(entry), name=entry.file)

    def crop(self, entry: Reference) -> BgrImage:
        """Return the vehicle, `(h, w, 3)` uint8 BGR: the box, or the whole picture without one.

        Raises:
            SourceError: If it does not decode any more.
        """
        image = self.picture(entry)
        return image if entry.box is None else cut(image, entry.box)

    def add(
        self,
        spelling: str,
        picture: Path,
        *,
        credit: str,
        licence: str,
        box: PixelBox | None = None,
    ) -> Reference:
        """Copy one picture into the store; see `add_all`."""
        return self.add_all(spelling, [(picture, box)], credit=credit, licence=licence)[0]

    def add_all(
        self,
        spelling: str,
        pictures: Sequence[tuple[Path, PixelBox | None]],
        *,
        credit: str,
        licence: str,
    ) -> tuple[Reference, ...]:
        """Copy pictures of one type into the store: all of them, or after an error none.

        Args:
            spelling: The type, in any spelling that the taxonomy knows.
            pictures: Files and where the vehicle is in each, `None` for the whole picture.
            credit: Who made them, one line.
            licence: Under which terms, one line.

        Raises:
            TaxonomyError: If nothing has that name; the message lists near names.
            ReferenceStoreError: If the name is no type of military vehicle, a box does not fit,
                credit or licence is no line of text, or a picture with that box is there already.
            SourceError: If a file is no picture or does not decode.
            OSError: If the store cannot be written.
        """
        node = self._type(spelling)
        made: list[tuple[Reference, bytes]] = []
        for path, box in pictures:
            entry, content = prepared(node, path, box, credit=credit, licence=licence)
            self._refuse_twice(entry, path, [row for row, _ in made])
            made.append((entry, content))
        (self.folder / PICTURES).mkdir(exist_ok=True)
        for entry, content in made:
            # Named after its hash: what is there already is the same picture, or was damaged.
            write_bytes(self.path(entry), content)
        added = tuple(entry for entry, _ in made)
        self._write((*self._entries, *added))
        return added

    def remove_all(self, ids: Sequence[str]) -> tuple[Reference, ...]:
        """Take references out, all or none; a copy that no entry names any more is deleted.

        Raises:
            ReferenceStoreError: If there is no such id.
            OSError: If the store cannot be written.
        """
        by_id = {row.id: row for row in self._entries}
        if missing := [id_ for id_ in ids if id_ not in by_id]:
            some = ", ".join(list(by_id)[:5]) or "none"
            raise ReferenceStoreError(
                f"{self.folder}: no reference {missing[0]!r}; there are {some}; "
                "marchpast references list shows all"
            )
        removed = tuple(by_id[id_] for id_ in dict.fromkeys(ids))
        self._write(tuple(row for row in self._entries if row.id not in ids))
        kept = {row.file for row in self._entries}
        for row in removed:
            if row.file not in kept:
                self.path(row).unlink(missing_ok=True)
        return removed

    def _type(self, spelling: str) -> str:
        node = self._taxonomy.find(spelling)
        if node.is_type and self._taxonomy.is_within(node.id, _MILITARY):
            return node.id
        types = self._taxonomy.types_under(node.id)[:8]
        raise ReferenceStoreError(
            f"{spelling!r} means {node.name} ({node.id}), and a reference shows one type of "
            f"military vehicle; types of it: {', '.join(types) or 'none'}"
        )

    def _refuse_twice(self, entry: Reference, path: Path, others: Sequence[Reference]) -> None:
        for row in (*self._entries, *others):
            if (row.sha256, row.box) == (entry.sha256, entry.box):
                raise ReferenceStoreError(
                    f"{path}: this picture is there already as {row.id} ({row.node}, SHA-256 "
                    f"{row.sha256[:12]}); nothing was added; another vehicle in it needs "
                    "another box"
                )

    def _write(self, entries: tuple[Reference, ...]) -> None:
        write_index(self.folder, entries)
        self._entries = entries


def create_store(folder: Path) -> Store:
    """Make an empty store.

    Raises:
        OutputExistsError: If something is at `folder` already.
        OSError: If it cannot be made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputExistsError(
            f"{folder}: is there already and is no store; name a new or an empty folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_index(folder, ())
    return Store(folder, (), load_taxonomy())


def open_store(folder: Path, *, verify: bool = True) -> Store:
    """Open a store and check every copy in it.

    Args:
        folder: Holds `index.json`.
        verify: Hash the copies; without it only the index is read, to take a damaged entry out.

    Raises:
        ReferenceStoreError: If it is missing or damaged; one line says what is wrong.
    """
    taxonomy = load_taxonomy()
    store = Store(folder, read_index(folder, taxonomy), taxonomy)
    if verify:
        for entry in store.entries:
            _check_copy(store, entry)
    return store


def write_index(folder: Path, entries: tuple[Reference, ...]) -> None:
    """Replace the index of a store atomically.

    Raises:
        OSError: If it cannot be written.
    """
    index = Index(format=STORE_FORMAT, references=entries)
    text = json.dumps(index.model_dump(mode="json"), indent=2, ensure_ascii=False)
    write_text(folder / INDEX, text + "\n")


def _check_copy(store: Store, entry: Reference) -> None:
    path = store.path(entry)
    way_out = f"restore it, or marchpast references remove {entry.id}"
    try:
        actual = sha256_of(path)
    except OSError as error:
        raise ReferenceStoreError(
            f"{path}: the copy of {entry.id} cannot be read ({error.strerror}); {way_out}"
        ) from error
    if actual != entry.sha256:
        raise ReferenceStoreError(
            f"{path}: the copy of {entry.id} was changed (SHA-256 {actual[:12]}, the index says "
            f"{entry.sha256[:12]}); {way_out}"
        )
