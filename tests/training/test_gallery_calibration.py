"""How references count is fitted: a world in which nearness decides, and its limits."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the training extra is not installed")

from marchpast.identity import reference_odds
from marchpast.inference import GallerySettings, Projection
from marchpast.records import Identity
from marchpast.taxonomy import load_taxonomy
from marchpast.training.classifier_crops import LabelledCrop
from marchpast.training.classifier_labels import LabelSpace
from marchpast.training.gallery_calibration import cross_fitted, settings_from
from marchpast.training.gallery_looks import Looks
from marchpast.training.gallery_odds import damped, fit_damping, fit_odds, shares_by
from marchpast.training.gallery_trials import PARTS, Trial, trials_of

TAXONOMY = load_taxonomy()
LABELS = ("civilian_vehicle", "tank", "military_truck", "background")
LEFT_OUT = ("kamaz_truck", "ural_4320")
DIRECTIONS = {"kamaz_truck": 0, "ural_4320": 1, "tank": 2, "military_truck": 3,
              "civilian_vehicle": 4}  # fmt: skip


def looks(name: str, *, spread: float = 0.3, seed: int = 0) -> Looks:
    """Every kind has its own direction; trucks are told as trucks, tanks as tanks."""
    generator = np.random.default_rng(seed)
    crops, rows, logits = [], [], []
    for node, direction in DIRECTIONS.items():
        for number in range(40):
            crops.append(
                LabelledCrop(
                    image=np.zeros((4, 4, 3), np.uint8),
                    xyxy=(0.0, 0.0, 4.0, 4.0),
                    size_px=100.0,
                    node=node,
                    is_exact=node in LEFT_OUT,
                    is_loose=False,
                    collection="made",
                    event=f"{node}-{number // 5}",
                    source="made",
                    origin=f"{node}-{number}",
                )
            )
            rows.append(np.eye(6)[direction] + generator.normal(0, spread, 6))
            label = {"tank": 1, "civilian_vehicle": 0}.get(node, 2)
            logits.append(4.0 * np.eye(4)[label])
    return Looks(
        name=name,
        crops=tuple(crops),
        is_checked=np.array([crop.node not in LEFT_OUT for crop in crops], np.bool_),
        space=LabelSpace(LABELS, TAXONOMY),
        types=LEFT_OUT,
        logits=np.array(logits, np.float32),
        embedding=np.array(rows, np.float32),
        novelty=np.zeros(len(crops), np.float32),
        projection=Projection(np.zeros(6, np.float32), np.eye(6, dtype=np.float32)),
        answers=tuple(answer(crop.node) for crop in crops),
        smallest_px=96,
    )


def answer(node: str) -> Identity:
    """Without references a truck is a truck, and nothing more exact."""
    group = "military_truck" if node in LEFT_OUT else node
    return Identity(group, TAXONOMY.level(group), 0.9, "made", ())


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    return [
        trial
        for seed, name in enumerate("abc")
        for trial in trials_of(looks(name, seed=seed), TAXONOMY, counts=(1, 5), draws=2)
    ]


def test_no_event_gives_references_and_is_tried(trials: list[Trial]) -> None:
    for trial in trials:
        events = np.array(trial.looks.events)
        for rows in trial.references.values():
            assert len(rows) == trial.count
            assert not set(events[rows]) & set(events[trial.rows])
        assert (trial.truth >= 0).any()


def test_a_photo_labelled_coarsely_is_open_for_the_types_under_its_label(
    trials: list[Trial],
) -> None:
    trial = trials[0]
    nodes = np.array(trial.looks.nodes)[trial.rows]
    assert trial.is_open[nodes == "military_truck"].all()
    assert not trial.is_open[nodes == "tank"].any()
    assert not trial.is_open[nodes == "kamaz_truck"].any()


def test_the_parts_have_their_shares(trials: list[Trial]) -> None:
    for trial in trials:
        part = np.array(trial.part)
        for name, share in PARTS.items():
            assert trial.weights[part == name].sum() == pytest.approx(share, abs=1e-5)


def test_near_is_likelier_and_the_odds_are_those_of_the_judge(trials: list[Trial]) -> None:
    weights = fit_odds(trials)
    assert weights[1] < -2
    settings = GallerySettings(
        file="f", sha256="0" * 64, offset=weights[0], distance=weights[1],
        group=max(0.0, weights[2]), prior=0.1, most=0.9,
        min_hint=0.3, measured="here",
    )  # fmt: skip
    assert settings.group == weights[2]
    trial = trials[-1]
    shares = shares_by(trial, weights)
    for place in (0, len(trial.rows) // 2):
        odds = [
            reference_odds(
                settings,
                distance=float(trial.distance[place, column]),
                group=float(trial.group[place, column]),
            )
            for column in range(2)
        ]
        expected = np.array(odds) / (1 + sum(odds))
        np.testing.assert_allclose(shares[place], expected, rtol=1e-4)


def test_civil_vehicles_are_looked_at_and_do_not_decide(trials: list[Trial]) -> None:
    trial = trials[0]
    nodes = np.array(trial.looks.nodes)[trial.rows]
    assert (nodes == "civilian_vehicle").any()
    assert not trial.is_heard[nodes == "civilian_vehicle"].any()
    assert trial.is_heard[nodes != "civilian_vehicle"].all()


def test_what_is_told_apart_is_stated_with_a_high_share(trials: list[Trial]) -> None:
    settings = settings_from(trials)
    assert cross_fitted(trials, fit_damping(trials)).from_(0.6)[0] > 0.9
    assert settings["most"] > 0.9
    assert settings["prior"] == PARTS["referenced"]
    assert settings["distance"] < 0


def test_odds_that_do_not_hold_elsewhere_are_damped(trials: list[Trial]) -> None:
    # In one training photos are near by chance alone: what the others give is too bold for it.
    spoilt = []
    for seed in (7, 8):
        look = looks(f"bad{seed}", seed=seed)
        noise = np.random.default_rng(seed).normal(0, 1, look.embedding.shape)
        blind = replace(look, embedding=noise.astype(np.float32))
        spoilt += trials_of(blind, TAXONOMY, counts=(1, 5), draws=2)
    good, mixed = fit_damping(trials), fit_damping([*trials[:4], *spoilt])
    assert mixed[1] < good[1]
    assert damped((1.0, -2.0, 0.5), (0.1, 0.5)) == pytest.approx((0.6, -1.0, 0.25))


def test_one_fold_cannot_measure_itself(trials: list[Trial]) -> None:
    with pytest.raises(ValueError, match="two folds"):
        settings_from([trial for trial in trials if trial.looks.name == "a"])


def test_the_shipped_card_and_projection_agree_with_the_network() -> None:
    from marchpast.inference import ClassifierCard, bundled_models, load_card, load_projection
    from marchpast.training.gallery_calibration import projection_of

    folder: Path = bundled_models()["classifier"]
    card = load_card(folder)
    assert isinstance(card, ClassifierCard)
    assert card.settings.gallery is not None
    loaded = load_projection(folder, card.settings.gallery)
    inside = projection_of(folder / card.file)
    np.testing.assert_array_equal(loaded.mean, inside["mean"])
    np.testing.assert_allclose(loaded.directions, inside["directions"].astype(np.float32))
    text = (folder / "card.toml").read_text("utf-8")
    assert tomllib.loads(text)["settings"]["gallery"]["file"] == card.settings.gallery.file
