"""Every command that makes an engine lets it go again, however the command ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuanyuan.engines.gemini.engine import GeminiEngine
from tuanyuan.engines.gemini.fake import GeminiFake
from tuanyuan.engines.sandbox import serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])
WORDS = "https://out.example/?signature=abc"


class Life:
    """The engines that were made, asked and closed; the loops of the latter two. failing: closing does not work."""

    def __init__(self) -> None:
        self.made, self.asked, self.closed, self.failing = [], [], [], False


@pytest.fixture
def life(monkeypatch: pytest.MonkeyPatch) -> Life:
    found = Life()
    make, submit, close = GeminiEngine.__init__, GeminiEngine.submit, GeminiEngine.close

    def made(engine, *args, **more):
        make(engine, *args, **more)
        found.made.append(engine)

    async def asked(engine, *args):
        found.asked.append((engine, asyncio.get_running_loop()))
        return await submit(engine, *args)

    async def closed(engine):
        found.closed.append((engine, asyncio.get_running_loop()))
        await close(engine)
        if found.failing:
            raise RuntimeError(WORDS)

    monkeypatch.setattr(GeminiEngine, "__init__", made)
    monkeypatch.setattr(GeminiEngine, "submit", asked)
    monkeypatch.setattr(GeminiEngine, "close", closed)
    return found


@pytest.fixture
def gemini(monkeypatch, models_dir) -> Iterator[GeminiFake]:
    """The provider, and the settings that lead there."""
    fake = GeminiFake(api_key="throw-away")
    with serving(fake.app) as url:
        monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
        monkeypatch.setenv("TUANYUAN_WORKERS", "1")
        monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "throw-away")
        monkeypatch.setenv("TUANYUAN_GEMINI_URL", url)
        yield fake


TRIED = ("generate", "prompts try")


@pytest.fixture
def ask(tuanyuan, gemini, samples) -> Callable:  # noqa: ARG001  # it must answer
    """A command that asks gemini for the portrait of one person."""

    def call(command: str, *options: str):
        photo = str(samples / "man_glasses.jpg")
        begin = ("generate", photo) if command == "generate" else ("prompts", "try", "reunion", photo)
        return tuanyuan(*begin, "--engine", "gemini", "--abroad-agreed", "--out", "out", *options)

    return call


@pytest.mark.parametrize("failing", [False, True])
@pytest.mark.parametrize("command", TRIED)
def test_it_is_closed_once_on_the_loop_on_which_it_was_asked(ask, life, command, failing):
    life.failing = failing
    told = ask(command)
    assert told.status == 0, told.err
    assert len(life.made) == 1
    assert life.closed == life.asked == [(life.made[0], life.closed[0][1])]
    assert life.closed[0][1].is_closed()
    # That it could not be closed is logged and no more.
    assert WORDS not in told.err
    assert "Traceback" not in told.err


def test_it_is_closed_where_the_command_fails(ask, life):
    assert ask("generate", "--model", "nano").status == 2
    assert [engine for engine, _ in life.closed] == life.made
    assert (len(life.made), life.asked) == (1, [])


@pytest.mark.parametrize("command", ["doctor", "catalogue"])
def test_one_that_is_only_looked_at_is_closed(tuanyuan, gemini, life, command):
    tuanyuan(command)
    assert [engine for engine, _ in life.closed] == life.made
    assert (len(life.made), life.asked, sum(gemini.calls.values())) == (1, [], 0)


def test_the_interface_alone_asks_none_and_closes_them(tuanyuan, gemini, life, monkeypatch):
    served = []

    def serve(studio, listening, ready):
        del listening, ready
        served.append((studio.engines["gemini"], list(life.closed)))

    monkeypatch.setattr("tuanyuan.http.serving.serve", serve)
    # Any port that is free.
    monkeypatch.setattr("tuanyuan.cli.serve._listening", lambda _host, _port: socket.create_server(("127.0.0.1", 0)))
    monkeypatch.setattr("tuanyuan.processes.core_dumps.forbid_core_dumps", lambda: None)
    monkeypatch.setenv("TUANYUAN_DATA_DIR", str(Path.cwd() / "data"))
    monkeypatch.setenv("TUANYUAN_ENGINES", "gemini")
    told = tuanyuan("api")
    assert told.status == 0, told.err
    assert served == [(life.made[0], [])]
    assert [engine for engine, _ in life.closed] == life.made
    assert sum(gemini.calls.values()) == 0
