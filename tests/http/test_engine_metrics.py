"""What Prometheus is told of the engines, out of the books."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from doubles.books import a_job, a_user
from doubles.door import Door

from tuanyuan.domain.health import Health
from tuanyuan.domain.job import Attempt


def told(door: Door) -> str:
    metrics = door.app.state.metrics
    metrics._read_at = metrics._engines_at = float("-inf")
    return str(metrics.text().decode())


def note(door: Door, outcome: str, ago: timedelta, seconds: float = 1.0, **changes: Any) -> None:
    began = door.now - ago
    with door.studio.units.begin() as unit:
        job = a_job(unit, a_user(unit).id, paid=False, cost=0)
        values = {"engine": "gemini", "model": "flash", "cost_fen": 28, **changes}
        ended = began + timedelta(seconds=seconds)
        attempt = Attempt(job.id, job.id, 1, outcome=outcome, created_at=began, finished_at=ended, **values)
        unit.jobs.attempt(attempt)


def test_success_of_each_model_in_the_last_hour_and_day(each_door: Door) -> None:
    door, hour, minute = each_door, timedelta(hours=1), timedelta(minutes=1)
    for seconds in range(1, 21):
        note(door, "succeeded", minute, float(seconds))
    for outcome in ("failed", "unknown", "lost", "refused", "submitted"):
        note(door, outcome, minute)
    for _ in range(3):
        note(door, "failed", 2 * hour)
    note(door, "failed", 25 * hour)
    note(door, "succeeded", 2 * hour, 90.0, model="pro", cost_fen=97)
    lines = told(door).splitlines()
    rate = [line for line in lines if line.startswith("tuanyuan_engine_success_rate{")]
    assert sorted(rate) == [
        f'tuanyuan_engine_success_rate{{engine="gemini",model="flash",window="day"}} {20 / 26}',
        f'tuanyuan_engine_success_rate{{engine="gemini",model="flash",window="hour"}} {20 / 23}',
        'tuanyuan_engine_success_rate{engine="gemini",model="pro",window="day"} 1.0',
    ]
    assert 'tuanyuan_engine_calls{engine="gemini",model="flash",outcome="failed",window="day"} 4.0' in lines
    assert 'tuanyuan_engine_calls{engine="gemini",model="flash",outcome="refused",window="hour"} 1.0' in lines
    p95 = [line for line in lines if line.startswith("tuanyuan_engine_p95_seconds{")]
    assert p95 == ['tuanyuan_engine_p95_seconds{engine="gemini",model="flash"} 19.0']


def test_the_cost_of_a_day_begins_at_midnight_in_china(door: Door) -> None:
    # It is 20:00 in China.
    note(door, "succeeded", timedelta(hours=19))
    note(door, "unknown", timedelta(hours=1))
    note(door, "succeeded", timedelta(hours=21))
    assert 'tuanyuan_engine_cost_fen{engine="gemini"} 56.0' in told(door).splitlines()


def test_an_engine_that_rests_is_seen_with_the_reason_until_it_is_back(door: Door) -> None:
    with door.studio.units.begin() as unit:
        unit.engines.note(Health("gemini").out_of_credit(door.now), door.now)
        unit.engines.note(Health("openai").succeeded(3.0, door.now), door.now)
    lines = told(door).splitlines()
    assert 'tuanyuan_engine_resting{engine="gemini",why="engine_out_of_credit"} 1.0' in lines
    assert 'tuanyuan_engine_resting{engine="openai",why=""} 0.0' in lines
    door.later(hours=2)
    assert [line for line in told(door).splitlines() if line.startswith("tuanyuan_engine_resting{")] == [
        'tuanyuan_engine_resting{engine="gemini",why=""} 0.0',
        'tuanyuan_engine_resting{engine="openai",why=""} 0.0',
    ]


def test_a_day_of_attempts_is_summed_up_at_most_each_fifteen_seconds(door: Door) -> None:
    metrics, ticks = door.app.state.metrics, [100.0]
    metrics._ticks = lambda: ticks[0]
    metrics._read_at = metrics._engines_at = float("-inf")
    metrics.text()
    note(door, "succeeded", timedelta(minutes=1))
    ticks[0] = 114.0
    assert "tuanyuan_engine_calls{" not in metrics.text().decode()
    ticks[0] = 120.0
    assert "tuanyuan_engine_calls{" in metrics.text().decode()
