from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    EngineSetup,
    Pending,
    Picture,
    Prompt,
    Reference,
    TaskRef,
    Transient,
    Unknown,
)
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines import manifest, replicate
from tuanyuan.engines.comfyui.png import BLANK
from tuanyuan.engines.replicate.engine import ReplicateEngine

ATTEMPT = "3f1c6f0e4d0b4b869a550d4c1f2a7b11"
BASE = "https://api.replicate.com/v1"
ID = "gm3qorzdhgbfurvjtvhg6dckhu"
TASK = TaskRef("replicate", f"restore:{ID}:file-1")
PICTURE = "https://replicate.delivery/x/o_00001_.png"
TOKEN = "r8_example"


def capabilities(version=f"comfyui/any-comfyui-workflow:{'0' * 64}"):
    found = manifest.read(Path(replicate.__file__).parent).capabilities
    models = tuple(replace(m, options={**m.options, "version": version, "fen_per_second": "1"}) for m in found.models)
    return replace(found, models=models)


class Service:
    """Replicate in memory, in the contract's worked example. answers: for the next call of a path."""

    def __init__(self):
        self.files = {}
        self.predictions = []
        self.calls = []
        self.answers = {}

    def __call__(self, request):
        self.calls.append(request)
        path = request.url.path.removeprefix("/v1")
        if self.answers.get((request.method, path)):
            told = self.answers[request.method, path].pop(0)
            if isinstance(told, Exception):
                raise told
            return told
        if request.url.host == "replicate.delivery":
            return httpx2.Response(200, content=BLANK)
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        match request.method, path.split("/")[1:]:
            case "POST", ["files"]:
                name = f"file-{len(self.files) + 1}"
                self.files[name] = request.content
                return httpx2.Response(201, json={"id": name, "urls": {"get": f"{BASE}/files/{name}"}})
            case "DELETE", ["files", name]:
                return httpx2.Response(204 if self.files.pop(name, None) else 404)
            case "POST", ["predictions"]:
                return httpx2.Response(201, json=self.create(json.loads(request.content)))
            case "GET", ["predictions"]:
                return httpx2.Response(200, json={"previous": None, "next": None, "results": self.predictions})
            case "GET", ["predictions", name]:
                found = [p for p in self.predictions if p["id"] == name]
                return httpx2.Response(200, json=found[0]) if found else httpx2.Response(404, json={})
        return httpx2.Response(200, json={})

    def create(self, body):
        made = {
            "id": ID,
            "version": body["version"],
            "status": "starting",
            "input": body["input"],
            "output": None,
            "error": None,
            "created_at": datetime.now(UTC).isoformat(),
        }
        self.predictions.insert(0, made)
        return made

    def sent(self, method, path):
        return [call for call in self.calls if (call.method, call.url.path) == (method, f"/v1{path}")]


@pytest.fixture
def service():
    return Service()


def run(service, act, told=None):
    async def whole():
        transport = httpx2.MockTransport(service)
        engine = ReplicateEngine(told or capabilities(), {"replicate_api_token": TOKEN}, BASE, transport=transport)
        try:
            return await act(engine)
        finally:
            await engine.close()

    return asyncio.run(whole())


def asking(told=None):
    return EngineRequest(
        "job",
        JobRequest("restore", ()),
        model=(told or capabilities()).model("restore"),
        prompt=Prompt("修复"),
        references=(Reference("person", b"secret face", "image/png", 800, 600),),
        parameters={"seed": 1001},
    )


def submit(service, told=None):
    return run(service, lambda engine: engine.submit(asking(told), ATTEMPT, lambda *_: None), told)


def test_the_pictures_are_uploaded_and_one_prediction_is_made(service):
    assert submit(service) == TASK
    assert b"secret face" in service.files["file-1"]
    (sent,) = service.sent("POST", "/predictions")
    body = json.loads(sent.content)
    assert body["version"].startswith("comfyui/any-comfyui-workflow:")
    assert body["input"]["input_file"] == f"{BASE}/files/file-1"
    assert "Prefer" not in sent.headers


def test_from_the_start_to_the_picture_in_a_process_that_knows_only_the_task(service):
    task = submit(service)
    assert run(service, lambda engine: engine.poll(task)) == Pending(None, 3.0)
    service.predictions[0]["status"] = "processing"
    assert run(service, lambda engine: engine.poll(task)) == Pending(None, 2.0)
    service.predictions[0] |= {"status": "succeeded", "output": [PICTURE], "metrics": {"predict_time": 11.4}}
    result = run(service, lambda engine: engine.poll(task))
    assert result == EngineResult((Picture(BLANK),), cost_fen=12)
    assert service.files == {}
    assert run(service, lambda engine: engine.poll(task)) == result


def test_the_token_is_not_sent_to_where_pictures_lie(service):
    task = submit(service)
    service.predictions[0] |= {"status": "succeeded", "output": [PICTURE]}
    run(service, lambda engine: engine.poll(task))
    (fetched,) = [call for call in service.calls if call.url.host == "replicate.delivery"]
    assert "authorization" not in fetched.headers


def test_its_hour_is_over(service):
    task = submit(service)
    service.predictions[0] |= {"status": "succeeded", "output": None, "data_removed": True}
    with pytest.raises(Transient) as told:
        run(service, lambda engine: engine.poll(task))
    assert told.value.code == "picture_gone"


