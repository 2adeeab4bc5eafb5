"""The subcommands around models: help, refusals, exit codes, and what goes to which stream."""

from __future__ import annotations

import argparse
import importlib.util
import json
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast.cli import commands
from marchpast.cli.classify_frames import main as classify_frames
from marchpast.cli.main import build_parser, main
from marchpast.inference import Model, find_model

DEMO_CLIP = Path(__file__).resolve().parents[2] / "datasets" / "demo" / "convoy.mp4"

Run = Callable[..., tuple[int, str, str]]

needs_train_extra = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs the train extra"
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def subcommands() -> dict[str, argparse.ArgumentParser]:
    (found,) = (
        action.choices
        for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return dict(found)


def write_collection(folder: Path, *, pictures: int, node: str = "osa") -> Path:
    """COCO boxes: one dark box a picture, ten pictures an event."""
    folder.mkdir(parents=True)
    for number in range(pictures):
        image = np.full((60, 90, 3), 150, np.uint8)
        image[15:45, 20:70] = 40 + number % 50
        cv2.imwrite(str(folder / f"{number}.png"), image)
    content = {
        "images": [
            {"id": n, "file_name": f"{n}.png", "width": 90, "height": 60, "event": f"e{n // 10}"}
            for n in range(pictures)
        ],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "bbox": [20, 15, 50, 30]}
            for n in range(pictures)
        ],
        "categories": [{"id": 1, "name": node}],
    }
    (folder / "annotations.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", subcommands())
def test_every_option_of_a_subcommand_says_what_it_does(name: str) -> None:
    for action in subcommands()[name]._actions:
        assert action.help, action.dest


@pytest.mark.parametrize(
    "name", ["label", "collect", "split", "train", "export", "calibrate", "evaluate"]
)
def test_help_teaches_by_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    examples = shown.split("examples:\n")[1]
    assert f"  marchpast {name} " in examples
    # An example is a command that the parser takes.
    for line in examples.splitlines():
        if line.startswith("  marchpast "):
            build_parser().parse_args(shlex.split(line.split(" > ")[0])[1:])


def test_the_commands_are_listed_with_an_example_each(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert [name for name in subcommands() if f"  marchpast {name} " not in shown] == ["schema"]


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from marchpast.cli.main import main\n"
        "try:\n    main(['train', '--help'])\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'torch', 'cv2', 'numpy', 'pydantic', 'rich', 'onnxruntime'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("place", ["before", "after"])
def test_quiet_may_stand_on_either_side_of_the_subcommand(place: str) -> None:
    arguments = ["split", "pictures"]
    arguments.insert(0 if place == "before" else 2, "--quiet")
    assert build_parser().parse_args(arguments).quiet is True
    assert build_parser().parse_args(["split", "pictures"]).quiet is False


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "detector", "detector", "--data", "d", "--run", "r"),
        ("export", "classifier", "--run", "r", "--data", "d", "--out", "o"),
    ],
)
def test_a_missing_package_is_named_with_what_installs_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(commands, "_TRAIN_EXTRA", ("json", "no_such_package"))
    code, stdout, stderr = run(*arguments)
    assert (code, stdout) == (2, "")
    assert "(no_such_package)" in stderr
    assert "pip install 'marchpast[train]'" in stderr
    assert stderr.count("\n") == 1


def test_split_prints_the_manifest_and_tells_the_counts(run: Run, tmp_path: Path) -> None:
    write_collection(tmp_path / "mine", pictures=100)
    code, stdout, stderr = run("split", tmp_path)
    assert (code, stdout) == (0, f"{tmp_path / 'splits.json'}\n")
    assert stderr == "mine: 80 pictures train, 20 validate, 0 unused; 10 events\n"
    code, stdout, stderr = run("split", tmp_path)
    assert (code, stdout) == (2, "")
    assert "--overwrite" in stderr
    assert run("split", tmp_path, "--overwrite")[0] == 0


def test_split_refuses_a_folder_without_collections(run: Run, tmp_path: Path) -> None:
    code, stdout, stderr = run("split", tmp_path / "none")
    assert (code, stdout) == (3, "")
    assert "no collection in this folder" in stderr


