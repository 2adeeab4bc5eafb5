"""The commands of docs/training.md, run in their order: from footage to models to a result.

Nothing is asserted about how good the models are: they see a few drawn pictures for a few steps.
What is asserted is that each command takes what the one before it left.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from marchpast.cli.classify_frames import main as classify_frames
from marchpast.cli.main import main as marchpast
from marchpast.records import BgrImage
from marchpast.training.config_file import bundled_configs

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "training.md"
DEMO_CLIP = REPOSITORY / "datasets" / "demo" / "convoy.mp4"
PROGRAMS = {"marchpast": marchpast, "classify-frames": classify_frames}
# Large enough that a vehicle can be made small, as exporting does to measure small ones.
HEIGHT, WIDTH = 300, 500
EVENTS, PICTURES_OF_ONE = 10, 8
# BGR, and the shape: a box, a wedge, a low cart.
INKS = {"osa": (40, 160, 40), "t80": (170, 60, 40), "civilian_vehicle": (40, 190, 210)}
TINY_DETECTOR: dict[str, Any] = {
    "epochs": 1,
    "samples_per_epoch": 8,
    "batch_size": 4,
    "sizes": [[96, 160]],
    "evaluation_size": [96, 160],
    "warmup_steps": 1,
    "plain_epochs": 0,
}
TINY_CLASSIFIER: dict[str, Any] = {
    "side": 64,
    "batch": 8,
    "steps_per_epoch": 2,
    "head_steps": 60,
    "val_stride": 1,
    "stages": [{"epochs": 1, "side": 64, "first_block": 14, "learning_rate": 1e-3}],
}


@pytest.fixture(autouse=True)
def restore_signal() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def draw(seed: int) -> tuple[BgrImage, dict[str, tuple[int, int, int, int]]]:
    """One vehicle of each kind on rough ground, and their boxes as x, y, width, height."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(90, 130, (HEIGHT // 10, WIDTH // 10, 3)).astype(np.uint8)
    image = np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT)), np.uint8)
    boxes = {}
    for column, (node, ink) in enumerate(INKS.items()):
        width, height = (int(value) for value in generator.integers((110, 100), (135, 120)))
        x = 20 + 160 * column + int(generator.integers(0, 20))
        y = int(generator.integers(20, HEIGHT - 130))
        if node == "t80":
            corners = np.array([[x, y + height], [x + width, y + height], [x + width // 2, y]])
            cv2.fillPoly(image, [corners], ink)
        else:
            cv2.rectangle(image, (x, y), (x + width - 1, y + height - 1), ink, -1)
        boxes[node] = (x, y, width, height)
    return image, boxes


def write_collection(folder: Path) -> None:
    """COCO boxes; the numbers of the pictures leave a gap between events."""
    (folder / "images").mkdir(parents=True)
    nodes = list(INKS)
    images, annotations = [], []
    for event in range(EVENTS):
        for number in range(PICTURES_OF_ONE):
            index = 100 * event + number
            image, boxes = draw(index)
            name = f"images/{index:04d}.png"
            cv2.imwrite(str(folder / name), image)
            images.append(
                {
                    "id": index,
                    "file_name": name,
                    "width": WIDTH,
                    "height": HEIGHT,
                    "event": f"clip-{event}",
                }
            )
            annotations += [
                {
                    "id": 10 * index + position,
                    "image_id": index,
                    "category_id": nodes.index(node) + 1,
                    "bbox": list(box),
                }
                for position, (node, box) in enumerate(boxes.items())
            ]
    categories = [{"id": number, "name": node} for number, node in enumerate(nodes, start=1)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(content), encoding="utf-8")


def tiny_config(name: str, changes: dict[str, Any], path: Path) -> Path:
    settings = tomllib.loads(bundled_configs()[name].read_text("utf-8")) | changes
    lines = [f"{key} = {inline(value)}" for key, value in settings.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def inline(value: Any) -> str:
    """A value as TOML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {inline(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(entry) for entry in value) + "]"
    return json.dumps(value)


def decide(page: Path, labels: Path) -> None:
    """What a person does on the label page: confirm every suggestion, and save."""
    block = re.search(
        r'<script type="application/json"[^>]*>(.*?)</script>', page.read_text("utf-8")
    )
    assert block, "the page holds its crops as JSON"
    data = json.loads(block[1])
    kept = ("id", "source", "source_sha256", "kind", "frame_index", "time_s", "xyxy")
    rows = [
        {key: crop[key] for key in (*kept, "frame_width", "frame_height", "suggested", "mass")}
        | {"status": "confirmed" if crop["suggested"] else "unsure", "node": crop["suggested"]}
        for crop in data["crops"]
    ]
    content = {"format": data["format"], "title": data["title"], "reviewer": "test", "labels": rows}
    labels.write_text(json.dumps(content), encoding="utf-8")


def commands_of(page: Path) -> list[str]:
    """The page's commands, but for those that need the project's own collections."""
    found = re.findall(r"^\$ ((?:marchpast|classify-frames) .*)$", page.read_text("utf-8"), re.M)
    return [line for line in found if not re.search(r"\bFOLDER\b|\bRUN\b", line)]


def test_the_page_leads_from_footage_to_a_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(DEMO_CLIP, "clip.mp4")
    write_collection(Path("pictures/drawn"))
    tiny_config("detector", TINY_DETECTOR, Path("my-detector.toml"))
    tiny_config("classifier", TINY_CLASSIFIER, Path("my-classifier.toml"))
    ran = set()
    for command in commands_of(PAGE):
        program, *arguments = shlex.split(command)
        code = PROGRAMS[program](arguments)
        captured = capsys.readouterr()
        assert code == 0, f"{command}\n{captured.err}"
        assert captured.out, f"{command} says nothing on stdout"
        ran.add(arguments[0])
        if arguments[0] == "label":
            decide(Path("labels.html"), Path("labels.json"))
    assert ran >= {"label", "collect", "split", "train", "export", "calibrate"}

    cards = {
        kind: tomllib.loads(Path(f"my-models/{kind}/card.toml").read_text("utf-8"))
        for kind in ("detector", "classifier")
    }
    assert cards["classifier"]["training"]["crops_by_collection"]["mine"] > 0
    assert cards["classifier"]["figures"]["calibrated_on"]["target"] == 0.98
    result = json.loads(Path("result/result.json").read_text("utf-8"))
    assert [model["sha256"] for model in result["models"]] == [
        card["sha256"] for card in cards.values()
    ]
