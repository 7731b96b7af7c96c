"""The engine and the fake server over a port of this machine: each was written from the contract alone."""

from __future__ import annotations

import asyncio
import io
import json
import time
from pathlib import Path

import pytest
from PIL import Image

from tuanyuan.domain.engine import EngineResult, EngineSetup, Pending, Reference, TaskRef, Transient, Unknown
from tuanyuan.engines.comfyui import png, workflows
from tuanyuan.engines.comfyui.engine import ComfyuiEngine
from tuanyuan.engines.comfyui.fake import ComfyUIFake, library
from tuanyuan.engines.sandbox import Faults
from tuanyuan.engines.sandbox.server import serving

ATTEMPT = "3f1c6f0e4d0b4b869a550d4c1f2a7b11"
PROMPT = "3f1c6f0e-4d0b-4b86-9a55-0d4c1f2a7b11"

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


def picture(colour: str, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (80, 60), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def fake(monkeypatch):
    """A server that has every file and node our workflows need."""
    aux = json.loads((Path(__file__).parent / "aux_nodes.json").read_text("utf-8"))
    published = library.published
    monkeypatch.setattr(library, "published", lambda: {**aux, **published()})
    models: dict[str, set[str]] = {}
    for name in workflows.names():
        for model in workflows.load(name).models:
            models.setdefault(model.folder, set()).add(model.file)
    return lambda *faults, **told: ComfyUIFake(Faults(faults), models={k: sorted(v) for k, v in models.items()}, **told)


def run(capabilities, fake, act):
    with serving(fake.app) as url:

        async def whole():
            engine = ComfyuiEngine(capabilities, {"comfyui_url": url}, "")
            try:
                return await act(engine)
            finally:
                await engine.close()

        return asyncio.run(whole())


async def finished(engine, task):
    until = time.monotonic() + 120
    while isinstance(answer := await engine.poll(task), Pending):
        assert time.monotonic() < until
        await asyncio.sleep(0.01)
    return answer


def real(request):
    """The request with pictures that can be opened."""
    from dataclasses import replace

    shown = tuple(
        Reference(r.role, picture("white", "L") if r.role == "mask" else picture("#c04020"), "image/png", 80, 60)
        for r in request.references
    )
    return replace(request, references=shown)


@pytest.mark.parametrize(
    ("model", "roles"),
    [
        ("outfit", ("person", "garment")),
        ("outfit", ("person", "mask")),
        ("outfit", ("person", "garment", "mask")),
        ("group", ("person",)),
        ("group", ("person",) * 5 + ("background",)),
        ("background", ("person",)),
        ("background", ("person", "background", "mask")),
        ("restore", ("person",)),
    ],
)
def test_each_workflow_makes_a_picture_and_nothing_stays(model, roles, capabilities, fake, asking):
    now, heard = [1767323045.0], []
    server = fake(seconds=10.0, clock=lambda: now[0])

    async def act(engine):
        request = real(asking(model, *roles))
        task = await engine.submit(request, ATTEMPT, lambda share, *_: heard.append(share))
        now[0] += 5.0
        until = time.monotonic() + 120
        while not heard:
            assert isinstance(await engine.poll(task), Pending)
            assert time.monotonic() < until
            await asyncio.sleep(0.01)
        now[0] += 5.0
        return await finished(engine, task)

    result = run(capabilities, server, act)
    assert len(result.pictures) == 1
    with Image.open(io.BytesIO(result.pictures[0].data)) as found:
        assert found.format == "PNG"
        assert found.info == {}
        assert found.width * found.height > 500_000
    assert len(server.accepted) == 1
    stored = {**server.stored("input"), **server.stored("output")}
    assert len(stored) == len(roles) + 1
    assert set(stored.values()) == {png.BLANK}
    assert heard == sorted(heard)
    assert heard


def test_an_old_server_works_too(capabilities, fake, asking):
    server = fake(version="0.3.64")

    async def act(engine):
        return await finished(engine, await engine.submit(real(asking("group", "person")), ATTEMPT, lambda *_: None))

    assert isinstance(run(capabilities, server, act), EngineResult)


def test_an_old_server_cannot_find_clothes_and_says_so(capabilities, fake, asking):
    async def act(engine):
        await engine.submit(real(asking("outfit", "person")), ATTEMPT, lambda *_: None)

    with pytest.raises(EngineSetup) as told:
        run(capabilities, fake(version="0.3.64"), act)
    assert "missing_node_type SAM3_Detect" in str(told.value)


def test_a_lost_answer_is_found_and_made_once(capabilities, fake, asking):
    server = fake("cut")

    async def act(engine):
        with pytest.raises(Unknown):
            await engine.submit(real(asking("restore", "person")), ATTEMPT, lambda *_: None)
        task = await engine.find(ATTEMPT)
        return task, await finished(engine, task)

    task, result = run(capabilities, server, act)
    assert task == TaskRef("comfyui", f"restore:{PROMPT}")
    assert isinstance(result, EngineResult)
    assert len(server.accepted) == 1


def test_a_server_that_was_started_again_has_forgotten_the_task_and_we_have_painted_over(capabilities, fake, asking):
    server = fake(seconds=60.0)

    async def act(engine):
        task = await engine.submit(real(asking("restore", "person")), ATTEMPT, lambda *_: None)
        server.restart()
        await engine.poll(task)

    with pytest.raises(Transient) as told:
        run(capabilities, server, act)
    assert told.value.code == "engine_task_gone"
    assert set(server.stored("input").values()) == {png.BLANK}


def test_no_memory_on_the_card_is_a_known_failure(capabilities, fake, asking):
    server = fake("fail_later")

    async def act(engine):
        await finished(engine, await engine.submit(real(asking("restore", "person")), ATTEMPT, lambda *_: None))

    with pytest.raises(Transient) as told:
        run(capabilities, server, act)
    assert told.value.code == "engine_failed"


def test_what_is_cancelled_stops_and_leaves_nothing(capabilities, fake, asking):
    server = fake(seconds=60.0)

    async def act(engine):
        task = await engine.submit(real(asking("restore", "person")), ATTEMPT, lambda *_: None)
        await engine.cancel(task)
        return await engine.find(ATTEMPT)

    assert run(capabilities, server, act) is None
    assert set(server.stored("input").values()) == {png.BLANK}


def test_a_server_without_our_files_is_told_what_it_lacks(capabilities, asking):
    async def act(engine):
        await engine.submit(real(asking("restore", "person")), ATTEMPT, lambda *_: None)

    server = ComfyUIFake(models={})
    with pytest.raises(EngineSetup) as told:
        run(capabilities, server, act)
    for model in workflows.load("restore").models:
        assert model.file in str(told.value)
    assert server.stored("input") == {}
