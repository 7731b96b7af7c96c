"""What fakes without tasks keep, and for how long."""

from __future__ import annotations

from tuanyuan.engines.sandbox import Accepted, Intake


def taken(intake: Intake, at: float) -> Accepted:
    """A work with one picture."""
    work = Accepted(f"w-{at:g}", "m", {}, at)
    intake.take(work)
    intake.keep(work, [b"picture"])
    return work


def test_the_pictures_of_the_last_sixty_four_works_are_kept() -> None:
    intake = Intake()
    works = [taken(intake, 1.0) for _ in range(65)]
    assert [len(work.made) for work in works] == [0, *[1] * 64]
    assert intake.accepted == works


def test_pictures_are_kept_for_an_hour_and_works_for_a_day() -> None:
    intake = Intake()
    first, second = taken(intake, 0.0), taken(intake, 3600.0)
    assert (first.made, second.made) == ([b"picture"], [b"picture"])
    third = taken(intake, 3601.0)
    assert (first.made, second.made, third.made) == ([], [b"picture"], [b"picture"])
    last = taken(intake, 86401.0)
    assert intake.accepted == [second, third, last]
