"""Settings of one classifier training, read from TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from marchpast.errors import ConfigError

Positive = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(_Strict):
    """Some epochs in which the same part of the network learns.

    Attributes:
        epochs: How many.
        side: Side of the training views, pixels; early epochs on smaller views are cheap.
        first_block: The first block of the backbone that learns; -1 for the stem and everything.
        learning_rate: Of the backbone at the start of the stage; the head learns
            `head_factor` times as fast.
    """

    epochs: Positive
    side: Positive
    first_block: Annotated[int, Field(ge=-1)]
    learning_rate: Annotated[float, Field(gt=0.0)]


class RenderedSettings(_Strict):
    """Which vehicles of rendered pictures are learnt from, and how often they are drawn.

    Attributes:
        share: Share of the training views drawn from rendered pictures. Every kind of vehicle in
            them is drawn alike, so the types that real photos show are most of it: else "looks
            rendered" would be a mark of the types that have no photos.
        per_type: Most crops kept of one type.
        min_visible: Smallest share of a vehicle that must be in the picture and not hidden.
        min_side_px: Smallest shorter side of its box.
        backgrounds: Mean number of pieces without a vehicle cut from a rendered picture.
        pasted_share: Share of the rendered vehicles that are set before a real background.
    """

    share: Annotated[float, Field(gt=0.0, lt=1.0)]
    per_type: Positive = 400
    min_visible: Share = 0.35
    min_side_px: Annotated[float, Field(gt=0.0)] = 28.0
    backgrounds: Annotated[float, Field(ge=0.0)] = 0.1
    pasted_share: Share = 0.3


class DataSettings(_Strict):
    """What the crops are cut from and which labels they get.

    Attributes:
        exact_collections: Collections whose inner nodes mean "none of the types listed".
        min_type_crops: A type with fewer training crops teaches the node above it.
        min_coarse_crops: Fewest open crops that make an inner node a label of its own.
        stored_side: Longest side of a stored box, pixels.
        backgrounds: Mean number of pieces without a vehicle cut from a picture.
        shares: Share of the training views drawn from a collection; the rest is shared by the
            collections not named.
        civil_share: Share drawn from crops without a military vehicle, of all collections.
        mined_share: Share drawn from what a detector falsely took for military vehicles.
        left_out: Nodes whose photos are not learnt from at all, so that they measure what the
            network makes of kinds of which it saw rendered pictures at most.
        rendered: What to take from rendered pictures; `None` learns from photos alone. The shares
            above divide what is left.
    """

    exact_collections: tuple[str, ...]
    min_type_crops: Positive
    min_coarse_crops: Positive
    stored_side: Positive
    backgrounds: Annotated[float, Field(ge=0.0)]
    shares: dict[str, Share]
    civil_share: Share
    mined_share: Share = 0.0
    left_out: tuple[str, ...] = ()
    rendered: RenderedSettings | None = None


class ClassifierConfig(_Strict):
    """Everything that decides what a training run computes, next to the data.

    Attributes:
        seed: Of every random choice.
        threads: Threads of torch; two beside another job were 20 times slower than one.
        side: Side of the network's input, pixels, in validation and in use.
        batch: Crops a step.
        steps_per_epoch: Steps between two checkpoints.
        val_stride: Every how many-th validation crop is measured after an epoch.
        head_steps: Steps in which the head alone learns on stored features, before the stages.
        head_factor: Learning rate of the head over that of the backbone.
        weight_decay: Of AdamW.
        ema_decay: Of the averaged weights, a step; these are validated and exported. Early steps
            forget faster.
        mixed_share: Share of the views into which a part of another view is pasted.
        balance: Weight of the term that keeps coarse labels from collapsing into one leaf.
        data: See `DataSettings`.
        stages: In order; the cosine goes to zero at the end of the last one.
    """

    seed: int
    threads: Positive
    side: Positive
    batch: Positive
    steps_per_epoch: Positive
    val_stride: Positive
    head_steps: Positive
    head_factor: Annotated[float, Field(gt=0.0)]
    weight_decay: Annotated[float, Field(ge=0.0)]
    ema_decay: Share
    mixed_share: Share = 0.0
    balance: Annotated[float, Field(ge=0.0)]
    data: DataSettings
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]

    @property
    def epochs(self) -> int:
        """Epochs of all stages."""
        return sum(stage.epochs for stage in self.stages)

    def stage_of(self, epoch: int) -> Stage:
        """Return the stage of an epoch, counted from 0."""
        for stage in self.stages:
            if epoch < stage.epochs:
                return stage
            epoch -= stage.epochs
        raise ValueError(f"the run has {self.epochs} epochs, counted from 0; got {epoch} too many")


def load_config(path: Path) -> ClassifierConfig:
    """Read a configuration.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is not TOML or breaks the form above (pydantic's and tomllib's errors).
    """
    return ClassifierConfig.model_validate(tomllib.loads(path.read_text("utf-8")))


def rendered_settings(config: ClassifierConfig, folder: Path | None) -> RenderedSettings | None:
    """Return what a configuration takes from rendered pictures; `None` where it takes none.

    Raises:
        ConfigError: If it asks for them and no folder is given, or the other way round.
    """
    settings = config.data.rendered
    if settings is not None and folder is None:
        raise ConfigError(
            "this configuration learns from rendered pictures (data.rendered); give their folder "
            "(--rendered)"
        )
    if settings is None and folder is not None:
        raise ConfigError(
            f"{folder}: this configuration learns from photos alone; leave --rendered out, or say "
            "in its table data.rendered what to take from rendered pictures"
        )
    return settings
