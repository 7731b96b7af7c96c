"""A prediction of our Replicate, from its creation to the hour its data is gone: contracts/replicate.md."""

from __future__ import annotations

import re
from typing import Any

import pytest
from doubles.asgi_door import Ticking
from doubles.replicate import PICTURE, Account, given, opened, refused

from tuanyuan.engines.replicate.fake import WORKFLOWS


def test_the_worked_example() -> None:
    account = Account(seconds=30.0)
    created = account.create(webhook="https://api.example.cn/hooks/42", webhook_events_filter=["completed"])
    assert created.status_code == 201
    said = created.json()
    assert re.fullmatch(r"[a-z2-7]{26}", said["id"])
    assert (said["status"], said["output"], said["error"], said["logs"]) == ("starting", None, None, "")
    assert (said["version"], said["model"]) == (WORKFLOWS.version, WORKFLOWS.name)
    assert said["created_at"] == "2026-01-02T03:04:05.000Z"
    address = f"http://replicate.example/v1/predictions/{said['id']}"
    assert said["urls"]["get"] == address
    assert said["urls"]["cancel"] == f"{address}/cancel"
    assert account.get(created)["status"] == "starting"
    account.clock.now += 10
    assert account.get(created)["status"] == "processing"
    account.clock.now += 20
    done = account.get(created)
    assert done["status"] == "succeeded"
    assert done["completed_at"] == "2026-01-02T03:04:35.000Z"
    assert done["metrics"] == {"predict_time": 22.5, "total_time": 30.0}
    assert done["data_removed"] is False
    (file,) = done["output"]
    assert file.endswith("/o_00001_.png")
    seen = account.door.get(file, headers={"Authorization": ""})
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/png")
    assert opened(seen.content).size == (30, 40)
    assert account.fetched == [PICTURE]
    (accepted,) = account.fake.accepted
    assert (accepted.id, accepted.model, accepted.pictures) == (said["id"], WORKFLOWS.name, 1)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer r8_exampl", "Bearer r8_examplf", "Basic r8_example", "r8_example"]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/predictions"),
        ("GET", "/v1/predictions"),
        ("GET", "/v1/predictions/x"),
        ("POST", "/v1/predictions/x/cancel"),
        ("POST", "/v1/models/example/portrait/predictions"),
        ("POST", "/v1/deployments/example/studio/predictions"),
        ("POST", "/v1/files"),
        ("GET", "/v1/files"),
        ("DELETE", "/v1/files/x"),
        ("GET", "/v1/webhooks/default/secret"),
    ],
)
def test_nothing_without_the_token(authorization: str, method: str, path: str) -> None:
    account = Account()
    refused(account.door.request(method, path, headers={"Authorization": authorization}), 401)
    assert account.fake.accepted == []


@pytest.mark.parametrize(
    "version",
    [
        WORKFLOWS.version,
        f"{WORKFLOWS.name}:{WORKFLOWS.version}",
        WORKFLOWS.name,
        f"fofr/any-comfyui-workflow:{WORKFLOWS.version}",
    ],
)
def test_the_ways_to_name_a_version(version: str) -> None:
    assert Account().create(version=version).json()["version"] == WORKFLOWS.version


@pytest.mark.parametrize(
    "version",
    ["0" * 64, "abc", "nobody/nothing", f"nobody/nothing:{WORKFLOWS.version}", None, 7, WORKFLOWS.version[:-1]],
)
def test_a_version_that_is_not_there(version: Any) -> None:
    account = Account()
    refused(account.create(version=version), 422)
    assert account.fake.accepted == []


def test_official_models_and_deployments() -> None:
    account = Account()
    asked = {"input": {"prompt": "a family", "image_input": [PICTURE, "https://img.example.cn/b.png"]}}
    made = account.door.post("/v1/models/example/portrait/predictions", json=asked)
    assert (made.status_code, made.json()["model"]) == (201, "example/portrait")
    assert opened(account.result(account.get(made)).content).format == "JPEG"
    assert len(account.fetched) == 2
    deployed = account.door.post("/v1/deployments/example/studio/predictions", json={"input": given()})
    assert (deployed.status_code, deployed.json()["deployment"]) == (201, "example/studio")
    refused(account.door.post(f"/v1/models/{WORKFLOWS.name}/predictions", json={"input": given()}), 404)
    refused(account.door.post("/v1/models/nobody/nothing/predictions", json=asked), 404)
    refused(account.door.post("/v1/deployments/nobody/nothing/predictions", json=asked), 404)


