"""Running an `NcnnGraph` on the CPU."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import ncnn
import numpy as np

from tuanyuan.domain.errors import OurFault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuanyuan.imaging.networks.ncnn_graph import NcnnGraph

_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype = ctypes.c_void_p
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


class NcnnNetwork:
    """One input, one output, float32 all through, so that every machine gives the same picture.

    Safe to share between threads; calls from two threads run in parallel (ncnn lets go of the interpreter
    lock while it computes). `threads` is the number of cores one call may use. Winograd's convolution is
    quicker on large pictures and slower on small ones.
    """

    def __init__(self, graph: NcnnGraph, output: str, *, threads: int = 1, winograd: bool = True) -> None:
        self._input, self._output = graph.input_name, output
        self._net = ncnn.Net()
        _set_options(self._net.opt, threads, winograd=winograd)
        reader = _MemoryReader(graph.weight_bytes())
        if (
            self._net.load_param_mem(graph.param_text()) != 0
            or self._net.load_model(reader) != 0
            or not reader.finished
        ):
            raise OurFault("network_unloadable", reason="ncnn refused the layers or the weights")

    def __call__(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run (channels, height, width) float32 through the network; a new float32 array comes back."""
        if image.ndim != 3:
            raise ValueError(f"a network takes (channels, height, width), not {image.shape}")
        source = np.ascontiguousarray(image, dtype=np.float32)
        # A copy that ncnn owns: layers that work in place would write into the caller's array, or crash.
        owned = ncnn.Mat(source).clone()
        extractor = self._net.create_extractor()
        extractor.input(self._input, owned)
        status, result = extractor.extract(self._output)
        if status != 0:
            raise OurFault("network_failed", reason=f"ncnn status {status} for input {source.shape}")
        return np.array(result, dtype=np.float32)


def _set_options(options: Any, threads: int, *, winograd: bool) -> None:
    options.num_threads = threads
    options.use_winograd_convolution = winograd
    options.use_vulkan_compute = False
    # Half precision would make arm64 results differ from x86-64 ones.
    options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
    options.use_bf16_packed = options.use_bf16_storage = False


class _MemoryReader(ncnn.DataReader):  # type: ignore[misc]  # the wheel ships no types
    """Hands weights over by copy. `Net.load_model_mem` would keep pointers into a string that is gone."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data, self._at = data, 0

    @property
    def finished(self) -> bool:
        return self._at == len(self._data)

    def read(self, buffer: object, size: int) -> int:
        chunk = self._data[self._at : self._at + size]
        ctypes.memmove(_pointer_of(buffer, None), chunk, len(chunk))
        self._at += len(chunk)
        return len(chunk)
