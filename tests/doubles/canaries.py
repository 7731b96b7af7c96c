"""What a key looks like, and canaries: keys, words and addresses that must never come out again."""

from __future__ import annotations

import io
import logging
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog

from tuanyuan.domain.errors import StudioError
from tuanyuan.wiring.logs import configure

if TYPE_CHECKING:
    from doubles.driving import Exchange

# Of each vendor's own form; lengths are the shortest that are given out.
KEYS = {
    "AWS access key": r"AKIA[0-9A-Z]{16}",
    "Aliyun access key": r"LTAI[0-9A-Za-z]{12,}",
    "Volcengine access key": r"AKLT[0-9A-Za-z_-]{16,}",
    "Tencent secret id": r"AKID[0-9A-Za-z]{13,}",
    "OpenAI key": r"sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,}",
    "Replicate token": r"r8_[A-Za-z0-9]{20,}",
    "Google key": r"AIza[0-9A-Za-z_-]{30,}",
    "webhook secret": r"whsec_[A-Za-z0-9+/=]{16,}",
    "GitHub token": r"gh[pousr]_[A-Za-z0-9]{30,}",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "token (JWT)": r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
}
_ANY = re.compile(("(?<![0-9A-Za-z_-])(?:" + "|".join(KEYS.values()) + ")").encode())


def keys_in(data: bytes) -> Iterator[str]:
    """Everything in a file that looks like a key."""
    for found in _ANY.finditer(data):
        yield found[0].decode()


WORDS = "canary words that only the engine may read"
# Headers of which no part may be read anywhere else.
_SECRET_HEADERS = ("authorization", "x-goog-api-key", "x-security-token")
_ADDRESS = re.compile(rb"https?://[^\s\"'\\<>?]+\?([^\s\"'\\<>]+)")


class Overheard:
    """Everything that was said while it listened."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self.parts)

    def leaked(self, canaries: Sequence[str]) -> list[str]:
        """Which of these were said."""
        text = self.text
        return [canary for canary in canaries if canary in text]

    def note(self, *things: Any) -> None:
        """What is shown of things: their text and their representation."""
        self.parts += [f"{thing} {thing!r}" for thing in things]

    def fail(self, error: BaseException) -> None:
        """An error in each way in which we show one: traceback, log line of either kind, problem as JSON."""
        self.parts += traceback.format_exception(error)
        self.note(error, error.args)
        if isinstance(error, StudioError):
            self.note(error.problem.as_dict())
        before, root = structlog.get_config(), logging.getLogger()
        handlers, level = root.handlers[:], root.level
        try:
            for production in (True, False):
                configure(production, debug=True)
                structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=_Part(self.parts)))
                structlog.get_logger().error("failed", exc_info=error)
        finally:
            structlog.configure(**before)
            root.handlers[:], root.level = handlers, level


class _Part(io.TextIOBase):
    def __init__(self, parts: list[str]) -> None:
        self._parts = parts

    def write(self, text: str) -> int:
        self._parts.append(text)
        return len(text)


class _Handler(logging.Handler):
    def __init__(self, parts: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._parts = parts

    def emit(self, record: logging.LogRecord) -> None:
        self._parts.append(f"{record.name} {record.getMessage()} {record.args!r}")
        if record.exc_info:
            self._parts += traceback.format_exception(*record.exc_info)


@contextmanager
def listening() -> Iterator[Overheard]:
    """Hears structlog and all loggers at DEBUG; a logger that our code has silenced stays silent."""
    overheard, root = Overheard(), logging.getLogger()

    def hear(logger: Any, method: str, told: dict[str, Any]) -> dict[str, Any]:
        del logger
        overheard.parts.append(f"{method} {told!r}")
        raise structlog.DropEvent

    before, level, handler = structlog.get_config(), root.level, _Handler(overheard.parts)
    structlog.configure(processors=[hear], wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield overheard
    finally:
        structlog.configure(**before)
        root.removeHandler(handler)
        root.setLevel(level)


def secrets_of(exchanges: Sequence[Exchange]) -> list[str]:
    """Keys and signatures that crossed the wire, and the queries of signed addresses, both ways."""
    found = set()
    for exchange in exchanges:
        for name, value in exchange.headers:
            if name in _SECRET_HEADERS:
                found |= set(re.findall(r"[^\s,;=]{16,}", value))
        for body in (bytes(exchange.body), bytes(exchange.answer), *(text.encode() for text in exchange.told)):
            found |= {query.decode("latin-1") for query in _ADDRESS.findall(body)}
    return sorted(secret for secret in found if "application/json" not in secret)
