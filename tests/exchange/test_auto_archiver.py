"""What auto-archiver archived becomes a list of sources, its hashes recomputed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.exchange.archives import (
    URL,
    Archive,
    build_archive,
    digest,
    key,
    write_csv_db,
    write_sheet,
)

from marchpast.errors import ExchangeError
from marchpast.exchange import (
    SourceList,
    import_auto_archiver,
    load_sources,
    write_sources,
)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return build_archive(tmp_path / "archive")


def read(place: Path, archive: Archive, **options: Path) -> SourceList:
    return import_auto_archiver(place, base=archive.root.parent, **options)


def facts(sources: SourceList) -> dict[str | None, tuple[str, str, str]]:
    return {
        None if row.path is None else Path(row.path).name: (row.role, row.kind, row.check)
        for item in sources.items
        for row in item.files
    }


LAYOUTS: dict[str, Callable[[Archive], Path]] = {
    "sheet": write_sheet,
    "csv_db": write_csv_db,
    "folder": lambda archive: archive.root / "local_archive",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_files(layout: str, archive: Archive) -> None:
    sources = read(LAYOUTS[layout](archive), archive)
    assert facts(sources) == {
        archive.media.name: ("media", "picture", "same"),
        archive.inner.name: ("derived", "picture", "same"),
        archive.shot.name: ("derived", "picture", "same"),
        archive.page.name: ("page", "other", "same"),
    }
    item = sources.items[0]
    assert item.url == URL
    assert item.title is not None
    assert item.title.startswith("Колонна")
    assert (item.published or "").replace(" ", "T") == "2017-04-17T08:30:00+00:00"
    assert sources.usable(archive.root.parent) == [archive.media]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_changed_file_is_found(layout: str, archive: Archive) -> None:
    place = LAYOUTS[layout](archive)
    content = bytearray(archive.media.read_bytes())
    content[-20] ^= 1
    archive.media.write_bytes(bytes(content))
    sources = read(place, archive)
    assert facts(sources)[archive.media.name] == ("media", "picture", "differs")
    assert sources.usable(archive.root.parent) == []
    row = next(row for row in sources.items[0].files if row.check == "differs")
    assert row.sha256 == digest(archive.media)


@pytest.mark.parametrize("layout", ["sheet", "csv_db"])
def test_a_missing_file_is_found(layout: str, archive: Archive) -> None:
    place = LAYOUTS[layout](archive)
    archive.media.unlink()
    sources = read(place, archive)
    missing = [row for row in sources.items[0].files if row.check == "missing"]
    assert [row.key for row in missing] == [key(archive, archive.media)]
    assert missing[0].path is None
    assert missing[0].sha256 is None
    assert (missing[0].stated or "").startswith("SHA-256:")


def test_rows_keep_their_numbers_and_failures_their_status(archive: Archive) -> None:
    sources = read(write_sheet(archive), archive)
    assert [(item.id, item.status) for item in sources.items] == [
        ("row 3", "generic: success"),
        ("row 4", "Archive failed no archiver"),
    ]
    assert sources.items[1].files == ()
    assert sources.origin == "sheet.csv"
    assert sources.origin_sha256 == digest(archive.root / "sheet.csv")


def test_a_stored_address_is_found_by_the_end_of_its_path(archive: Archive) -> None:
    folder = archive.page.parent.name
    url = f"https://bucket.example.org/cases/{folder}/{archive.page.name}?signed=1"
    sources = read(write_sheet(archive, location=url), archive)
    assert facts(sources)[archive.page.name] == ("page", "other", "same")


def test_files_may_lie_elsewhere(archive: Archive, tmp_path: Path) -> None:
    sheet = write_sheet(archive)
    alone = tmp_path / "alone" / "sheet.csv"
    alone.parent.mkdir()
    alone.write_bytes(sheet.read_bytes())
    checks = {row.check for item in read(alone, archive).items for row in item.files}
    assert checks == {"missing"}
    found = read(alone, archive, folder=archive.root / "local_archive")
    assert facts(found)[archive.media.name] == ("media", "picture", "same")


def test_a_location_cannot_lead_out_of_the_folder(archive: Archive, tmp_path: Path) -> None:
    outside = tmp_path / "secret.png"
    outside.write_bytes(archive.media.read_bytes())
    (archive.root / "link.png").symlink_to(outside)
    for location in ("../secret.png", str(outside), "link.png", f"file://{outside}"):
        sheet = write_sheet(archive, location=location)
        assert read(sheet, archive).items[0].files[0].check == "missing", location


def test_two_files_of_one_name_are_told_by_their_folders(archive: Archive) -> None:
    other = archive.root / "local_archive" / "other" / archive.media.name
    other.parent.mkdir()
    other.write_bytes(b"something else")
    sources = read(write_csv_db(archive), archive)
    assert facts(sources)[archive.media.name] == ("media", "picture", "same")
    lost = write_sheet(archive, location=f"elsewhere/{archive.media.name}")
    assert read(lost, archive).items[0].files[0].check == "missing"


@pytest.mark.parametrize(
    ("stated", "check"),
    [
        ("SHA-256:{sha256}", "same"),
        ("{sha256}", "same"),
        ("sha256: {SHA256}", "same"),
        ("SHA3-512:{sha3_512}", "same"),
        ("SHA-256:{sha3_512}", "differs"),
        ("SHA-256:" + "0" * 64, "differs"),
        ("MD5:d41d8cd98f00b204e9800998ecf8427e", "not checked"),
        # Not a statement: what stands in for one. The name of the file is the start of its hash.
        ("not-calculated", "same"),
    ],
)
def test_stated_hashes(stated: str, check: str, archive: Archive) -> None:
    sha256 = digest(archive.media)
    text = stated.format(
        sha256=sha256, SHA256=sha256.upper(), sha3_512=digest(archive.media, "sha3_512")
    )
    sheet = write_sheet(archive, location=key(archive, archive.media), hash_=text)
    assert read(sheet, archive).items[0].files[0].check == check


def test_sha3_on_pages(tmp_path: Path) -> None:
    archive = build_archive(tmp_path / "archive", algorithm="SHA3-512")
    sources = read(archive.root / "local_archive", archive)
    assert facts(sources)[archive.media.name] == ("media", "picture", "same")


def test_a_folder_without_pages(archive: Archive) -> None:
    archive.page.unlink()
    renamed = archive.inner.rename(archive.inner.with_stem("0" * 24))
    (archive.root / "notes.txt").write_text("x", "utf-8")
    sources = read(archive.root, archive)
    assert [item.url for item in sources.items] == [None, None, None]
    assert facts(sources) == {
        archive.media.name: ("media", "picture", "same"),
        archive.shot.name: ("media", "picture", "same"),
        renamed.name: ("media", "picture", "not checked"),
    }


def test_a_folder_with_a_table_is_read_by_it(archive: Archive) -> None:
    write_csv_db(archive)
    (archive.root / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    assert read(archive.root, archive).origin == "db.csv"
    write_sheet(archive)
    with pytest.raises(ExchangeError, match="several tables"):
        read(archive.root, archive)


def test_what_is_no_archive_is_refused(archive: Archive, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(ExchangeError, match="'Link' and 'Archive status'"):
        read(table, archive)
    table.write_bytes(b"\xff\xfe\x00broken")
    with pytest.raises(ExchangeError, match="no CSV file in UTF-8"):
        read(table, archive)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ExchangeError, match="holds no table, page or file"):
        read(empty, archive)
    table.write_text('status,metadata,media\nok,"{}","[open(1)]"\n', "utf-8")
    with pytest.raises(ExchangeError, match=r"table\.csv, row 2: a cell is no list"):
        read(table, archive)


def test_the_list_is_read_back(archive: Archive, tmp_path: Path) -> None:
    sources = read(write_sheet(archive), archive)
    path = tmp_path / "sources.json"
    write_sources(sources, path)
    assert load_sources(path) == sources
    item = sources.item_of(digest(archive.media))
    assert item is not None
    assert item.url == URL
    assert sources.item_of("0" * 64) is None


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("{}", "importer: Field required"),
        ("nonsense", "is no marchpast-sources/1 list"),
        ('{"format": "marchpast-sources/2"}', "format"),
    ],
)
def test_a_broken_list_is_refused(content: str, match: str, tmp_path: Path) -> None:
    path = tmp_path / "sources.json"
    path.write_text(content, "utf-8")
    with pytest.raises(ExchangeError, match=match):
        load_sources(path)
    with pytest.raises(ExchangeError, match="cannot be read"):
        load_sources(tmp_path / "nowhere.json")
