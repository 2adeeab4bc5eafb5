"""`marchpast watch`, from a draft to a score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.report.conftest import build_run

from marchpast.casefile import create_case, open_case
from marchpast.cli.main import main
from marchpast.taxonomy import load_taxonomy

MADE = ["--made-on", "2017-04-16"]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "a.case"
    with create_case(path):
        pass
    return path


def watch(case: Path, name: str, *more: str) -> int:
    return main(["watch", name, *more, "--case", str(case)])


def add(case: Path, probability: str = "0.7", *more: str) -> int:
    own = ["--text", "They head back.", "--window", "2017-05-10", "2017-05-24", "--check", "video"]
    return watch(case, "add", *own, "--probability", probability, *MADE, *more)


def test_a_prediction_from_its_statement_to_its_score(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(case) == 0
    line = "p1\topen\t2017-05-10 to 2017-05-24\t0.7\t\tThey head back.\n"
    assert capsys.readouterr().out == line
    assert watch(case, "due", "--on", "2017-05-23") == 0
    assert capsys.readouterr().out == ""
    assert watch(case, "due", "--on", "2017-05-24") == 0
    out, err = capsys.readouterr()
    assert out == line.replace("open", "due")
    assert err == "p1: to check: video\n"
    assert watch(case, "resolve", "p1", "yes", "--on", "2017-05-20", "--note", "seen") == 0
    assert capsys.readouterr().out == line.replace("open", "yes")
    assert watch(case, "score") == 0
    out = capsys.readouterr().out
    assert "Brier score\t0.090\tn = 1\n" in out
    assert "0 open, 0 unresolvable, 0 stated after" in out


def test_a_draft_of_the_explanations_goes_on_the_list(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "result"
    build_run(result, taxonomy=load_taxonomy())
    from_result = ["--from", str(result), "--probability", "0.6", *MADE]
    assert watch(case, "add", *from_result, "--draft", "2") == 2
    assert "holds no explanations; run marchpast explain on it first" in capsys.readouterr().err
    given = ["--claim", "x", "--place", "Vladivostok", "--date", "2017-04-16"]
    assert main(["explain", str(result), *given, "--provenance", "a driver's post"]) == 0
    numbered = capsys.readouterr().out
    assert "  2 Parade move: The same pieces head back between 10 May 2017" in numbered
    assert watch(case, "add", *from_result, "--draft", "2") == 0
    assert "parade_move\tThe same pieces head back between 10 May" in capsys.readouterr().out
    for wrong in (["--draft", "99"], []):
        assert watch(case, "add", *from_result, *wrong) == 2
        assert "--draft is 1 to " in capsys.readouterr().err
    assert watch(case, "add", *from_result, "--draft", "1", "--text", "own") == 2
    assert "takes a draft as it is" in capsys.readouterr().err


def test_a_resolved_prediction_changes_only_with_a_note_and_the_log_keeps_both(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(case)
    assert watch(case, "resolve", "p1", "no", "--on", "2017-05-24") == 0
    assert watch(case, "resolve", "p1", "yes", "--on", "2017-05-30") == 2
    assert "say why in a note" in capsys.readouterr().err
    assert watch(case, "resolve", "p1", "yes", "--on", "2017-05-30", "--note", "late video") == 0
    with open_case(case) as opened:
        changes = opened.prediction_changes("p1")
        (prediction,) = opened.predictions()
    assert [(c.before, c.after) for c in changes] == [(None, "no"), ("no", "yes")]
    assert (prediction.outcome, prediction.note) == ("yes", "late video")


def test_what_cannot_be_is_one_line(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(case)
    capsys.readouterr()
    window = ["--window", "2017-05-24", "2017-05-10", "--text", "a", "--check", "b"]
    attempts = (
        (("resolve", "p9", "yes"), "no prediction is called 'p9'; there are p1"),
        (("resolve", "p1", "no", "--on", "2017-05-01"), "the earliest day for this is 2017-05-24"),
        (("add", "--probability", "0.5"), "give --from RESULT and --draft N, or --text"),
        (("add", "--probability", "0.5", *window), "the window ends on 2017-05-10"),
        (("add", "--probability", "1.5", *window[:1], *window[2:0:-1], *window[3:]), "0 to 1"),
    )
    for arguments, message in attempts:
        assert watch(case, *arguments) == 2
        err = capsys.readouterr().err
        assert message in err and err.count("\n") == 1
    assert main(["watch", "list", "--case", str(case.parent / "none.case")]) == 2


def test_what_is_stated_after_its_time_is_said_and_not_scored(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(case, "1.0", "--made-on", "2017-06-01") == 0
    assert "it will not be scored" in capsys.readouterr().err
    assert watch(case, "resolve", "p1", "yes", "--on", "2017-06-01") == 0
    capsys.readouterr()
    assert watch(case, "score", "--json") == 0
    came = json.loads(capsys.readouterr().out)
    assert (came["n"], came["brier"], came["hindsight"]) == (0, None, 1)


def test_the_list_as_json_holds_everything(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(case)
    add(case, "0.2")
    capsys.readouterr()
    assert watch(case, "list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["id"], row["probability"]) for row in rows] == [("p1", 0.7), ("p2", 0.2)]
    assert rows[0]["window_to"] == "2017-05-24"
    assert rows[0]["check"] == "video"
