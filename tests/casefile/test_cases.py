"""A case keeps what was added, refuses what is no case, and loses nothing."""

from __future__ import annotations

import datetime
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.casefile.conftest import Made

from marchpast.casefile import case_text, create_case, open_case
from marchpast.errors import CaseError, ExchangeError, OutputExistsError, SourceError
from marchpast.exchange import ArchivedFile, ArchivedItem, SourceList, write_sources
from marchpast.explaining import Prediction, resolve
from marchpast.files import sha256_of

DAY = datetime.date(2026, 5, 1)


def prediction(id_: str = "p1") -> Prediction:
    return Prediction(
        id=id_,
        made_on=DAY,
        text="The same vehicles head back",
        explanation="parade_move",
        window_from=datetime.date(2026, 5, 10),
        window_to=datetime.date(2026, 5, 24),
        probability=0.7,
        check="Footage from the same road, with the same numbers",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a case.mpcase"
    create_case(path, title="Колонна под Владивостоком").close()
    return path


def test_what_was_added_is_there_after_opening_again(path: Path, made: Made) -> None:
    with open_case(path) as case:
        case.add_result(made.folder)
        case.add_note("Seen twice", author="R. Reader", written_on=DAY)
        case.add_prediction(prediction())
        case.add_prediction(prediction("p2"))
        _, change = resolve(prediction("p2"), "yes", on=datetime.date(2026, 5, 12), note="seen")
        case.resolve_prediction(change)
    with open_case(path) as case:
        assert case.title == "Колонна под Владивостоком"
        assert [(source.name, source.sha256) for source in case.sources()] == [
            ("convoy/a.png", sha256_of(made.footage / "convoy/a.png")),
            ("b.png", sha256_of(made.footage / "b.png")),
        ]
        (result,) = case.results()
        assert (result.name, result.folder, result.marchpast_version) == (
            "result",
            "result",
            "0.1.0",
        )
        assert result.sha256 == sha256_of(made.folder / "result.json")
        assert result.sources == tuple(source.sha256 for source in case.sources())
        (note,) = case.notes()
        assert (note.author, note.written_on, note.text) == ("R. Reader", DAY, "Seen twice")
        first, second = case.predictions()
        assert first == prediction()
        assert (second.outcome, second.note) == ("yes", "seen")
        assert case.prediction_changes("p2") == (change,)
        assert case.prediction_changes("p1") == ()
        assert [entry.action for entry in case.log()] == [
            "add source",
            "add source",
            "add result",
            "add note",
            "add prediction",
            "add prediction",
            "resolve prediction",
        ]


def test_adding_a_thing_twice_changes_nothing(path: Path, made: Made) -> None:
    with open_case(path) as case:
        first = case.add_source(made.footage / "b.png")
        result = case.add_result(made.folder)
        length = len(case.log())
        assert case.add_source(made.footage / "b.png") == first
        assert case.add_result(made.folder) == result
        assert len(case.log()) == length
        assert len(case.sources()) == 2


def archived(key: str, **changes: object) -> ArchivedFile:
    facts: dict[str, object] = {
        "key": key,
        "path": f"archive/{key}.mp4",
        "role": "media",
        "kind": "video",
        "size_bytes": 5,
        "sha256": hashlib.sha256(key.encode()).hexdigest(),
        "stated": "SHA-256:ab",
        "check": "same",
    }
    return ArchivedFile.model_validate(facts | changes)


def test_archived_sources_bring_their_addresses(path: Path, tmp_path: Path) -> None:
    items = tuple(
        ArchivedItem(
            id=id_,
            url=f"https://example.org/{id_}",
            title="Колонна",
            status="success",
            published="2017-04-18",
            archived=None,
            files=files,
        )
        for id_, files in (
            ("row 2", (archived("a"), archived("b", check="differs"), archived("c", role="page"))),
            ("row 3", (archived("a"), archived("d", path=None, sha256=None, check="missing"))),
        )
    )
    listed = SourceList(importer="auto-archiver", origin="x.csv", origin_sha256=None, items=items)
    write_sources(listed, tmp_path / "sources.json")
    with open_case(path) as case:
        (source,) = case.add_archived(tmp_path / "sources.json")
        assert case.add_archived(tmp_path / "sources.json") == (source,)
        assert case.sources() == (source,)
        assert (source.name, source.sha256) == ("a.mp4", hashlib.sha256(b"a").hexdigest())
        assert [(row.item, row.url, row.hash_check) for row in case.origins()] == [
            ("row 2", "https://example.org/row 2", "same"),
            ("row 3", "https://example.org/row 3", "same"),
        ]
        assert (
            "    from https://example.org/row 2, published 2017-04-18; by auto-archiver, "
            "item row 2, its hash: same\n"
        ) in case_text(case)
        (tmp_path / "other.json").write_text("{}")
        with pytest.raises(ExchangeError, match="is no marchpast-sources/1 list"):
            case.add_archived(tmp_path / "other.json")


def test_a_source_under_two_names_is_one(path: Path, made: Made) -> None:
    copy = made.footage / "copy.png"
    copy.write_bytes((made.footage / "b.png").read_bytes())
    with open_case(path) as case:
        case.add_source(made.footage / "b.png")
        assert case.add_source(copy).name == "b.png"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_names_that_are_no_unicode_are_kept_readable(path: Path, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.png")
    file.write_bytes(b"x")
    with open_case(path) as case:
        assert case.add_source(file).name == "caf\\xe9.png"


def test_what_cannot_be_added_is_refused_and_leaves_nothing(path: Path, tmp_path: Path) -> None:
    with open_case(path) as case:
        with pytest.raises(SourceError, match=r"none\.mp4: cannot be read"):
            case.add_source(tmp_path / "none.mp4")
        with pytest.raises(ValueError, match="needs a text and an author"):
            case.add_note("text", author=" ")
        case.add_prediction(prediction())
        with pytest.raises(CaseError, match="'p1' is there already"):
            case.add_prediction(prediction())
        done, change = resolve(prediction(), "no", on=datetime.date(2026, 5, 25))
        with pytest.raises(ValueError, match="has an outcome"):
            case.add_prediction(done)
        case.resolve_prediction(change)
        with pytest.raises(CaseError, match="was resolved as 'no' meanwhile"):
            case.resolve_prediction(change)
        _, other = resolve(prediction("p9"), "no", on=datetime.date(2026, 5, 25))
        with pytest.raises(CaseError, match=r"no prediction is called 'p9'; there are: p1"):
            case.resolve_prediction(other)
        assert [entry.action for entry in case.log()] == ["add prediction", "resolve prediction"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE prediction SET probability = 0.1",
        "DELETE FROM prediction",
        "INSERT OR REPLACE INTO prediction (place, id, made_on, text, explanation, window_from, "
        "window_to, probability, \"check\", note) VALUES (1, 'p7', '2026-05-01', 'x', '', "
        "'2026-05-10', '2026-05-24', 0.1, 'y', '')",
        "REPLACE INTO prediction (id, made_on, text, explanation, window_from, window_to, "
        "probability, \"check\", note) VALUES ('p1', '2026-05-01', 'x', '', '2026-05-10', "
        "'2026-05-24', 0.1, 'y', '')",
        "DELETE FROM log",
        "UPDATE note SET text = 'nothing'",
    ],
)
def test_plain_sql_cannot_change_what_was_said(path: Path, statement: str) -> None:
    with open_case(path) as case:
        case.add_prediction(prediction())
        case.add_note("Seen", author="A", written_on=DAY)
    with closing(sqlite3.connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="a case file only grows"):
            connection.execute(statement)
        connection.commit()
    with open_case(path) as case:
        assert case.predictions() == (prediction(),)


def test_a_case_is_never_replaced(path: Path) -> None:
    with pytest.raises(OutputExistsError, match="a case is never replaced"):
        create_case(path)


def rewritten(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("PRAGMA user_version = 2", "version 2, this marchpast reads up to 1; install a newer"),
        ("PRAGMA application_id = 7", "is the SQLite file of another program"),
        ("DROP TRIGGER prediction_update", "its tables are not those of a case"),
        ("CREATE TABLE more (x)", "its tables are not those of a case"),
        ("CREATE VIEW more AS SELECT * FROM note", "its tables are not those of a case"),
    ],
)
def test_a_file_that_is_no_case_of_ours_is_refused(path: Path, statement: str, words: str) -> None:
    rewritten(path, statement)
    with pytest.raises(CaseError, match=words) as caught:
        open_case(path)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_database_are_refused(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("text", b"hello"), ("head", b"SQLite format 3\0")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CaseError):
            open_case(tmp_path / name)
    with pytest.raises(CaseError, match="make one: marchpast case new none"):
        open_case(tmp_path / "none")
    with pytest.raises(CaseError, match="is no file"):
        open_case(tmp_path)
    assert not (tmp_path / "none").exists()


