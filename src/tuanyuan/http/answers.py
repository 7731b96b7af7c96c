"""How answers are rendered and how refusals are documented."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, StringConstraints
from starlette.responses import Response

from tuanyuan.http.problems import MEDIA_TYPE

# An id in a path: what does not look like one is not there (404).
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
# A name from the catalogue.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
# No control characters: a database refuses some of them, and a reader sees none.
PRINTABLE = r"^[^\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]*$"
Time = Annotated[datetime, PlainSerializer(lambda at: at.astimezone(UTC).isoformat(timespec="microseconds"), str)]


class Asked(BaseModel):
    """A body of a request: only what is named, each exactly of its type."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


_MEANINGS = {
    400: "The request is malformed.",
    401: "Nobody is logged in, or the token does not hold any more.",
    402: "The credits do not cover the price. Nothing was taken.",
    403: "Known, but not allowed.",
    404: "No such thing of this user.",
    405: "The address does not take this method.",
    408: "The request did not arrive in time.",
    409: "The thing is not in the state for this.",
    413: "More bytes than are taken.",
    422: "A field is not as it must be, or the input cannot be used.",
    429: "Too often; `Retry-After` says when it is allowed again.",
    500: "Something went wrong on our side.",
    503: "Not now; `Retry-After` says when to try again.",
}
_RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented refusals of a route; every route may answer 400, 413, 422, 429, 500 and 503 besides."""
    documented: dict[int | str, dict[str, Any]] = {}
    for status in sorted({400, 408, 413, 422, 429, 500, 503, *statuses}):
        documented[status] = {
            "description": _MEANINGS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": _RETRY} if status in (429, 503) else {}),
        }
    return documented


def json_response(model: BaseModel, status: int = 200) -> Response:
    """A model as JSON, rendered where it is called: in the thread of the request, not on the event loop."""
    return Response(model.model_dump_json().encode(), status, {"cache-control": "no-store"}, "application/json")
