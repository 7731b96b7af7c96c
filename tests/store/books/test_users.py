"""Accounts and the ways into them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from doubles.books import NOW, a_file, a_job, a_photo, a_user, a_work, an_entry, at_once, new_id

from tuanyuan.domain.user import Identity, Statistics, User, UserSettings

if TYPE_CHECKING:
    from doubles.books import RecordingUnits


def test_a_user_comes_back_as_written(units: RecordingUnits) -> None:
    settings = UserSettings(language="en", autosave=True, large_type=True)
    with units.begin() as unit:
        user = a_user(unit, name="奶奶 👵", settings=settings, edition="business")
    with units.read() as unit:
        assert unit.users.find(user.id) == user
        assert unit.users.by_identity("guest", f"device-{user.id}") == user
        assert unit.users.by_identity("wechat", f"device-{user.id}") is None
        assert unit.users.find(new_id()) is None


def test_a_second_user_of_one_identity_is_not_written(units: RecordingUnits) -> None:
    with units.begin() as unit:
        first = a_user(unit)
        second = User(new_id(), "guest", NOW)
        assert not unit.users.add(second, Identity("guest", f"device-{first.id}", second.id))
    with units.read() as unit:
        assert unit.users.find(second.id) is None
        assert unit.users.by_identity("guest", f"device-{first.id}") == first


def test_of_two_first_logins_at_once_one_makes_the_account(units: RecordingUnits) -> None:
    def log_in() -> bool:
        user = User(new_id(), "guest", NOW)
        with units.begin() as unit:
            return unit.users.add(user, Identity("guest", "one device", user.id))

    assert sorted(at_once(*[log_in] * 6)) == [False] * 5 + [True]
    with units.read() as unit:
        assert unit.users.by_identity("guest", "one device") is not None


def test_changes_are_stored(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user = a_user(unit)
        changed = replace(user, kind="wechat", name="爷爷", settings=UserSettings(quality="high"), closed_at=NOW)
        unit.users.save(changed)
        assert unit.users.find(user.id) == changed


def test_a_way_in_is_linked_renewed_and_never_taken_from_another(units: RecordingUnits) -> None:
    with units.begin() as unit:
        mine, yours = a_user(unit), a_user(unit)
        assert unit.users.link(Identity("wechat", "union:1", mine.id, b"old"))
        assert unit.users.link(Identity("wechat", "union:1", mine.id, b"new"))
        assert not unit.users.link(Identity("wechat", "union:1", yours.id, b"theft"))
        assert Identity("wechat", "union:1", mine.id, b"new") in unit.users.identities(mine.id)
        assert len(unit.users.identities(mine.id)) == 2
        unit.users.unlink(mine.id)
        assert unit.users.identities(mine.id) == []
        assert unit.users.by_identity("wechat", "union:1") is None
        assert len(unit.users.identities(yours.id)) == 1


def test_statistics_are_counted(units: RecordingUnits) -> None:
    with units.begin() as unit:
        user, other = a_user(unit), a_user(unit)
        for _ in range(2):
            an_entry(unit, user.id)
        an_entry(unit, other.id)
        a_photo(unit, user.id)
        done, failed = a_job(unit, user.id), a_job(unit, user.id, cost=3)
        a_job(unit, other.id)
        unit.jobs.advance(done.id, "claim", NOW)
        unit.jobs.advance(done.id, "complete", NOW)
        unit.jobs.advance(failed.id, "fail", NOW)
        an_entry(unit, user.id, "refund", 3, f"job:{failed.id}")
        a_work(unit, done)
        assert unit.users.statistics(user.id) == Statistics(1, 2, 1, 1, 1)
        assert unit.users.statistics(new_id()) == Statistics(0, 0, 0, 0, 0)


def test_merging_moves_things_and_leaves_the_money_explained(units: RecordingUnits) -> None:
    with units.begin() as unit:
        guest, member = a_user(unit), a_user(unit)
        an_entry(unit, guest.id)
        photo, job = a_photo(unit, guest.id), a_job(unit, guest.id)
        file, work = a_file(unit, guest.id), a_work(unit, job)
        unit.users.merge(guest.id, member.id)
        assert unit.photos.find(member.id, photo.id) is not None
        assert unit.photos.find(guest.id, photo.id) is None
        assert unit.files.find(file.id, member.id) is not None
        assert unit.jobs.find(job.id, member.id) is not None
        assert unit.works.find(member.id, work.id, NOW) is not None
        assert unit.ledger.balance(guest.id).balance == 9
        assert unit.ledger.last(member.id) is None
        assert unit.ledger.unexplained() == 0
