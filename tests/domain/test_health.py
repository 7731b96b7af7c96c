"""When an engine is left alone, for how long, and how it comes back. Every number here is a promise to operators."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tuanyuan.domain.health import Health

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NEW = Health("jimeng")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def failing(times: int, health: Health = NEW, at: datetime = NOW) -> Health:
    for _ in range(times):
        health = health.failed(1.0, at)
    return health


def test_without_experience_it_is_well_and_nothing_is_claimed() -> None:
    assert (NEW.state(NOW), NEW.success_rate, NEW.p95) == ("well", None, None)


def test_the_last_fifty_calls_are_remembered() -> None:
    health = failing(1)
    for number in range(50):
        assert len(health.recent) == number + 1
        health = health.succeeded(float(number), NOW)
    assert health.recent == tuple((True, float(number)) for number in range(50))


def test_p95_is_the_nearest_rank_of_the_good_calls() -> None:
    health = NEW
    for seconds in range(1, 21):
        health = health.succeeded(float(seconds), NOW)
    assert health.p95 == 19.0
    assert health.failed(500.0, NOW).p95 == 19.0
    assert failing(3).p95 is None


def test_the_success_rate_is_a_share() -> None:
    assert NEW.succeeded(1, NOW).succeeded(1, NOW).failed(1, NOW).succeeded(1, NOW).success_rate == 0.75


def test_five_failures_in_a_row_open_the_circuit_for_half_a_minute_and_four_do_not() -> None:
    assert failing(4).state(NOW) == "well"
    opened = failing(5)
    assert (opened.rests_until, opened.why) == (later(30), "engine_failing")
    assert [opened.state(later(s)) for s in (0, 29.9, 30)] == ["resting", "resting", "probing"]


def test_a_success_between_starts_the_row_anew() -> None:
    assert failing(4, failing(4).succeeded(1, NOW)).failures == 4
    health = NEW
    for _ in range(3):
        health = failing(4, health.succeeded(1, NOW).succeeded(1, NOW).succeeded(1, NOW).succeeded(1, NOW))
    assert health.state(NOW) == "well"


def test_fewer_than_half_of_ten_open_the_circuit_and_half_or_nine_calls_do_not() -> None:
    def turns(word: str) -> Health:
        health = NEW
        for letter in word:
            health = health.succeeded(1, NOW) if letter == "+" else health.failed(1, NOW)
        return health

    assert turns("--+--+--+").state(NOW) == "well"
    assert turns("--+--+--+-").state(NOW) == "resting"
    assert turns("--+--+-+++").state(NOW) == "well"
    assert turns("-+-+-+-+-+-+-").state(NOW) == "resting"


def test_a_failed_probe_doubles_the_rest_up_to_a_quarter_of_an_hour() -> None:
    health, rests = failing(5), []
    for _ in range(7):
        assert health.rests_until is not None
        rests.append(health.rest_seconds)
        back = health.rests_until
        health = health.failed(1, back)
        assert health.rests_until == back + timedelta(seconds=health.rest_seconds)
    assert rests == [30, 60, 120, 240, 480, 900, 900]


def test_a_good_probe_closes_the_circuit_and_the_past_is_forgotten() -> None:
    back = failing(30).succeeded(8.0, later(30))
    assert back == Health("jimeng", ((True, 8.0),), seen_at=later(30))
    assert back.state(later(30)) == "well"
    assert failing(4, back, later(31)).state(later(31)) == "well"


def test_answers_to_older_calls_neither_end_nor_lengthen_a_rest() -> None:
    opened = failing(5)
    assert failing(20, opened, later(1)).rests_until == later(30)
    late = opened.succeeded(1, later(29))
    assert (late.state(later(29)), late.rests_until, late.failures) == ("resting", later(30), 0)
    assert len(late.recent) == 6


@pytest.mark.parametrize(("told", "seconds"), [(None, 5), (0, 5), (-3, 5), (12, 12), (86_400, 900)])
def test_a_throttled_engine_cools_and_has_not_failed(told: float | None, seconds: float) -> None:
    cooling = failing(4).throttled(told, NOW)
    assert (cooling.rests_until, cooling.why) == (later(seconds), "engine_throttled")
    assert (cooling.failures, cooling.recent) == (4, failing(4).recent)
    assert cooling.state(later(seconds - 0.1)) == "resting"
    assert cooling.state(later(seconds)) == "well"


def test_while_it_cools_a_success_does_not_wake_it_and_a_fifth_failure_still_opens_the_circuit() -> None:
    cooling = failing(4).throttled(20, NOW)
    assert cooling.succeeded(1, later(1)).state(later(19)) == "resting"
    assert cooling.failed(1, later(1)).state(later(31)) == "probing"
    cooled = cooling.succeeded(1, later(21))
    assert (cooled.rests_until, cooled.why) == (None, "")


def test_a_longer_cooling_holds_and_an_open_circuit_stays_open_after_it() -> None:
    assert NEW.throttled(60, NOW).throttled(5, NOW).rests_until == later(60)
    assert NEW.throttled(600, NOW).failed(1, NOW).failed(1, NOW).failed(1, NOW).failed(1, NOW).failed(
        1, NOW
    ).rests_until == later(600)
    probing = failing(5).throttled(5, later(30))
    assert [probing.state(later(s)) for s in (34, 35)] == ["resting", "probing"]
    assert probing.why == "engine_failing"


def test_without_credit_it_rests_an_hour_and_is_probed() -> None:
    health = NEW.out_of_credit(NOW)
    assert (health.rests_until, health.why) == (later(3600), "engine_out_of_credit")
    assert (health.state(later(3599)), health.state(later(3600))) == ("resting", "probing")
    assert health.out_of_credit(later(3600)).rests_until == later(7200)
    assert health.set_up_wrong(NOW) == health


def test_with_a_wrong_set_up_it_rests_ten_minutes_and_is_probed() -> None:
    health = failing(5).set_up_wrong(later(1))
    assert (health.rests_until, health.why) == (later(601), "engine_setup")
    assert health.state(later(601)) == "probing"


def test_a_lost_answer_counts_as_a_failure() -> None:
    assert NEW.lost(180, NOW) == NEW.failed(180, NOW)


@pytest.mark.parametrize("health", [NEW, failing(5), NEW.succeeded(1.5, NOW).throttled(9, NOW), NEW.out_of_credit(NOW)])
def test_it_survives_being_written_down(health: Health) -> None:
    assert Health.from_dict(json.loads(json.dumps(health.as_dict()))) == health


def test_what_an_older_version_wrote_is_read() -> None:
    assert Health.from_dict({"engine": "jimeng"}) == NEW
