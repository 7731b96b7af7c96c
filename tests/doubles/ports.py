"""Ports of this machine that nobody else takes while a test uses them.

A number that was found free and let go may be another's a moment later: systems give such numbers to every connection
that goes out. (Linux: from 32768 on, others from 49152 on.)
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

_FIRST, _PAIRS = 20_000, 6_000


@contextmanager
def own_port() -> Iterator[int]:
    """A port for a server that the test starts. The next number is held as the claim of it, against other tests."""
    for turn in range(_PAIRS):
        port = _FIRST + 2 * ((os.getpid() + turn) % _PAIRS)
        with socket.socket() as claim, socket.socket() as look:
            look.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                claim.bind(("127.0.0.1", port + 1))
                look.bind(("127.0.0.1", port))
            except OSError:
                continue
            look.close()
            yield port
            return
    raise AssertionError("every port is taken")


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port at which nobody answers: it is taken, and nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
