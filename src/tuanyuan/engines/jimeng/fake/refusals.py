"""What Jimeng says when it refuses: its own codes, and those of the gateway before it (contract: jimeng.md 1.6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """An answer of the service itself that is no. status: HTTP."""

    status: int
    code: int
    message: str


class Refused(Exception):
    """A call is answered with `refusal`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class GatewayRefused(Exception):
    """A refusal of the gateway: signature, key, clock, action. status: HTTP."""

    def __init__(self, status: int, number: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.number, self.code, self.message = status, number, code, message


def invalid(what: str) -> Refused:
    """A field, a bound or a picture is wrong. The contract has no code for it; this is the one known from the field."""
    return Refused(Refusal(400, 50215, f"Input invalid for this service: {what}"))


INPUT_PICTURE = Refusal(400, 50411, "Pre Img Risk Not Pass")
INPUT_TEXT = Refusal(400, 50412, "Text Risk Not Pass")
OUTPUT_PICTURE = Refusal(400, 50511, "Post Img Risk Not Pass")
OUTPUT_VIDEO = Refusal(400, 50516, "Post Video Risk Not Pass")
NOT_ACTIVATED = Refusal(400, 50400, "Access Denied: service not activated")
NO_RIGHT = Refusal(401, 50400, "Access Denied")
TOO_OFTEN = Refusal(429, 50429, "Request Has Reached API Limit, Please Try Later")
TOO_MANY = Refusal(429, 50430, "Request Has Reached API Concurrent Limit, Please Try Later")
INTERNAL = Refusal(500, 50500, "Internal Error")
ALGORITHM = Refusal(500, 50501, "Internal RPC Error")


def missing_token() -> GatewayRefused:
    """No or no legible Authorization."""
    return GatewayRefused(
        401, 100003, "MissingAuthenticationToken", "Request is missing Authentication Token or it is malformed."
    )


def wrong_time() -> GatewayRefused:
    """X-Date is missing, illegible, or too far from our clock."""
    return GatewayRefused(400, 100006, "InvalidTimestamp", "The Signature of the request is expired or not yet valid.")


def unknown_action() -> GatewayRefused:
    """Not an action of this service in this version."""
    return GatewayRefused(
        404, 100008, "InvalidActionOrVersion", "Could not find operation for the given Action and Version."
    )


def unknown_key() -> GatewayRefused:
    """Not our access key."""
    return GatewayRefused(401, 100009, "InvalidAccessKey", "The access key is invalid or disabled.")


def wrong_signature() -> GatewayRefused:
    """Anything that was signed differs from what came."""
    return GatewayRefused(
        401, 100010, "SignatureDoesNotMatch", "The request signature we calculated does not match the one you provided."
    )


def lack_of_policy() -> GatewayRefused:
    """The key is good and may not do this."""
    return GatewayRefused(403, 100012, "LackPolicy", "The access key has no policy for this action.")
