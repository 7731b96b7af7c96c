"""Virtual time, and threads of which exactly one runs: a seed decides who goes on, so every run can be replayed.

Jobs run in threads, because the services wait in plain calls; providers and engines run on one event loop whose clock
only moves when nobody has anything to do. A thread gives the baton away where it sleeps, asks an engine, or passes a
checkpoint, and never elsewhere.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any


class _Still(selectors.SelectSelector):
    """Nothing ever comes from outside: where the loop would wait, its clock moves on."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("nobody has anything to do, and somebody still waits")
        self.loop.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds pass at once."""

    def __init__(self) -> None:
        self.now = 0.0
        still = _Still()
        still.loop = self
        super().__init__(still)

    def time(self) -> float:
        return self.now


class Gone(BaseException):
    """The simulation is over: whoever still stands somewhere leaves. No handler of ours may take it for an error."""


class Hand:
    """One thread that can be stopped dead."""

    def __init__(self, name: str, act: Callable[[], None], crew: Crew) -> None:
        self.name, self.dead, self.asking = name, False, False
        self.task: asyncio.Task[Any] | None = None
        self._go = threading.Semaphore(0)
        self._crew = crew
        self._act = act
        self.thread = threading.Thread(target=self._live, name=name, daemon=True)

    def _live(self) -> None:
        self._go.acquire()
        self._crew.current = self
        try:
            if not self._crew.over:
                self._act()
        except Gone:
            pass
        except BaseException as error:
            self._crew.broken.append(f"{self.name}: {type(error).__name__}: {error}")
        finally:
            self._crew.back.release()

    def park(self) -> None:
        """Give the baton back, and wait until it comes again."""
        self._crew.back.release()
        self._go.acquire()
        if self._crew.over:
            raise Gone
        self._crew.current = self

    def resume(self) -> None:
        """Let it run until it gives the baton back."""
        self._go.release()
        self._crew.back.acquire()
        self._crew.current = None


class Crew:
    """All threads of a run. broken: what ended one of them that should not have."""

    def __init__(self, loop: VirtualLoop, random: Random) -> None:
        self.loop, self.random, self.over = loop, random, False
        self.back = threading.Semaphore(0)
        self.current: Hand | None = None
        self.broken: list[str] = []
        self._ready: list[Hand] = []
        self._all: list[Hand] = []

    def begin(self, name: str, act: Callable[[], None]) -> Hand:
        """A new thread, which runs when it is chosen."""
        hand = Hand(name, act, self)
        self._all = [*(other for other in self._all if other.thread.is_alive()), hand]
        hand.thread.start()
        self.ready(hand)
        return hand

    def ready(self, hand: Hand) -> None:
        """It may go on. Who of all that may goes first is drawn."""
        if not hand.dead:
            self._ready.append(hand)
            self.loop.call_soon(self._turn)

    def _turn(self) -> None:
        if self._ready:
            hand = self._ready.pop(self.random.randrange(len(self._ready)))
            if not hand.dead:
                hand.resume()

    def sleep(self, seconds: float) -> None:
        """Seconds of virtual time, for the thread that runs."""
        hand = self._running()
        self.loop.call_later(max(seconds, 0.0), self.ready, hand)
        hand.park()

    def run(self, call: Coroutine[Any, Any, Any]) -> Any:
        """A coroutine's answer, for the thread that runs."""
        hand = self._running()
        hand.task = task = self.loop.create_task(call)
        task.add_done_callback(lambda _: self.ready(hand))
        hand.park()
        hand.task = None
        return task.result()

    def kill(self, hand: Hand) -> None:
        """It never goes on: no handler runs for it, and whoever it was asking loses it."""
        hand.dead = True
        if hand.task is not None:
            hand.task.cancel()

    def die(self) -> None:
        """The thread that runs is dead from here."""
        hand = self._running()
        self.kill(hand)
        hand.park()

    def settle(self) -> None:
        """Nobody goes on from here."""
        self.over = True

    def close(self) -> None:
        """Let everybody leave, one after the other."""
        self.settle()
        for hand in self._all:
            if hand.thread.is_alive():
                hand.resume()
                hand.thread.join(120)

    def _running(self) -> Hand:
        if self.over:
            raise Gone
        assert self.current is not None
        return self.current
