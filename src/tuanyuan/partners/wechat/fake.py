"""A WeChat of our own that keeps to the contract: for tests and for work without an app id. Never in production.

`GET /sns/jscode2session`: app id and secret are checked, a code holds once and for five minutes, errors come with
status 200. It can be told to be slow, busy, broken, or to vanish in the middle of an answer.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

CODE_LIFE = 300.0

Mood = Literal["well", "busy", "throttled", "risky", "slow", "dripping", "broken", "failing", "cut", "strings", "empty"]

_ERRORS: dict[Mood, tuple[int, str]] = {
    "busy": (-1, "system error"),
    "throttled": (45011, "api minute-quota reach limit, must slower, retry next minute"),
    "risky": (40226, "code blocked"),
}


@dataclass(frozen=True)
class _Code:
    openid: str
    unionid: str | None
    made_at: float


class FakeWeChat:
    """Serves on 127.0.0.1 from `with` to the end of the block.

    mood: how it behaves from now on. calls: how often it was asked. session_keys: the newest key of each open id.
    """

    def __init__(self, app_id: str, secret: str, now: Callable[[], float] = time.monotonic) -> None:
        self.app_id = app_id
        self.secret = secret
        self.mood: Mood = "well"
        self.slowness = 1.0
        self.calls = 0
        self.session_keys: dict[str, str] = {}
        self._now = now
        self._codes: dict[str, _Code] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._closing = threading.Event()

    def __enter__(self) -> FakeWeChat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Base address, for the setting `wechat_url`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def code(self, openid: str, unionid: str | None = None) -> str:
        """What `wx.login` would give the client of that user."""
        code = "0a3" + os.urandom(14).hex()
        with self._lock:
            self._codes[code] = _Code(openid, unionid, self._now())
        return code

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than the server lives."""
        self._closing.wait(seconds)

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        """What the contract says to a call with these parameters."""
        with self._lock:
            self.calls += 1
            if asked.get("appid") != self.app_id:
                return _error(40013, "invalid appid")
            if asked.get("secret") != self.secret:
                return _error(40125, "invalid appsecret")
            if asked.get("grant_type") != "authorization_code":
                return _error(40002, "invalid grant_type")
            if self.mood in _ERRORS:
                return _error(*_ERRORS[self.mood])
            code = self._codes.pop(asked.get("js_code", ""), None)
            if code is None or self._now() - code.made_at > CODE_LIFE:
                return _error(40029, "invalid code")
            key = base64.b64encode(os.urandom(16)).decode()
            self.session_keys[code.openid] = key
        said = {"openid": code.openid, "session_key": key}
        return {**said, "unionid": code.unionid} if code.unionid else said


def _error(number: int, words: str) -> dict[str, Any]:
    return {"errcode": number, "errmsg": f"{words}, rid: 0"}


def _handler(wechat: FakeWeChat) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path != "/sns/jscode2session":
                self.send_error(404)
                return
            said = wechat.answer({name: values[0] for name, values in parse_qs(asked.query).items()})
            self._say(said)

        def _say(self, said: dict[str, Any]) -> None:
            mood = wechat.mood
            body = json.dumps(said).encode()
            if mood == "strings":
                body = json.dumps({"errcode": "40029", "errmsg": "invalid code"}).encode()
            elif mood == "broken":
                body = body[: len(body) // 2]
            elif mood == "empty":
                body = b"{}"
            if mood == "slow":
                wechat.pause(wechat.slowness)
            self.send_response(500 if mood == "failing" else 200)
            # WeChat sends its JSON as text/plain.
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self._send(body, mood)
            except OSError:
                self.close_connection = True

        def _send(self, body: bytes, mood: Mood) -> None:
            if mood == "dripping":
                for byte in body:
                    self.wfile.write(bytes((byte,)))
                    wechat.pause(wechat.slowness / len(body))
            elif mood == "cut":
                self.wfile.write(body[:10])
                self.close_connection = True
            else:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Its address lines would show the secret."""

    return Handler
