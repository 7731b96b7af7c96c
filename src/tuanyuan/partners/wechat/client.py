"""WeChat's login service over HTTPS. Implements `domain.ports.WeChat`.

WeChat answers errors with status 200 and an `errcode`. A code is never sent twice: a lost answer asks the client for a
new one. The address of a call carries the app secret, so it is kept out of logs and exceptions.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any, NoReturn

import httpx2
import structlog

from tuanyuan.domain.errors import Forbidden, NotNow, OurFault, Unauthorised
from tuanyuan.domain.ports.world import WeChatSession

DEADLINE = 5.0
LONGEST_CODE, LONGEST_ID, LONGEST_ANSWER = 512, 128, 16_384

# 40163 is the newer number for a code that was used.
_CODE_INVALID = (40029, 40163)
_BUSY = (-1, 45011)
_RISKY = 40226

log = structlog.get_logger(__name__)


class _NoSecrets(logging.Filter):
    """Drops the library's line about a call, which shows the whole address."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "secret=" not in record.getMessage()


logging.getLogger("httpx2").addFilter(_NoSecrets())


class WeChatClient:
    """One mini-program. Safe to share between threads; `close` when done."""

    def __init__(self, app_id: str, app_secret: str, base_url: str, deadline: float = DEADLINE) -> None:
        """deadline: seconds for a whole call."""
        self.app_id = app_id
        self._secret = app_secret
        self._deadline = deadline
        self._http = httpx2.Client(base_url=base_url, timeout=deadline, trust_env=False, follow_redirects=False)

    def session(self, code: str) -> WeChatSession:
        """Exchange a login code, once.

        Unauthorised wechat_code_invalid; Forbidden wechat_user_risky; NotNow wechat_busy; OurFault wechat_setup.
        """
        if not 0 < len(code) <= LONGEST_CODE or not code.isascii():
            raise Unauthorised("wechat_code_invalid")
        answer = self._ask(code)
        if answer is None:
            raise NotNow("wechat_busy")
        error = _number(answer.get("errcode", 0))
        if error != 0:
            _refuse(error)
        openid, session_key, unionid = (answer.get(name) for name in ("openid", "session_key", "unionid"))
        if not (_usable(openid) and _usable(session_key) and (unionid in (None, "") or _usable(unionid))):
            log.warning("wechat_answer_incomplete")
            raise NotNow("wechat_busy")
        return WeChatSession(str(openid), str(session_key), str(unionid) if unionid else None)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _ask(self, code: str) -> dict[str, Any] | None:
        """The answer as JSON object; None: none that can be read. Raises nothing, for the errors hold the address."""
        asked = {
            "appid": self.app_id,
            "secret": self._secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        try:
            return self._fetch(asked)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
            log.warning("wechat_no_answer", error=type(error).__name__)
            return None

    def _fetch(self, asked: dict[str, str]) -> dict[str, Any] | None:
        until = time.monotonic() + self._deadline
        body = b""
        with self._http.stream("GET", "/sns/jscode2session", params=asked) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LONGEST_ANSWER or time.monotonic() > until:
                    log.warning("wechat_no_answer", error="too long")
                    return None
            if response.status_code != httpx2.codes.OK:
                log.warning("wechat_no_answer", status=response.status_code)
                return None
        answer = json.loads(body)
        return answer if isinstance(answer, dict) else None


def _number(errcode: object) -> int | None:
    """WeChat sends numbers, at times as strings; anything else is no number we know."""
    try:
        return int(str(errcode))
    except ValueError:
        return None


def _usable(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def _refuse(error: int | None) -> NoReturn:
    if error in _CODE_INVALID:
        raise Unauthorised("wechat_code_invalid")
    if error == _RISKY:
        raise Forbidden("wechat_user_risky")
    if error in _BUSY or error is None:
        raise NotNow("wechat_busy")
    log.error("wechat_setup", errcode=error)
    raise OurFault("wechat_setup")
