"""The queue and the history of our ComfyUI: contracts/comfyui.md."""

from __future__ import annotations

import pytest
from doubles.comfyui import ID, OTHER, Server, workflow


def test_one_after_another_by_the_clock_and_whoever_is_first_by_number() -> None:
    server = Server(seconds=10.0)
    ids = [server.submit(workflow(n9={"filename_prefix": name}), prompt_id=None).json()["prompt_id"] for name in "abc"]
    first = server.submit(workflow(n9={"filename_prefix": "d"}), front=True)
    assert first.json()["number"] == -3
    assert server.door.get("/prompt").json() == {"exec_info": {"queue_remaining": 4}}
    queue = server.door.get("/queue").json()
    assert [item[1] for item in queue["queue_running"]] == [ids[0]]
    assert [item[1] for item in queue["queue_pending"]] == [ID, ids[1], ids[2]]
    assert server.door.get(f"/history/{ids[0]}").json() == {}
    server.clock.now += 9.9
    assert server.entry(ids[0]) is None
    server.clock.now += 0.2
    assert server.entry(ids[0]) is not None
    assert [item[1] for item in server.door.get("/queue").json()["queue_running"]] == [ID]
    server.clock.now += 9.9
    assert server.entry(ID) is not None


def test_taking_jobs_out_of_the_queue() -> None:
    server = Server(seconds=10.0)
    ids = [server.submit(workflow(), prompt_id=None).json()["prompt_id"] for _ in range(4)]
    server.door.post("/queue", json={"delete": [ids[0], ids[1]]})
    queue = server.door.get("/queue").json()
    assert [item[1] for item in queue["queue_running"]] == [ids[0]]
    assert [item[1] for item in queue["queue_pending"]] == ids[2:]
    server.door.post("/queue", json={"clear": True})
    assert server.door.get("/queue").json()["queue_pending"] == []


@pytest.mark.parametrize("body", [{}, {"prompt_id": ID}, None])
def test_an_interrupt(body: dict[str, str] | None) -> None:
    server = Server(seconds=10.0)
    server.submit(workflow())
    server.clock.now += 5
    assert server.door.post("/interrupt", json={"prompt_id": OTHER}).status_code == 200
    assert server.entry() is None
    assert server.door.post("/interrupt", **({} if body is None else {"json": body})).status_code == 200
    entry = server.entry()
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("error", False)
    kind, said = entry["status"]["messages"][-1]
    assert (kind, said["node_id"]) == ("execution_interrupted", "3")
    assert server.fake.accepted[0].pictures == 0


def test_the_history_in_pages_and_forgotten() -> None:
    server = Server()
    ids = [server.submit(workflow(), prompt_id=None).json()["prompt_id"] for _ in range(4)]
    assert list(server.door.get("/history").json()) == ids
    assert list(server.door.get("/history?max_items=2").json()) == ids[2:]
    assert list(server.door.get("/history?max_items=2&offset=1").json()) == ids[1:3]
    assert server.door.get("/history?max_items=few").status_code == 500
    server.door.post("/history", json={"delete": [ids[0]]})
    assert list(server.door.get("/history").json()) == ids[1:]
    server.door.post("/history", json={"clear": True})
    assert server.door.get("/history").json() == {}


def test_a_restart_forgets_the_queue_and_the_history_and_keeps_the_files() -> None:
    server = Server(seconds=10.0)
    server.submit(workflow())
    server.clock.now += 11
    assert server.entry()
    server.submit(workflow(n9={"filename_prefix": "other"}), prompt_id=OTHER)
    server.fake.restart()
    server.clock.now += 100
    assert server.door.get("/queue").json() == {"queue_running": [], "queue_pending": []}
    assert server.door.get("/history").json() == {}
    assert set(server.fake.stored("output")) == {"t1/job42_00001_.png"}
    answer = server.submit(workflow())
    assert answer.json()["number"] == 0
    server.clock.now += 11
    assert server.entry()["outputs"]["9"]["images"][0]["filename"] == "job42_00002_.png"


def test_files_and_history_are_forgotten_after_a_while() -> None:
    server = Server(keep=60.0)
    server.submit(workflow())
    assert server.entry()
    server.clock.now += 61
    assert server.entry() is None
    assert server.fake.stored("input") == server.fake.stored("output") == {}


def test_the_jobs_of_new_versions() -> None:
    server = Server("fail_later", seconds=10.0)
    server.submit(workflow(), prompt_id=OTHER)
    server.submit(workflow())
    states = {job["id"]: job["status"] for job in server.door.get("/api/jobs").json()["jobs"]}
    assert states == {OTHER: "in_progress", ID: "pending"}
    server.clock.now += 21
    failed = server.door.get(f"/api/jobs/{OTHER}").json()
    assert (failed["status"], failed["execution_error"]["exception_type"]) == ("failed", "torch.OutOfMemoryError")
    done = server.door.get(f"/api/jobs/{ID}").json()
    assert (done["status"], done["preview_output"]["filename"]) == ("completed", "job42_00001_.png")
    assert len(server.door.get("/api/jobs?status=completed&limit=5").json()["jobs"]) == 1
    assert server.door.get("/api/jobs?status=lost").status_code == 400
    missing = server.door.get("/api/jobs/none")
    assert (missing.status_code, missing.json()) == (404, {"error": "Job not found"})
    assert Server(version="0.3.64").door.get("/api/jobs").status_code == 404
