"""The pool: lazy, fair, bounded, warm, and gone when it is closed."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

import pytest
from doubles import labour
from doubles.watching import exists, resident, until

from tuanyuan.domain.errors import Conflict, NotFound, NotNow, OurFault, PhotosRejected, Rejected, TooMany


def test_nothing_starts_before_it_is_needed(pool):
    workers = pool(3)
    assert workers.pids == ()
    pid = workers.call("pid")
    assert pid != os.getpid()
    assert workers.pids == (pid,)


def test_a_process_stays_warm_and_keeps_what_it_has_loaded(pool):
    workers = pool(2, args=("a", 7))
    assert [workers.call("count") for _ in range(3)] == [1, 2, 3]
    assert workers.call("given") == ("a", 7)
    assert len(workers.pids) == 1


def test_a_process_rests_after_each_answer_and_before_the_next_call(pool):
    workers = pool(1)
    assert [workers.call("rests") for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Rejected):
        workers.call("refuse", "plain")
    assert workers.call("rests") == 4


def test_the_longest_waiting_goes_first(pool, tmp_path):
    workers, order = pool(1), []
    gate = tmp_path / "gate"
    first = workers.submit("wait_for", str(gate))
    waiting = [workers.submit("echo", n) for n in range(5)]
    for future in waiting:
        future.add_done_callback(lambda done: order.append(done.result()[0]))
    assert workers.waiting == 5
    gate.touch()
    first.result()
    assert [f.result() for f in waiting] == [(n,) for n in range(5)]
    assert order == [0, 1, 2, 3, 4]
    assert workers.waiting == 0


def test_as_many_at_once_as_there_are_processes(pool, tmp_path):
    workers = pool(2)
    gate = tmp_path / "gate"
    both = [workers.submit("say_and_wait", str(tmp_path / f"{n}"), str(gate)) for n in range(2)]
    third = workers.submit("pid")
    until(lambda: all((tmp_path / f"{n}").exists() for n in range(2)))
    assert not third.done()
    assert len(workers.pids) == 2
    gate.touch()
    pids = {future.result() for future in both}
    assert len(pids) == 2
    assert third.result() in pids


def test_too_many_waiting_are_sent_away_and_disturb_nobody(pool, tmp_path):
    workers = pool(1, queue_limit=2)
    gate = tmp_path / "gate"
    taken = [workers.submit("wait_for", str(gate)) for _ in range(3)]
    with pytest.raises(NotNow) as caught:
        workers.submit("pid")
    assert caught.value.code == "busy"
    gate.touch()
    assert len({future.result() for future in taken}) == 1
    assert workers.call("pid") in workers.pids


def test_a_call_cancelled_before_its_turn_is_never_begun_and_leaves_its_place(pool, tmp_path):
    workers = pool(1, queue_limit=1)
    gate = tmp_path / "gate"
    first, second = workers.submit("wait_for", str(gate)), workers.submit("count")
    assert second.cancel()
    third = workers.submit("count")
    gate.touch()
    first.result()
    assert third.result() == 1


def test_the_wait_for_its_turn_does_not_count_as_its_time(pool, tmp_path, timers):
    workers = pool(1)
    said, gate = tmp_path / "said", tmp_path / "gate"
    first = workers.submit("say_and_wait", str(said), str(gate))
    second = workers.submit("pid", seconds=77.0)
    until(said.exists)
    assert [timer.interval for timer in timers] == [60.0, 30.0]  # of the start and of the first
    gate.touch()
    assert first.result() == second.result()
    assert [timer.interval for timer in timers] == [60.0, 30.0, 77.0]


def test_an_idle_process_is_retired_and_a_new_one_comes_when_needed(pool):
    workers = pool(1, idle_seconds=0.2)
    pid = workers.call("pid")
    until(lambda: workers.pids == () and not exists(pid))
    assert workers.call("count") == 1
    assert workers.call("pid") != pid


def test_under_little_load_one_process_works_and_the_others_cool(pool, tmp_path):
    workers = pool(2, idle_seconds=1.0)
    gate = tmp_path / "gate"
    both = [workers.submit("say_and_wait", str(tmp_path / f"{n}"), str(gate)) for n in range(2)]
    until(lambda: len(workers.pids) == 2 and all((tmp_path / f"{n}").exists() for n in range(2)))
    gate.touch()
    for future in both:
        future.result()
    used = set()
    until(lambda: used.add(workers.call("pid")) or len(workers.pids) == 1)
    assert set(workers.pids) <= used


def test_progress_comes_in_order_before_the_result(pool):
    told = []
    assert pool().call("steps", 3, progress=lambda *step: told.append(step)) == 3
    assert told == [(0.0, "第 0 步", "step 0"), (1 / 3, "第 1 步", "step 1"), (2 / 3, "第 2 步", "step 2")]


def test_what_the_progress_callback_raises_ends_the_work_and_only_that(pool, tmp_path):
    workers = pool()

    def refuse(*_):
        raise Conflict("job_finished", status="cancelled")

    with pytest.raises(Conflict):
        workers.call("steps_then_wait", str(tmp_path / "never"), progress=refuse)
    assert workers.call("echo", "next") == ("next",)


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [("plain", Rejected, "file_missing"), ("conflict", Conflict, "job_finished"), ("too_many", TooMany, "busy")],
)
def test_errors_of_ours_travel_intact(pool, kind, error, code):
    workers = pool()
    with pytest.raises(error) as caught:
        workers.call("refuse", kind)
    assert type(caught.value) is error
    assert caught.value.code == code
    with pytest.raises(error) as here:
        labour.Labour().refuse(kind)
    assert caught.value.problem == here.value.problem
    assert caught.value.args == here.value.args
    assert getattr(caught.value, "retry_after", None) == getattr(here.value, "retry_after", None)
    assert workers.call("count") == 1


def test_refused_photos_travel_with_all_their_reports(pool):
    with pytest.raises(PhotosRejected) as caught:
        pool().call("refuse", "photos")
    (report,) = caught.value.reports
    assert (report.file, report.width, report.faces[0].box) == ("b.jpg", 9, (1.0, 2.0, 3.0, 4.0))
    assert [p.code for p in report.problems] == ["no_face"]
    assert caught.value.code == "no_face"


def test_a_foreign_error_tells_its_type_only_and_the_log_the_rest(pool, logged):
    workers = pool()
    with pytest.raises(OurFault) as caught:
        workers.call("fail")
    assert caught.value.code == "unexpected"
    assert "ValueError" in caught.value.problem.message_en
    assert "somebody" not in str(caught.value.problem) + str(caught.value)
    assert caught.value.__cause__ is None
    (line,) = logged
    assert "somebody" in line["traceback"]
    assert workers.call("count") == 1


def test_a_result_that_cannot_travel_is_our_fault_and_the_process_goes_on(pool, logged):
    workers = pool()
    with pytest.raises(OurFault):
        workers.call("no_pickle")
    assert workers.call("count") == 1
    assert len(logged) == 1


@pytest.mark.parametrize("method", ["a_function", "an_array"])
def test_a_child_cannot_hand_its_parent_code_to_run(pool, method, logged):
    workers = pool()
    pid = workers.call("pid")
    with pytest.raises(NotNow):
        workers.call(method)
    assert not exists(pid)
    assert "strange answer" in logged[-1]["reason"]
    assert workers.call("pid") != pid


def test_what_cannot_start_says_why_and_is_tried_again_at_the_next_call(pool, tmp_path, logged):
    with pytest.raises(NotFound):
        pool(start="doubles.labour:start_refused").call("pid")
    workers = pool(start="doubles.labour:start_once", args=(str(tmp_path / "note"),))
    with pytest.raises(OurFault):
        workers.call("count")
    assert workers.call("count") == 1
    assert [line["error"] for line in logged] == ["ImportError"]


def test_a_start_that_takes_for_ever_is_ended(pool, logged):
    with pytest.raises(NotNow):
        pool(start="doubles.labour:start_slowly", start_seconds=0.5).call("pid")
    assert logged[-1]["reason"] == "time"


def test_close_kills_what_works_and_refuses_what_waits(pool, tmp_path):
    workers = pool(1)
    said = tmp_path / "said"
    working = workers.submit("say_and_wait", str(said), str(tmp_path / "never"))
    waiting = workers.submit("pid")
    until(lambda: said.exists() and said.read_text())
    pid = int(said.read_text())
    workers.close()
    assert working.exception().code == "pixel_work_killed"
    assert waiting.exception().code == "busy"
    assert not exists(pid)
    assert workers.pids == ()
    with pytest.raises(NotNow):
        workers.submit("pid")


def test_no_zombie_no_pipe_and_no_thread_is_left(pool):
    def left():
        threads = [t for t in threading.enumerate() if t.name == "tuanyuan-lane" or isinstance(t, threading.Timer)]
        return sum(1 for _ in Path("/proc/self/fd").iterdir()), len(threads)

    pool().call("pid")  # multiprocessing's own helper keeps a pipe
    until(lambda: left()[1] == 1)
    before = left()
    for _ in range(3):
        workers = pool(2)
        pid = workers.call("pid")
        with pytest.raises(NotNow):
            workers.call("crash")
        workers.close()
        assert not Path(f"/proc/{pid}").exists()
    until(lambda: left() == before)


def test_the_parent_does_not_keep_photos(pool):
    workers = pool(1)
    photo = b"x" * (40 << 20)
    workers.call("size", photo)
    with pytest.raises(NotNow):
        workers.submit("crash", photo).result()
    gc.disable()
    try:
        before = resident()
        for _ in range(2):
            assert workers.call("size", b"y" * (40 << 20)) == 40 << 20
            with pytest.raises(OurFault):
                workers.call("fail", b"z" * (40 << 20))
            with pytest.raises(NotNow):
                workers.call("die", b"z" * (40 << 20))
        assert resident() - before < 60 << 20
    finally:
        gc.enable()