@needs_train_extra
@pytest.mark.parametrize(
    ("config", "code", "told"),
    [
        ("classifier", 2, "configuration of a classifier"),
        ("no-such-name", 2, "bundled are classifier, "),
        ("misspelt", 2, "unknown setting lerning_rate"),
        ("detector", 3, "no such folder; --data"),
    ],
)
def test_train_refuses_wrong_files_before_it_starts(
    run: Run, tmp_path: Path, config: str, code: int, told: str
) -> None:
    from marchpast.training.config_file import find_config

    if config == "misspelt":
        text = find_config("detector").read_text("utf-8")
        path = tmp_path / "misspelt.toml"
        path.write_text(text.replace("learning_rate", "lerning_rate"), encoding="utf-8")
        config = str(path)
    where = ("--data", tmp_path / "none", "--run", tmp_path / "run")
    found, stdout, stderr = run("train", "detector", config, *where)
    assert (found, stdout) == (code, "")
    assert told in stderr
    assert stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


@needs_train_extra
def test_train_refuses_a_run_that_is_there_and_resumes_none_that_is_not(
    run: Run, tmp_path: Path
) -> None:
    from marchpast.training.config_file import find_config
    from marchpast.training.run_folder import start_run
    from marchpast.training.splits import make_splits

    write_collection(tmp_path / "data" / "mine", pictures=100)
    make_splits(tmp_path / "data", out=tmp_path / "data" / "splits.json")
    where = ("--data", tmp_path / "data", "--run", tmp_path / "run")
    code, _, stderr = run("train", "detector", "detector", *where, "--resume")
    assert (code, "no run is here" in stderr) == (2, True)
    start_run(tmp_path / "run", kind="detector", config=find_config("detector"), weights=None)
    code, _, stderr = run("train", "detector", "detector", *where, "--resume")
    assert (code, "no checkpoint yet" in stderr) == (2, True)
    (tmp_path / "run" / "last.pt").touch()
    other = ("--run", tmp_path / "other", "--weights", tmp_path / "run" / "last.pt")
    code, _, stderr = run("train", "classifier", "classifier", *where[:2], *other)
    assert (code, "starts from network.pt" in stderr) == (2, True)
    assert not (tmp_path / "other").exists()
    code, _, stderr = run("train", "detector", "detector", *where)
    assert (code, "holds a run" in stderr) == (2, True)
    code, _, stderr = run("export", "classifier", *where, "--out", tmp_path / "out")
    assert (code, "trains a detector" in stderr) == (2, True)


@pytest.fixture
def classifier(tmp_path: Path) -> Path:
    """A copy of the shipped classifier."""
    return Path(shutil.copytree(find_model("classifier"), tmp_path / "classifier"))


def test_calibrate_rewrites_the_card_and_leaves_the_network(
    run: Run, classifier: Path, tmp_path: Path
) -> None:
    before = tomllib.loads((classifier / "card.toml").read_text("utf-8"))
    pictures = write_collection(tmp_path / "mine", pictures=30)
    code, stdout, _ = run("calibrate", "classifier", "--model", classifier, "--pictures", pictures)
    assert code == 0
    told = json.loads(stdout)
    assert told["crops"] == 30
    assert told["events"] == 3
    after = tomllib.loads((classifier / "card.toml").read_text("utf-8"))
    assert told["before"]["temperature"] == before["settings"]["temperature"]
    assert told["after"]["temperature"] == after["settings"]["temperature"]
    assert after["settings"]["temperature"] != before["settings"]["temperature"]
    assert after["figures"]["calibrated_on"] == {"target": 0.95, "crops": {"mine": 30}}
    for kept in ("sha256", "labels", "training", "limits", "input"):
        assert after[kept] == before[kept]
    # Sets are fitted to the new thresholds.
    assert told["sets"] == after["settings"]["sets"]
    assert "30 military crops of 3 events" in told["sets"]["fitted_on"]
    Model.load(classifier, device="cpu")


def test_calibrate_can_leave_the_answers_as_they_are(
    run: Run, classifier: Path, tmp_path: Path
) -> None:
    before = tomllib.loads((classifier / "card.toml").read_text("utf-8"))
    pictures = write_collection(tmp_path / "mine", pictures=30)
    where = ("--model", classifier, "--pictures", pictures, "--only-sets")
    code, stdout, _ = run("calibrate", "classifier", *where)
    assert code == 0
    assert json.loads(stdout)["before"] == json.loads(stdout)["after"]
    after = tomllib.loads((classifier / "card.toml").read_text("utf-8"))
    assert after["settings"].pop("sets") != before["settings"].pop("sets")
    after["settings"].pop("attributes"), before["settings"].pop("attributes")
    assert after == before


