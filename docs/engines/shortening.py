"""A call and its answer for people: without secrets, ids, times and pictures, and short."""

from __future__ import annotations

import json
import re
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doubles.driving import Exchange

# Headers that say something about the contract; all others are the libraries'.
SHOWN = ("content-type", "x-date", "x-content-sha256", "authorization", "x-goog-api-key", "retry-after", "location")
LONGEST, MOST_LINES, MOST_ITEMS = 120, 45, 3
# Fields of an object that are shown; of one with more, the first two: they are all alike.
MOST_FIELDS = 30
# Values that are another one each time, by the name of their field.
FLEETING = re.compile(r"(^|_)(id|ids|time|timestamp|elapsed|created|number|etag|sha256|logs?)$|_at$|Id$")
_MASKS = (
    (r"http://127\.0\.0\.1:[0-9]+/api/v1/files", "http://127.0.0.1:8000/api/v1/files"),
    (r"http://127\.0\.0\.1:(?!8000)[0-9]+", "http://127.0.0.1:9000"),
    (r"/delivery/[^\s\"]+/", "/delivery/…/"),
    (r"/files/[A-Za-z0-9_-]{16,}", "/files/…"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "…"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|\+00:00)", "…"),
    (r"[0-9]{8}T[0-9]{6}Z", "…"),
    (r"\b[a-z2-7]{26}\b", "…"),  # Replicate's ids, which may have no digit at all
    (r"\b(?:[a-z]+_)?(?=(?:[A-Za-z]*[0-9]){3})(?=[0-9]*[A-Za-z])[A-Za-z0-9]{16,}(?:-[0-9]+)?\b", "…"),
    (r"\b[0-9]{10,}\b", "…"),
    (r"((?:[?&](?:amp;)?|\b)(?:sig|signature|token|X-Tos-[A-Za-z]+|expires|clientId)=)[^&\s\"]+", r"\1…"),
    (r"(Credential|Signature)=[^,\s]+", r"\1=…"),
    (r"Bearer \S+", "Bearer …"),
    (r"boundary=\S+", "boundary=…"),
)


def plain(text: str) -> str:
    """Without what is another one each time."""
    for pattern, instead in _MASKS:
        text = re.sub(pattern, instead, text)
    return text


def asked(exchange: Exchange) -> list[str]:
    """Request line, headers and body."""
    lines = [f"{exchange.method} {plain(exchange.target)}", *_headers(exchange.headers)]
    return [*lines, *_body(bytes(exchange.body), dict(exchange.headers).get("content-type", ""))]


def answered(exchange: Exchange) -> list[str]:
    """Status, headers and body; of a socket, what was told."""
    lines = [str(exchange.status), *_headers(exchange.answer_headers)]
    if exchange.told:
        kinds = dict.fromkeys(str(json.loads(text).get("type")) for text in exchange.told if text.startswith("{"))
        return [*lines, f"messages: {', '.join(sorted(kinds))}"]
    return [*lines, *_body(bytes(exchange.answer), dict(exchange.answer_headers).get("content-type", ""))]


def _headers(headers: list[tuple[str, str]]) -> list[str]:
    secret = ("x-goog-api-key", "x-content-sha256", "x-date")
    return [f"{name}: {'…' if name in secret else plain(value)}" for name, value in headers if name in SHOWN]


def _body(body: bytes, kind: str) -> list[str]:
    if not body:
        return []
    if kind.startswith("multipart/"):
        return ["", *_parts(body, kind)]
    try:
        told = json.loads(body)
    except ValueError:
        return ["", f"({kind or 'bytes'})"]
    lines = json.dumps(shortened(told), ensure_ascii=False, indent=1).splitlines()
    return ["", *lines] if len(lines) <= MOST_LINES else ["", *lines[:MOST_LINES], "…"]


def _parts(body: bytes, kind: str) -> list[str]:
    whole = BytesParser().parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + body)
    lines = []
    for part in whole.get_payload():
        about = plain(str(part.get("content-disposition")))
        content = part.get_payload(decode=True)
        picture = part.get_content_type() if part.get_filename() else ""
        told = f"({picture})" if picture else shortened(content.decode("utf-8", "replace"))
        lines.append(f"-- {about}: {told}")
    return lines


def shortened(told: Any, name: str = "") -> Any:
    """A JSON value in its shape; … stands for what is long, and for ids and times."""
    if isinstance(told, dict):
        few = len(told) <= MOST_FIELDS
        found = {plain(key): shortened(value, key) for key, value in list(told.items())[: None if few else 2]}
        return found if few else {**found, "…": "…"}
    if isinstance(told, list):
        return [shortened(item) for item in told[:MOST_ITEMS]] + (["…"] if len(told) > MOST_ITEMS else [])
    if isinstance(told, bool) or told is None:
        return told
    if FLEETING.search(name) or (name == "size" and isinstance(told, int)):
        return "…"
    if isinstance(told, str):
        return _text(told)
    return told


def _text(told: str) -> str:
    if told.startswith("{"):
        try:
            return json.dumps(shortened(json.loads(told)), ensure_ascii=False)[:LONGEST] + "…"
        except ValueError:
            pass
    if len(told) > LONGEST and " " not in told[:LONGEST] and told.isascii() and not told.startswith("http"):
        return f"{told[:8]}…"
    told = plain(told)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"
