"""How a bucket says no: status, code, and the number of the picture processing (7.5)."""

from __future__ import annotations

from starlette.responses import Response

from tuanyuan.engines.sandbox import Fault
from tuanyuan.partners.pretending import xml_error


class Refused(Exception):
    """An answer of `<Error>`. number: the reason of the picture processing, in `X-ErrNo`."""

    def __init__(self, status: int, code: str, message: str, number: int | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.number = status, code, message, number


def refuse(fault: Fault | None) -> None:
    """The faults after which nothing was taken."""
    if fault in ("refuse_input", "refuse_output"):
        raise Refused(451, "ContentBlocked", "The content of the picture is blocked.", -5062)
    if fault == "throttle":
        raise Refused(503, "SlowDown", "Please reduce your request rate.", -29214)
    if fault == "fail":
        raise Refused(500, "InternalError", "We encountered an internal error. Please try again.")
    if fault == "fail_later":
        raise Refused(400, "InvalidArgument", "Processing failed.", -103)
    if fault == "out_of_credit":
        raise Refused(403, "AccessDenied", "The account is in arrears.")


def error(refused: Refused, path: str, request_id: str) -> Response:
    """`<Error>`, and the number in `X-ErrNo`."""
    body = xml_error(refused.code, refused.message, Resource=path, RequestId=request_id, TraceId=f"trace-{request_id}")
    heads = {} if refused.number is None else {"X-ErrNo": str(refused.number)}
    return Response(body, refused.status, heads, "application/xml")
