"""Serving a studio on an open socket until the process is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from tuanyuan.http.app import create
from tuanyuan.http.server import Server, config

if TYPE_CHECKING:
    from tuanyuan.wiring.studio import Studio


def serve(studio: Studio, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Answer requests; `ready` is called once it does. Returns after Ctrl-C or SIGTERM, when the last answer is out."""
    app = create(studio)
    host, port = listening.getsockname()[:2]
    server = Server(config(app, host, port), app.state.watching.end, ready)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        # uvicorn raises again the signal that stopped it; by then everything is answered.
        return
