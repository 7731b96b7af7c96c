"""A fake on a port of this machine: for a test, or until it is stopped."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

# A good start ends it early, however busy the machine is.
_PATIENCE = 60.0


def _server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        # What a fake breaks on purpose (`Cut`) is no news.
        log_level="critical",
        lifespan="off",
        workers=1,
        # Whoever waits for what is never ready does not hold the server up; what is being drawn may be finished.
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


@contextmanager
def serving(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in a thread to the end of the block; the base address, without a slash at its end."""
    listening = socket.create_server((host, port))
    server = _server(app, host, port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="sandbox")
    thread.start()
    try:
        until = time.monotonic() + _PATIENCE
        while not server.started:
            if not thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the fake did not start")
            time.sleep(0.005)
        yield f"http://{host}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
        listening.close()


def run(app: ASGIApp, host: str, port: int) -> None:
    """Serve until the process is told to stop."""
    _server(app, host, port).run()
