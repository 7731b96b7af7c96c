"""What the fake says: answers with a picture, refusals with status 200, and errors (contract: gemini.md 3.4, 3.5)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.responses import Response

from tuanyuan.engines.sandbox import events

_RPC = "type.googleapis.com/google.rpc."
_NO_JSON = "<html><title>Error 500 (Server Error)!!1</title></html>"
_STATUS = {500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}


@dataclass(frozen=True)
class Words:
    """Which of the contract's words the fake uses where the contract has several (contract: gemini.md 3.4, 3.5).

    blocked: `promptFeedback.blockReason` of a refused input. finished: `finishReason` of a refused output. nothing:
    `finishReason` of an answer without a picture; "STOP" is the model that talked. failure: HTTP status of a known
    failure. credit: why the account may not go on. wrong_key: the contract says 403 PERMISSION_DENIED; the service
    has been seen to say 400 INVALID_ARGUMENT with the reason API_KEY_INVALID. retry_delay: seconds, 429's RetryInfo.
    """

    blocked: str = "PROHIBITED_CONTENT"
    finished: str = "IMAGE_SAFETY"
    nothing: str = "NO_IMAGE"
    failure: Literal[500, 503, 504] = 503
    credit: Literal["billing", "daily", "permission"] = "billing"
    wrong_key: Literal["PERMISSION_DENIED", "API_KEY_INVALID"] = "PERMISSION_DENIED"
    retry_delay: float = 37.0


class Refusal(Exception):
    """An answer with an HTTP error status, in the shape of contract: gemini.md 3.5."""

    def __init__(self, code: int, status: str, message: str, details: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.details = list(details)

    def response(self) -> Response:
        """The HTTP answer."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return said({"error": error}, self.code)


def invalid(message: str, field: str | None = None) -> Refusal:
    """400 INVALID_ARGUMENT; field: the path of what is wrong, for `details`."""
    if field is None:
        return Refusal(400, "INVALID_ARGUMENT", message)
    violations = [{"field": field, "description": message}]
    return Refusal(400, "INVALID_ARGUMENT", message, [{"@type": f"{_RPC}BadRequest", "fieldViolations": violations}])


def without_key() -> Refusal:
    """403: no key was sent."""
    return Refusal(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers. Please use API Key.")


def wrong_key(words: Words) -> Refusal:
    """The key is not ours."""
    message = "API key not valid. Please pass a valid API key."
    if words.wrong_key == "PERMISSION_DENIED":
        return Refusal(403, "PERMISSION_DENIED", message)
    info = {"@type": f"{_RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return Refusal(400, "INVALID_ARGUMENT", message, [info])


def no_model(version: str, model: str, action: str) -> Refusal:
    """404: unknown, shut down, or not for this action."""
    return Refusal(
        404,
        "NOT_FOUND",
        f"models/{model} is not found for API version {version}, or is not supported for {action}. "
        "Call ListModels to see the list of available models and their supported methods.",
    )


def throttled(words: Words) -> Refusal:
    """429 that tells when to come again."""
    return Refusal(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", [_retry_info(words.retry_delay)])


def out_of_credit(words: Words) -> Refusal:
    """The account has no money, no quota for today, or no right."""
    if words.credit == "permission":
        return Refusal(403, "PERMISSION_DENIED", "The caller does not have permission")
    if words.credit == "billing":
        message = "Billing is not enabled for this project. Please enable billing in AI Studio."
        return Refusal(400, "FAILED_PRECONDITION", message)
    violation = {
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_paid_tier_requests",
        "quotaId": "GenerateRequestsPerDayPerProjectPerModel",
    }
    failure = {"@type": f"{_RPC}QuotaFailure", "violations": [violation]}
    # The service sends a short RetryInfo with a daily quota, too: it must not be believed.
    return Refusal(
        429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", [failure, _retry_info(words.retry_delay)]
    )


def failed(words: Words) -> Refusal:
    """A known failure; nothing was taken."""
    return Refusal(words.failure, _STATUS[words.failure], "The model is overloaded. Please try again later.")


def _retry_info(seconds: float) -> dict[str, Any]:
    return {"@type": f"{_RPC}RetryInfo", "retryDelay": f"{seconds:g}s"}


def usage(prompt: int, made: int | None = None) -> dict[str, int]:
    """`usageMetadata`: tokens of the prompt and, when something was made, of that."""
    if made is None:
        return {"promptTokenCount": prompt, "totalTokenCount": prompt}
    return {"promptTokenCount": prompt, "candidatesTokenCount": made, "totalTokenCount": prompt + made}


def blocked(reason: str, model: str, prompt: int) -> dict[str, Any]:
    """The input is refused: `candidates` is absent (contract: gemini.md 3.7)."""
    return {"promptFeedback": {"blockReason": reason}, "usageMetadata": usage(prompt), "modelVersion": model}


def finished(reason: str, model: str, id: str, prompt: int) -> dict[str, Any]:
    """It ended without a picture: `content` is absent (contract: gemini.md 3.7)."""
    message = "Unable to show the generated image. You will not be charged for this request."
    candidate = {"finishReason": reason, "finishMessage": message, "index": 0}
    return {
        "candidates": [candidate],
        "usageMetadata": usage(prompt),
        "modelVersion": model,
        "responseId": id,
    }


def content(parts: Sequence[dict[str, Any]], model: str, id: str, prompt: int, made: int) -> dict[str, Any]:
    """It ended well, with these parts."""
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", "index": 0}
    return {
        "candidates": [candidate],
        "usageMetadata": usage(prompt, made),
        "modelVersion": model,
        "responseId": id,
    }


def picture(png: bytes, *, thought: bool = False) -> dict[str, Any]:
    """A part with a picture; thought: a draft of a model that thinks."""
    part: dict[str, Any] = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(png).decode()}}
    return {**part, "thought": True} if thought else part


def said(answer: dict[str, Any] | list[dict[str, Any]], code: int = 200) -> Response:
    """JSON as Google sends it."""
    return Response(json.dumps(answer), code, media_type="application/json; charset=UTF-8")


def chunks(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The same answer in pieces, one part each; only the last one tells why it ended."""
    candidates = answer.get("candidates", [])
    if not candidates or "content" not in candidates[0]:
        return [answer]
    parts = candidates[0]["content"]["parts"]
    told = {name: answer[name] for name in ("modelVersion", "responseId")}
    before = [
        {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}], **told} for part in parts[:-1]
    ]
    return [*before, {**answer, "candidates": [{**candidates[0], "content": {"role": "model", "parts": parts[-1:]}}]}]


def malformed(*, stream: bool) -> Response:
    """Status 200 and no JSON."""
    if stream:
        return events([event(_NO_JSON)])
    return Response(_NO_JSON, media_type="application/json; charset=UTF-8")


def event(text: str) -> str:
    """One server-sent event, `data:` only."""
    return f"data: {text}\r\n\r\n"
