"""`marchpast explain`, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.report.conftest import build_run

from marchpast.cli.main import main
from marchpast.explaining import Explanations, load_explanations
from marchpast.taxonomy import load_taxonomy

GIVEN = ["--claim", "mobilisation", "--place", "Vladivostok", "--date", "2017-04-16"]
PROVENANCE = ["--provenance", "posted by a driver on 16 April 2017"]


@pytest.fixture
def result(tmp_path: Path) -> Path:
    build_run(tmp_path / "result", taxonomy=load_taxonomy())
    return tmp_path / "result"


def explain(result: Path, *more: str) -> int:
    return main(["explain", str(result), *GIVEN, *more])


def test_it_tells_and_writes_and_renders_the_page_again(
    result: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in result.iterdir() if path.is_file()}
    assert explain(result, *PROVENANCE) == 0
    out, err = capsys.readouterr()
    assert "No explanation stands out: their ranges overlap." in out
    assert "surer without making them more right" in out
    assert err.endswith("explanations.json\n")
    written = load_explanations(result)
    assert written is not None and written.claim == "mobilisation"
    changed = {path.name for path, content in before.items() if path.read_bytes() != content}
    assert changed <= {"report.html"}


def test_json_is_the_file(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(result, *PROVENANCE, "--json") == 0
    out = capsys.readouterr().out
    assert out == (result / "explanations.json").read_text("utf-8")
    assert Explanations.model_validate_json(out).stands_out is None


def test_without_provenance_it_refuses_and_writes_nothing(
    result: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(result) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: no assessment without provenance: say who published")
    assert err.count("\n") == 1
    assert load_explanations(result) is None


def test_findings_start_and_announcement_are_taken(
    result: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--found", "date_contradicted=same clip in 2016, link=1", "--start", "exercise=2"]
    assert explain(result, *PROVENANCE, *more, "--announcement-of", "exercise", "--json") == 0
    came = json.loads(capsys.readouterr().out)
    texts = {item["kind"]: item["text"] for item in came["evidence"]}
    assert texts["date_contradicted"] == "You found: same clip in 2016, link=1"
    assert {row["explanation"]: row["weight"] for row in came["start"]}["exercise"] == 2
    assert {w["explanation"] for w in came["evidence"][0]["weights"]} == {"exercise"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--found", "date_confirmed"], "--found takes KIND=TEXT, got 'date_confirmed'"),
        (["--found", "horoscope=x"], "no finding is called 'horoscope'; there are date_confirmed"),
        (["--found", "date_confirmed= "], "say what was found"),
        (["--start", "exercise"], "--start takes EXPLANATION=WEIGHT"),
        (["--start", "exercise=0"], "must be from 0.000001"),
        (["--start", "picnic=1"], "no explanation is called 'picnic'"),
        (["--announcement-of", "picnic"], "no explanation is called 'picnic'"),
    ],
)
def test_what_means_nothing_is_one_line(
    result: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert explain(result, *PROVENANCE, *more) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1


def test_a_day_that_is_none_is_refused(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["explain", str(result), "--claim", "x", "--place", "y", "--date", "spring"])
    assert left.value.code == 2
    assert "a day is YYYY-MM-DD, got 'spring'" in capsys.readouterr().err


def test_nothing_is_replaced_unless_asked(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(result, *PROVENANCE) == 0
    assert explain(result, *PROVENANCE) == 2
    assert "exists; replace it (--overwrite)" in capsys.readouterr().err
    assert explain(result, *PROVENANCE, "--overwrite") == 0
    elsewhere = tmp_path / "mine.json"
    assert explain(result, *PROVENANCE, "--out", str(elsewhere)) == 0
    assert elsewhere.read_bytes() == (result / "explanations.json").read_bytes()


def test_what_is_no_result_is_an_input_that_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(tmp_path, *PROVENANCE) == 3
    assert capsys.readouterr().err.startswith("error: ")
