"""Where one user changes the profile, takes everything along, and closes the account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from doubles.books import (
    NOW,
    a_candidate,
    a_consent,
    a_file,
    a_job,
    a_photo,
    a_work,
    an_entry,
)
from doubles.people import HandClock
from tuanyuan.domain.ports import Unit, Units
from tuanyuan.domain.user import User
from tuanyuan.services.profile import Profile


@dataclass
class Counter:
    """Where one user changes, takes along, closes."""

    units: Units
    user: User
    clock: HandClock = field(default_factory=HandClock)
    cancelled: list[str] = field(default_factory=list)

    @property
    def profile(self) -> Profile:
        return Profile(self.clock, self._cancel_all, lambda file: f"/files/{file}?signature=s")

    def _cancel_all(self, unit: Unit, user_id: str) -> int:
        assert unit.users.find(user_id) is not None
        self.cancelled.append(user_id)
        return 0

    def change(self, **changes: Any) -> User:
        with self.units.begin() as unit:
            return self.profile.change(unit, self.user, **changes)

    def export(self) -> dict[str, Any]:
        with self.units.begin() as unit:
            return self.profile.export(unit, self.user)

    def close(self) -> None:
        with self.units.begin() as unit:
            self.profile.close(unit, self.user)

    def stored(self) -> User:
        with self.units.read() as unit:
            user = unit.users.find(self.user.id)
        assert user is not None
        return user


def belongings(counter: Counter) -> dict[str, str]:
    """One of everything, ids by name. `loose` is a candidate that was never picked."""
    user_id = counter.user.id
    with counter.units.begin() as unit:
        an_entry(unit, user_id)
        consent = a_consent(unit, user_id)
        photo = a_photo(unit, user_id)
        loose = a_file(unit, user_id, kind="candidate", expires_at=NOW + timedelta(days=30))
        job = a_job(unit, user_id)
        unit.jobs.advance(job.id, "claim", NOW)
        unit.jobs.advance(job.id, "complete", NOW, candidates=(a_candidate(loose.id),))
        work = a_work(unit, job, title="团圆")
    return {
        "consent": consent.id,
        "photo": photo.id,
        "photo_file": photo.file,
        "loose": loose.id,
        "job": job.id,
        "work": work.id,
        "work_file": work.files["picture"],
    }
