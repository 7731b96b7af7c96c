"""A worker process to be stopped, paused and killed: `main([URL, FOLDER, OPTIONS])`, in a process of its own.

On SIGTERM it leaves in order. Options, as JSON: seconds, concurrency, at_once, pace (fields of Pace), die (a checkpoint
at which the process ends at once), victim (of which job; any without it), tick (a file that gets a line with each tick
of a schedule of one second), ready (a file that appears when it takes jobs).
"""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

from dbos import DBOS

from doubles.plant import build
from tuanyuan.domain.engine import Limits
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

    limits = Limits(concurrency=options.get("concurrency", 32), expected_seconds=1.0)
    plant = build(url, folder, options.get("seconds", 0.0), limits, checkpoint)
    schedules = (Schedule("tick", "* * * * * *", tick),) if "tick" in options else ()
    worker = plant.worker(Pace(**options.get("pace", {})), schedules, options.get("at_once", 16))
    worker.launch()
    Path(options["ready"]).touch()
    stop.wait()
    worker.close()
    plant.close()
