"""TensorFlow Lite networks (MediaPipe's) through LiteRT."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from tuanyuan.domain.errors import OurFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

STDERR = 2
_starting = threading.Lock()


class TfliteNetwork:
    """A network with one float32 input.

    Safe to share between threads, which then run in parallel: an interpreter serves one thread only, so each
    thread gets its own on its first call. Reuse threads: an interpreter takes 5–25 ms to make.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Read `path`; `threads` is the number of cores one call may use.

        Raises OurFault("weights_missing") or OurFault("weights_unreadable").
        """
        if not path.is_file():
            raise OurFault("weights_missing", file=path.name)
        self._threads = threads
        self._content = path.read_bytes()
        self._own = threading.local()
        try:
            with _quiet_start():
                shape = self._interpreter().get_input_details()[0]["shape"]
        except (ValueError, RuntimeError) as error:
            raise OurFault("weights_unreadable", file=path.name) from error
        self.input_shape: tuple[int, ...] = tuple(int(size) for size in shape)

    def __call__(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run `batch` (NHWC, of `input_shape`) and return a copy of every output, in the model's order.

        Raises ValueError for another shape.
        """
        interpreter = self._interpreter()
        source = np.ascontiguousarray(batch, dtype=np.float32)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], source)
        interpreter.invoke()
        return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]

    def _interpreter(self) -> Any:
        if not hasattr(self._own, "interpreter"):
            interpreter = Interpreter(model_content=self._content, num_threads=self._threads)
            interpreter.allocate_tensors()
            self._own.interpreter = interpreter
        return self._own.interpreter


@contextmanager
def _quiet_start() -> Iterator[None]:
    """LiteRT greets the user on the process's standard error when it starts and has no switch for that."""
    with _starting:
        try:
            kept = os.dup(STDERR)
        except OSError:  # standard error is closed: nothing to keep quiet
            yield
            return
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
