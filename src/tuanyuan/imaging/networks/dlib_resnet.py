"""dlib's face recognition network (ResNet with 29 convolutions, 128 numbers for a face) on ncnn.

Architecture and weights: Davis E. King, `dlib_face_recognition_resnet_model_v1` (CC0). The layers come
from the file; how residual blocks join them is dlib's `anet_type` (`examples/dnn_face_recognition_ex.cpp`).
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.networks.dlib_format import DlibLayer, read_dlib_network
from tuanyuan.imaging.networks.ncnn_graph import NcnnGraph
from tuanyuan.imaging.networks.ncnn_network import NcnnNetwork

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SCALE = 256.0
MAX, AVERAGE = 0, 1
VALID = 1  # ncnn's padding mode that, like dlib, drops what does not fill a window


class DlibResnet:
    """Face chips in, descriptors out. Safe to share between threads, which then run in parallel."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        """Read `path` (dlib's own file).

        Raises OurFault("weights_missing") or OurFault("weights_unreadable").
        """
        network = read_dlib_network(path)
        self.side = network.side
        self._mean = network.mean.reshape(3, 1, 1)
        try:
            builder = _Builder(network.layers, network.side)
            output = builder.build()
        except (IndexError, ValueError) as error:
            raise OurFault("weights_unreadable", file=path.name) from error
        self._network = NcnnNetwork(builder.graph, output, threads=threads, winograd=False)

    def __call__(self, chip: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Describe an RGB uint8 (side, side, 3) face chip by a float32 (128,) vector.

        Two descriptors closer than about 0.6 (Euclidean) belong to one person, says the network's author.
        """
        if chip.shape != (self.side, self.side, 3) or chip.dtype != np.uint8:
            raise ValueError(f"a chip is uint8 ({self.side}, {self.side}, 3), not {chip.dtype} {chip.shape}")
        pixels = (chip.transpose(2, 0, 1).astype(np.float32) - self._mean) / np.float32(SCALE)
        return self._network(pixels)


class _Builder:
    """Walks dlib's layers from the input on; knows every size, since dlib pads by it."""

    def __init__(self, layers: tuple[DlibLayer, ...], side: int) -> None:
        self.graph = NcnnGraph("chip")
        self._layers = layers
        self._at = 0
        self._side, self._channels = side, 3
        self._names = (f"blob{number}" for number in count())

    def build(self) -> str:
        """Write the whole network into `graph`; the name of its output."""
        blob = self._convolution("chip", relu=True)
        blob = self._pool(blob, MAX)
        while self._next_kind() == "con_4":
            blob = self._residual(blob)
        self._take("avg_pool_2")
        blob = self.graph.add("Pooling", [blob], next(self._names), {0: AVERAGE, 4: 1})
        outputs, inputs = (last := self._take("fc_2")).sizes
        if self._at != len(self._layers):
            raise ValueError("layers are left over")
        weight = last.params.reshape(inputs, outputs).T
        return self.graph.inner_product(blob, next(self._names), weight)

    def _residual(self, source: str) -> str:
        """con-affine-relu-con-affine, added to its input; a block that halves averages the input first."""
        side, channels = self._side, self._channels
        main = self._convolution(source, relu=True)
        main = self._convolution(main, relu=False)
        main_side, main_channels = self._side, self._channels
        self._side, self._channels = side, channels
        skip = self._pool(source, AVERAGE) if self._next_kind() == "avg_pool_2" else source
        self._take("add_prev_")
        self._take("relu_")
        side, channels = max(main_side, self._side), max(main_channels, self._channels)
        main = self._grow(main, side - main_side, channels - main_channels)
        skip = self._grow(skip, side - self._side, channels - self._channels)
        self._side, self._channels = side, channels
        total = self.graph.add("BinaryOp", [main, skip], next(self._names), {0: 0})
        return self.graph.add("ReLU", [total], next(self._names), {})

    def _convolution(self, source: str, *, relu: bool) -> str:
        """A convolution with the affine layer after it folded in, and the ReLU after that if there is one."""
        layer = self._take("con_4")
        filters, height, width, stride, stride_x, padding, padding_x = layer.sizes
        if height != width or stride != stride_x or padding != padding_x:
            raise ValueError("the convolution is not square")
        gamma, beta = self._take("affine_").params.reshape(2, filters)
        weight = layer.params[:-filters].reshape(filters, self._channels, height, width)
        bias = layer.params[-filters:]
        if relu:
            self._take("relu_")
        self._side = (self._side + 2 * padding - height) // stride + 1
        self._channels = filters
        return self.graph.convolution(
            source, next(self._names), weight * gamma.reshape(-1, 1, 1, 1), bias * gamma + beta,
            stride=stride, padding=padding, relu=relu,
        )  # fmt: skip

    def _pool(self, source: str, kind: int) -> str:
        height, width, stride, stride_x, padding, padding_x = self._take(
            "max_pool_2" if kind == MAX else "avg_pool_2"
        ).sizes
        if height != width or stride != stride_x or padding or padding_x:
            raise ValueError("the pooling is not plain")
        self._side = (self._side - height) // stride + 1
        params = {0: kind, 1: height, 2: stride, 5: VALID}
        return self.graph.add("Pooling", [source], next(self._names), params)

    def _grow(self, source: str, pixels: int, channels: int) -> str:
        """Zeros at the bottom, the right and behind: dlib adds tensors of different size that way."""
        if not pixels and not channels:
            return source
        params = {1: pixels, 3: pixels, 8: channels}
        return self.graph.add("Padding", [source], next(self._names), params)

    def _next_kind(self) -> str:
        return self._layers[self._at].kind

    def _take(self, kind: str) -> DlibLayer:
        layer = self._layers[self._at]
        if layer.kind != kind:
            raise ValueError(f"{layer.kind} where {kind} should be")
        self._at += 1
        return layer