def test_calibrate_refuses_what_cannot_decide(run: Run, classifier: Path, tmp_path: Path) -> None:
    card = (classifier / "card.toml").read_bytes()
    few = write_collection(tmp_path / "few", pictures=4)
    strange = write_collection(tmp_path / "strange", pictures=4, node="dragon")

    def told(*arguments: object) -> tuple[int, str]:
        code, stdout, stderr = run("calibrate", "classifier", "--model", *arguments)
        assert stdout == ""
        assert stderr.splitlines()[-1].startswith("error: ")
        return code, stderr

    assert told(classifier, "--pictures", few)[0] == 3
    assert told(classifier, "--pictures", strange)[0] == 2
    assert told(classifier, "--pictures", tmp_path / "none")[0] == 3
    assert told(classifier, "--data", tmp_path / "none")[0] == 3
    assert told(find_model("detector"), "--pictures", few)[0] == 4
    assert told(tmp_path / "none", "--pictures", few)[0] == 4
    code, stderr = told(classifier, "--pictures", few, "--target", "1.5")
    assert (code, "--target must lie between" in stderr) == (2, True)
    assert (classifier / "card.toml").read_bytes() == card


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result of the demo clip by the shipped models."""
    out = tmp_path_factory.mktemp("label") / "result"
    assert classify_frames([str(DEMO_CLIP), "--out", str(out), "--every", "0.5"]) == 0
    return out


def test_label_writes_a_page_of_a_result_and_never_over_another(
    run: Run, result: Path, tmp_path: Path
) -> None:
    page = tmp_path / "labels.html"
    code, stdout, stderr = run("label", result, "--out", page, "--title", "Column <1>")
    assert (code, stdout) == (0, f"{page}\n")
    assert "save the label file" in stderr
    text = page.read_text("utf-8")
    assert "<title>Column &lt;1&gt;" in text
    entries = json.loads((result / "result.json").read_text("utf-8"))["sightings"]
    assert all(json.dumps(entry["id"]) in text for entry in entries)
    code, stdout, stderr = run("label", result, "--out", page)
    assert (code, stdout) == (2, "")
    assert "--overwrite" in stderr
    assert page.read_text("utf-8") == text


def test_label_refuses_what_it_cannot_show(run: Run, result: Path, tmp_path: Path) -> None:
    page = tmp_path / "labels.html"
    for sources, expected in (
        ((tmp_path / "none.mp4",), 3),
        ((tmp_path,), 3),
        ((result, DEMO_CLIP), 2),
    ):
        code, stdout, stderr = run("label", *sources, "--out", page)
        assert (code, stdout) == (expected, "")
        assert stderr.startswith("error: ")
    assert not page.exists()


def test_label_looks_for_vehicles_in_footage(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "grey.png"
    cv2.imwrite(str(empty), np.full((90, 160, 3), 120, np.uint8))
    code, stdout, stderr = run("label", empty, "--out", tmp_path / "labels.html")
    assert (code, stdout) == (2, "")
    assert "no vehicle" in stderr


def test_collect_refuses_a_file_that_is_no_label_file(run: Run, tmp_path: Path) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text("{}", encoding="utf-8")
    code, stdout, stderr = run("collect", labels, DEMO_CLIP, "--out", tmp_path / "mine")
    assert (code, stdout) == (2, "")
    assert "no label file" in stderr
    assert not (tmp_path / "mine").exists()


def test_evaluate_prints_tables_or_json(run: Run, tmp_path: Path) -> None:
    pictures = write_collection(tmp_path / "mine", pictures=3)
    code, stdout, stderr = run("evaluate", "--pictures", pictures)
    assert (code, stderr) == (0, "")
    assert "Detector, military vehicles" in stdout
    assert "n=3" in stdout
    code, stdout, _ = run("evaluate", "--pictures", pictures, "--json")
    assert code == 0
    results = json.loads(stdout)
    assert results["pictures"] == 3
    assert {model["name"] for model in results["models"]} == {"detector", "classifier"}
    assert results["classifier_on_true_boxes"]["all"]["crops"] == 3


def test_evaluate_refuses_wrong_labels_and_missing_folders(run: Run, tmp_path: Path) -> None:
    strange = write_collection(tmp_path / "strange", pictures=1, node="dragon")
    for arguments, expected, told in (
        (("--pictures", strange), 2, "dragon"),
        (("--pictures", tmp_path / "none"), 2, "no such folder"),
        (("--data", tmp_path / "none"), 3, "no such folder"),
        (("--pictures", strange.parent, "--detector", "none"), 2, "annotations.json"),
    ):
        code, stdout, stderr = run("evaluate", *arguments)
        assert (code, stdout) == (expected, "")
        assert told in stderr
        assert stderr.count("\n") == 1
