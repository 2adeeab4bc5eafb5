"""Verified networks on ONNX Runtime.

One session a model, shared by the worker threads (the runtime releases the interpreter lock):
two callers of one single-threaded session were measured faster than one session with two
threads, and two sessions no faster but 37 MB larger.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from marchpast.errors import (
    ModelContractError,
    ModelIntegrityError,
    ProviderError,
    UnknownModelError,
)
from marchpast.inference.card import CARD_NAME, ModelCard, load_card

Device = Literal["auto", "cpu", "cuda"]
DEVICES: tuple[Device, ...] = ("auto", "cpu", "cuda")

_CUDA = "CUDAExecutionProvider"
_CPU = "CPUExecutionProvider"
_LARGEST_MODEL_BYTES = 1 << 30

_logger = logging.getLogger(__name__)


def bundled_models() -> dict[str, Path]:
    """Return the models that travel with the package, by name."""
    for folder in _model_folders():
        if folder.is_dir():
            return {card.parent.name: card.parent for card in sorted(folder.glob(f"*/{CARD_NAME}"))}
    return {}


def find_model(name_or_folder: str | Path) -> Path:
    """Return the folder of a bundled model or of a user's own.

    Raises:
        UnknownModelError: If it is neither a bundled name nor a folder with a card.
    """
    bundled = bundled_models()
    if str(name_or_folder) in bundled:
        return bundled[str(name_or_folder)]
    folder = Path(name_or_folder)
    if (folder / CARD_NAME).is_file():
        return folder
    raise UnknownModelError(
        f"no model {str(name_or_folder)!r}: bundled are {', '.join(bundled) or 'none'}; "
        f"or give a folder that holds {CARD_NAME}"
    )


class Model:
    """One loaded network with its card.

    Attributes:
        card: The contract and the settings.
        provider: The execution provider that really runs, as ONNX Runtime names it.
    """

    def __init__(self, card: ModelCard, session: Any) -> None:
        self.card = card
        self.provider = str(session.get_providers()[0])
        self._session = session
        self._output_names = list(card.outputs.names)

    @classmethod
    def load(cls, folder: Path, *, device: Device = "auto") -> Model:
        """Load the network of a model folder after checking that it is the one on the card.

        Args:
            folder: Holds `card.toml` and the ONNX file it names.
            device: `auto` takes CUDA where it works; `cuda` takes CUDA or fails.

        Raises:
            ModelContractError: If the card is malformed or the tensors differ from it.
            ModelIntegrityError: If the bytes that were loaded have another hash.
            ProviderError: If ONNX Runtime is missing or CUDA was asked for and does not run.
        """
        if device not in DEVICES:
            raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {device!r}")
        card = load_card(folder)
        content = _verified_bytes(folder / card.file, card.sha256)
        session = _create_session(content, device=device, name=card.name)
        _check_contract(card, session, folder)
        return cls(card, session)

    def run(self, tensor: npt.NDArray[np.uint8]) -> list[npt.NDArray[Any]]:
        """Run the network on one input tensor; safe to call from several threads.

        Args:
            tensor: As the card's `input` says: uint8, channels last.

        Returns:
            The outputs in the order of the card.
        """
        outputs = self._session.run(self._output_names, {self.card.input.name: tensor})
        return cast(list[npt.NDArray[Any]], outputs)


def _model_folders() -> tuple[Path, Path]:
    """Where bundled models lie: in the wheel; in a checkout."""
    package = Path(__file__).resolve().parents[1]
    return package / "models", package.parents[1] / "models"


def _verified_bytes(path: Path, sha256: str) -> bytes:
    """Read the file once, so that the bytes that are hashed are the bytes that are loaded."""
    try:
        if path.stat().st_size > _LARGEST_MODEL_BYTES:
            raise ModelIntegrityError(f"{path}: a model has at most 1 GiB; this is larger")
        content = path.read_bytes()
    except OSError as error:
        raise ModelIntegrityError(f"{path}: cannot read the model: {error.strerror}") from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        raise ModelIntegrityError(
            f"{path}: SHA-256 is {actual}, the card says {sha256}; "
            "restore the file or take the model again from where it came"
        )
    return content


def _create_session(content: bytes, *, device: Device, name: str) -> Any:
    try:
        import onnxruntime as ort
    except ImportError as error:
        raise ProviderError(
            "onnxruntime is not installed; install marchpast[cpu] or marchpast[gpu]"
        ) from error
    available = ort.get_available_providers()
    if device == "cuda" and _CUDA not in available:
        raise ProviderError(
            f"device cuda was asked for, but this onnxruntime offers {', '.join(available)}; "
            "install marchpast[gpu] instead of marchpast[cpu], or use --device cpu"
        )
    wants_cuda = device != "cpu" and _CUDA in available
    refusals = _runtime_errors(ort)
    try:
        session = ort.InferenceSession(
            content,
            sess_options=_session_options(ort),
            providers=[_CUDA, _CPU] if wants_cuda else [_CPU],
        )
    except refusals as error:
        reason = str(error).splitlines()[0]
        raise ModelContractError(f"model {name}: ONNX Runtime refuses it: {reason}") from error
    provider = session.get_providers()[0]
    if device == "cuda" and provider != _CUDA:
        raise ProviderError(
            f"device cuda was asked for, but ONNX Runtime fell back to {provider}; "
            "check the CUDA and cuDNN libraries, or use --device cpu"
        )
    _logger.debug("model %s runs on %s", name, provider)
    return session


def _session_options(ort: Any) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Spinning pools of two models beside each other were measured at 2.1 times the CPU.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def _runtime_errors(ort: Any) -> tuple[type[Exception], ...]:
    """What the runtime raises for a bad graph: its exceptions share no public base."""
    state = ort.capi.onnxruntime_pybind11_state
    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented")
    return (RuntimeError, ValueError, *(getattr(state, name) for name in names))


def _check_contract(card: ModelCard, session: Any, folder: Path) -> None:
    """Compare the network's tensors and metadata with the card."""
    inputs = session.get_inputs()
    found = [(tensor.name, tensor.type) for tensor in inputs]
    if found != [(card.input.name, "tensor(uint8)")]:
        raise ModelContractError(
            f"{folder}: the network's inputs are {found}, the card says one uint8 tensor "
            f"{card.input.name!r}"
        )
    outputs = [tensor.name for tensor in session.get_outputs()]
    if missing := [name for name in card.outputs.names if name not in outputs]:
        raise ModelContractError(
            f"{folder}: the network has outputs {outputs}, the card also names {missing}"
        )
    metadata = session.get_modelmeta().custom_metadata_map
    labels = metadata.get("labels")
    if labels is not None and tuple(labels.split(",")) != card.labels:
        raise ModelContractError(
            f"{folder}: the labels in the network's metadata differ from the card's; "
            "export the model again"
        )
