from __future__ import annotations

import json

import pytest

from tuanyuan.domain.engine import BadRequest, EngineSetup, Throttled, Transient, Unknown
from tuanyuan.engines.comfyui import refusals
from tuanyuan.engines.wire import Answer


def answer(status, body=None, **headers):
    return Answer(status, headers, b"plain" if body is None else json.dumps(body).encode())


def body(type_, *node_types):
    errors = [{"type": t, "message": "secret", "details": "secret", "extra_info": {}} for t in node_types]
    return {
        "error": {"type": type_, "message": "secret", "details": "secret", "extra_info": {}},
        "node_errors": {"1": {"errors": errors, "dependent_outputs": ["9"], "class_type": "X"}} if errors else {},
    }


def detail(error):
    return error.problem.message_en.partition(": ")[2]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("no_prompt", BadRequest),
        ("invalid_prompt", EngineSetup),
        ("missing_node_type", EngineSetup),
        ("invalid_prompt_id", BadRequest),
        ("prompt_no_outputs", BadRequest),
        ("prompt_outputs_failed_validation", BadRequest),
    ],
)
def test_each_error_of_a_prompt(type_, kind):
    error = refusals.refused(answer(400, body(type_)))
    assert (type(error), detail(error)) == (kind, type_)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("required_input_missing", BadRequest),
        ("bad_linked_input", BadRequest),
        ("return_type_mismatch", BadRequest),
        ("invalid_input_type", BadRequest),
        ("value_smaller_than_min", BadRequest),
        ("value_bigger_than_max", BadRequest),
        ("value_not_in_list", EngineSetup),
        ("custom_validation_failed", BadRequest),
        ("exception_during_validation", BadRequest),
        ("exception_during_inner_validation", BadRequest),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_each_error_of_a_node_also_in_an_answer_that_says_ok(type_, kind, status):
    error = refusals.refused(answer(status, body("prompt_outputs_failed_validation", type_)))
    assert type(error) is kind
    assert detail(error) == type_


def test_a_missing_file_comes_before_everything_else():
    told = body("prompt_outputs_failed_validation", "value_smaller_than_min", "value_not_in_list")
    assert detail(refusals.refused(answer(400, told))) == "value_not_in_list"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, EngineSetup),
        (403, EngineSetup),
        (404, EngineSetup),
        (413, BadRequest),
        (418, BadRequest),
        (429, Throttled),
        (500, Transient),
        (502, Unknown),
        (302, EngineSetup),
        (503, Transient),
        (504, Unknown),
    ],
)
def test_each_status_without_a_word(status, kind):
    assert type(refusals.refused(answer(status))) is kind


def test_an_answer_that_accepts_is_no_error():
    assert refusals.refused(answer(200, {"prompt_id": "a", "number": 0, "node_errors": {}})) is None


@pytest.mark.parametrize("told", [["x"], {"1": None}, {"1": {"errors": [None]}}, {"1": {}}, "x"])
def test_node_errors_of_any_shape_are_errors(told):
    error = refusals.refused(answer(200, {"prompt_id": "a", "node_errors": told}))
    assert (type(error), detail(error)) == (BadRequest, "node_errors")


def test_an_answer_that_is_no_json_says_nothing():
    with pytest.raises(Unknown):
        refusals.refused(answer(200))


@pytest.mark.parametrize(
    "messages", [None, [None], [["execution_error"]], [["execution_error", {"exception_type": 5}]]]
)
def test_a_failure_of_any_shape_is_a_failure(messages):
    assert type(refusals.failed({"status": {"status_str": "error", "messages": messages}})) is Transient


def test_the_time_to_come_again_is_kept():
    assert refusals.refused(answer(429, **{"retry-after": "7"})).retry_after == 7


@pytest.mark.parametrize(
    ("exception", "kind"),
    [
        ("torch.OutOfMemoryError", Transient),
        ("torch.cuda.OutOfMemoryError", Transient),
        ("RuntimeError", Transient),
        ("something with {secret} words", Transient),
        ("FileNotFoundError", EngineSetup),
        ("ModuleNotFoundError", EngineSetup),
        ("ValueError", BadRequest),
        ("PIL.UnidentifiedImageError", BadRequest),
    ],
)
def test_what_failed_while_it_ran(exception, kind):
    told = ["execution_error", {"exception_type": exception, "exception_message": "secret", "traceback": ["secret"]}]
    entry = {"status": {"status_str": "error", "completed": False, "messages": [["execution_start", {}], told]}}
    error = refusals.failed(entry)
    assert type(error) is kind
    assert "secret" not in str(error)


def test_what_somebody_interrupted_is_made_again():
    entry = {"status": {"status_str": "error", "messages": [["execution_interrupted", {}]]}}
    assert type(refusals.failed(entry)) is Transient


def test_what_succeeded_has_no_error():
    assert refusals.failed({"status": {"status_str": "success", "completed": True, "messages": []}}) is None


def test_nothing_the_server_wrote_is_repeated():
    for status in (200, 400):
        error = refusals.refused(answer(status, body("prompt_outputs_failed_validation", "custom {secret}")))
        assert "secret" not in str(error)
        assert "secret" not in str(error.problem)
