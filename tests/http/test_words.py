"""Whatever stands in a string is a string: no SQL, no control character, no trick of direction does anything."""

from __future__ import annotations

from typing import Any

import pytest
from doubles.door import Door

from tuanyuan.engines.fake.engine import ORDERS

TRICKS = [
    "'; DROP TABLE users; --",
    '" OR ""="',
    "1) UNION SELECT secret FROM identities --",
    "\x00",
    "a\x00b",
    "\u202egpj.exe",
    "\ud800",
    "\uffff",
    "İ" * 40,
    "👨‍👩‍👧‍👦" * 30,
    "%s%n%x{0}{message}",
    "${jndi:ldap://x}",
    "../../../../etc/passwd",
    "<img src=x onerror=alert(1)>",
    "A" * 60_000,
    "é́́́́" * 50,
]


def bodies(trick: str) -> list[tuple[str, str, Any]]:
    return [
        ("POST", "/auth/guest", {"device": trick}),
        ("POST", "/auth/refresh", {"refresh_token": trick}),
        ("POST", "/auth/wechat", {"code": trick}),
        ("PATCH", "/me", {"name": trick}),
        ("PATCH", "/me", {"settings": {"language": trick}}),
        ("PATCH", "/me", {trick: trick}),
        ("POST", "/me/consents", {"purpose": trick, "granted": True}),
        ("POST", "/me/consents", {"purpose": "face_edit", "granted": True, "version": trick}),
        (
            "POST",
            "/me/consents",
            {"purpose": "face_edit", "granted": True, "channel": trick, "details": {trick: trick}},
        ),
        ("POST", "/jobs", {"feature": trick, "photos": [trick]}),
        ("POST", "/jobs", {"feature": "reunion", "photos": ["0" * 32], "background": trick, "style": trick}),
        ("POST", "/jobs", {"feature": "reunion", "photos": ["0" * 32], "options": {trick: trick}}),
        ("POST", "/jobs", {"feature": "reunion", "photos": ["0" * 32], "people": [{"photo": trick}]}),
        ("POST", "/jobs", {"feature": "reunion", "photos": ["0" * 32], "tier": trick}),
    ]


@pytest.mark.parametrize("trick", TRICKS, ids=range(len(TRICKS)))
def test_no_word_does_more_than_stand_there(each_door: Door, trick: str) -> None:
    guest = each_door.customer()
    for method, path, body in bodies(trick):
        answer = guest.ask(method, path, body)
        assert answer.status_code < 500 or answer.json()["code"] == "wechat_setup", (method, path, answer.text)
        assert "Traceback" not in answer.text
    assert guest.balance() == 10
    assert each_door.posted == []


@pytest.mark.parametrize("trick", TRICKS, ids=range(len(TRICKS)))
def test_a_title_comes_back_as_it_was_or_is_refused(door: Door, trick: str) -> None:
    guest = door.customer()
    work = guest.work()
    answer = guest.ask("PATCH", f"/works/{work['id']}", {"title": trick, "tags": [trick[:20]]})
    assert answer.status_code in (200, 413, 422), answer.text
    if answer.status_code == 200:
        assert guest.got("GET", f"/works/{work['id']}")["title"] == answer.json()["title"]
    for path in ("/works?tag={}", "/works?feature={}", "/jobs?status={}", "/wallet/entries?before={}"):
        shown = each(trick)
        assert guest.ask("GET", path.format(shown)).status_code in (200, 400, 422), path


def each(trick: str) -> str:
    from urllib.parse import quote

    return quote(trick[:300].encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("number", [-1, 0, 6, 2**31, 2**63, 2**64, -(2**70), 1e308, 1.5, True, "5", None])
def test_a_rating_is_a_whole_number_from_one_to_five(door: Door, number: Any) -> None:
    guest = door.customer()
    job = guest.finished(tier="free")
    answer = guest.ask("POST", f"/jobs/{job['id']}/rating", {"rating": number})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert guest.got("GET", f"/jobs/{job['id']}")["rating"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "limit=9e9", "before=0", "before=" + "9" * 30])
def test_pages_are_bounded(door: Door, query: str) -> None:
    assert door.guest().ask("GET", f"/wallet/entries?{query}").status_code == 422


@pytest.mark.parametrize("path", ["/jobs", "/works", "/photos"])
@pytest.mark.parametrize(
    "before", ["", "yesterday", "2026-01-01", "1-", "-1-a", "1" * 15 + "-a", "1-" + "a" * 33, "1-a%00", "1-a%0A", "١-a"]
)
def test_a_page_begins_where_one_ended_and_nowhere_else(door: Door, path: str, before: str) -> None:
    assert door.guest().ask("GET", f"{path}?before={before}").status_code == 422


@pytest.mark.parametrize("path", ["/jobs", "/works", "/photos"])
@pytest.mark.parametrize("before", ["0-0", "9" * 14 + "-" + "f" * 32])
def test_a_page_far_away_is_empty_or_the_first(door: Door, path: str, before: str) -> None:
    answer = door.guest().got("GET", f"{path}?before={before}")
    assert answer == {path[1:]: [], "next": None}


def test_pages_follow_one_another_without_a_gap(door: Door) -> None:
    guest = door.customer()
    ids = []
    for _ in range(3):
        ids.append(guest.finished(tier="credits", again=False, options={"seed": ORDERS["refuse"]})["id"])
        door.later(microseconds=1000)
    first = guest.got("GET", "/jobs?limit=2")
    second = guest.got("GET", f"/jobs?limit=2&before={first['next']}")
    assert [job["id"] for job in first["jobs"] + second["jobs"]] == ids[::-1]
    assert second["next"] is None


def test_what_was_made_in_one_instant_is_on_one_page_or_the_next(door: Door) -> None:
    guest = door.customer()
    made = {guest.finished(tier="credits", again=False, options={"seed": ORDERS["refuse"]})["id"] for _ in range(3)}
    pages, before = [], ""
    while True:
        answer = guest.got("GET", f"/jobs?limit=1{before}")
        pages.append([job["id"] for job in answer["jobs"]])
        if answer["next"] is None:
            break
        before = f"&before={answer['next']}"
    assert [len(page) for page in pages] == [1, 1, 1]
    assert {job for page in pages for job in page} == made
