"""The model card: what a network expects, answers, learnt from and cannot do.

`card.toml` lies beside the ONNX file. The contract (task, labels, input, outputs) is checked
against the network when it is loaded; the rest is for people and for the report.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from marchpast.errors import ModelContractError

CARD_NAME = "card.toml"
_LARGEST_CARD_BYTES = 1 << 20

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputCard(_Strict):
    """The one input tensor: uint8, channels last.

    Attributes:
        name: Tensor name.
        size: Height and width in pixels. A network with dynamic sides is fed the smallest
            input with this longer side that holds the picture.
        colour_order: Always BGR: the graph converts.
        resize: `letterbox` keeps the aspect ratio (picture at the upper left, padding right and
            below); `squash` does not.
        pad_value: Grey level of the padding.
        multiple_of: Both sides are multiples of this.
    """

    name: str
    size: tuple[Positive, Positive]
    colour_order: Literal["BGR"]
    resize: Literal["letterbox", "squash"]
    pad_value: Annotated[int, Field(ge=0, le=255)] = 114
    multiple_of: Positive = 1


class OutputsCard(_Strict):
    """What a network answers.

    Attributes:
        names: Of the output tensors, in order.
        attributes: What the columns of a classifier's output `attributes` stand for.
    """

    names: tuple[str, ...]
    attributes: tuple[str, ...] = ()


class PictureSettings(_Strict):
    """How a still picture is looked at, several times where a frame of a video is once.

    Attributes:
        sizes: Longer sides of the network's input, pixels.
        mirrored: Look at the network's own size once more with left and right exchanged.
        judges: Shortest and longest box, pixels of the network's input, on which a look at
            another than the network's own size has a say.
        min_confidence: A box that all looks together are less sure of is no vehicle.
    """

    sizes: Annotated[tuple[Positive, ...], Field(min_length=1)]
    mirrored: bool
    judges: tuple[Annotated[float, Field(ge=0.0)], Annotated[float, Field(gt=0.0)]]
    min_confidence: Probability


class DetectSettings(_Strict):
    """Where the detector's confidences cut.

    Attributes:
        min_confidence: A box below it starts no track and is no vehicle of its own.
        track_confidence: A box between the two may continue a track, no more.
        pictures: How still pictures are looked at. Absent: as a frame of a video.
    """

    min_confidence: Probability
    track_confidence: Probability
    pictures: PictureSettings | None = None


class AttributeScale(_Strict):
    """How a network's odds for an attribute become a calibrated probability (Platt 1999).

    Attributes:
        slope: Multiplies the log-odds.
        offset: Is added to them.
    """

    slope: Annotated[float, Field(gt=0.0)]
    offset: float = 0.0


class SetSettings(_Strict):
    """How probabilities become a set that holds the truth at a stated rate.

    Attributes:
        rate: Share of such sets that hold the truth.
        penalties: What a unit of a set's cost takes from its mass, for each condition that
            `marchpast.identity` tells apart; see `identity.SetMaker`.
        far_below_px: Below this shorter side of the best crop a vehicle is far.
        dark_below: Below this median grey level of the crops a vehicle is in the dark.
        max_novelty: Beyond it, where no category is certain, nothing known fits. Absent: never.
        fitted_on: Where the penalties come from, one sentence.
    """

    rate: Annotated[float, Field(gt=0.5, lt=1.0)]
    penalties: dict[
        Literal["usual", "far", "dark", "few_photos"], Annotated[float, Field(gt=0.0, lt=1.0)]
    ]
    far_below_px: Annotated[int, Field(ge=0)]
    dark_below: Annotated[float, Field(ge=0.0, le=255.0)]
    max_novelty: float | None = None
    fitted_on: str = ""

    @model_validator(mode="after")
    def _has_every_condition(self) -> Self:
        if len(self.penalties) < 4:
            raise ValueError("penalties must name usual, far, dark and few_photos")
        return self


class GallerySettings(_Strict):
    """How nearness to a user's reference pictures becomes a probability.

    The odds of a type against "none of the types with references" are
    `exp(offset + distance * d + group * g)`: `d` is one minus the cosine between the vehicle and
    the mean of the type's references, `g` the log-odds that the network gives the type's group.

    Attributes:
        file: Beside the network: `mean` and `directions`, from embeddings to what is compared.
        sha256: Of that file.
        offset: See above.
        distance: See above.
        group: See above.
        prior: Share of the vehicles that were of such types where the odds were fitted.
        most: The largest probability of a type that references alone may give.
        min_hint: From this probability on the type is pointed out.
        measured: How often that was right and where it comes from, one sentence.
    """

    file: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    offset: float
    distance: Annotated[float, Field(lt=0.0)]
    group: Annotated[float, Field(ge=0.0)]
    prior: Annotated[float, Field(gt=0.0, lt=1.0)]
    most: Annotated[float, Field(gt=0.0, lt=1.0)]
    min_hint: Annotated[float, Field(gt=0.0, le=1.0)]
    measured: str


class ClassifySettings(_Strict):
    """How logits become an answer.

    Attributes:
        temperature: Divides the logits before the softmax.
        min_mass: The deepest node that holds at least this probability is answered.
        novelty_slope: What a novelty of one (output `novelty`, mean over the crops) costs the
            likeliest type, in log-odds. Absent: types are answered as all nodes.
        min_type_score: Log-odds minus that cost from which on a type is named.
        min_type_size_px: Below this shorter side of the best crop no type is named.
        unvalidated_types: Types with training pictures but none to validate on.
        thin_nodes: Types and groups learnt from so few crops that they cannot be told from what
            was never learnt.
        rendered_types: Types learnt from rendered pictures, with few photos or none.
        min_rendered_score: What their names need where others need `min_type_score`. Absent:
            none of them is named.
        rendered_only: Types of which no photo was learnt from, only rendered pictures.
        attributes: How sure the network is of each attribute that it may tell, by name.
        sets: How sets are made. Absent: no identity carries one.
        gallery: How a user's references count. Absent: they cannot be used with this network.
    """

    temperature: Annotated[float, Field(gt=0.0)]
    min_mass: Annotated[float, Field(gt=0.5, le=1.0)]
    novelty_slope: Annotated[float | None, Field(ge=0.0)] = None
    min_type_score: float | None = None
    min_type_size_px: Annotated[int, Field(ge=0)] = 0
    unvalidated_types: tuple[str, ...] = ()
    thin_nodes: tuple[str, ...] = ()
    rendered_types: tuple[str, ...] = ()
    min_rendered_score: float | None = None
    rendered_only: tuple[str, ...] = ()
    attributes: dict[str, AttributeScale] = {}
    sets: SetSettings | None = None
    gallery: GallerySettings | None = None


class _CardBase(_Strict):
    format: Literal["marchpast-model/1"]
    name: str
    version: str
    licence: str
    file: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    started_from: str
    command: str
    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    input: InputCard
    outputs: OutputsCard
    training: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    limits: dict[str, Any] = {}


class DetectorCard(_CardBase):
    """The card of a network that finds vehicles."""

    task: Literal["detect"]
    settings: DetectSettings


class ClassifierCard(_CardBase):
    """The card of a network that names crops."""

    task: Literal["classify"]
    settings: ClassifySettings


ModelCard = DetectorCard | ClassifierCard

_CARD: TypeAdapter[ModelCard] = TypeAdapter(
    Annotated[DetectorCard | ClassifierCard, Field(discriminator="task")]
)


def load_card(folder: Path) -> ModelCard:
    """Read and check `card.toml` of a model folder.

    Raises:
        ModelContractError: If the card is missing, too large, not TOML, or breaks the format.
    """
    path = folder / CARD_NAME
    try:
        if path.stat().st_size > _LARGEST_CARD_BYTES:
            raise ModelContractError(f"{path}: a model card has at most 1 MiB; this is larger")
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelContractError(
            f"{path}: cannot read the model card ({error.strerror}); "
            "a model folder holds card.toml and the ONNX file it names"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelContractError(f"{path}: the model card is not TOML: {error}") from error
    try:
        return _CARD.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelContractError(f"{path}: {where}: {first['msg']}") from error
