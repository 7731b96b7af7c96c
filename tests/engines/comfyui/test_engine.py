from __future__ import annotations

import asyncio

import httpx2
import pytest

from tuanyuan.domain.engine import (
    BadRequest,
    EngineResult,
    EngineSetup,
    Pending,
    TaskRef,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.engines.comfyui import png
from tuanyuan.engines.comfyui.engine import ComfyuiEngine

ATTEMPT = "3f1c6f0e4d0b4b869a550d4c1f2a7b11"
PROMPT = "3f1c6f0e-4d0b-4b86-9a55-0d4c1f2a7b11"
TASK = TaskRef("comfyui", f"restore:{PROMPT}")


def unheard(share, zh, en):
    pass


@pytest.fixture
def run(capabilities, server):
    """Run what is made of an engine that talks to the server."""

    def of(act, **changes):
        async def whole():
            engine = ComfyuiEngine(
                capabilities, {"comfyui_url": "http://gpu"}, "", transport=server.transport, **changes
            )
            try:
                return await act(engine)
            finally:
                await engine.close()

        return asyncio.run(whole())

    return of


@pytest.fixture
def submitted(run, asking):
    """The task of a restoration that waits on the server."""
    return lambda: run(lambda engine: engine.submit(asking("restore", "person"), ATTEMPT, unheard))


def faces(server):
    """The files on the server that are not painted over."""
    return [key for key, data in server.files.items() if data != png.BLANK]


def test_pictures_are_put_there_and_the_workflow_is_queued_once(run, server, asking):
    request = asking("outfit", "person", "garment", "mask")
    task = run(lambda engine: engine.submit(request, ATTEMPT, unheard))
    assert task == TaskRef("comfyui", f"outfit:{PROMPT}")
    (order,) = server.orders
    assert (order["prompt_id"], order["client_id"]) == (PROMPT, PROMPT)
    stored = dict(server.files)
    assert {kind for kind, _, _ in stored} == {"input"}
    for node, reference in (
        ("10", request.references[0]),
        ("19", request.references[1]),
        ("12", request.references[2]),
    ):
        folder, name = order["prompt"][node]["inputs"]["image"].split("/")
        assert folder == PROMPT
        assert stored["input", folder, name] == reference.data
    assert order["prompt"]["90"]["inputs"]["filename_prefix"] == f"{PROMPT}/outfit"


def test_two_attempts_of_the_same_order_are_not_the_same_workflow(run, server, asking):
    async def twice(engine):
        for attempt in (ATTEMPT, "0" * 32):
            await engine.submit(asking("restore", "person"), attempt, unheard)

    run(twice)
    first, second = (order["prompt"]["90"]["inputs"]["filename_prefix"] for order in server.orders)
    assert first != second


def test_from_the_queue_to_a_picture_in_a_process_that_knows_only_the_task(run, server, submitted):
    task = submitted()
    assert run(lambda engine: engine.poll(task)) == Pending(None, 2.0)
    server.running, server.pending = server.pending, []
    assert run(lambda engine: engine.poll(task)) == Pending(None, 1.0)
    server.finish()
    result = run(lambda engine: engine.poll(task))
    assert isinstance(result, EngineResult)
    assert [picture.data for picture in result.pictures] == [png.BLANK]
    assert result.cost_fen == 8


def test_no_face_and_no_word_stays_on_the_server(run, server, submitted):
    task = submitted()
    server.finish()
    run(lambda engine: engine.poll(task))
    assert faces(server) == []
    assert {kind for kind, _, _ in server.files} == {"input", "output"}
    assert server.history == {}


def test_the_result_is_kept_for_those_who_ask_again(run, server, submitted):
    task = submitted()
    server.finish()

    async def twice(engine):
        return [await engine.poll(task), await engine.poll(task)]

    first, second = run(twice)
    assert first == second


def test_a_server_that_was_started_again_knows_the_task_no_more(run, server, submitted):
    task = submitted()
    server.pending.clear()
    with pytest.raises(Transient) as told:
        run(lambda engine: engine.poll(task))
    assert told.value.code == "engine_task_gone"
    assert faces(server) == []


def test_an_error_while_it_ran_is_told_and_everything_is_cleaned(run, server, submitted):
    task = submitted()
    message = ["execution_error", {"exception_type": "torch.OutOfMemoryError"}]
    server.finish(status_str="error", completed=False, messages=[message])
    with pytest.raises(Transient) as told:
        run(lambda engine: engine.poll(task))
    assert told.value.code == "engine_failed"
    assert faces(server) == []
    assert server.history == {}


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (httpx2.ReadTimeout("x"), Unknown, "answer_lost"),
        (httpx2.Response(500, text="x"), Unknown, "answer_lost"),
        (httpx2.Response(404), Transient, "picture_gone"),
    ],
)
def test_a_picture_that_cannot_be_fetched(answer, kind, code, run, server, submitted):
    task = submitted()
    server.finish()
    server.answers["/view"] = [answer]
    with pytest.raises(kind) as told:
        run(lambda engine: engine.poll(task))
    assert told.value.code == code
    # What may be asked for again is still there.
    assert bool(faces(server)) == (kind is Unknown)
    if kind is Unknown:
        assert isinstance(run(lambda engine: engine.poll(task)), EngineResult)


def test_a_success_without_a_picture_is_a_failure(run, server, submitted):
    task = submitted()
    server.finish()
    server.history[PROMPT]["outputs"] = {}
    with pytest.raises(Transient):
        run(lambda engine: engine.poll(task))


@pytest.mark.parametrize("answer", [httpx2.ConnectError("x"), httpx2.ReadTimeout("x"), httpx2.Response(502)])
@pytest.mark.parametrize("path", ["/queue", f"/history/{PROMPT}"])
def test_a_poll_that_is_not_heard_says_nothing_of_the_task(path, answer, run, server):
    server.answers[path] = [answer]
    with pytest.raises(Unknown):
        run(lambda engine: engine.poll(TASK))