def test_what_is_not_there() -> None:
    account = Account()
    refused(account.door.get("/v1/predictions/none"), 404)
    refused(account.door.post("/v1/predictions/none/cancel"), 404)
    refused(account.door.get("/v1/nothing"), 404)
    refused(account.door.post("/v1/predictions", content=b"{"), 400)
    refused(account.door.post("/v1/predictions", json=[]), 400)


def test_waiting_for_the_answer() -> None:
    assert Account().create(prefer="wait").json()["status"] == "succeeded"
    assert Account().create(prefer="wait=60").json()["status"] == "succeeded"
    assert Account(seconds=1.0, clock=Ticking()).create(prefer="wait=5").json()["status"] == "succeeded"
    clock = Ticking()
    begun = clock()
    # Not over, so it is shown as it was born, although it is being worked on.
    assert Account(seconds=8.0, clock=clock).create(prefer="wait=5").json()["status"] == "starting"
    assert 5 <= clock() - begun < 7


@pytest.mark.parametrize("prefer", ["wait=0", "wait=61", "wait=long", "respond-async"])
def test_a_wait_out_of_bounds(prefer: str) -> None:
    refused(Account().create(prefer=prefer), 400)


def test_a_cancel() -> None:
    account = Account(seconds=30.0)
    created = account.create()
    account.clock.now += 10
    said = account.door.post(created.json()["urls"]["cancel"])
    assert (said.status_code, said.json()["status"]) == (200, "canceled")
    account.clock.now += 30
    assert account.get(created)["status"] == "canceled"
    assert account.fake.accepted[0].pictures == 0
    done = account.create()
    account.clock.now += 31
    assert account.door.post(done.json()["urls"]["cancel"]).json()["status"] == "succeeded"


@pytest.mark.parametrize(("limit", "status"), [("5s", "aborted"), ("15s", "canceled"), ("1m", "succeeded")])
def test_a_deadline(limit: str, status: str) -> None:
    account = Account(seconds=30.0)
    asked = {"version": WORKFLOWS.version, "input": given()}
    created = account.door.post("/v1/predictions", json=asked, headers={"Cancel-After": limit})
    for _ in range(7):
        account.clock.now += 5
        account.get(created)
    assert account.get(created)["status"] == status
    refused(account.door.post("/v1/predictions", json=asked, headers={"Cancel-After": "soon"}), 400)


def test_data_is_gone_after_an_hour() -> None:
    account = Account()
    created = account.create()
    done = account.get(created)
    account.clock.now += 3599
    assert account.result(done).status_code == 200
    assert account.get(created)["data_removed"] is False
    account.clock.now += 1
    assert account.result(done).status_code == 404
    later = account.get(created)
    assert (later["data_removed"], later["output"], later["input"], later["status"]) == (True, None, {}, "succeeded")
    account.clock.now += 24 * 3600
    account.create()
    account.get(account.create())
    refused(account.door.get(created.json()["urls"]["get"]), 404)


def test_the_list_in_pages() -> None:
    account = Account(page=2)
    ids = [account.create().json()["id"] for _ in range(3)]
    first = account.door.get("/v1/predictions").json()
    assert [one["id"] for one in first["results"]] == [ids[2], ids[1]]
    assert first["previous"] is None
    second = account.door.get(first["next"]).json()
    assert [one["id"] for one in second["results"]] == [ids[0]]
    assert second["next"] is None
    refused(account.door.get("/v1/predictions?cursor=x"), 400)


def test_600_a_minute() -> None:
    account = Account(per_minute=2)
    assert [account.create().status_code for _ in range(3)] == [201, 201, 429]
    account.clock.now += 60.0
    assert account.create().status_code == 201


def test_the_schema_of_the_model() -> None:
    account = Account()
    said = account.door.get(f"/v1/models/{WORKFLOWS.name}/versions/{WORKFLOWS.version}").json()
    taken = said["openapi_schema"]["components"]["schemas"]["Input"]["properties"]
    assert said["id"] == WORKFLOWS.version
    assert taken["workflow_json"]["type"] == "string"
    assert taken["output_format"]["default"] == "webp"
    assert taken["randomise_seeds"]["default"] is True
    assert (taken["output_quality"]["minimum"], taken["output_quality"]["maximum"]) == (0, 100)
    refused(account.door.get(f"/v1/models/{WORKFLOWS.name}/versions/{'0' * 64}"), 404)
