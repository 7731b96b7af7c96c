"""Every no as `application/problem+json` (RFC 9457), in the language asked for, with nothing internal in it."""

from __future__ import annotations

import json
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tuanyuan.domain.errors import (
    NotFound,
    NotNow,
    OurFault,
    PhotosRejected,
    Rejected,
    StudioError,
    Unauthorised,
    WrongUsage,
)
from tuanyuan.http.language import preferred

MEDIA_TYPE = "application/problem+json"
LATER_SECONDS = 5
# Our own faults whose words are meant for users; of any other they see only that it is ours.
_TOLD = frozenset({"request_failed", "object_damaged", "wechat_setup"})
_log = structlog.get_logger("tuanyuan.http")


class WhatIsWrong(BaseModel):
    """One field that is not as it must be: where it stands, and the kind of mistake. Never the value itself."""

    where: str = Field(examples=["body.photos.0"])
    what: str = Field(examples=["string_pattern_mismatch"])


class PhotoProblem(BaseModel):
    """What is wrong with a photo, and what to do."""

    code: str = Field(examples=["no_face"])
    message_zh: str
    message_en: str
    advice_zh: str
    advice_en: str


class WrongPhoto(BaseModel):
    """One photo that cannot be used, and why."""

    photo: str
    problems: list[PhotoProblem]


class Problem(BaseModel):
    """Why a request was refused (RFC 9457), who can fix it, and what to do, in both languages.

    `fix`: `user` change the request; `wait` send the same again later; `us` we have to repair it. `title` and `detail`
    are the message and the advice in the language of `Accept-Language`. `instance` names the request in our logs.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:tuanyuan:problem:credits_short",
                    "title": "Not enough credits: 2 left, 6 needed",
                    "status": 402,
                    "detail": "Buy credits, or use the free picture of the day.",
                    "instance": "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e",
                    "code": "credits_short",
                    "fix": "user",
                    "message_zh": "积分不足：还有 2，需要 6",
                    "message_en": "Not enough credits: 2 left, 6 needed",
                    "advice_zh": "请充值，或使用每天一次的免费体验。",
                    "advice_en": "Buy credits, or use the free picture of the day.",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    fix: str = Field(pattern="^(user|wait|us)$")
    message_zh: str
    message_en: str
    advice_zh: str
    advice_en: str
    retry_after: int | None = Field(default=None, description="Seconds until the same request may succeed.")
    errors: list[WhatIsWrong] | None = Field(default=None, description="The fields that are not as they must be.")
    photos: list[WrongPhoto] | None = Field(default=None, description="The photos that cannot be used.")


class MethodNotAllowed(WrongUsage):
    """The address is there, the method is not."""

    status = 405


class TooSlow(Rejected):
    """The request did not arrive in time; nothing was done."""

    status = 408


def response(error: StudioError, scope: Any, headers: dict[str, str] | None = None) -> Response:
    """The answer to a request that ended in `error`. An own fault is logged and told as nothing but that."""
    if isinstance(error, OurFault) and error.code not in _TOLD:
        _log.error("our_fault", code=error.code, detail=error.problem.message_en, request=request_id(scope))
        error = OurFault("request_failed")
    words = error.problem
    english = preferred(_header(scope, b"accept-language")) == "en"
    body: dict[str, Any] = {
        "type": f"urn:tuanyuan:problem:{words.code}",
        "title": words.message_en if english else words.message_zh,
        "status": error.status,
        "detail": words.advice_en if english else words.advice_zh,
        "instance": request_id(scope),
        "code": words.code,
        "fix": error.fix,
        **{name: text for name, text in words.as_dict().items() if name != "code"},
    }
    sent = {"cache-control": "no-store", "content-language": "en" if english else "zh", **(headers or {})}
    if isinstance(error, NotNow):
        body["retry_after"] = error.retry_after or LATER_SECONDS
        sent["retry-after"] = str(body["retry_after"])
    if isinstance(error, TooSlow):
        sent["connection"] = "close"
    if isinstance(error, Unauthorised):
        sent["www-authenticate"] = 'Bearer realm="tuanyuan"'
    if isinstance(error, PhotosRejected):
        body["photos"] = [{"photo": r.file, "problems": [p.as_dict() for p in r.problems]} for r in error.reports]
    if isinstance(error, Malformed):
        body["errors"] = error.fields
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, error.status, sent, MEDIA_TYPE)


class Malformed(Rejected):
    """Fields that are not as they must be. `fields`: where and what for each."""

    def __init__(self, fields: list[dict[str, str]]) -> None:
        super().__init__("request_invalid", where=fields[0]["where"])
        self.fields = fields


def from_validation(error: RequestValidationError) -> StudioError:
    """What a request that does not fit the interface is told. An id that cannot be one is an id that is not there."""
    found = error.errors()
    if any(e["loc"][:1] == ("path",) for e in found):
        return NotFound("not_found")
    if any(e["type"] == "json_invalid" for e in found):
        return WrongUsage("body_not_json")
    return Malformed([{"where": _where(e["loc"]), "what": str(e["type"])} for e in found[:20]])


def _where(loc: Any) -> str:
    """The place of a mistake. Parts may be keys that the sender made up: kept short, and printable."""
    parts = ["".join(c for c in str(part)[:40] if c.isprintable()) for part in loc]
    return ".".join(parts)[:200]


def from_http(error: HTTPException) -> StudioError:
    """What the framework's own refusals are told."""
    if error.status_code == 404:
        return NotFound("not_found")
    if error.status_code == 405:
        return MethodNotAllowed("method_not_allowed")
    return WrongUsage("body_not_json") if error.status_code < 500 else OurFault("request_failed")


def request_id(scope: Any) -> str:
    """The name of this request in our logs."""
    return str(scope.get("state", {}).get("request_id", "urn:uuid:00000000-0000-0000-0000-000000000000"))


def _header(scope: Any, name: bytes) -> str | None:
    for key, value in scope.get("headers", ()):
        if key == name:
            return str(value.decode("latin-1"))
    return None


def install(app: FastAPI) -> None:
    """Answer every expected error of `app` in this shape. Unexpected ones are the journal's."""

    @app.exception_handler(StudioError)
    async def refused(request: Request, error: StudioError) -> Response:
        return response(error, request.scope)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return response(from_validation(error), request.scope)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        allow = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        return response(from_http(error), request.scope, allow)
