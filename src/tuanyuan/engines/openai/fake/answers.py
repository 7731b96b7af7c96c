"""What the fake says: errors, event streams, answers that break off (contract: openai-images.md 4.4, 4.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import Response

from tuanyuan.engines.sandbox import events

_INVALID = "invalid_request_error"
_USER = "image_generation_user_error"
_NO_JSON = "<html><head><title>502 Bad Gateway</title></head></html>"


@dataclass(frozen=True)
class Words:
    """Which of the contract's words the fake uses where the contract has several (contract: openai-images.md 4.5).

    refused: code of refused content. failure: HTTP status of a known failure. credit: why the account may not go on.
    retry_after: seconds, of a throttled call.
    """

    refused: Literal["moderation_blocked", "content_policy_violation"] = "moderation_blocked"
    failure: Literal[500, 502, 503] = 500
    credit: Literal["insufficient_quota", "billing_hard_limit_reached", "unverified"] = "insufficient_quota"
    retry_after: int = 12


class Refusal(Exception):
    """An error in the shape of contract: openai-images.md 4.5."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None,
        param: str | None = None,
        type: str = _INVALID,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": type, "param": param, "code": code}
        self.headers = dict(headers or {})

    def response(self, request_id: str) -> Response:
        """The HTTP answer."""
        return said({"error": self.error}, request_id, self.status, self.headers)


def invalid_value(message: str, param: str) -> Refusal:
    """400: the value of a field."""
    return Refusal(400, message, "invalid_value", param)


def unknown_parameter(name: str) -> Refusal:
    """400: a field that this route or model does not know."""
    return Refusal(400, f"Unknown parameter: '{name}'.", "unknown_parameter", name)


def missing(name: str) -> Refusal:
    """400: a field that must be there."""
    return Refusal(400, f"Missing required parameter: '{name}'.", "missing_required_parameter", name)


def invalid_file(message: str, param: str) -> Refusal:
    """400: a picture or mask that cannot be taken."""
    return Refusal(400, message, "invalid_image_file", param, _USER)


def no_fidelity(model: str) -> Refusal:
    """400: the model does not take `input_fidelity`."""
    message = f"The model '{model}' does not support the 'input_fidelity' parameter."
    return Refusal(400, message, "invalid_input_fidelity_model", "input_fidelity", _USER)


def wrong_key(sent: bool) -> Refusal:
    """401."""
    message = "Incorrect API key provided: sk-***." if sent else "You didn't provide an API key."
    return Refusal(401, message, "invalid_api_key")


def no_model(model: str) -> Refusal:
    """404: unknown, or shut down."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return Refusal(404, message, "model_not_found", "model")


def moderated(words: Words, request_id: str) -> Refusal:
    """400: content is refused, in either stage."""
    if words.refused == "content_policy_violation":
        message = "Your request was rejected as a result of our safety system."
        return Refusal(400, message, words.refused)
    message = (
        "Your request was rejected by the safety system. If you believe this is an error, contact us at "
        f"help.openai.com and include the request ID {request_id}. safety_violations=[sexual]."
    )
    return Refusal(400, message, words.refused, type=_USER)


def throttled(words: Words, model: str) -> Refusal:
    """429 that tells when to come again."""
    message = f"Rate limit reached for {model} on input-images per min. Please try again in {words.retry_after}s."
    headers = {
        "retry-after": str(words.retry_after),
        "x-ratelimit-limit-requests": "5",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": f"{words.retry_after}s",
    }
    return Refusal(429, message, "rate_limit_exceeded", type="input-images", headers=headers)


def out_of_credit(words: Words, model: str) -> Refusal:
    """The account has no money or no right."""
    if words.credit == "unverified":
        message = f"Your organization must be verified to use the model `{model}`."
        return Refusal(403, message, None)
    if words.credit == "billing_hard_limit_reached":
        return Refusal(400, "Billing hard limit has been reached.", words.credit)
    message = "You exceeded your current quota, please check your plan and billing details."
    return Refusal(429, message, words.credit, type="insufficient_quota")


def failed(words: Words) -> Refusal:
    """A known failure; nothing was taken."""
    message = "The server had an error while processing your request. Sorry about that!"
    return Refusal(words.failure, message, "server_error", type="server_error")


def said(
    answer: Mapping[str, Any], request_id: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON with the id of the request."""
    told = {"x-request-id": request_id, **(headers or {})}
    return Response(json.dumps(answer), status, told, media_type="application/json")


def malformed(request_id: str, *, stream: bool) -> Response:
    """Status 200 and no JSON."""
    if stream:
        return events([f"data: {_NO_JSON}\n\n"], headers={"x-request-id": request_id})
    return Response(_NO_JSON, headers={"x-request-id": request_id}, media_type="application/json")


def event(kind: str, body: Mapping[str, Any]) -> str:
    """One server-sent event; its name stands in the data, too."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **body})}\n\n"
