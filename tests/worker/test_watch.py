"""Who is taken for dead, by a clock that the test turns."""

from __future__ import annotations

from tuanyuan.store.heartbeats import LEFT, Heartbeats, Pulse
from tuanyuan.worker.watch import Watch


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def seen(*looks: tuple[float, int], gap: float = 10.0) -> float:
    clock = Clock()
    watch = Watch(gap, clock)
    for clock.now, count in looks:
        watch.look([Pulse("worker", "worker", count)])
    return watch.still("worker")


def test_silence_is_counted_from_the_last_change() -> None:
    assert seen((0, 1), (5, 2), (10, 2), (15, 2)) == 10


def test_one_seen_first_is_alive_however_old_its_row() -> None:
    assert seen((100, 7)) == 0


def test_a_count_that_was_set_back_is_a_sign_of_life() -> None:
    assert seen((0, 9), (5, 9), (10, 1)) == 0


def test_an_observer_that_was_away_blames_nobody() -> None:
    assert seen((0, 1), (60, 1)) == 0
    assert seen((0, 1), (60, 1), (65, 1)) == 5


def test_who_left_in_order_is_gone_at_once() -> None:
    assert seen((0, LEFT)) == float("inf")


def test_one_of_two_takes_the_office(database) -> None:
    hearts = Heartbeats(database)
    assert hearts.take("reaper", "a", None)
    assert not hearts.take("reaper", "b", None)
    (held,) = hearts.all()
    assert held == Pulse("reaper", "a", 1)
    assert hearts.take("reaper", "a", held)
    assert not hearts.take("reaper", "b", held)
    assert hearts.all() == [Pulse("reaper", "a", 2)]


def test_a_row_that_has_beaten_since_is_not_forgotten(database) -> None:
    hearts = Heartbeats(database)
    hearts.beat("worker")
    (first,) = hearts.all()
    hearts.beat("worker")
    hearts.forget(first)
    (second,) = hearts.all()
    assert second.count == 2
    hearts.forget(second)
    assert hearts.all() == []


def test_leaving_lays_down_the_office_too(database) -> None:
    hearts = Heartbeats(database)
    hearts.beat("a")
    hearts.beat("b")
    hearts.take("reaper", "a", None)
    hearts.leave("a")
    assert {pulse.name: pulse.count for pulse in hearts.all()} == {"a": LEFT, "reaper": LEFT, "b": 1}
