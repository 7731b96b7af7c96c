"""A worker process to be stopped, paused and killed: `main([URL, FOLDER, OPTIONS])`, in a process of its own.

On SIGTERM it leaves in order. Options, as JSON: seconds, concurrency, at_once, pace (fields of Pace), die (a checkpoint
at which the process ends at once), victim (of which job; any without it), tick (a file that gets a line with each tick
of a schedule of one second), forget (the same, and each tick forgets workflows; the clock is so many hours ahead),
rate, period (of the engine), ready (a file that appears when it takes jobs), closed (a file that says in which thread
the engine was closed).
"""

from __future__ import annotations

import json
import os
import signal
import threading
from datetime import timedelta
from pathlib import Path

from dbos import DBOS

from doubles.plant import build
from tuanyuan.domain.capabilities import Limits
from tuanyuan.worker import Pace, Schedule


def main(arguments: list[str]) -> None:
    url, folder, options = arguments[0], Path(arguments[1]), json.loads(arguments[2])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def checkpoint(name: str) -> None:
        if name == options.get("die") and options.get("victim") in (None, DBOS.workflow_id):
            os._exit(9)

    def tick() -> None:
        with Path(options["tick"]).open("a") as file:
            file.write(f"{os.getpid()}\n")

    def forget() -> None:
        worker.forget_workflows()
        tick()

    async def closed() -> None:
        Path(options["closed"]).write_text(threading.current_thread().name)

    limits = Limits(
        concurrency=options.get("concurrency", 32),
        rate=options.get("rate"),
        period=options.get("period", 1.0),
        expected_seconds=1.0,
    )
    plant = build(url, folder, options.get("seconds", 0.0), limits, checkpoint)
    if "closed" in options:
        object.__setattr__(plant.engine, "close", closed)
    work = forget if "forget" in options else tick
    schedules = (Schedule("tick", "* * * * * *", work),) if "tick" in options else ()
    ahead = timedelta(hours=options.get("forget", 0))
    worker = plant.worker(Pace(**options.get("pace", {})), schedules, options.get("at_once", 16), ahead)
    worker.launch()
    Path(options["ready"]).touch()
    # Again and again: a signal that comes just before one endless wait would be answered after it.
    while not stop.wait(0.2):
        pass
    worker.close()
    plant.close()
