"""A store of the user's pictures: what goes in, what is refused, what damage is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from marchpast.errors import (
    OutputExistsError,
    ReferencesError,
    ReferenceStoreError,
    SourceError,
    TaxonomyError,
)
from marchpast.references import Store, create_store, open_store

TERMS: dict[str, Any] = {"credit": "A. Author", "licence": "CC BY 4.0"}


def picture(folder: Path, name: str = "one.png", grey: int = 90) -> Path:
    image = np.full((60, 100, 3), 200, np.uint8)
    image[10:50, 20:90] = grey
    cv2.imwrite(str(folder / name), image)
    return folder / name


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "store")


def test_a_picture_goes_in_byte_for_byte_and_comes_out_by_type(
    store: Store, tmp_path: Path
) -> None:
    path = picture(tmp_path)
    entry = store.add("Бал", path, box=(20, 10, 90, 50), **TERMS)
    again = open_store(store.folder)
    assert again.entries == (entry,)
    assert again.of("bal") == (entry,)
    assert again.of("osa") == ()
    assert (entry.node, entry.credit, entry.licence) == ("bal", "A. Author", "CC BY 4.0")
    assert entry.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert again.path(entry).read_bytes() == path.read_bytes()
    assert again.picture(entry).shape == (60, 100, 3)
    assert (entry.width, entry.height) == (100, 60)
    crop = again.crop(entry)
    assert crop.shape == (40, 70, 3)
    assert (crop == 90).all()


def test_without_a_box_the_whole_picture_is_meant(store: Store, tmp_path: Path) -> None:
    entry = store.add("osa", picture(tmp_path), **TERMS)
    assert entry.box is None
    assert store.crop(entry).shape == (60, 100, 3)


@pytest.mark.parametrize("name", ["tank", "civilian_vehicle", "air_defence"])
def test_a_group_is_refused_and_its_types_are_named(
    store: Store, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ReferenceStoreError, match="one type of military vehicle"):
        store.add(name, picture(tmp_path), **TERMS)
    assert open_store(store.folder).entries == ()


def test_an_unknown_type_is_refused_with_near_names(store: Store, tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="Bastion"):
        store.add("Bastoin", picture(tmp_path), **TERMS)


def test_the_same_picture_twice_is_told_by_its_hash(store: Store, tmp_path: Path) -> None:
    first = store.add("bal", picture(tmp_path), **TERMS)
    copy = tmp_path / "renamed.png"
    copy.write_bytes((tmp_path / "one.png").read_bytes())
    with pytest.raises(ReferenceStoreError, match=f"{first.id}.*{first.sha256[:12]}"):
        store.add("bastion_p", copy, **TERMS)
    store.add("bastion_p", copy, box=(20, 10, 60, 50), **TERMS)
    assert len(list((store.folder / "pictures").iterdir())) == 1


def test_several_go_in_together_or_not_at_all(store: Store, tmp_path: Path) -> None:
    good, other = picture(tmp_path), picture(tmp_path, "two.png", grey=40)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match=r"bad\.png"):
        store.add_all("bal", [(good, None), (tmp_path / "bad.png", None)], **TERMS)
    with pytest.raises(ReferenceStoreError, match="there already"):
        store.add_all("bal", [(good, None), (good, None)], **TERMS)
    assert store.entries == ()
    assert not list(store.folder.glob("pictures/*"))
    added = store.add_all("bal", [(good, None), (other, None)], **TERMS)
    assert open_store(store.folder).entries == added


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((0, 0, 101, 50), "not within"),
        ((50, 10, 50, 40), "not within"),
        ((-1, 0, 50, 50), "not within"),
        ((10, 10, 20, 50), "under 16 px"),
    ],
)
def test_a_box_must_fit_and_show_something(
    store: Store, tmp_path: Path, box: tuple[int, int, int, int], words: str
) -> None:
    with pytest.raises(ReferenceStoreError, match=words):
        store.add("bal", picture(tmp_path), box=box, **TERMS)


@pytest.mark.parametrize("text", ["", "   ", "two\nlines", "x" * 301])
@pytest.mark.parametrize("field", ["credit", "licence"])
def test_credit_and_licence_are_one_line_that_says_something(
    store: Store, tmp_path: Path, field: str, text: str
) -> None:
    with pytest.raises(ReferenceStoreError, match=f"{field} must be one line"):
        store.add("bal", picture(tmp_path), **{**TERMS, field: text})


def test_removing_deletes_the_copy_when_nothing_else_names_it(store: Store, tmp_path: Path) -> None:
    path = picture(tmp_path)
    whole = store.add("bal", path, **TERMS)
    part = store.add("osa", path, box=(20, 10, 90, 50), **TERMS)
    store.remove_all([whole.id])
    assert store.path(part).is_file()
    store.remove_all([part.id])
    assert not store.path(part).exists()
    assert open_store(store.folder).entries == ()
    with pytest.raises(ReferenceStoreError, match="no reference 'bal-1'"):
        store.remove_all(["bal-1"])


def test_the_hash_is_of_what_decides_answers(tmp_path: Path) -> None:
    one, other = picture(tmp_path), picture(tmp_path, "two.png", grey=40)
    there, back = create_store(tmp_path / "there"), create_store(tmp_path / "back")
    for store, order in ((there, (one, other)), (back, (other, one))):
        for path in order:
            store.add("bal", path, credit=store.folder.name, licence="unknown")
    assert there.sha256 == back.sha256
    before = there.sha256
    there.remove_all([there.entries[0].id])
    assert there.sha256 != before


def test_a_store_is_never_made_over_something_else(tmp_path: Path) -> None:
    picture(tmp_path)
    with pytest.raises(OutputExistsError):
        create_store(tmp_path)


def test_damage_is_told_in_one_line(store: Store, tmp_path: Path) -> None:
    entry = store.add("bal", picture(tmp_path), **TERMS)
    copy, index = store.path(entry), store.folder / "index.json"
    content, rows = copy.read_bytes(), index.read_bytes()
    for damaged, words in ((content[:-1] + b"x", "was changed"), (None, "cannot be read")):
        copy.unlink() if damaged is None else copy.write_bytes(damaged)
        with pytest.raises(ReferenceStoreError, match=words) as caught:
            open_store(store.folder)
        assert entry.id in str(caught.value)
        assert "\n" not in str(caught.value)
    open_store(store.folder, verify=False).remove_all([entry.id])
    assert open_store(store.folder).entries == ()
    index.write_bytes(rows[:-30])
    with pytest.raises(ReferenceStoreError, match="restore it from a copy"):
        open_store(store.folder)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("file", "../../secret.png"),
        ("file", "pictures/" + "0" * 64 + ".png"),
        ("node", "no_such_type"),
        ("node", "tank"),
        ("box", [0, 0, 500, 10]),
        ("credit", ""),
        ("sha256", "abc"),
        ("extra", 1),
    ],
)
def test_an_index_that_breaks_the_format_is_refused(
    store: Store, tmp_path: Path, field: str, value: object
) -> None:
    store.add("bal", picture(tmp_path), **TERMS)
    index = store.folder / "index.json"
    content = json.loads(index.read_text("utf-8"))
    content["references"][0][field] = value
    index.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ReferenceStoreError, match=r"index\.json"):
        open_store(store.folder)


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferencesError, match="marchpast references add makes one"):
        open_store(tmp_path)
    (tmp_path / "index.json").write_text('{"format": "marchpast-references/1"}', "utf-8")
    with pytest.raises(ReferencesError, match="format"):
        open_store(tmp_path)
