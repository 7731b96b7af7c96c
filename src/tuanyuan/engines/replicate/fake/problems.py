"""What Replicate says when it refuses (contract: replicate.md 6.5)."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse


class Problem(Exception):
    """A refusal. status: of the answer; headers: more of them."""

    def __init__(
        self, status: int, title: str, detail: str, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        self.body = {"title": title, "detail": detail, "status": status, **more}

    def answer(self) -> JSONResponse:
        """Problem JSON."""
        return JSONResponse(self.body, self.status, headers=self.headers, media_type="application/problem+json")


def unauthenticated(words: str) -> Problem:
    """401."""
    return Problem(401, "Unauthenticated", words)


def not_found() -> Problem:
    """404."""
    return Problem(404, "Not found", "The requested resource could not be found.")


def throttled() -> Problem:
    """429, word for word as in the contract's example."""
    headers = {"Retry-After": "30", "ratelimit-remaining": "0", "ratelimit-reset": "30"}
    words = "Request was throttled. Your rate limit resets in ~30s."
    return Problem(429, "Too many requests", words, headers)


def out_of_credit() -> Problem:
    """402."""
    return Problem(402, "Insufficient credit", "You have insufficient credit to run this model.")


def invalid(field: str, kind: str, words: str) -> Problem:
    """422 on one field."""
    fields = [{"type": kind, "field": field, "description": words}]
    return Problem(422, "Input validation failed", f"- {field}: {words}\n", invalid_fields=fields)
