"""What strangers and thieves send: told a calm no, and nothing happens."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from doubles.door import API, PHOTO, Door

from tuanyuan.domain.errors import NotNow
from tuanyuan.domain.ports import WeChatSession
from tuanyuan.http.abroad import AT_ONCE, THREADS

JSON = {"content-type": "application/json"}


def part(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "token",
    [
        part(b"[" * 1500) + ".e30.x",
        part(b'{"kid":' * 200) + ".e30.x",
        part(b'{"alg":"none"}') + "." + part(b'{"sub":"a"}') + ".",
        part(b'{"alg":"HS256","kid":{}}') + ".e30.x",
        part(b'{"alg":"HS256","kid":"\\ud800"}') + ".e30.x",
        part(b'{"alg":"HS256","kid":' + b"1" * 1400 + b"}") + ".e30.x",
        part(b"NaN") + ".e30.x",
        "....",
        "é",
    ],
)
def test_a_token_that_is_none_is_nobody(door: Door, token: str) -> None:
    answer = door.client.get(f"{API}/me", headers={"authorization": f"Bearer {token}".encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "login_required")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 60_000, 400),
        (b'{"a":' * 10_000, 400),
        (b'{"name":"\xff"}', 400),
        (b'{"name":"\\ud83d"}', 422),
        (b'{"name":"\\ud83d\\ude00","\\ud800":1}', 422),
        (b'{"name":"a\\u0000b"}', 422),
        (b'{"name":1e999}', 422),
        (b'{"name":' + b"1" * 5000 + b"}", 400),
        (b'{"settings":{"notifications":1}}', 422),
        (b'{"credits":1000}', 422),
        (b'{"kind":"wechat"}', 422),
    ],
)
def test_a_body_that_is_a_trick_changes_nothing(door: Door, body: bytes, status: int) -> None:
    guest = door.guest()
    before = guest.got("GET", "/me")
    answer = door.client.patch(f"{API}/me", content=body, headers={**guest.headers, **JSON})
    assert answer.status_code == status
    assert guest.got("GET", "/me") == before


@pytest.mark.parametrize(
    "options", [b'{"seed":NaN}', b'{"seed":Infinity}', b'{"seed":1e999}', b'{"seed":[]}', b'{"\\ud800":1}']
)
def test_an_option_that_no_engine_could_read_takes_nothing(door: Door, options: bytes) -> None:
    guest = door.customer()
    order = b'{"feature":"reunion","photos":["%s"],"options":%s}' % (guest.photo().encode(), options)
    answer = door.client.post(f"{API}/jobs", content=order, headers={**guest.headers, **JSON})
    assert (answer.status_code, door.posted, guest.balance()) == (422, [], 10)


@pytest.mark.parametrize("options", [{"price": 0}, {"cost": -6}, {"watermark": False}, {"candidates": 9}])
def test_no_option_changes_what_is_paid_and_what_is_given(door: Door, options: dict[str, Any]) -> None:
    guest = door.customer()
    for tier in ("credits", "free"):
        order = {"feature": "reunion", "photos": [guest.photo()], "options": options, "tier": tier}
        answer = door.client.post(f"{API}/jobs", json=order, headers=guest.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "option_invalid")
    assert (door.posted, guest.balance()) == ([], 10)


def form(*parts: bytes) -> bytes:
    return b"".join(b"--b\r\n" + one + b"\r\n" for one in parts) + b"--b--\r\n"


HEAD = b'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\n'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form(HEAD + b"\r\n" + PHOTO, HEAD + b"\r\n" + PHOTO), "upload_photo_missing"),
        (form(b'Content-Disposition: form-data; name*=x; name*0="photo"\r\n\r\n' + PHOTO), "upload_photo_missing"),
        (form(b"X: " + b"x" * 5000 + b"\r\n" + HEAD + b"\r\n" + PHOTO), "upload_cut"),
        (
            form(b"Content-Type: multipart/mixed; boundary=c\r\n" + HEAD + b"\r\n--c\r\n\r\n" + PHOTO),
            "file_not_a_photo",
        ),
        (b"--b--\r\n", "upload_photo_missing"),
        (b"", "upload_cut"),
    ],
)
def test_a_form_that_is_a_trick_leaves_nothing(door: Door, body: bytes, code: str) -> None:
    guest = door.customer()
    headers = {**guest.headers, "content-type": "multipart/form-data; boundary=b"}
    assert door.client.post(f"{API}/photos", content=body, headers=headers).json()["code"] == code
    assert guest.got("GET", "/photos")["photos"] == []
    with door.studio.units.read() as unit:
        assert unit.files.living("", 10) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (b"../../etc/pass\x00wd.jpg", "passwd.jpg"),
        (b"C:\\Users\\mum\\a.jpg", "a.jpg"),
        ("\u202egpj.exe".encode(), "gpj.exe"),
        (b"\xed\xa0\x80\xff", "photo"),
        (b"..", "photo"),
        (b"", "photo"),
    ],
)
def test_a_file_name_is_only_a_name(door: Door, given: bytes, shown: str) -> None:
    guest = door.customer()
    body = form(HEAD.replace(b"a.jpg", given) + b"\r\n" + PHOTO)
    headers = {**guest.headers, "content-type": "multipart/form-data; boundary=b"}
    answer: Any = door.client.post(f"{API}/photos", content=body, headers=headers)
    assert (answer.status_code, answer.json()["name"]) == (201, shown)


def test_a_watcher_who_claims_to_have_heard_the_future_is_told_everything(door: Door) -> None:
    guest = door.customer()
    job = guest.finished()
    told = guest.ask("GET", f"/jobs/{job['id']}/events", **{"last-event-id": "9" * 19})
    assert told.status_code == 200
    assert told.text.count("event: progress") == 6


class Hanging:
    """A WeChat that does not answer."""

    app_id = "app"

    def __init__(self) -> None:
        self.asked, self.answering = threading.Semaphore(0), threading.Event()

    def session(self, code: str) -> WeChatSession:
        del code
        self.asked.release()
        assert self.answering.wait(120)
        raise NotNow("wechat_busy")


def test_while_wechat_hangs_nobody_else_waits(door: Door) -> None:
    guest, wechat = door.guest(), Hanging()
    object.__setattr__(door.studio, "wechat", wechat)
    with ThreadPoolExecutor(AT_ONCE + 2) as crowd:
        try:
            logins = [crowd.submit(door.ask, "POST", "/auth/wechat", {"code": f"code-{n}"}) for n in range(AT_ONCE)]
            assert all(wechat.asked.acquire(timeout=120) for _ in range(THREADS))
            assert crowd.submit(guest.balance).result(120) == 10
        finally:
            wechat.answering.set()
        assert {login.result(120).json()["code"] for login in logins} <= {"wechat_busy", "busy"}
    assert door.ask("POST", "/auth/wechat", {"code": "abc"}).json()["code"] == "wechat_busy"
