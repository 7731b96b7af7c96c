"""`tuanyuan start`, `api`, `worker`: the service, in one process or apart."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from tuanyuan.cli.console import say

if TYPE_CHECKING:
    from tuanyuan.settings import Settings
    from tuanyuan.wiring.studio import Studio

Host = Annotated[str | None, typer.Option(help="监听地址。 Address to listen on.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="监听端口。 Port to listen on.")]
# How long a signal to stop may be overlooked.
_LOOK_SECONDS = 0.5


def start(host: Host = None, port: Port = None) -> None:
    """一个进程启动整个照相馆。 The whole studio in one process: interface and jobs."""
    _run(host, port, api=True, worker=True)


def api(host: Host = None, port: Port = None) -> None:
    """只启动接口。 The interface alone; jobs are made by `tuanyuan worker`."""
    _run(host, port, api=True, worker=False)


def worker() -> None:
    """只处理任务。 Make jobs, without the interface."""
    _run(None, None, api=False, worker=True)


def _run(host: str | None, port: int | None, *, api: bool, worker: bool) -> None:
    """Until it is told to stop: by Ctrl-C or SIGTERM, which both end in order. OurFault port_taken."""
    from tuanyuan import settings as reading
    from tuanyuan.processes.core_dumps import forbid_core_dumps
    from tuanyuan.wiring.studio import open_studio

    # Before a secret is read: keys and pictures pass through this memory.
    forbid_core_dumps()
    settings = reading.load()
    host, port = host or settings.host, port or settings.port
    with ExitStack() as closing:
        # The port first: nothing is begun that another studio is already doing there.
        listening = closing.enter_context(_listening(host, port)) if api else None
        studio = closing.enter_context(open_studio(settings))
        if worker:
            closing.enter_context(_working(studio, settings))
        else:
            import asyncio

            from tuanyuan.services.closing import closed
            from tuanyuan.store.queue import upgrade

            # Nobody asks them here: there is no loop that they belong to.
            closing.callback(lambda: asyncio.run(closed(studio.engines)))
            upgrade(studio.database)
        if listening is None:
            say("开始处理任务，Ctrl-C 结束。 Making jobs; Ctrl-C ends.", "green")
            _until_stopped()
            return
        from tuanyuan.http.serving import serve

        shown = f"[{host}]" if ":" in host else host
        serve(
            studio,
            listening,
            lambda: say(f"团圆照相馆已启动。 The studio is open: http://{shown}:{port}  (/docs)", "green"),
        )


@contextmanager
def _working(studio: Studio, settings: Settings) -> Iterator[None]:
    """A worker in this process. What it has begun ends before it is left, or is taken over by another."""
    from dataclasses import replace

    from tuanyuan.services.reconciling import Reconciling
    from tuanyuan.worker import EngineLoop, Worker, housekeeping

    loop = EngineLoop()
    worker = Worker(
        studio.database,
        replace(studio.generation, run=loop.run, sleep=loop.sleep),
        studio.engines,
        units=studio.units,
        clock=studio.clock,
        loop=loop,
        schedules=housekeeping(
            studio.units,
            studio.keeping,
            studio.clock,
            Reconciling(studio.units, studio.engines, studio.clock, loop.run),
        ),
        jobs_at_once=settings.jobs_at_once,
    )
    worker.launch()
    try:
        yield
    finally:
        worker.close()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    from tuanyuan.domain.errors import OurFault

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    with opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, port))
        except OSError:
            raise OurFault("port_taken", host=host, port=port) from None
        yield opened


def _until_stopped() -> None:
    never = threading.Event()
    try:
        # Again and again: a signal that comes just before one endless wait would be answered after it.
        while not never.wait(_LOOK_SECONDS):
            pass
    except KeyboardInterrupt:
        say("正在结束…… Ending ...")
