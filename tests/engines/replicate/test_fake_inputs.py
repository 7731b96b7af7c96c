"""What goes into a prediction of our Replicate: fields, workflows and files, as contracts/replicate.md says."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from doubles.replicate import Account, given, opened, picture, refused, workflow


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"workflow_json": workflow()}, "input.workflow_json"),
        ({"workflow_json": 7}, "input.workflow_json"),
        ({"output_format": "jpeg"}, "input.output_format"),
        ({"output_format": "PNG"}, "input.output_format"),
        ({"output_quality": -1}, "input.output_quality"),
        ({"output_quality": 101}, "input.output_quality"),
        ({"output_quality": "95"}, "input.output_quality"),
        ({"output_quality": True}, "input.output_quality"),
        ({"randomise_seeds": "false"}, "input.randomise_seeds"),
        ({"input_file": "a.png"}, "input.input_file"),
    ],
)
def test_inputs_of_the_wrong_kind(change: dict[str, Any], field: str) -> None:
    account = Account()
    problem = refused(account.create(given(**change)), 422)
    (wrong,) = problem["invalid_fields"]
    assert wrong["field"] == field
    assert problem["detail"] == f"- {field}: {wrong['description']}\n"
    assert account.fake.accepted == []


@pytest.mark.parametrize("quality", [0, 100])
@pytest.mark.parametrize(("ending", "kind"), [("webp", "WEBP"), ("jpg", "JPEG"), ("png", "PNG")])
def test_formats_and_qualities(quality: int, ending: str, kind: str) -> None:
    account = Account()
    shown = account.outcome(given(output_format=ending, output_quality=quality))
    assert shown["output"][0].endswith(f".{ending}")
    assert opened(account.result(shown).content).format == kind


def test_what_is_taken_when_nothing_is_said() -> None:
    account = Account()
    shown = account.outcome({"workflow_json": json.dumps(workflow())})
    assert shown["input"]["output_format"] == "webp"
    assert shown["input"]["randomise_seeds"] is True
    missing = refused(account.create({"output_format": "png"}), 422)
    assert missing["invalid_fields"][0]["description"] == "workflow_json is required"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json", "not valid JSON"),
        ("", "not valid JSON"),
        ("[]", "API JSON version"),
        (json.dumps({"nodes": [], "links": []}), "API JSON version"),
        (json.dumps({"1": {"class_type": "ReActor", "inputs": {}}}), "not found"),
        (json.dumps(workflow("absent.png")), "Invalid image file"),
        (json.dumps(workflow("https://img.example.cn/none.png")), "Failed to download"),
    ],
)
def test_a_workflow_that_cannot_be_run_is_taken_and_fails(text: str, words: str) -> None:
    account = Account()
    shown = account.outcome({"workflow_json": text})
    assert (shown["status"], shown["output"]) == ("failed", None)
    assert words in shown["error"]
    assert account.fake.accepted[0].pictures == 0


def test_a_workflow_at_an_address() -> None:
    async def fetch(address: str) -> bytes:
        return json.dumps(workflow()).encode() if address.endswith(".json") else picture()

    account = Account(fetch=fetch)
    assert account.outcome(given() | {"workflow_json": "https://img.example.cn/w.json"})["status"] == "succeeded"


def test_an_input_file_and_an_archive() -> None:
    account = Account()
    uri = "data:image/png;base64," + base64.b64encode(picture()).decode()
    assert account.outcome(given(workflow("input.png"), input_file=uri))["status"] == "succeeded"
    assert account.outcome(given(workflow("input.jpg"), input_file=uri))["status"] == "failed"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("people/a.png", picture())
    uri = "data:application/zip;base64," + base64.b64encode(file.getvalue()).decode()
    assert account.outcome(given(workflow("people/a.png"), input_file=uri))["status"] == "succeeded"
    assert "Unsupported" in account.outcome(given(input_file="data:image/png;base64,AAAA"))["error"]


def test_data_uris_at_their_edge() -> None:
    account = Account()
    head = "data:image/png;base64,"
    fits = head + "A" * (1024 * 1024 - len(head))
    assert account.create(given(input_file=fits)).status_code == 201
    problem = refused(account.create(given(input_file=fits + "A")), 422)
    assert problem["invalid_fields"][0]["field"] == "input.input_file"


def test_seeds_are_kept_only_when_asked_for() -> None:
    account = Account()
    kept = {account.result(account.outcome(given(workflow(seed=3)))).content for _ in range(2)}
    assert len(kept) == 1
    mixed = {account.result(account.outcome(given(workflow(seed=3), randomise_seeds=True))).content for _ in range(20)}
    assert len(mixed) > 1


def test_temporary_files_only_when_asked_for() -> None:
    nodes = workflow()
    nodes["10"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    assert len(Account().outcome(given(nodes))["output"]) == 1
    assert len(Account().outcome(given(nodes, return_temp_files=True))["output"]) == 2


def test_files() -> None:
    account = Account()
    data = {"metadata": json.dumps({"job": 42})}
    sent = account.door.post("/v1/files", files={"content": ("a.png", picture(), "image/png")}, data=data)
    said = sent.json()
    assert sent.status_code == 201
    assert (said["name"], said["content_type"], said["size"]) == ("a.png", "image/png", len(picture()))
    assert said["metadata"] == {"job": 42}
    assert said["expires_at"] == "2026-01-03T03:04:05.000Z"
    assert said["urls"]["get"] == f"http://replicate.example/v1/files/{said['id']}"
    assert account.door.get(said["urls"]["get"]).json() == said
    assert account.door.get("/v1/files").json()["results"] == [said]
    assert account.outcome(given(workflow(said["urls"]["get"])))["status"] == "succeeded"
    assert account.fetched == []
    refused(account.door.post("/v1/files", files={"other": ("a.png", picture(), "image/png")}), 400)
    account.clock.now += 24 * 3600 - 1
    assert account.door.delete(f"/v1/files/{said['id']}").status_code == 204
    refused(account.door.delete(f"/v1/files/{said['id']}"), 404)
    assert "404" in account.outcome(given(workflow(said["urls"]["get"])))["error"]


def test_a_file_lives_for_a_day() -> None:
    account = Account()
    said = account.door.post("/v1/files", files={"content": ("a.png", picture(), "image/png")}).json()
    account.clock.now += 24 * 3600
    refused(account.door.get(said["urls"]["get"]), 404)
