from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineSetup,
    InputRefused,
    Prompt,
    Reference,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.engines import asked, manifest, replicate
from tuanyuan.engines.comfyui import workflows
from tuanyuan.engines.replicate import mapping
from tuanyuan.engines.wire import Answer

ATTEMPT = "3f1c6f0e4d0b4b869a550d4c1f2a7b11"
VERSION = f"comfyui/any-comfyui-workflow:{'0' * 64}"
ADDRESS = "https://api.replicate.com/v1/files/file-1"
CAPABILITIES = manifest.read(Path(replicate.__file__).parent).capabilities


def model(name="restore", **options):
    found = CAPABILITIES.model(name)
    return replace(found, options={**found.options, "version": VERSION, **options})


def asking(name="restore", roles=("person",), **changes):
    references = tuple(Reference(role, b"picture %d" % n, "image/png", 800, 600) for n, role in enumerate(roles))
    told = {
        "prompt": Prompt("修复", "模糊"),
        "references": references,
        "size": (1440, 1080),
        "parameters": {"seed": 1002, "fidelity": 0.5},
    }
    return EngineRequest("job", JobRequest("restore", ()), model=model(name), **{**told, **changes})


def made(request, attempt=ATTEMPT, version="", address=ADDRESS):
    return mapping.prediction(request, request.model, workflows.load(request.model.id), attempt, version, address)


def test_the_prediction_is_what_the_contract_shows():
    body = made(asking())
    nodes = json.loads(body["input"].pop("workflow_json"))
    assert body == {
        "version": VERSION,
        "input": {
            "output_format": "png",
            "randomise_seeds": False,
            "return_temp_files": False,
            "input_file": ADDRESS,
        },
    }
    assert nodes["10"]["inputs"] == {"image": "reference_0.png"}
    assert nodes["30"]["inputs"]["seed"] == 1002
    assert nodes["20"]["inputs"]["prompt"] == "修复"


def test_the_pictures_are_one_archive_under_the_names_that_the_workflow_loads():
    request = asking("outfit", ("person", "garment", "mask"))
    nodes = json.loads(made(request)["input"]["workflow_json"])
    with zipfile.ZipFile(io.BytesIO(mapping.archive(request.references))) as packed:
        found = {name: packed.read(name) for name in packed.namelist()}
    assert [found.pop(nodes[n]["inputs"]["image"]) for n in ("10", "19", "12")] == [
        b"picture 0",
        b"picture 1",
        b"picture 2",
    ]
    assert found == {}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"parameters": {"seed": 5, "fidelity": 0.5}}, {"30.seed"}),
        ({"parameters": {"seed": 1002, "fidelity": 0.0}}, {"30.denoise"}),
        ({"size": (1440, 960)}, {"42.height"}),
        ({"prompt": Prompt("雪", "模糊")}, {"20.prompt"}),
        ({"prompt": Prompt("修复", "")}, {"21.prompt"}),
    ],
)
def test_what_is_sent_changes_exactly_its_field(change, place):
    one, other = made(asking())["input"], made(asking(**change))["input"]
    assert {name for name in one if one[name] != other[name]} == {"workflow_json"}
    before, after = json.loads(one["workflow_json"]), json.loads(other["workflow_json"])
    assert place == {
        f"{node}.{name}"
        for node in before
        for name in before[node]["inputs"]
        if before[node]["inputs"][name] != after[node]["inputs"][name]
    }


def test_every_parameter_is_in_the_table_and_those_not_understood_are_refused():
    assert set(CAPABILITIES.parameters) == set(PARAMETERS)
    for name, value in (("motion_bucket_id", 10), ("fps", 10), ("video_length", 5), ("dynamic_type", "snow")):
        with pytest.raises(WrongUsage):
            asked.check(JobRequest("restore", (), options={name: value}), CAPABILITIES)


def test_without_a_pinned_version_nothing_is_sent():
    with pytest.raises(EngineSetup) as told:
        made(replace(asking(), model=model(version="")))
    assert "version" in str(told.value)
    assert made(replace(asking(), model=model(version="")), version="a/b:1")["version"] == "a/b:1"
    assert made(asking(), version="a/b:1")["version"] == VERSION


