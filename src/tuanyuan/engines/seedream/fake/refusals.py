"""What Ark says when it refuses (contract: ark-seedream.md 2.5)."""

from __future__ import annotations

from dataclasses import dataclass

_TYPES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    413: "BadRequest",
    429: "TooManyRequests",
    500: "InternalServerError",
}


@dataclass(frozen=True)
class Refusal:
    """An answer that is no. status: HTTP. param: the field that is wrong."""

    status: int
    code: str
    message: str
    param: str = ""

    def body(self, request_id: str) -> dict[str, dict[str, str]]:
        """As it goes out: the request id at the end of the message."""
        said = {"code": self.code, "message": f"{self.message} Request id: {request_id}", "param": self.param}
        return {"error": {**said, "type": _TYPES[self.status]}}

    def item(self) -> dict[str, dict[str, str]]:
        """As it stands in place of one picture, or in a task."""
        return {"error": {"code": self.code, "message": self.message}}


class Refused(Exception):
    """A call is answered with `refusal`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def missing(param: str) -> Refused:
    """A required field is not there."""
    said = f"The request failed because it is missing one or multiple required parameters: {param}."
    return Refused(Refusal(400, "MissingParameter", said, param))


def invalid(param: str, why: str = "") -> Refused:
    """A field has a wrong type, is out of its bounds, or is none of this model."""
    said = f"The parameter `{param}` specified in the request is not valid{': ' + why if why else ''}."
    return Refused(Refusal(400, "InvalidParameter", said, param))


def empty_url() -> Refused:
    """A picture's address is empty."""
    return Refused(Refusal(400, "InvalidImageURL.EmptyURL", "Empty image url.", "image"))


def wrong_url() -> Refused:
    """A picture's address is neither http nor a data URI that can be read."""
    return Refused(Refusal(400, "InvalidImageURL.InvalidFormat", "Invalid image url.", "image"))


def _sensitive(code: str, what: str) -> Refusal:
    return Refusal(400, code, f"The request failed because the {what} may contain sensitive information.")


INPUT_IMAGE = _sensitive("InputImageSensitiveContentDetected", "input image")
INPUT_TEXT = _sensitive("InputTextSensitiveContentDetected", "input text")
OUTPUT_IMAGE = _sensitive("OutputImageSensitiveContentDetected", "output image")
OUTPUT_VIDEO = _sensitive("OutputVideoSensitiveContentDetected", "output video")
REAL_PERSON = Refusal(
    400,
    "InputImageSensitiveContentDetected.PrivacyInformation",
    "The request failed because the input image may contain real person.",
)
NO_KEY = Refusal(401, "AuthenticationError", "The API key in the request is missing or invalid.")
OVERDUE = Refusal(403, "AccountOverdueError", "The request failed because your account has an overdue balance.")
NO_MODEL = Refusal(
    404,
    "InvalidEndpointOrModel.NotFound",
    "The model or endpoint does not exist or you do not have access to it.",
    "model",
)
NOT_OPEN = Refusal(404, "ModelNotOpen", "Your account has not activated the model.", "model")
# The contract has no code for a task that is not known.
NO_TASK = Refusal(404, "ResourceNotFound", "The specified task is not found.", "id")
RUNNING = Refusal(409, "InvalidAction.RunningTaskDeletion", "Cannot delete task because it is currently running.", "id")
TOO_LARGE = Refusal(413, "InvalidParameter", "The request body is too large.")
TOO_OFTEN = Refusal(429, "ModelAccountIpmRateLimitExceeded", "The account IPM limit of the model is exceeded.")
INTERNAL = Refusal(500, "InternalServiceError", "The service encountered an unexpected internal error.")
EXPIRED = Refusal(400, "TaskExpired", "The task did not finish in its time.")