def test_an_order_that_is_only_partly_valid_is_taken_back(run, server, asking):
    errors = {"1": {"errors": [{"type": "value_bigger_than_max"}], "dependent_outputs": ["9"], "class_type": "X"}}
    answer = httpx2.Response(200, json={"prompt_id": PROMPT, "number": 0, "node_errors": errors})
    server.answers["/prompt"] = [answer]
    with pytest.raises(BadRequest) as told:
        run(lambda engine: engine.submit(asking("restore", "person"), ATTEMPT, unheard))
    assert told.value.problem.message_en.partition(": ")[2] == "value_bigger_than_max"
    assert ("POST", "/queue") in server.calls
    assert ("POST", "/interrupt") in server.calls
    assert faces(server) == []


def test_a_lost_answer_leaves_everything_and_is_found_again(run, server, asking):
    server.answers["/prompt"] = [httpx2.ReadTimeout("x")]
    with pytest.raises(Unknown):
        run(lambda engine: engine.submit(asking("restore", "person"), ATTEMPT, unheard))
    assert len(faces(server)) == 1
    # It was never accepted: then nothing of it stays.
    assert run(lambda engine: engine.find(ATTEMPT)) is None
    assert faces(server) == []


@pytest.mark.parametrize("state", ["pending", "running", "finished"])
def test_an_attempt_is_found_wherever_it_is(state, run, server, submitted):
    task = submitted()
    if state == "running":
        server.running, server.pending = server.pending, []
    if state == "finished":
        server.finish()
    assert run(lambda engine: engine.find(ATTEMPT)) == task
    assert len(server.orders) == 1


def test_find_says_nothing_when_the_server_is_down(run, server):
    server.answers["/queue"] = [httpx2.ConnectError("x")]
    with pytest.raises(Unknown):
        run(lambda engine: engine.find(ATTEMPT))


@pytest.mark.parametrize("path", ["/object_info", "/upload/image"])
@pytest.mark.parametrize("answer", [httpx2.ConnectError("x"), httpx2.ReadTimeout("x")])
def test_before_the_order_is_sent_nothing_can_have_been_accepted(path, answer, run, server, asking):
    server.answers[path] = [answer]
    with pytest.raises(Transient):
        run(lambda engine: engine.submit(asking("restore", "person"), ATTEMPT, unheard))
    assert server.orders == []


def test_missing_files_are_named_before_a_picture_is_sent(run, server, asking):
    server.nodes["UNETLoader"]["input"]["required"]["unet_name"][0].clear()
    with pytest.raises(EngineSetup) as told:
        run(lambda engine: engine.submit(asking("restore", "person"), ATTEMPT, unheard))
    assert told.value.problem.message_en.partition(": ")[2] == "restore: qwen_image_edit_2509_fp8_e4m3fn.safetensors"
    assert server.files == {}


def test_missing_nodes_are_named_before_a_picture_is_sent(run, server, asking):
    del server.nodes["IPAdapterAdvanced"]
    with pytest.raises(EngineSetup) as told:
        run(lambda engine: engine.submit(asking("outfit", "person", "mask"), ATTEMPT, unheard))
    assert "missing_node_type IPAdapterAdvanced" in told.value.problem.message_en.partition(": ")[2]
    assert server.files == {}


def test_the_server_is_checked_once_and_again_after_a_file_went_away(run, server, asking):
    gone = {"error": {"type": "x"}, "node_errors": {"1": {"errors": [{"type": "value_not_in_list"}]}}}

    async def thrice(engine):
        await engine.submit(asking("restore", "person"), "1" * 32, unheard)
        server.answers["/prompt"] = [httpx2.Response(400, json=gone)]
        with pytest.raises(EngineSetup):
            await engine.submit(asking("restore", "person"), "2" * 32, unheard)
        await engine.submit(asking("restore", "person"), "3" * 32, unheard)

    run(thrice)
    assert server.calls.count(("GET", "/object_info")) == 2


def test_a_full_queue_is_throttling_and_nothing_is_sent(run, server, asking):
    server.pending = [[n, str(n), {}, {}, []] for n in range(16)]
    with pytest.raises(Throttled):
        run(lambda engine: engine.submit(asking("restore", "person"), ATTEMPT, unheard))
    assert server.files == {}
    assert server.orders == []


def test_cancel_takes_it_out_of_the_queue_and_paints_over(run, server, submitted):
    task = submitted()
    run(lambda engine: engine.cancel(task))
    assert server.pending == []
    assert faces(server) == []
    assert ("POST", "/interrupt") in server.calls


def test_cancel_swallows_what_fails(run, server):
    for path in ("/queue", "/interrupt", "/view", "/history"):
        server.answers[path] = [httpx2.ConnectError("x")]
    run(lambda engine: engine.cancel(TASK))
    run(lambda engine: engine.cancel(TaskRef("comfyui", "nonsense")))


def test_a_task_that_is_none_is_a_bad_request(run):
    with pytest.raises(BadRequest):
        run(lambda engine: engine.poll(TaskRef("comfyui", "nonsense")))


def test_nothing_secret_is_said(run, server, asking, capsys):
    server.answers["/prompt"] = [httpx2.Response(400, json={"error": {"type": "穿唐装", "message": "穿唐装"}})]
    with pytest.raises(BadRequest) as told:
        run(lambda engine: engine.submit(asking("restore", "person"), ATTEMPT, unheard))
    heard = capsys.readouterr()
    for secret in ("穿唐装", "http://gpu", PROMPT):
        assert secret not in str(told.value) + heard.out + heard.err
