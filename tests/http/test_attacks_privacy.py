"""What must be over is over: nothing slips through while an account ends or a consent is taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doubles.door import PHOTO, Door, Glance, Guest, open_door

from tuanyuan.domain.photo import PhotoReport
from tuanyuan.http.visit import network
from tuanyuan.services import photos
from tuanyuan.services.merging import Merging

if TYPE_CHECKING:
    from doubles.books import EmptySqlite


class Meanwhile(Glance):
    """Something happens while a photo is looked at."""

    def __init__(self, act: Any) -> None:
        self.act = act

    def examine(self, data: bytes, name: str) -> PhotoReport:
        self.act()
        return super().examine(data, name)


def meanwhile(door: Door, act: Any) -> None:
    object.__setattr__(door.studio.photos, "pixels", Meanwhile(act))


def close(guest: Guest) -> None:
    assert guest.ask("DELETE", "/me").status_code == 204


def withdraw(guest: Guest) -> None:
    consent = guest.got("GET", "/me/consents")["required"][0]["id"]
    assert guest.ask("DELETE", f"/me/consents/{consent}").status_code == 204


@pytest.mark.parametrize(("act", "code"), [(close, "login_expired"), (withdraw, "consent_required")])
def test_a_photo_under_way_is_not_kept_after_the_account_or_the_consent_ended(door: Door, act: Any, code: str) -> None:
    guest = door.customer()
    meanwhile(door, lambda: act(guest))
    answer = guest.upload(PHOTO)
    assert answer.json()["code"] == code
    with door.studio.units.read() as unit:
        assert unit.photos.all(guest.id, 10) == []
        assert [file for file in unit.files.living("", 100) if file.user_id == guest.id] == []
    assert [path for path in (door.studio.settings.data_dir / "objects").rglob("*") if path.is_file()] == []


def test_an_upload_of_a_guest_who_becomes_another_account_meanwhile_is_not_kept_by_the_closed_one(door: Door) -> None:
    guest, other = door.customer(), door.customer()

    def merge() -> None:
        with door.studio.units.begin() as unit:
            merging = Merging(door.studio.clock, door.studio.new_id, door.studio.wallet)
            assert merging.merge(unit, guest.id, other.id)

    meanwhile(door, merge)
    assert guest.upload(PHOTO).status_code == 401
    with door.studio.units.read() as unit:
        assert unit.photos.all(guest.id, 10) == unit.photos.all(other.id, 10) == []


def test_a_shared_picture_is_closed_to_strangers_a_minute_after_it_is_shared_no_more(door: Door) -> None:
    owner = door.customer()
    work = owner.work()
    share = owner.got("POST", f"/works/{work['id']}/share")["share"]
    seen = door.ask("GET", f"/works/shared/{share}").json()["url"]
    assert door.client.get(seen).status_code == 200
    owner.got("DELETE", f"/works/{work['id']}/share")
    assert door.ask("GET", f"/works/shared/{share}").status_code == 404
    door.later(seconds=62)
    assert door.client.get(seen).status_code == 404
    assert door.client.get(work["url"]).status_code == 200


def test_no_user_fills_the_disk_with_photos(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST_PHOTOS", 3)
    guest, other = door.customer(), door.customer()
    kept = [guest.photo() for _ in range(3)]
    refused = guest.upload()
    assert (refused.status_code, refused.json()["code"]) == (409, "photos_too_many")
    with door.studio.units.read() as unit:
        assert len([file for file in unit.files.living("", 100) if file.user_id == guest.id]) == 3
    assert other.upload().status_code == 201
    assert guest.ask("DELETE", f"/photos/{kept[0]}").status_code == 204
    assert guest.upload().status_code == 201


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.8", "203.0.113.8"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("a.socket", "a.socket"),
    ],
)
def test_on_a_socket_for_both_families_not_all_of_ipv4_counts_as_one_address(address: str, counted_as: str) -> None:
    assert network(address) == counted_as


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.1.2.3", 200),
        ("127.0.0.1", 200),
        ("::1", 200),
        ("100.64.1.2", 200),
        ("fd00::1", 200),
        ("8.8.8.8", 404),
        ("::ffff:8.8.8.8", 404),
        ("2a00:1450::1", 404),
    ],
)
def test_metrics_are_told_within_private_networks_only(door: Door, address: str, status: int) -> None:
    answer = door.ask("GET", "/metrics", headers={"x-forwarded-for": address})
    assert answer.status_code == status
    assert (b"tuanyuan_jobs" in answer.content) == (status == 200)


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded"])
def test_metrics_are_not_told_through_a_proxy_that_is_not_in_the_settings(
    tmp_path: Path, empty_sqlite: EmptySqlite, scenes: Path, header: str
) -> None:
    database = empty_sqlite.database(tmp_path)
    database.close()
    with open_door(tmp_path, str(database.url), scenes, proxies=0) as door:
        assert door.client.get("/metrics").status_code == 200
        assert door.client.get("/metrics", headers={header: "10.0.0.1"}).status_code == 404
