"""The engine and the fake service over a port of this machine: each was written from the contract alone."""

from __future__ import annotations

import asyncio
import io
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tuanyuan.domain.engine import EngineRequest, InputRefused, Pending, Prompt, Reference, Throttled, Unknown
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines import manifest, replicate
from tuanyuan.engines.comfyui import workflows
from tuanyuan.engines.comfyui.fake import library
from tuanyuan.engines.replicate.engine import ReplicateEngine
from tuanyuan.engines.replicate.fake import WORKFLOWS, ReplicateFake
from tuanyuan.engines.sandbox import Faults
from tuanyuan.engines.sandbox.server import serving

ATTEMPT = "3f1c6f0e4d0b4b869a550d4c1f2a7b11"
TOKEN = "r8_example"

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


def picture():
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#c04020").save(file, "PNG")
    return file.getvalue()


def run(fake, act):
    told = manifest.read(Path(replicate.__file__).parent).capabilities
    version = f"{WORKFLOWS.name}:{WORKFLOWS.version}"
    models = tuple(replace(m, options={**m.options, "version": version}) for m in told.models)
    told = replace(told, models=models)

    async def whole(url):
        engine = ReplicateEngine(told, {"replicate_api_token": TOKEN}, f"{url}/v1")
        try:
            return await act(engine)
        finally:
            await engine.close()

    with serving(fake.app) as url:
        return asyncio.run(whole(url))


def asking(engine, model, *roles):
    references = tuple(Reference(role, picture(), "image/png", 80, 60) for role in roles)
    return EngineRequest(
        "job",
        JobRequest("restore", ()),
        model=engine.capabilities.model(model),
        prompt=Prompt("修复"),
        references=references,
        parameters={"seed": 1001},
    )


async def submitted(engine, model="restore", *roles):
    return await engine.submit(asking(engine, model, *(roles or ("person",))), ATTEMPT, lambda *_: None)


async def finished(engine, task):
    until = time.monotonic() + 120
    while isinstance(answer := await engine.poll(task), Pending):
        assert time.monotonic() < until
        await asyncio.sleep(0.01)
    return answer


@pytest.fixture
def weights():
    found: dict[str, set[str]] = {}
    for name in workflows.names():
        for model in workflows.load(name).models:
            found.setdefault(model.folder, set()).add(model.file)
    return {folder: sorted(names) for folder, names in found.items()}


@pytest.mark.parametrize(
    ("model", "roles"),
    [
        ("outfit", ("person", "garment", "mask")),
        ("group", ("person",) * 5),
        ("background", ("person", "mask")),
        ("restore", ("person",)),
    ],
)
def test_each_workflow_makes_a_picture_and_the_upload_is_gone(model, roles, weights, monkeypatch):
    node = {
        "input": {
            "required": {"image": ["IMAGE"]},
            "optional": {"ckpt_name": [["depth_anything_v2_vits.pth"]], "resolution": ["INT", {}]},
        },
        "output": ["IMAGE"],
        "output_node": False,
    }
    published = library.published
    monkeypatch.setattr(library, "published", lambda: {"DepthAnythingV2Preprocessor": node, **published()})
    fake = ReplicateFake(weights=weights)

    async def act(engine):
        result = await finished(engine, await submitted(engine, model, *roles))
        left = await engine._wire.call("GET", "/files", headers={"Authorization": f"Bearer {TOKEN}"})
        return result, left.json()["results"]

    result, left = run(fake, act)
    with Image.open(io.BytesIO(result.pictures[0].data)) as found:
        assert found.format == "PNG"
        assert found.info == {}
    assert left == []
    assert len(fake.accepted) == 1


def test_a_lost_answer_is_found_and_billed_once():
    fake = ReplicateFake(Faults(["cut"]))

    async def act(engine):
        with pytest.raises(Unknown):
            await submitted(engine)
        return await finished(engine, await engine.find(ATTEMPT))

    assert len(run(fake, act).pictures) == 1
    assert len(fake.accepted) == 1


def test_an_answer_that_said_nothing_was_never_accepted():
    fake = ReplicateFake(Faults(["fail"]))

    async def act(engine):
        with pytest.raises(Unknown):
            await submitted(engine)
        return await engine.find(ATTEMPT)

    assert run(fake, act) is None
    assert fake.accepted == []


def test_what_is_refused_is_told():
    async def act(engine):
        await finished(engine, await submitted(engine))

    with pytest.raises(InputRefused):
        run(ReplicateFake(Faults(["refuse_input"])), act)


def test_throttling_tells_when_to_come_again():
    with pytest.raises(Throttled) as told:
        run(ReplicateFake(Faults(["throttle"])), submitted)
    assert told.value.retry_after == 30
