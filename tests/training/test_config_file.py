"""What is wrong with a configuration is said in one line: key, value, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from marchpast.errors import ConfigError
from marchpast.training.classifier_config import ClassifierConfig
from marchpast.training.config_file import (
    KINDS,
    bundled_configs,
    find_config,
    read_config,
)
from marchpast.training.detector_config import DetectorConfig


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A bundled configuration with its first `old` replaced."""
    text = bundled_configs()[name].read_text("utf-8")
    assert old in text
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", bundled_configs())
def test_every_bundled_configuration_is_one_of_its_kind(name: str) -> None:
    kind = "detector" if name.startswith("detector") else "classifier"
    assert isinstance(read_config(find_config(name), KINDS[kind]), KINDS[kind])


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("detector", "learning_rate =", "lerning_rate =", "lerning_rate = .*mean learning_rate?"),
        ("detector", "epochs =", 'epochs = "many" #', "epochs = 'many': .*valid integer"),
        ("detector", "epochs =", "epochs = 0 #", "epochs = 0: .*greater than or equal to 1"),
        ("detector", "seed =", "# seed =", "the setting seed is missing"),
        ("classifier", "stored_side =", "storedside =", r"data\.storedside = .*stored_side?"),
        ("classifier", "first_block =", "frst_block =", r"stages\.0\.frst_block = .*first_block?"),
        ("classifier", "seed =", "seed", "not TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    path = changed(tmp_path, name, old, new)
    with pytest.raises(ConfigError, match=told.replace("?", r"\?")) as raised:
        read_config(path, KINDS[name])
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "kind"), [("detector", ClassifierConfig), ("classifier", DetectorConfig)]
)
def test_a_configuration_of_the_other_kind_is_called_that(
    name: str, kind: type[ClassifierConfig] | type[DetectorConfig]
) -> None:
    with pytest.raises(ConfigError, match=f"configuration of a {name}"):
        read_config(find_config(name), kind)


def test_an_unknown_name_lists_the_bundled_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="bundled are classifier, "):
        find_config("detektor")
    own = tmp_path / "own.toml"
    own.touch()
    assert find_config(own) == own
