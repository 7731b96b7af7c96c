"""Every no in one shape, in the language asked for, with nothing internal in it."""

from __future__ import annotations

from typing import Any

import pytest
from doubles.door import Door

from tuanyuan.domain.errors import CreditsShort, NotNow, OurFault
from tuanyuan.http.language import preferred

SHAPE = {
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "code",
    "fix",
    "message_zh",
    "message_en",
    "advice_zh",
    "advice_en",
}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr,en;q=0.5", "en"),
        ("fr", "zh"),
        ("en;q=0.3, zh;q=0.7", "zh"),
        ("en;q=nonsense", "zh"),
        ("*", "zh"),
        ("e" * 100_000, "zh"),
    ],
)
def test_the_better_liked_language_is_taken(header: str | None, language: str) -> None:
    assert preferred(header) == language


def test_a_refusal_has_the_shape_of_rfc_9457(door: Door) -> None:
    answer = door.ask("GET", "/me", headers={"accept-language": "en"})
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert set(told) == SHAPE
    assert told["status"] == answer.status_code == 401
    assert (told["code"], told["fix"], told["title"]) == ("login_required", "user", "Please log in first")
    assert told["type"] == "urn:tuanyuan:problem:login_required"
    assert told["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert door.ask("GET", "/me").json()["title"] == "请先登录"


def test_a_field_that_does_not_fit_is_named_and_never_repeated(door: Door) -> None:
    guest = door.customer()
    answer = guest.ask("POST", "/jobs", {"feature": "reunion", "photos": ["<script>alert(1)</script>"], "price": 0})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "request_invalid")
    assert {(e["where"], e["what"]) for e in told["errors"]} == {
        ("body.photos.0", "string_pattern_mismatch"),
        ("body.price", "extra_forbidden"),
    }
    assert "alert" not in answer.text
    assert door.posted == []


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 60_000, b'{"device": NaN', b""])
def test_what_is_no_json_is_a_400_or_422(door: Door, body: bytes) -> None:
    answer = door.client.post("/api/v1/auth/guest", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("body_not_json", "request_invalid")


def test_an_unknown_address_and_a_wrong_method(door: Door) -> None:
    lost = door.ask("GET", "/api/v1/nothing")
    assert (lost.status_code, lost.json()["code"]) == (404, "not_found")
    wrong = door.ask("PUT", "/wallet")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET"


def test_an_id_that_cannot_be_one_is_an_id_that_is_not_there(door: Door) -> None:
    guest = door.guest()
    for id_ in ("x" * 65, "..%2f..%2fetc", "%00", "a b", "'%20OR%201=1--"):
        answer = guest.ask("GET", f"/jobs/{id_}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), id_


def test_not_now_says_when_to_come_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = door.guest()

    def down(*_: Any) -> Any:
        raise NotNow("database_down")

    monkeypatch.setattr(type(door.studio.units), "read", down)
    answer = guest.ask("GET", "/wallet")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["retry_after"]) == (503, "5", 5)
    assert answer.json()["fix"] == "wait"


def test_too_often_says_how_long(door: Door) -> None:
    guest = door.guest()
    asked: list[tuple[str, str, str]] = []

    class Strict:
        def hit(self, name: str, key: str, limit: str) -> int:
            asked.append((name, key, limit))
            return 17

    object.__setattr__(door.studio, "limiter", Strict())
    answer = guest.ask("GET", "/wallet")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (429, "17", "too_often")
    assert asked == [("http-read", guest.id, "600/minute")]


@pytest.mark.parametrize("error", [OurFault("setting_missing", name="TUANYUAN_DATABASE_URL"), KeyError("/srv/secret")])
def test_our_own_faults_are_logged_and_not_told(
    door: Door, monkeypatch: pytest.MonkeyPatch, quiet: list[dict[str, Any]], error: Exception
) -> None:
    guest = door.guest()

    def broken(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(type(door.studio.wallet), "balance", broken)
    answer = guest.ask("GET", "/wallet")
    assert (answer.status_code, answer.json()["code"], answer.json()["fix"]) == (500, "request_failed", "us")
    for internal in ("secret", "TUANYUAN", "KeyError", "Traceback", "setting"):
        assert internal not in answer.text
    assert any(line["log_level"] == "error" and line["request"] == answer.json()["instance"] for line in quiet)


def test_a_price_that_is_not_covered_is_a_402(door: Door) -> None:
    guest = door.customer()
    guest.posted()
    answer = guest.ask("POST", "/jobs", guest.order())
    assert (answer.status_code, answer.json()["code"]) == (CreditsShort.status, "credits_short")
    assert guest.balance() == 4
    assert len(door.posted) == 1


def test_a_log_line_holds_no_query_token_or_address(door: Door, quiet: list[dict[str, Any]]) -> None:
    guest = door.customer()
    work = guest.work()
    door.client.get(work["url"])
    lines = [line for line in quiet if line["event"] == "request"]
    assert {"method", "route", "status", "ms", "request", "event", "log_level"} == set(lines[-1])
    assert lines[-1]["route"].endswith("/files/{file_id}")
    text = str(quiet)
    assert "signature" not in text
    assert guest.login["access_token"] not in text
    assert "10." not in [str(line.get("address", "")) for line in lines]


def test_answers_carry_the_headers_that_protect(door: Door) -> None:
    for answer in (door.ask("GET", "/healthz"), door.ask("GET", "/me"), door.guest().ask("GET", "/wallet")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
