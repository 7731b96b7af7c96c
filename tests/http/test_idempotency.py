"""The same request twice acts once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from doubles.door import Door

KEY = "key-0001-of-the-tests"


def test_a_repeated_order_is_answered_alike_and_charged_once(each_door: Door) -> None:
    guest = each_door.customer()
    order = guest.order()
    first = guest.ask("POST", "/jobs", order, **{"idempotency-key": KEY})
    again = guest.ask("POST", "/jobs", dict(reversed(order.items())), **{"idempotency-key": KEY})
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert each_door.posted == [first.json()["id"]]
    assert guest.balance() == 4


def test_without_a_key_each_order_acts(door: Door) -> None:
    """The negative control: it is the key that makes the difference."""
    guest = door.customer()
    order = guest.order(tier="credits", again=True)
    guest.ask("POST", "/jobs", order)
    second = guest.ask("POST", "/jobs", order)
    assert second.json()["code"] == "credits_short"
    assert len(door.posted) == 1


def test_many_at_once_act_once(each_door: Door) -> None:
    guest = each_door.customer()
    order = guest.order()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: guest.ask("POST", "/jobs", order, **{"idempotency-key": KEY}), range(8)))
    assert {a.status_code for a in answers} == {202}
    assert len({a.content for a in answers}) == 1
    assert len(set(each_door.posted)) == 1
    assert guest.balance() == 4


def test_another_request_under_the_same_key_is_a_conflict(door: Door) -> None:
    guest = door.customer()
    order = guest.order()
    guest.ask("POST", "/jobs", order, **{"idempotency-key": KEY})
    other = guest.ask("POST", "/jobs", {**order, "tier": "free"}, **{"idempotency-key": KEY})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    path = guest.ask("POST", "/me/consents", {"purpose": "face_edit", "granted": True}, **{"idempotency-key": KEY})
    assert path.status_code == 409
    assert len(door.posted) == 1


def test_a_refused_request_may_be_tried_again_with_its_key(door: Door) -> None:
    guest = door.guest()
    refused = guest.ask("POST", "/jobs", {"feature": "reunion", "photos": ["0" * 32]}, **{"idempotency-key": KEY})
    assert refused.json()["code"] == "consent_required"
    guest.agree()
    assert guest.ask("POST", "/jobs", guest.order(), **{"idempotency-key": KEY}).status_code == 202


def test_keys_are_each_users_own(door: Door) -> None:
    one, other = door.customer(), door.customer()
    first = one.ask("POST", "/jobs", one.order(), **{"idempotency-key": KEY})
    second = other.ask("POST", "/jobs", other.order(), **{"idempotency-key": KEY})
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize("key", ["short", "x" * 129, "with a space in it", "\x7f" * 10])
def test_a_key_is_8_to_128_visible_characters(door: Door, key: str) -> None:
    guest = door.customer()
    answer = guest.ask("POST", "/jobs", guest.order(), **{"idempotency-key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert door.posted == []


def test_picking_and_sharing_repeat_alike(door: Door) -> None:
    guest = door.customer()
    job = guest.finished()
    pick = {"candidate": job["candidates"][0]["id"]}
    first = guest.ask("POST", f"/jobs/{job['id']}/pick", pick, **{"idempotency-key": KEY})
    again = guest.ask("POST", f"/jobs/{job['id']}/pick", pick, **{"idempotency-key": KEY})
    assert again.content == first.content
    share = f"/works/{first.json()['work_id']}/share"
    one = guest.ask("POST", share, **{"idempotency-key": KEY + "-2"})
    two = guest.ask("POST", share, **{"idempotency-key": KEY + "-2"})
    assert one.content == two.content
    assert len(guest.got("GET", "/works")["works"]) == 1
