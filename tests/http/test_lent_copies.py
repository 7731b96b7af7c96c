"""A copy that is lent to an engine can be opened at its address until its owner takes the consent back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from doubles.door import Door, Guest, open_door

from tuanyuan.domain.engine import Reference
from tuanyuan.services.lending import Lending
from tuanyuan.store.database import Database

LIFE = timedelta(minutes=10)
ONE = (Reference("person", b"\xff\xd8\xff her", "image/jpeg", 900, 1200),)


@pytest.fixture
def door(tmp_path: Path, database: Database, scenes: Path) -> Iterator[Door]:
    """A studio that the world can reach, on each database."""
    url = database.url.render_as_string(hide_password=False)
    with open_door(tmp_path, url, scenes, public_url="http://testserver") as door:
        yield door


def lending(door: Door) -> Lending:
    assert door.studio.lending is not None
    return door.studio.lending


def withdraw(guest: Guest) -> None:
    consent = guest.got("GET", "/me/consents")["required"][0]["id"]
    assert guest.ask("DELETE", f"/me/consents/{consent}").status_code == 204


def refuse(guest: Guest) -> None:
    guest.got("POST", "/me/consents", {"purpose": "face_edit", "granted": False})


def close(guest: Guest) -> None:
    assert guest.ask("DELETE", "/me").status_code == 204


@pytest.mark.parametrize("act", [withdraw, refuse, close])
def test_a_lent_copy_is_gone_at_once(door: Door, act: Any) -> None:
    guest, other = door.customer(), door.customer()
    with lending(door).lend(guest.id, ONE, LIFE) as lent, lending(door).lend(other.id, ONE, LIFE) as theirs:
        (copy,), (kept,) = lent, theirs
        assert door.client.get(str(copy.address)).content == ONE[0].data
        act(guest)
        answer = door.client.get(str(copy.address))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert door.client.get(str(kept.address)).content == ONE[0].data


def test_another_consent_taken_back_leaves_it(door: Door) -> None:
    guest = door.customer()
    guest.got("POST", "/me/consents", {"purpose": "marketing", "granted": True})
    with lending(door).lend(guest.id, ONE, LIFE) as (copy,):
        guest.got("POST", "/me/consents", {"purpose": "marketing", "granted": False})
        assert door.client.get(str(copy.address)).content == ONE[0].data
