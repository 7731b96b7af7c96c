"""`/jobs/{id}/events` from the outside: each step is told, the stream ends, and so does the application."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from doubles.books import EmptySqlite
from doubles.door import API, Door, open_door

from tuanyuan.domain.job import JobEvent
from tuanyuan.http.stream import Watching

STEPS = (
    ("pending", 0),
    ("processing", 10),
    ("processing", 30),
    ("processing", 50),
    ("processing", 80),
    ("completed", 100),
)
AT = datetime(2026, 2, 16, tzinfo=UTC)


def lines(text: str) -> list[dict[str, Any]]:
    """The events of a stream."""
    return [
        {"number": int(block.split("\n")[0].removeprefix("id: ")), **json.loads(block.split("data: ")[1])}
        for block in text.split("\n\n")
        if block.startswith("id: ")
    ]


def test_over_http_each_step_is_told_and_the_stream_ends(each_door: Door) -> None:
    guest = each_door.customer()
    job = guest.posted()
    # All steps are committed within milliseconds, before anybody can have looked between two of them.
    each_door.work(job["id"])
    answer = guest.ask("GET", f"/jobs/{job['id']}/events", **{"accept-language": "en"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    told = lines(answer.text)
    assert [(line["status"], line["progress"]) for line in told] == list(STEPS)
    assert told[0]["message"] == "Posted and waiting its turn"
    assert [line["number"] for line in told] == sorted({line["number"] for line in told})
    rest = guest.ask("GET", f"/jobs/{job['id']}/events", **{"last-event-id": str(told[3]["number"])})
    assert [line["progress"] for line in lines(rest.text)] == [80, 100]
    over = guest.ask("GET", f"/jobs/{job['id']}/events", **{"last-event-id": str(told[-1]["number"])})
    assert (over.status_code, over.content) == (204, b"")
    assert each_door.app.state.watching.watchers == 0


@pytest.mark.parametrize("after", ["-1", "x", "9" * 20, "１", ""])
def test_a_last_event_id_that_is_none_is_no_error(door: Door, after: str) -> None:
    guest = door.customer()
    job = guest.finished()
    headers: dict[Any, Any] = {**guest.headers, "last-event-id": after.encode()}
    answer = door.client.get(f"{API}/jobs/{job['id']}/events", headers=headers)
    assert answer.status_code in (200, 204)


def test_the_application_ends_after_its_last_reading(tmp_path: Path, empty_sqlite: EmptySqlite, scenes: Path) -> None:
    noted: list[str] = []
    reading, ending = threading.Event(), threading.Event()
    events = [JobEvent(1, "", "completed", 100, "job_making", AT)]

    def read(_after: int, job_id: str | None) -> Sequence[JobEvent]:
        if job_id is not None:
            assert reading.wait(60)
            return events
        reading.set()
        assert ending.wait(60)
        noted.append("read")
        return []

    class Noted(Watching):
        async def gone(self) -> None:
            ending.set()
            await super().gone()
            noted.append("gone")

    database = empty_sqlite.database(tmp_path)
    database.close()
    with open_door(tmp_path, str(database.url), scenes) as door:
        door.app.state.watching = Noted(read, lambda: 1)
        guest = door.customer()
        job = guest.posted()
        assert [line["progress"] for line in lines(guest.ask("GET", f"/jobs/{job['id']}/events").text)] == [100]
        assert noted == []
    assert noted == ["read", "gone"]
