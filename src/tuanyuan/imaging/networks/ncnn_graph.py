"""A network written in ncnn's own terms: the text of its layers and the bytes of its weights.

Source of the format: ncnn documentation, "param and model file structure" and "operation param weight table".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MAGIC = 7767517
FLOAT32_TAG = b"\0\0\0\0"
RELU = 1
# A layer's own exceptions from the network's options ("featmask").
NO_SGEMM, NO_WINOGRAD = 32, 64
SIMD_WIDTH = 16


@dataclass(frozen=True)
class _Layer:
    kind: str
    inputs: tuple[str, ...]
    output: str
    params: Mapping[int, int]
    weights: bytes


class NcnnGraph:
    """Layers in the order of execution; every blob is named by the layer that makes it."""

    def __init__(self, input_name: str) -> None:
        self.input_name = input_name
        self._layers: list[_Layer] = [_Layer("Input", (), input_name, {}, b"")]

    def add(self, kind: str, inputs: Sequence[str], output: str, params: Mapping[int, int]) -> str:
        """Append a layer without weights; `params` by ncnn's numbers. Returns `output`."""
        self._layers.append(_Layer(kind, tuple(inputs), output, dict(params), b""))
        return output

    def convolution(
        self,
        source: str,
        output: str,
        weight: NDArray[np.float32],
        bias: NDArray[np.float32],
        *,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        relu: bool = False,
    ) -> str:
        """Append a convolution; `weight` is (out, in, height, width), `bias` (out,). Returns `output`."""
        filters, _, height, width = weight.shape
        params = {
            0: filters, 1: width, 11: height, 2: dilation, 3: stride, 4: padding,
            5: 1, 6: weight.size, 9: RELU if relu else 0, 31: _exceptions(*weight.shape[:2]),
        }  # fmt: skip
        self._layers.append(_Layer("Convolution", (source,), output, params, _pack(weight, bias)))
        return output

    def inner_product(self, source: str, output: str, weight: NDArray[np.float32]) -> str:
        """Append a fully connected layer without bias; `weight` is (out, in). Returns `output`."""
        params = {0: weight.shape[0], 1: 0, 2: weight.size}
        self._layers.append(_Layer("InnerProduct", (source,), output, params, _pack(weight)))
        return output

    def param_text(self) -> str:
        """The text that `ncnn.Net.load_param_mem` reads."""
        layers = _split_shared(self._layers)
        blobs = sum(len(outputs) for _, _, outputs, _ in layers)
        lines = [str(MAGIC), f"{len(layers)} {blobs}"]
        for number, (kind, inputs, outputs, params) in enumerate(layers):
            numbers = [f"{key}={value}" for key, value in params.items()]
            counts = [str(len(inputs)), str(len(outputs))]
            lines.append(" ".join([kind, f"layer{number}", *counts, *inputs, *outputs, *numbers]))
        return "\n".join(lines) + "\n"

    def weight_bytes(self) -> bytes:
        """The bytes that `ncnn.Net.load_model` reads, float32 little-endian."""
        return b"".join(layer.weights for layer in self._layers)


def _exceptions(filters: int, channels: int) -> int:
    """What does not pay off for a thin layer: a plain convolution to one channel is four times as quick."""
    if filters == 1:
        return NO_SGEMM | NO_WINOGRAD
    return NO_WINOGRAD if channels < SIMD_WIDTH else 0


def _pack(weight: NDArray[np.float32], *others: NDArray[np.float32]) -> bytes:
    """The main weight carries a tag of its storage type, a bias does not."""
    arrays = [np.ascontiguousarray(array, dtype="<f4").tobytes() for array in (weight, *others)]
    return FLOAT32_TAG + b"".join(arrays)


def _split_shared(
    layers: Sequence[_Layer],
) -> list[tuple[str, Sequence[str], Sequence[str], Mapping[int, int]]]:
    """In ncnn a blob has one reader only: a blob with several gets a Split layer with a copy for each."""
    readers = Counter(name for layer in layers for name in layer.inputs)
    copies: dict[str, list[str]] = {}
    result: list[tuple[str, Sequence[str], Sequence[str], Mapping[int, int]]] = []
    for layer in layers:
        inputs = [copies[name].pop(0) if name in copies else name for name in layer.inputs]
        result.append((layer.kind, inputs, [layer.output], layer.params))
        if readers[layer.output] > 1:
            names = [f"{layer.output}_copy{i}" for i in range(readers[layer.output])]
            result.append(("Split", [layer.output], list(names), {}))
            copies[layer.output] = names
    return result
