"""Work that takes too long, too much, or dies: it alone ends, and says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from doubles.watching import exists, until

from tuanyuan.domain.errors import NotNow

MEGABYTES = 600
LIMIT = 500 << 20

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA and /proc are Linux's")

ENDING = "print(*pool.pids, flush=True)"
# Again and again for a moment: a signal that comes just before one long wait would be answered after it.
WAITING = ENDING + "\nwhile True:\n    threading.Event().wait(0.05)"
# What a worker does that is to finish what runs.
FINISHING = "signal.signal(signal.SIGTERM, lambda *_: print('on', pool.call('echo', 'alive'), flush=True))\n" + WAITING
PARENT = """
import signal, sys, threading
from tuanyuan.processes.pool import Pool

if __name__ == "__main__":
    # Whoever runs the tests in the background may have had Ctrl-C ignored for all of them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pool = Pool(2, "doubles.labour:start", seconds=60, memory_bytes=1 << 30)
    for method, args in (("pid", ()), (sys.argv[1], eval(sys.argv[2]))):
        pool.submit(method, *args)
    while len(pool.pids) < 2:
        pass
    exec(sys.argv[3])
"""


@pytest.fixture
def parent(tmp_path):
    """A program of its own with two children; it, and their process ids."""
    programs = []

    def begin(method, args=(), then=WAITING):
        path = tmp_path / "parent.py"
        path.write_text(PARENT)
        programs.append(
            subprocess.Popen(
                [sys.executable, str(path), method, repr(args), then],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                text=True,
            )
        )
        return programs[-1], [int(pid) for pid in programs[-1].stdout.readline().split()]

    yield begin
    for program in programs:
        program.kill()
        program.communicate()


@pytest.mark.parametrize("method", ["spin", "stuck_in_foreign_code"])
def test_what_takes_too_long_is_killed_and_replaced(pool, method, logged):
    workers = pool(seconds=30)
    pid = workers.call("pid")
    with pytest.raises(NotNow) as caught:
        workers.call(method, seconds=0.3)
    assert caught.value.code == "pixel_work_killed"
    assert not exists(pid)
    assert [(line["reason"], line["method"], line["pid"]) for line in logged] == [("time", method, pid)]
    assert workers.call("count") == 1


def test_a_child_that_does_not_even_listen_is_killed_in_time(pool):
    workers = pool()
    pid = workers.call("pid")
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(NotNow):
        workers.call("size", b"x" * (8 << 20), seconds=0.3)
    assert not exists(pid)
    assert workers.call("count") == 1


def test_without_its_parent_the_system_ends_what_takes_too_long(pool, monkeypatch, logged):
    monkeypatch.setattr("tuanyuan.processes.process.Process.kill", lambda *_: None)
    workers = pool()
    workers.call("pid")
    with pytest.raises(NotNow):
        workers.call("stuck_in_foreign_code", seconds=-4.5)
    assert logged[-1]["reason"] == "SIGALRM"
    monkeypatch.undo()


def test_a_finished_call_is_not_killed_afterwards(pool, timers):
    workers = pool()
    pid = workers.call("pid")
    until(lambda: all(timer.finished.is_set() for timer in timers))
    assert len(timers) == 2  # of the start and of the call
    for timer in timers:
        # It went off in the same moment, and is late.
        timer.function()
    assert workers.call("pid") == pid


@only_linux
@pytest.mark.parametrize("method", ["take", "take_pixels", "take_slowly"])
def test_what_takes_too_much_memory_is_ended(pool, method, logged):
    workers = pool(memory_bytes=LIMIT)
    pid = workers.call("pid")
    with pytest.raises(NotNow) as caught:
        workers.call(method, MEGABYTES)
    assert caught.value.code == "pixel_work_killed"
    assert not exists(pid)
    assert [line["reason"] for line in logged] == ["memory"]
    assert workers.call(method, 50) > 0


def test_the_same_work_is_done_where_the_bound_is_wider(pool):
    assert pool(memory_bytes=4 << 30).call("take", MEGABYTES) == MEGABYTES << 20


@pytest.mark.parametrize(("method", "reason"), [("crash", "SIGSEGV"), ("die", "SIGKILL"), ("leave", "exit 7")])
def test_a_process_that_dies_is_replaced_and_the_log_says_of_what(pool, method, reason, logged):
    workers = pool()
    pid = workers.call("pid")
    with pytest.raises(NotNow) as caught:
        workers.call(method)
    assert caught.value.code == "pixel_work_killed"
    assert [(line["reason"], line["pid"]) for line in logged] == [(reason, pid)]
    assert workers.call("pid") not in (pid, os.getpid())


def test_killed_from_outside_in_the_middle_of_work(pool, tmp_path, logged):
    workers = pool()
    said = tmp_path / "said"
    working = workers.submit("say_and_wait", str(said), str(tmp_path / "never"))
    until(lambda: said.exists() and said.read_text())
    os.kill(int(said.read_text()), signal.SIGKILL)
    assert working.exception().code == "pixel_work_killed"
    assert logged[-1]["reason"] == "SIGKILL"


def test_killed_while_idle_nobody_notices(pool):
    workers = pool()
    pid = workers.call("pid")
    os.kill(pid, signal.SIGKILL)
    until(lambda: workers.pids == ())
    assert workers.call("count") == 1


@pytest.mark.parametrize("method", ["crash", "die", "spin"])
def test_the_neighbours_work_goes_on(pool, tmp_path, method):
    workers = pool(2)
    said, gate = tmp_path / "said", tmp_path / "gate"
    neighbour = workers.submit("say_and_wait", str(said), str(gate))
    until(lambda: said.exists() and said.read_text())
    for _ in range(2):
        with pytest.raises(NotNow):
            workers.call(method, seconds=0.3)
    assert not neighbour.done()
    gate.touch()
    assert neighbour.result() == int(said.read_text())


def test_no_dump_of_the_memory_is_written(pool):
    assert pool().call("core_limit")[0] in (0, 1)


def test_signals_are_left_to_the_parent(pool):
    workers = pool()
    assert workers.call("ignored") == [True, True]
    assert workers.call("blocked") == []


@only_linux
@pytest.mark.parametrize(
    ("method", "args"), [("pid", ()), ("sleep", (600,)), ("spin", ())], ids=["idle", "asleep", "at work"]
)
def test_a_killed_parent_takes_its_children_along(parent, method, args):
    program, pids = parent(method, args)
    assert len(pids) == 2
    assert all(exists(pid) for pid in pids)
    program.kill()
    program.wait()
    until(lambda: not any(exists(pid) for pid in pids))


@only_linux
def test_ctrl_c_ends_all_and_no_child_says_a_word(parent):
    program, pids = parent("sleep", (600,))
    os.killpg(program.pid, signal.SIGINT)
    _, words = program.communicate(timeout=120)
    assert words.count("KeyboardInterrupt") == 1  # the parent's own
    assert "labour" not in words
    until(lambda: not any(exists(pid) for pid in pids))


@only_linux
def test_a_parent_that_just_ends_does_not_wait_for_its_children(parent):
    program, pids = parent("sleep", (600,), then=ENDING)
    _, words = program.communicate(timeout=120)
    assert (program.returncode, words) == (0, "")
    until(lambda: not any(exists(pid) for pid in pids))


@only_linux
def test_a_service_managers_sigterm_to_all_lets_the_parent_finish_what_runs(parent):
    program, pids = parent("sleep", (600,), FINISHING)
    os.killpg(program.pid, signal.SIGTERM)
    assert program.stdout.readline() == "on ('alive',)\n"
    assert all(exists(pid) for pid in pids)
