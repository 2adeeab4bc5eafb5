"""The command with the shipped models: exit codes, streams, and one line for every bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from tests.drawn import convoy, draw, write_clip

from marchpast.cli.classify_frames import main
from marchpast.report import validate_result

DEMO_CLIP = Path(__file__).resolve().parents[2] / "datasets" / "demo" / "convoy.mp4"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), draw(convoy(), 0.5))
    return path


def test_a_good_run(run: Run, still: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, stdout, stderr = run(still, "--out", out, "--inventory", "vladivostok-2017")
    assert code == 0
    assert stdout == f"{out / 'report.html'}\n"
    assert "1 of 1 sources read" in stderr
    assert validate_result(out) == []


def test_the_shipped_models_give_the_same_bytes_for_any_number_of_workers(
    run: Run, tmp_path: Path
) -> None:
    written = set()
    for workers in (1, 2, 4):
        out = tmp_path / str(workers)
        assert run(DEMO_CLIP, "--out", out, "--every", 0.5, "--workers", workers)[0] == 0
        names = ("result.json", "detections.jsonl", "sightings.csv", "report.html")
        written.add(tuple((out / name).read_bytes() for name in names))
    assert len(written) == 1


def test_of_the_demo_column_nothing_is_made_up(run: Run, tmp_path: Path) -> None:
    """Whatever models are shipped: no vehicle too many, and most of those in clear view."""
    truth = json.loads(DEMO_CLIP.with_suffix(".truth.json").read_text("utf-8"))["count"]
    assert run(DEMO_CLIP, "--out", tmp_path / "out")[0] == 0
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    nodes = [row["node"] for row in result["sightings"]]
    assert 0.75 * truth["clear_vehicles"] <= len(nodes) <= truth["vehicles"]
    assert nodes.count("civilian_vehicle") <= truth["vehicles"] - truth["military"]


def audio_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 48000), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 48000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return path


def make_bad(kind: str, folder: Path) -> Path:
    path = folder / f"{kind}.mp4"
    if kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("this is not a video\n" * 50)
    elif kind == "audio":
        audio_only(path)
    elif kind == "headless":
        whole = write_clip(folder / "whole.mp4", convoy(), seconds=1).read_bytes()
        path.write_bytes(whole[: len(whole) // 3])
    elif kind == "fifo":
        os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "No such file"),
        ("empty", "empty"),
        ("text", "what is read"),
        ("audio", "holds only sound"),
        ("headless", "headless.mp4"),
        ("fifo", "FIFO"),
    ],
)
def test_a_bad_input_is_one_line_and_the_others_go_on(
    run: Run, still: Path, tmp_path: Path, kind: str, says: str
) -> None:
    bad = make_bad(kind, tmp_path)
    out = tmp_path / "out"
    code, _, stderr = run(bad, still, "--out", out)
    assert code == 3
    failures = [line for line in stderr.splitlines() if line.startswith("failed: ")]
    assert len(failures) == 1
    assert says.lower() in failures[0].lower()
    result = json.loads((out / "result.json").read_text("utf-8"))
    assert [source["name"] for source in result["sources"]] == ["still.png"]
    assert len(result["failures"]) == 1
    assert validate_result(out) == []


def test_a_truncated_video_is_read_and_said_to_be(run: Run, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "whole.mp4", convoy(), seconds=2)
    cut = tmp_path / "cut.ts"
    with av.open(str(clip)) as source, av.open(str(cut), "w", format="mpegts") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    content = cut.read_bytes()
    cut.write_bytes(content[: len(content) * 2 // 3 + 50])
    code, _, stderr = run(cut, "--out", tmp_path / "out")
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    (source_entry,) = result["sources"]
    assert code == 0
    assert source_entry["status"] in ("truncated", "damaged")
    assert "warning: cut.ts" in stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--labels", "T-72,Oza"), "Oza"),
        (("--inventory", "vladivostock-2017"), "vladivostok-2017"),
        (("--stride", "0"), "stride"),
        (("--labels", "osa", "--inventory", "vladivostok-2017"), "labels"),
        (("--long-side", "333"), "32"),
        (("--disjoint", "still.png"), "two or more"),
        (("--disjoint", "still.png", "other.png"), "no source is called 'other.png'"),
    ],
)
def test_bad_settings_end_before_any_work(
    run: Run, still: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    code, stdout, stderr = run(still, "--out", tmp_path / "out", *arguments)
    assert code == 2
    assert stdout == ""
    assert says in stderr
    assert stderr.count("\n") == 1
    assert not (tmp_path / "out" / "report.html").exists()


def test_linked_sources_are_named_by_path_or_by_name(run: Run, still: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(still.read_bytes())
    links = ("--same-convoy", still, "other.png", "--language", "uk")
    assert run(still, other, "--out", tmp_path / "out", *links)[0] == 0
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    assert result["links"] == [{"kind": "same convoy", "sources": ["still.png", "other.png"]}]


def test_contradicting_links_end_before_any_work(run: Run, still: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(still.read_bytes())
    names = ("still.png", "other.png")
    links = ("--same-convoy", *names, "--disjoint", *names)
    code, _, stderr = run(still, other, "--out", tmp_path / "out", *links)
    assert (code, "say one of the two" in stderr) == (2, True)


def test_an_existing_result_is_refused(run: Run, still: Path, tmp_path: Path) -> None:
    assert run(still, "--out", tmp_path / "out")[0] == 0
    code, _, stderr = run(still, "--out", tmp_path / "out")
    assert (code, "--overwrite" in stderr) == (2, True)
    assert run(still, "--out", tmp_path / "out", "--overwrite")[0] == 0


def test_a_model_with_another_hash_is_refused(run: Run, still: Path, tmp_path: Path) -> None:
    from marchpast.inference import find_model

    folder = tmp_path / "model"
    folder.mkdir()
    for path in find_model("detector").glob("*"):
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    with (folder / "model.onnx").open("ab") as stream:
        stream.write(b"\0")
    code, _, stderr = run(still, "--out", tmp_path / "out", "--detector", folder)
    assert code == 4
    assert "SHA-256" in stderr


def test_an_inconsistent_comparison_fails_the_command_when_asked(run: Run, tmp_path: Path) -> None:
    announced = tmp_path / "announced.yaml"
    announced.write_text(
        "format: marchpast-inventory/1\n"
        "id: a-single-vehicle\n"
        "place: Nowhere\n"
        "date: 2020-05-09\n"
        "announced:\n  total: {value: 1}\n"
        "partial: true\n"
        "sources:\n  - {url: 'https://example.org/', publisher: Nobody}\n",
        "utf-8",
    )
    command = (DEMO_CLIP, "--out", tmp_path / "out", "--inventory", announced, "--overwrite")
    assert run(*command)[0] == 0
    assert run(*command, "--fail-on-difference")[0] == 5
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    assert result["comparison"]["overall"] == "inconsistent"


@pytest.mark.parametrize("module", ["classify_frames", "main"])
def test_help_teaches_and_loads_nothing_heavy(module: str) -> None:
    code = (
        "import sys, contextlib\n"
        f"from marchpast.cli.{module} import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        "print(sorted({'cv2', 'numpy', 'av', 'onnxruntime', 'pydantic'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "examples:" in done.stdout
    assert "exit codes:" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