def test_pictures_that_do_not_fit_are_a_bad_request():
    with pytest.raises(BadRequest):
        made(asking(roles=("person", "person")))


def test_faces_go_abroad_to_a_named_company():
    assert (CAPABILITIES.region, CAPABILITIES.provider) == ("abroad", "Replicate, Inc.")


def test_a_listed_prediction_tells_its_attempt_and_its_archive():
    listed = {"id": "p", **made(asking())}
    assert mapping.model_of(listed, ATTEMPT) == "restore"
    assert mapping.model_of(listed, "0" * 32) == ""
    assert mapping.model_of({"id": "p", "input": {}}, ATTEMPT) is None
    assert mapping.model_of({"id": "p", "input": None}, ATTEMPT) is None
    assert mapping.input_file_id(listed) == "file-1"
    assert mapping.input_file_id({"input": None}) == ""


@pytest.mark.parametrize(
    ("output", "found"),
    [("https://a/b", ["https://a/b"]), (["https://a/b", "https://a/c"], ["https://a/b", "https://a/c"]), (None, [])],
)
def test_the_output_is_an_address_or_a_list(output, found):
    assert mapping.addresses(output) == found


def test_the_seconds_it_ran_are_what_it_costs():
    told = {"metrics": {"predict_time": 11.4}}
    assert mapping.cost_fen(told, model(fen_per_second="0.5"), 1) == 6
    assert mapping.cost_fen({}, model(fen_per_second="0.5"), 2) == 120
    assert mapping.cost_fen(told, model(fen_per_second="0"), 1) == 60


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, BadRequest, "engine_bad_request"),
        (401, EngineSetup, "engine_setup"),
        (402, EngineSetup, "engine_out_of_credit"),
        (403, EngineSetup, "engine_setup"),
        (404, EngineSetup, "engine_setup"),
        (422, BadRequest, "engine_bad_request"),
        (429, Throttled, "engine_throttled"),
        (500, Unknown, "answer_lost"),
        (503, Unknown, "answer_lost"),
    ],
)
def test_each_status(status, kind, code):
    body = json.dumps({"title": "secret", "detail": "secret", "status": status}).encode()
    error = mapping.refused(Answer(status, {}, body))
    assert (type(error), error.code) == (kind, code)
    assert "secret" not in str(error)


def test_what_is_accepted_is_no_error():
    assert mapping.refused(Answer(201, {}, b"{}")) is None


@pytest.mark.parametrize(
    ("headers", "detail", "seconds"),
    [
        ({"retry-after": "7"}, "Request was throttled. Your rate limit resets in ~30s.", 7),
        ({"ratelimit-reset": "9"}, "", 9),
        ({}, "Request was throttled. Your rate limit resets in ~30s.", 30),
        ({}, "", None),
    ],
)
def test_when_to_come_again(headers, detail, seconds):
    body = json.dumps({"title": "Too many requests", "detail": detail, "status": 429}).encode()
    assert mapping.refused(Answer(429, headers, body)).retry_after == seconds


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        ("failed", "CUDA out of memory. Tried to allocate secret", Transient),
        ("failed", "director: unexpected error handling prediction (E8765)", Transient),
        ("failed", "NSFW content detected secret", InputRefused),
        ("failed", "The input or output was flagged as sensitive. (E005)", InputRefused),
        ("failed", "Safety checker", InputRefused),
        ("failed", "secret", BadRequest),
        ("failed", None, BadRequest),
        ("canceled", None, Transient),
        ("aborted", None, Transient),
        ("new word", None, BadRequest),
    ],
)
def test_each_way_a_prediction_fails(status, error, kind):
    found = mapping.failed({"status": status, "error": error})
    assert type(found) is kind
    assert "secret" not in str(found)


@pytest.mark.parametrize("status", ["starting", "processing", "succeeded"])
def test_what_has_not_failed(status):
    assert mapping.failed({"status": status, "error": None}) is None
