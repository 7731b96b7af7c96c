"""Thousands of jobs through the real services and faulty fakes of the providers, from a seed; one command replays it.

    python tests/simulation/simulate.py --seed 7 --jobs 3000
    python tests/simulation/simulate.py --seed 7 --jobs 3000 --database postgresql
    python tests/simulation/simulate.py --seed 7 --jobs 3000 --job 4f1c…    the story of one job

Prints the figures, and of a run in which a promise was broken the seed, the first one, and the job's whole story. Exit
status 1 then. docs/faults.md tells what is promised.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1]))

import anyio.to_thread
import structlog
from doubles.workers import fresh_database
from simulation.pictures import drawing
from simulation.providers import noting
from simulation.rules import Rules
from simulation.story import digest, figures, story, transcript
from simulation.town import Town
from simulation.world import World

from tuanyuan.engines.replicate import engine as replicate
from tuanyuan.services import attempts
from tuanyuan.store.database import Database


@contextmanager
def simulated(seed: int, jobs: int, url: str, folder: Path, **more: Any) -> Iterator[World]:
    """A run that has come to its end, with everything that was broken in `wrong`, its books still open.

    more: of `World`.
    """
    database = Database(url)
    database.upgrade()
    with ExitStack() as closing:
        closing.callback(database.close)
        closing.enter_context(structlog.testing.capture_logs())
        world = Town(seed, jobs, database, folder, **more)
        for patch in [*noting(world.record, drawing()), *_fixed(world)]:
            closing.enter_context(patch)
        closing.callback(world.close)
        try:
            world.live()
        finally:
            world.crew.settle()
        Rules(world).check()
        yield world


def _fixed(world: World) -> list[Any]:
    """Patches: nothing reads the real time, draws from the real world, or works in a thread that nobody chose."""
    draw = Random(f"{world.seed}/secrets")

    class Moment(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]  # never without a zone
            return world.clock().astimezone(tz)

    async def at_once(act: Any, *given: Any, **_: Any) -> Any:
        return act(*given)

    async def in_place(act: Any, *given: Any, **named: Any) -> Any:
        return act(*given, **named)

    def drawn() -> uuid.UUID:
        return uuid.UUID(int=draw.getrandbits(128), version=4)

    return [
        mock.patch.object(uuid, "uuid4", drawn),
        mock.patch.object(secrets, "token_bytes", lambda size=32: draw.randbytes(size)),
        mock.patch.object(secrets, "token_hex", lambda size=32: draw.randbytes(size).hex()),
        mock.patch.object(secrets, "token_urlsafe", lambda size=32: draw.randbytes(size).hex()),
        mock.patch.object(anyio.to_thread, "run_sync", at_once),
        mock.patch.object(asyncio, "to_thread", in_place),
        mock.patch.object(replicate, "datetime", Moment),
        mock.patch.object(attempts, "time", SimpleNamespace(monotonic=world.loop.time)),
    ]


def say(line: str) -> None:
    """One line, or several."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0: every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=3000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--job", help="tell the story of this one, by the beginning of its id")
    parser.add_argument("--transcript", type=Path, help="write every job's story into this file")
    told = parser.parse_args(arguments)
    began = time.monotonic()
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        url = closing.enter_context(fresh_database(told.database, folder))
        world = closing.enter_context(simulated(told.seed, told.jobs, url, folder))
        _say(world, told)
        say(f"{time.monotonic() - began:.0f} s")
        return 1 if world.wrong else 0


def _say(world: World, told: argparse.Namespace) -> None:
    written = transcript(world)
    if told.transcript:
        told.transcript.write_text(written, "utf-8")
    say(figures(world))
    say(f"transcript {digest(written)}")
    for job_id in world.placed:
        if told.job and job_id.startswith(told.job):
            say(story(world, job_id))
    if not world.wrong:
        say("every promise was kept")
        return
    for rule, count in Counter(rule for rule, _, _ in world.wrong).most_common():
        example = next((job, what) for broken, job, what in world.wrong if broken == rule)
        say(f"BROKEN {count} × {rule}: {example[0][:8]} {example[1]}")
    rule, job_id, what = world.wrong[0]
    say(f"the first, of seed {world.seed}: {rule}: {what}")
    if job_id in world.placed:
        say(story(world, job_id))


if __name__ == "__main__":
    raise SystemExit(main())
