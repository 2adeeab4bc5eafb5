"""Settings of a detector training: one TOML file, no machine's paths in it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class DetectorConfig(BaseModel):
    """How the detector is trained.

    Attributes:
        seed: Of everything random.
        epochs: Each is `samples_per_epoch` composed scenes.
        samples_per_epoch: Scenes an epoch.
        batch_size: Scenes a step.
        sizes: Height and width of a batch, drawn anew every step; multiples of 32.
        late_epochs: Epochs at the end with `late_sizes`.
        late_sizes: As `sizes`; nearer to what is shipped, where steps are dear.
        military_share: How often a picture that is shown has military vehicles.
        mosaic_share: How often a scene is four or nine pictures.
        formation_share: How often vehicles that were cut out are set on a picture, in rows or few
            and small.
        rendered_share: How often a scene is a rendered picture; not 0 only with a folder of them.
        learning_rate: At the top of the schedule, for neck and heads.
        backbone_factor: The backbone's learning rate by comparison.
        weight_decay: Of convolution weights (AdamW).
        warmup_steps: Steps in which the learning rate rises.
        average_decay: Of the averaged weights, which are what is kept.
        clip_norm: Largest norm of a gradient.
        mining_epochs: Every so many epochs, up to the plain ones, the pictures without military
            vehicles that raise an alarm are chosen anew, to be drawn more often.
        plain_epochs: Epochs at the end without mosaics and with gentler colours.
        threads: Threads of one process on a CPU.
        evaluation_size: Height and width for the figures after each epoch.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    epochs: Annotated[int, Field(ge=1)]
    samples_per_epoch: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=1)]
    sizes: Annotated[list[tuple[int, int]], Field(min_length=1)]
    late_epochs: Annotated[int, Field(ge=0)]
    late_sizes: Annotated[list[tuple[int, int]], Field(min_length=1)]
    military_share: Share
    mosaic_share: Share
    formation_share: Share
    rendered_share: Share = 0.0
    learning_rate: Annotated[float, Field(gt=0)]
    backbone_factor: Annotated[float, Field(gt=0)]
    weight_decay: Annotated[float, Field(ge=0)]
    warmup_steps: Annotated[int, Field(ge=1)]
    average_decay: Annotated[float, Field(ge=0, lt=1)]
    clip_norm: Annotated[float, Field(gt=0)]
    mining_epochs: Annotated[int, Field(ge=1)]
    plain_epochs: Annotated[int, Field(ge=0)]
    threads: Annotated[int, Field(ge=1)]
    evaluation_size: tuple[int, int]

    @field_validator("sizes", "late_sizes", "evaluation_size")
    @classmethod
    def _is_multiple_of_32(
        cls, value: list[tuple[int, int]] | tuple[int, int]
    ) -> list[tuple[int, int]] | tuple[int, int]:
        sizes = value if isinstance(value, list) else [value]
        for side in (side for size in sizes for side in size):
            if side <= 0 or side % 32:
                raise ValueError(f"a side must be a positive multiple of 32, got {side}")
        return value

    @classmethod
    def load(cls, path: Path) -> DetectorConfig:
        """Read a TOML file.

        Raises:
            OSError: If it cannot be read.
            tomllib.TOMLDecodeError: If it is not TOML.
            pydantic.ValidationError: If a setting is missing, unknown or out of range.
        """
        return cls.model_validate(tomllib.loads(path.read_text("utf-8")))
