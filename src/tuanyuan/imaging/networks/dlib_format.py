"""Reading a network that dlib has serialised, as far as its face recognition network needs it.

Source of the format: dlib's `serialize` functions (`dlib/serialize.h`, `dlib/float_details.h`,
`dlib/cuda/tensor.h`, `dlib/dnn/layers.h`, `dlib/dnn/core.h`), Boost Software License 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tuanyuan.domain.errors import OurFault

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NEGATIVE = 0x80
LAYER_OVER_INPUT = 3  # the version that marks the innermost layer of a network


@dataclass(frozen=True)
class DlibLayer:
    """`kind` as dlib writes it, its sizes in dlib's order, its learned numbers as one flat array."""

    kind: str
    sizes: tuple[int, ...]
    params: NDArray[np.float32]


@dataclass(frozen=True)
class DlibNetwork:
    """`mean` of red, green and blue (0–255), side of the square input, layers from input to output."""

    mean: NDArray[np.float32]
    side: int
    layers: tuple[DlibLayer, ...]


def read_dlib_network(path: Path) -> DlibNetwork:
    """The network in `path`.

    Raises OurFault("weights_missing") or OurFault("weights_unreadable").
    """
    if not path.is_file():
        raise OurFault("weights_missing", file=path.name)
    reader = _Reader(path.read_bytes())
    try:
        return _network(reader)
    except (OverflowError, ValueError) as error:
        raise OurFault("weights_unreadable", file=path.name) from error


def _network(reader: _Reader) -> DlibNetwork:
    reader.integer()  # version of the loss layer
    reader.expect("loss_metric_2")
    reader.reals(2)  # margin and threshold of the training
    while reader.integer() != LAYER_OVER_INPUT:
        pass  # dlib nests: the versions of all layers come first, then their contents from the input on
    reader.expect("input_rgb_image_sized")
    mean = np.array(reader.reals(3), np.float32)
    rows, columns = reader.integers(2)
    if rows != columns:
        raise ValueError("the input is not square")
    layers = [_layer(reader)]
    reader.integer()  # samples for each input; only the innermost layer has it
    while not reader.finished:
        layers.append(_layer(reader))
    return DlibNetwork(mean, rows, tuple(layers))


def _layer(reader: _Reader) -> DlibLayer:
    kind = reader.text()
    params = np.zeros(0, np.float32)
    sizes: tuple[int, ...] = ()
    match kind:
        case "con_4":  # filters, height, width, stride y and x, padding y and x
            params, sizes = reader.tensor(), reader.integers(7)
            reader.aliases(2)
            reader.reals(4)  # rates of the training
        case "fc_2":  # outputs, inputs
            sizes, params = reader.integers(2), reader.tensor()
            reader.aliases(2)
            reader.integer()  # with or without bias
            reader.reals(4)
        case "affine_":  # gamma and beta, one after the other
            params = reader.tensor()
            reader.aliases(2)
            reader.integer()
        case "max_pool_2" | "avg_pool_2":  # height, width, stride y and x, padding y and x
            sizes = reader.integers(6)
        case "relu_" | "add_prev_":
            pass
        case _:
            raise ValueError(f"unknown layer {kind!r}")
    reader.booleans(3)
    for _ in range(3):
        reader.tensor()  # gradients and cached outputs, empty in a cleaned network
    return DlibLayer(kind, sizes, params)


class _Reader:
    """dlib's portable encoding: every number tells its own length. ValueError when the bytes do not fit."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def finished(self) -> bool:
        return self._at == len(self._data)

    def _take(self, size: int) -> bytes:
        chunk = self._data[self._at : self._at + size]
        if size < 0 or len(chunk) < size:
            raise ValueError("the file ends too early")
        self._at += size
        return chunk

    def integer(self) -> int:
        """One control byte (sign and length), then the magnitude, least significant byte first."""
        control = self._take(1)[0]
        size = control & ~NEGATIVE
        if not 1 <= size <= 8:
            raise ValueError("not a number")
        magnitude = int.from_bytes(self._take(size), "little")
        return -magnitude if control & NEGATIVE else magnitude

    def integers(self, count: int) -> tuple[int, ...]:
        return tuple(self.integer() for _ in range(count))

    def reals(self, count: int) -> list[float]:
        """Each is mantissa · 2^exponent."""
        return [self.integer() * 2.0 ** self.integer() for _ in range(count)]

    def booleans(self, count: int) -> None:
        if set(self._take(count)) - set(b"01"):
            raise ValueError("not a truth value")

    def text(self) -> str:
        return self._take(self.integer()).decode("ascii")

    def expect(self, text: str) -> None:
        if self.text() != text:
            raise ValueError(f"{text} is not where it should be")

    def tensor(self) -> NDArray[np.float32]:
        """Version, four sizes, then float32 little-endian; flat."""
        _, *shape = self.integers(5)
        size = int(np.prod(shape))
        return np.frombuffer(self._take(4 * size), "<f4").astype(np.float32)

    def aliases(self, count: int) -> None:
        """Views into a tensor (version and four sizes); what they say follows from the layer."""
        self.integers(5 * count)