def test_a_task_that_is_not_known_any_more(service):
    with pytest.raises(Transient) as told:
        run(service, lambda engine: engine.poll(TASK))
    assert told.value.code == "engine_task_gone"


def test_a_failure_is_told_and_the_pictures_are_deleted(service):
    task = submit(service)
    service.predictions[0] |= {"status": "failed", "error": "CUDA out of memory"}
    with pytest.raises(Transient):
        run(service, lambda engine: engine.poll(task))
    assert service.files == {}


@pytest.mark.parametrize("answer", [httpx2.ConnectError("x"), httpx2.ReadTimeout("x"), httpx2.Response(500)])
def test_a_poll_that_is_not_heard_says_nothing_of_the_task(answer, service):
    service.answers["GET", f"/predictions/{ID}"] = [answer]
    with pytest.raises(Unknown):
        run(service, lambda engine: engine.poll(TASK))


@pytest.mark.parametrize("answer", [httpx2.ReadTimeout("x"), httpx2.Response(500), httpx2.Response(201, text="x")])
def test_a_lost_creation_is_never_sent_again_and_is_found(answer, service):
    service.answers["POST", "/predictions"] = [answer]
    with pytest.raises(Unknown):
        submit(service)
    assert len(service.sent("POST", "/predictions")) == 1
    sent = json.loads(service.sent("POST", "/predictions")[0].content)
    service.create({"version": "another", "input": {"workflow_json": "{}"}})
    service.create(sent)
    service.predictions[0]["id"] = "found"
    assert run(service, lambda engine: engine.find(ATTEMPT)) == TaskRef("replicate", "restore:found:file-1")


def test_it_is_looked_for_on_the_next_pages_too(service):
    submit(service)
    page = {"next": f"{BASE}/predictions?cursor=2", "results": []}
    service.answers["GET", "/predictions"] = [httpx2.Response(200, json=page)]
    assert run(service, lambda engine: engine.find(ATTEMPT)) == TASK


def test_the_token_does_not_follow_a_page_elsewhere(service):
    page = {"next": "https://elsewhere.example/predictions", "results": []}
    service.answers["GET", "/predictions"] = [httpx2.Response(200, json=page)]
    with pytest.raises(Unknown):
        run(service, lambda engine: engine.find(ATTEMPT))
    assert len(service.calls) == 1


def test_what_is_not_listed_was_never_accepted_and_leaves_nothing(service):
    async def act(engine):
        with pytest.raises(Unknown):
            await engine.submit(asking(), ATTEMPT, lambda *_: None)
        return await engine.find(ATTEMPT)

    service.answers["POST", "/predictions"] = [httpx2.ReadTimeout("x")]
    service.predictions = [{"id": "old", "input": {}, "created_at": "2026-01-01T00:00:00Z", "data_removed": True}]
    assert run(service, act) is None
    assert service.files == {}


def test_one_that_does_not_show_what_went_in_may_be_it(service):
    service.predictions = [{"id": "p", "input": {}, "created_at": (datetime.now(UTC) - timedelta(0, 9)).isoformat()}]
    with pytest.raises(Unknown):
        run(service, lambda engine: engine.find(ATTEMPT))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx2.ConnectError("x"), Transient),
        (httpx2.Response(401), EngineSetup),
        (httpx2.Response(402), EngineSetup),
        (httpx2.Response(422), BadRequest),
    ],
)
def test_what_is_refused_leaves_no_picture_behind(answer, kind, service):
    service.answers["POST", "/predictions"] = [answer]
    with pytest.raises(kind):
        submit(service)
    assert service.files == {}


@pytest.mark.parametrize(
    "answer", [httpx2.ConnectError("x"), httpx2.ReadTimeout("x"), httpx2.Response(500), httpx2.Response(201, json={})]
)
def test_before_the_creation_nothing_can_have_been_billed(answer, service):
    service.answers["POST", "/files"] = [answer]
    with pytest.raises(Transient):
        submit(service)
    assert service.sent("POST", "/predictions") == []


def test_without_a_version_no_picture_leaves(service):
    with pytest.raises(EngineSetup):
        submit(service, capabilities(version=""))
    assert service.calls == []


def test_cancel_stops_it_and_deletes_the_pictures(service):
    task = submit(service)
    run(service, lambda engine: engine.cancel(task))
    assert len(service.sent("POST", f"/predictions/{ID}/cancel")) == 1
    assert service.files == {}


def test_cancel_swallows_what_fails(service):
    service.answers["POST", f"/predictions/{ID}/cancel"] = [httpx2.ConnectError("x")]
    service.answers["DELETE", "/files/file-1"] = [httpx2.ConnectError("x")]
    run(service, lambda engine: engine.cancel(TASK))
    run(service, lambda engine: engine.cancel(TaskRef("replicate", "nonsense")))


def test_nothing_secret_is_said(service, capsys):
    service.answers["POST", "/predictions"] = [
        httpx2.Response(422, json={"detail": "修复", "invalid_fields": ["修复"]})
    ]
    with pytest.raises(BadRequest) as told:
        submit(service)
    heard = capsys.readouterr()
    for secret in (TOKEN, "修复", BASE, "file-1"):
        assert secret not in str(told.value) + heard.out + heard.err
