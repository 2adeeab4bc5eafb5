"""Building an ONNX graph node by node, with weights stored as float16.

Graphs are built by hand rather than traced: the structure is short, no exporter is needed,
and what is in the file is what was written. The runtime casts the weights to float32 when it
loads the graph and folds the casts away, so networks compute in float32.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
PRODUCER = "marchpast"

Array = npt.NDArray[Any]


def commit_of(folder: Path) -> str:
    """Return the commit of a working tree and whether it was changed; empty outside of one.

    Args:
        folder: Anywhere inside the working tree.
    """
    found = _git(folder, "rev-parse", "HEAD")
    if not found:
        return ""
    return f"{found} with changes" if _git(folder, "status", "--porcelain", "src") else found


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip()


class GraphBuilder:
    """Collects nodes and constants under running names."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(self, kind: str, inputs: Sequence[str], *, output: str = "", **attributes: Any) -> str:
        """Add a node with one output and return the output's name."""
        name = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def add_many(
        self, kind: str, inputs: Sequence[str], *, outputs: int, **attributes: Any
    ) -> list[str]:
        """Add a node with several outputs and return their names."""
        stem = f"{kind.lower()}_{len(self._nodes)}"
        names = [f"{stem}_{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, name=stem, **attributes))
        return names

    def constant(self, value: Array) -> str:
        """Add a constant and return its name."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def integers(self, *values: int) -> str:
        """Add a one-dimensional int64 constant and return its name."""
        return self.constant(np.array(values, np.int64))

    def number(self, value: float) -> str:
        """Add a float32 scalar and return its name."""
        return self.constant(np.array(value, np.float32))

    def weight(self, value: npt.NDArray[np.float32]) -> str:
        """Add a constant that is stored as float16 and used as float32."""
        return self.add("Cast", [self.constant(value.astype(np.float16))], to=TensorProto.FLOAT)

    def model(
        self,
        name: str,
        *,
        inputs: Sequence[onnx.ValueInfoProto],
        outputs: Sequence[onnx.ValueInfoProto],
        metadata: Mapping[str, str],
    ) -> onnx.ModelProto:
        """Return the checked model.

        Raises:
            onnx.checker.ValidationError: If the graph is not well formed.
        """
        graph = helper.make_graph(
            self._nodes, name, list(inputs), list(outputs), initializer=self._constants
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name=PRODUCER
        )
        model.ir_version = IR_VERSION
        helper.set_model_props(model, dict(metadata))
        onnx.checker.check_model(model, full_check=True)
        return model