def test_a_damaged_case_gives_one_line_and_nothing_else(path: Path, made: Made) -> None:
    with open_case(path) as case:
        case.add_result(made.folder)
        for number in range(40):
            case.add_note("x" * 200, author=f"A{number}", written_on=DAY)
        case.add_prediction(prediction())
    whole = path.read_bytes()
    rng = random.Random(6)
    refused = 0
    for number in range(150):
        broken = bytearray(whole)
        for _ in range(20):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        if number % 3 == 0:
            del broken[rng.randrange(len(broken)) :]
        path.write_bytes(broken)
        try:
            with open_case(path) as case:
                case.results(), case.notes(), case.predictions(), case.log()
        except CaseError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 100


def test_two_may_write_at_once(path: Path) -> None:
    script = (
        "import sys; from marchpast.casefile import open_case\n"
        "for number in range(15):\n"
        "    with open_case(sys.argv[1]) as case:\n"
        "        case.add_note(f'{sys.argv[2]} {number}', author=sys.argv[2])\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, str(path), name]) for name in ("A", "B")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    with open_case(path) as case:
        for name in ("A", "B"):
            texts = [note.text for note in case.notes() if note.author == name]
            assert texts == [f"{name} {number}" for number in range(15)]


def test_a_case_that_is_kept_busy_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marchpast.casefile.case_schema._WAIT_S", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, open_case(path) as case:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CaseError, match=r"cannot be used now .*locked"):
            case.add_note("x", author="A")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows kills in another way")
def test_a_write_that_is_killed_leaves_the_case_as_it_was(path: Path) -> None:
    script = (
        "import os, signal, sys; from marchpast.casefile import case, open_case\n"
        "with open_case(sys.argv[1]) as opened:\n"
        "    opened.add_note('before', author='A')\n"
        "    opened._connection.execute('PRAGMA cache_spill = 1')\n"
        "    opened._log = lambda *row: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    opened.add_note('x' * 5_000_000, author='A')\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.with_name(f"{path.name}-journal").exists()
    with open_case(path) as case:
        assert [note.text for note in case.notes()] == ["before"]
        case.add_note("after", author="A")
        assert [note.text for note in case.notes()] == ["before", "after"]
