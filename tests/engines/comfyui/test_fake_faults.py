"""What our ComfyUI can be told to do wrong: contracts/comfyui.md."""

from __future__ import annotations

from typing import Any

import pytest
from doubles.comfyui import BROKE, ID, Server, opened, sampled, workflow

from tuanyuan.engines.sandbox import FAULTS, Cut


class TestFaults:
    def test_slow_takes_ten_times_as_long(self) -> None:
        server = Server("slow", seconds=10.0)
        server.submit(workflow())
        server.clock.now += 99
        assert server.entry() is None
        server.clock.now += 2
        assert server.entry()

    def test_late_is_never_ready_and_can_be_interrupted(self) -> None:
        server = Server("late", seconds=10.0)
        server.submit(workflow())
        server.clock.now += 80_000
        assert server.entry() is None
        assert [item[1] for item in server.door.get("/queue").json()["queue_running"]] == [ID]
        server.door.post("/interrupt", json={"prompt_id": ID})
        assert server.entry()["status"]["status_str"] == "error"

    @pytest.mark.parametrize("fault", ["refuse_input", "refuse_output", "out_of_credit"])
    def test_comfyui_refuses_nobody(self, fault: Any) -> None:
        server = Server(fault)
        server.submit(workflow())
        assert server.entry()["status"]["status_str"] == "success"
        assert server.fake.accepted[0].fault == fault

    def test_throttle_is_a_long_queue(self) -> None:
        server = Server("throttle", seconds=1.0)
        assert server.submit(workflow()).status_code == 200
        assert server.door.get("/prompt").json() == {"exec_info": {"queue_remaining": 11}}
        assert server.door.get("/queue").json()["queue_pending"][-1][1] == ID
        server.clock.now += 10.5
        assert [item[1] for item in server.door.get("/queue").json()["queue_running"]] == [ID]
        server.clock.now += 1
        assert server.entry()
        assert list(server.door.get("/history").json()) == [ID]

    def test_fail_takes_nothing(self) -> None:
        server = Server("fail")
        answer = server.submit(workflow())
        assert (answer.status_code, answer.text) == BROKE
        assert server.fake.accepted == []
        assert server.door.get("/queue").json() == {"queue_running": [], "queue_pending": []}

    def test_fail_later_is_a_full_card(self) -> None:
        server = Server("fail_later")
        server.submit(sampled())
        kind, said = server.entry()["status"]["messages"][-1]
        assert kind == "execution_error"
        assert (said["node_id"], said["node_type"]) == ("10", "KSampler")
        assert said["exception_type"] == "torch.OutOfMemoryError"
        assert "3" in said["executed"]
        assert server.entry()["outputs"] == {}
        assert server.fake.accepted[0].pictures == 0

    def test_malformed_is_a_page(self) -> None:
        server = Server("malformed")
        answer = server.submit(workflow())
        assert answer.status_code == 200
        assert answer.text.startswith("<html>")
        assert server.fake.accepted == []

    def test_cut_runs_and_is_billed(self) -> None:
        server = Server("cut")
        with pytest.raises(Cut):
            server.submit(workflow())
        assert server.fake.accepted[0].pictures == 1
        assert server.entry()["status"]["status_str"] == "success"
        assert server.fake.accepted[0].pictures == 1

    def test_vanish_is_billed_and_nowhere(self) -> None:
        server = Server("vanish")
        assert server.submit(workflow()).json()["prompt_id"] == ID
        assert server.door.get("/queue").json() == {"queue_running": [], "queue_pending": []}
        assert server.entry() is None
        assert server.fake.accepted[0].pictures == 1

    @pytest.mark.parametrize(("batch", "left"), [(1, 0), (3, 2)])
    def test_partial(self, batch: int, left: int) -> None:
        server = Server("partial")
        prompt = sampled()
        prompt["8"]["inputs"]["batch_size"] = batch
        server.submit(prompt)
        assert server.entry()["status"]["status_str"] == "success"
        assert len(server.images()) == server.fake.accepted[0].pictures == left

    def test_twice_in_a_batch(self) -> None:
        server = Server("twice")
        prompt = sampled()
        prompt["8"]["inputs"]["batch_size"] = 3
        server.submit(prompt)
        one, two, three = (opened(data).tobytes() for data in server.images())
        assert one == two != three

    def test_twice_is_the_next_picture_too(self) -> None:
        server = Server("twice")
        server.submit(sampled(seed=1))
        (one,) = server.images()
        server.submit(sampled(seed=2))
        (two,) = server.images()
        server.submit(sampled(seed=3))
        (three,) = server.images()
        assert opened(one).tobytes() == opened(two).tobytes() != opened(three).tobytes()

    def test_broken(self) -> None:
        server = Server("broken")
        server.submit(workflow())
        with pytest.raises(OSError):  # noqa: PT011  # whatever Pillow says
            opened(server.images()[0])

    def test_wrong_size(self) -> None:
        server = Server("wrong_size")
        server.submit(workflow())
        assert opened(server.images()[0]).size == (64, 48)

    def test_expired(self) -> None:
        server = Server("expired")
        server.submit(workflow())
        (file,) = server.entry()["outputs"]["9"]["images"]
        assert server.view(file).status_code == 404

    def test_a_cached_workflow_can_go_wrong_too(self) -> None:
        server = Server(None, "broken")
        server.submit(workflow())
        server.entry()
        server.submit(workflow())
        with pytest.raises(OSError):  # noqa: PT011  # whatever Pillow says
            opened(server.images()[0])

    @pytest.mark.parametrize("fault", FAULTS)
    def test_no_fault_is_drawn_for_a_workflow_that_is_refused(self, fault: Any) -> None:
        server = Server(fault)
        server.submit(workflow(n2={"width": -1}))
        assert server.fake.faults.next() == fault
