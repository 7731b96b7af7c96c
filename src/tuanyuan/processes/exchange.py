"""What parent and child say to each other: pickles over two one-way pipes."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Literal

_OURS = "tuanyuan.domain."


@dataclass(frozen=True)
class Call:
    """One call of a method of what `start` returned. `seconds`: after them the child may end itself, too."""

    method: str
    args: tuple[Any, ...]
    seconds: float
    tells: bool


# ready: what `start` made can be called. progress: arguments for the callback. done: the result. error: a StudioError.
# failed: (name of the exception's type, traceback). memory: a MemoryError; the child ends.
Kind = Literal["ready", "progress", "done", "error", "failed", "memory"]
Answer = tuple[Kind, Any]


def send(pipe: Connection, answer: Answer) -> None:
    """Answer the parent."""
    pipe.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def receive(pipe: Connection) -> Answer:
    """The child's next answer. EOFError, OSError: the child is gone.

    A child that looked at a hostile photo may be in hostile hands: besides plain values only classes of the domain are
    read, never a function. pickle.UnpicklingError for anything else.
    """
    answer: Answer = _Reader(io.BytesIO(pipe.recv_bytes())).load()
    return answer


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module.startswith(_OURS) else None
        if not isinstance(found, type) or not found.__module__.startswith(_OURS):
            raise pickle.UnpicklingError(f"{module}.{name} is not let in")
        return found
