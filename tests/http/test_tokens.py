"""Nothing but our own, living token opens a door."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from doubles.door import Door

from tuanyuan.domain.ports import WeChatSession


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, _ = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(header + "==")),
        json.loads(base64.urlsafe_b64decode(payload + "==")),
    )


def encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def forged(token: str) -> dict[str, str]:
    header, payload = parts(token)
    key = "k" * 32
    signature = token.split(".")[2]
    return {
        "alg none": f"{encoded({**header, 'alg': 'none'})}.{encoded(payload)}.",
        "alg None with a signature": f"{encoded({**header, 'alg': 'None'})}.{encoded(payload)}.{signature}",
        "another key": jwt.encode(payload, key, "HS256", headers={"kid": header["kid"]}),
        "another algorithm": jwt.encode(payload, key * 2, "HS512", headers={"kid": header["kid"]}),
        "another user": f"{token.split('.')[0]}.{encoded({**payload, 'sub': 'f' * 32})}.{signature}",
        "a later end": f"{token.split('.')[0]}.{encoded({**payload, 'exp': payload['exp'] + 9**9})}.{signature}",
        "an unknown key": jwt.encode(payload, key, "HS256", headers={"kid": "00" * 8}),
        "a key that is a path": jwt.encode(payload, key, "HS256", headers={"kid": "../../dev/null"}),
        "no key": jwt.encode(payload, key, "HS256"),
        "rubbish": "a.b.c",
        "too long": "a" * 5000,
    }


def test_every_forgery_is_refused_alike(door: Door) -> None:
    guest = door.guest()
    for how, token in forged(guest.login["access_token"]).items():
        answer = door.ask("GET", "/me", headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "login_required"), how
    assert guest.ask("GET", "/me").status_code == 200


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic dTpw", "bearer\x00", "Bearer \xff", "token"])
def test_what_is_no_bearer_token_is_nobody(door: Door, header: str) -> None:
    # Httpx takes bytes, too.
    answer = door.ask("GET", "/me", headers={"authorization": header.encode("latin-1")})  # type: ignore[dict-item]
    assert answer.status_code == 401


def test_a_token_in_the_query_opens_nothing(door: Door) -> None:
    token = door.guest().login["access_token"]
    assert door.ask("GET", f"/me?token={token}&access_token={token}").status_code == 401


def test_an_access_token_ends_after_fifteen_minutes(door: Door) -> None:
    guest = door.guest()
    assert guest.login["expires_in"] == 900
    door.later(seconds=899)
    assert guest.ask("GET", "/me").status_code == 200
    door.later(seconds=1)
    answer = guest.ask("GET", "/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "login_expired")


def test_a_refresh_token_is_good_for_one_use_and_a_stolen_one_ends_the_login(door: Door) -> None:
    guest = door.guest()
    door.later(minutes=16)
    fresh = door.ask("POST", "/auth/refresh", {"refresh_token": guest.login["refresh_token"]}).json()
    headers = {"authorization": f"Bearer {fresh['access_token']}"}
    assert door.ask("GET", "/me", headers=headers).status_code == 200
    door.later(minutes=1)
    stolen = door.ask("POST", "/auth/refresh", {"refresh_token": guest.login["refresh_token"]})
    assert (stolen.status_code, stolen.json()["code"]) == (401, "login_expired")
    # The refusal was committed: the whole family is dead, the owner's newest tokens too.
    assert door.ask("GET", "/me", headers=headers).status_code == 401
    assert door.ask("POST", "/auth/refresh", {"refresh_token": fresh["refresh_token"]}).status_code == 401


def test_logging_out_ends_both_tokens(door: Door) -> None:
    guest = door.guest()
    assert guest.ask("POST", "/auth/logout").status_code == 204
    assert guest.ask("GET", "/me").status_code == 401
    assert door.ask("POST", "/auth/refresh", {"refresh_token": guest.login["refresh_token"]}).status_code == 401


def test_the_same_device_is_the_same_guest_with_ten_credits(door: Door) -> None:
    one, two = door.guest("device-of-grandma"), door.guest("device-of-grandma")
    assert one.id == two.id
    assert two.balance() == 10


def test_without_wechat_set_up_its_login_says_so(door: Door) -> None:
    answer = door.ask("POST", "/auth/wechat", {"code": "abc"})
    assert (answer.status_code, answer.json()["code"]) == (500, "wechat_setup")


def test_a_guest_who_logs_in_by_wechat_keeps_everything(door: Door) -> None:
    class WeChat:
        app_id = "wx1"

        def session(self, code: str) -> WeChatSession:
            return WeChatSession(f"open-{code}", "c2Vzc2lvbg==")

    object.__setattr__(door.studio, "wechat", WeChat())
    guest = door.customer()
    photo = guest.photo()
    login = guest.got("POST", "/auth/wechat", {"code": "mum"})
    assert (login["user"]["id"], login["user"]["kind"]) == (guest.id, "wechat")
    headers = {"authorization": f"Bearer {login['access_token']}"}
    assert door.ask("GET", f"/photos/{photo}", headers=headers).status_code == 200
    assert door.ask("POST", "/auth/wechat", {"code": "mum"}).json()["user"]["id"] == guest.id
    bad = door.ask("POST", "/auth/wechat", {"code": "mum"}, {"authorization": "Bearer a.b.c"})
    assert bad.status_code == 401
