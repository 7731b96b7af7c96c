"""The part of an ONNX model that its first output needs, seen as pictures flowing through operators."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import numpy_helper

if TYPE_CHECKING:
    from numpy.typing import NDArray


class NotUnderstood(ValueError):
    """An operator, or a way of using one, that has no translation here."""


class OnnxGraph:
    """`input`, `output` and the `nodes` between them in the order of execution.

    Raises NotUnderstood when a size is computed in an unknown way, ValueError when a blob has no maker.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        source = model.graph
        self._tensors = {tensor.name: tensor for tensor in source.initializer}
        self._makers = {output: node for node in source.node for output in node.output}
        inputs = [value.name for value in source.input if value.name not in self._tensors]
        if len(inputs) != 1 or not source.output:
            raise ValueError("a model has one input and at least one output")
        self.input, self.output = inputs[0], source.output[0].name
        needed = self._needed()
        self.nodes = [node for node in source.node if node.output and node.output[0] in needed]
        self._readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
        for node in self.nodes:
            for name in self.pictures(node):
                self._readers[name].append(node)

    def pictures(self, node: onnx.NodeProto) -> list[str]:
        """The inputs of `node` that are pictures, not weights; for Resize also the one it is sized by."""
        if node.op_type == "Resize":
            return [node.input[0], self._size_reference(node)]
        return [name for name in node.input if name and name not in self._tensors]

    def tensor(self, name: str) -> NDArray[np.float32]:
        """The learned numbers called `name`."""
        if name not in self._tensors:
            raise NotUnderstood(f"weights computed at run time ({name})")
        return np.asarray(numpy_helper.to_array(self._tensors[name]), np.float32)

    def only_reader(self, name: str) -> onnx.NodeProto | None:
        """The one node that reads picture `name`; None where there are several, or where it is the output."""
        readers = self._readers.get(name, [])
        return readers[0] if len(readers) == 1 and name != self.output else None

    def _needed(self) -> set[str]:
        found: set[str] = set()
        waiting = [self.output]
        while waiting:
            name = waiting.pop()
            if name in found or name == self.input:
                continue
            if name not in self._makers:
                raise ValueError(f"nothing makes {name}")
            found.add(name)
            waiting += self.pictures(self._makers[name])
        return found

    def _size_reference(self, node: onnx.NodeProto) -> str:
        """Sizes are computed by Shape of another picture (and of the resized one, for its channels)."""
        shaped: set[str] = set()
        waiting = list(node.input[3:4])
        while waiting:
            maker = self._makers.get(waiting.pop())
            if maker is None:
                continue
            if maker.op_type == "Shape":
                shaped.add(maker.input[0])
            else:
                waiting += maker.input
        shaped.discard(node.input[0])
        if len(shaped) != 1:
            raise NotUnderstood("Resize to a size that is not another picture's")
        return shaped.pop()


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """The node's attributes by name."""
    return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
