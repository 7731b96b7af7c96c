"""`Idempotency-Key`: the same request sent twice acts once, and gets the same answer twice.

The key is claimed in the unit that does the work, and the answer is kept in it: both are there, or neither. A refusal
rolls back, so the same key may be tried again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.ports import Clock, Unit
from tuanyuan.domain.user import User
from tuanyuan.http.answers import json_response

_KEY = re.compile(r"[\x21-\x7e]{8,128}")


class Once:
    """The key of one request, if it has one. `act` runs in the caller's unit."""

    def __init__(self, key: str | None, method: str, path: str) -> None:
        self.key, self.method, self.path = key, method, path

    def answer(
        self,
        unit: Unit,
        user: User,
        clock: Clock,
        body: BaseModel | None,
        act: Callable[[], BaseModel],
        status: int = 200,
    ) -> Response:
        """Do it and answer, or answer as before without doing it. Conflict idempotency_key_reused."""
        if self.key is None:
            return json_response(act(), status)
        before = unit.keys.claim(user.id, self.key, self.fingerprint(body), clock())
        if before is not None:
            return Response(
                before[1], before[0], {"cache-control": "no-store", "idempotency-replayed": "true"}, "application/json"
            )
        response = json_response(act(), status)
        unit.keys.answer(user.id, self.key, response.status_code, bytes(response.body))
        return response

    def fingerprint(self, body: BaseModel | None) -> str:
        """SHA-256 over method, path and the body as it was understood: spaces and order of keys do not matter."""
        said = body.model_dump_json() if body is not None else ""
        return hashlib.sha256("\n".join((self.method, self.path, said)).encode()).hexdigest()


def once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="8 to 128 visible ASCII characters. The same key with the same request acts once and is "
            "answered alike; with another request it is a 409. A refused request may be tried again with the same key.",
            examples=["5f6c8e0a-4c07-4a5e-8b1e-8c3b0c1c9a55"],
        ),
    ] = None,
) -> Once:
    """The key of this request. WrongUsage idempotency_key_invalid."""
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise WrongUsage("idempotency_key_invalid")
    return Once(idempotency_key, request.method, request.url.path)


OnlyOnce = Annotated[Once, Depends(once)]
