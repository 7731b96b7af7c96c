"""Tencent's picture service (tiia) of our own: `EnhanceImage` (face-restoration.md 8.2). Never in production."""

from __future__ import annotations

import base64
import binascii
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import anyio
import anyio.to_thread
import httpx2
from PIL import Image, ImageFilter, UnidentifiedImageError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tuanyuan.engines.sandbox import Accepted, Fault, Faults, Fetch, Severed, broken, fetch, wrong_size
from tuanyuan.partners.pretending import (
    THROW_AWAY_ID,
    THROW_AWAY_KEY,
    TooLong,
    TooManyPixels,
    body_of,
    digest,
    encoded,
    keyed,
    look,
    same,
    work,
)

ACTION, VERSION = "EnhanceImage", "2019-05-29"
MOST_BASE64, SHORTEST, MOST_PIXELS, MOST_RATIO = 4 * 1024 * 1024, 50, 2_500_000, 5
FETCH_SECONDS, SKEW = 3.0, 300
MOST_BODY = 10 * 1024 * 1024
BY_ADDRESS, INLINE = ("PNG", "JPEG"), ("PNG", "JPEG", "BMP")
_SCHEME = "TC3-HMAC-SHA256"

# Faults after which nothing was taken. The contract knows no refusal of content here.
_REFUSALS: Mapping[Fault, tuple[str, str]] = {
    "refuse_input": ("InvalidParameterValue", "The picture is not accepted."),
    "refuse_output": ("FailedOperation.ServerError", "The picture could not be made."),
    "throttle": ("RequestLimitExceeded", "The request rate limit is exceeded."),
    "fail": ("InternalError", "Internal error."),
    "fail_later": ("FailedOperation.RpcFail", "RPC failed."),
    "out_of_credit": ("FailedOperation.UnOpenError", "The service is not activated."),
    "partial": ("FailedOperation.ServerError", "No picture came out."),
}


class _Refused(Exception):
    """Errors come with status 200."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


class TencentImageFake:
    """`POST /` with `X-TC-Action: EnhanceImage`. The picture comes back sharper, in its size."""

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        secret_id: str = THROW_AWAY_ID,
        secret_key: str = THROW_AWAY_KEY,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        fetch: Fetch = fetch,
    ) -> None:
        self.faults = faults or Faults()
        self.seconds = seconds
        self.accepted: list[Accepted] = []
        self.calls: Counter[str] = Counter()
        self._id, self._key = secret_id, secret_key
        self._clock, self._fetch = clock, fetch
        self._again: bytes | None = None
        self.app = Starlette(routes=[Route("/", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        request_id = f"req-{sum(self.calls.values()) + 1:06d}"
        self.calls[request.headers.get("x-tc-action", "none")] += 1
        try:
            body = await body_of(request, MOST_BODY)
            self._authenticate(request, body)
            picture = await self._picture(_admitted(request, body))
            return await self._enhance(request, picture, request_id)
        except TooLong:
            refused = _Refused("RequestSizeLimitExceeded", "The request is too large.")
        except _Refused as known:
            refused = known
        error = {"Code": refused.code, "Message": refused.message}
        return JSONResponse({"Response": {"Error": error, "RequestId": request_id}})

    async def _enhance(self, request: Request, picture: bytes, request_id: str) -> Response:
        fault = self.faults.next()
        if fault is not None and fault in _REFUSALS:
            raise _Refused(*_REFUSALS[fault])
        taken = Accepted(f"tiia-{len(self.accepted) + 1}", ACTION, {"bytes": len(picture)}, self._clock(), fault, 1)
        self.accepted.append(taken)
        await work(request, self.seconds, fault, self.faults)
        if fault in ("cut", "vanish"):
            return Severed()
        if fault == "malformed":
            return Response(b"<html>502</html>", media_type="text/html")
        made, self._again = self._again, None
        if made is None:
            made = wrong_size([picture]) if fault == "wrong_size" else await anyio.to_thread.run_sync(_sharper, picture)
        if fault in ("broken", "expired"):
            made = broken(made)
        if fault == "twice":
            self._again = made
        taken.made.append(made)
        told = base64.b64encode(made).decode()
        return JSONResponse({"Response": {"EnhancedImage": told, "RequestId": request_id}})

    async def _picture(self, asked: Mapping[str, Any]) -> bytes:
        """The picture that was sent, within the limits; an address goes before a picture."""
        if asked.get("ImageUrl"):
            try:
                with anyio.fail_after(FETCH_SECONDS):
                    data = await self._fetch(asked["ImageUrl"])
            except (TimeoutError, OSError, ValueError, httpx2.HTTPError, httpx2.InvalidURL):
                raise _Refused("FailedOperation.DownloadError", "The picture cannot be downloaded.") from None
            if (len(data) + 2) // 3 * 4 > MOST_BASE64:
                raise _Refused("FailedOperation.ImageSizeExceed", "The picture is too large.")
            _check(data, BY_ADDRESS)
            return data
        if len(asked["ImageBase64"]) > MOST_BASE64:
            raise _Refused("LimitExceeded.TooLargeFileError", "The file is too large.")
        try:
            data = base64.b64decode(asked["ImageBase64"], validate=True)
        except (binascii.Error, ValueError):
            raise _Refused("FailedOperation.ImageDecodeFailed", "The picture cannot be decoded.") from None
        _check(data, INLINE)
        return data

    def _authenticate(self, request: Request, body: bytes) -> None:
        """TC3-HMAC-SHA256 (8.2); content type and host at least must be signed."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        given = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        account, _, scope = given.get("Credential", "").partition("/")
        names = given.get("SignedHeaders", "").split(";")
        if scheme != _SCHEME or not {"content-type", "host"} <= set(names):
            raise _Refused("AuthFailure.SignatureFailure", "The signature is malformed.")
        if account != self._id:
            raise _Refused("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
        stamp = request.headers.get("x-tc-timestamp", "")
        if not stamp.isdecimal() or abs(self._clock() - int(stamp)) > SKEW:
            raise _Refused("AuthFailure.SignatureExpire", "The signature has expired.")
        day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
        heads = "".join(f"{name}:{request.headers.get(name, '').strip().lower()}\n" for name in names)
        canonical = "\n".join(["POST", "/", request.url.query, heads, ";".join(names), digest(body)])
        wanted_scope = f"{day}/tiia/tc3_request"
        key = keyed(keyed(keyed(f"TC3{self._key}", day), "tiia"), "tc3_request")
        wanted = keyed(key, "\n".join([_SCHEME, stamp, wanted_scope, digest(canonical)])).hex()
        if scope != wanted_scope or not same(given.get("Signature", ""), wanted):
            raise _Refused("AuthFailure.SignatureFailure", "The signature does not match.")


def _admitted(request: Request, body: bytes) -> Mapping[str, Any]:
    """The parameters. Nulls are as if they were not there."""
    if request.headers.get("x-tc-action") != ACTION:
        raise _Refused("InvalidAction", "The action does not exist.")
    if request.headers.get("x-tc-version") != VERSION:
        raise _Refused("NoSuchVersion", "The version does not exist.")
    if not request.headers.get("x-tc-region"):
        raise _Refused("MissingParameter", "X-TC-Region is missing.")
    try:
        asked = json.loads(body)
    except ValueError:
        raise _Refused("InvalidParameter", "The body is no JSON.") from None
    if not isinstance(asked, dict):
        raise _Refused("InvalidParameter", "The body is no object.")
    asked = {name: value for name, value in asked.items() if value is not None}
    unknown = [name for name in asked if name not in ("ImageUrl", "ImageBase64")]
    if unknown:
        raise _Refused("UnknownParameter", f"The parameter {unknown[0]} is not known.")
    if any(not isinstance(value, str) for value in asked.values()) or not any(asked.values()):
        raise _Refused("InvalidParameter", "ImageUrl or ImageBase64 is needed.")
    return asked


def _check(data: bytes, formats: tuple[str, ...]) -> None:
    try:
        seen = look(data)
    except TooManyPixels:
        raise _Refused("FailedOperation.ImageResolutionExceed", "The resolution is too high.") from None
    except (UnidentifiedImageError, OSError):
        raise _Refused("FailedOperation.ImageDecodeFailed", "The picture cannot be decoded.") from None
    short, long = sorted((seen.width, seen.height))
    if seen.format not in formats:
        raise _Refused("FailedOperation.ImageDecodeFailed", "The format is not supported.")
    if short <= SHORTEST:
        raise _Refused("FailedOperation.ImageResolutionInsufficient", "The resolution is too low.")
    if short * long > MOST_PIXELS:
        raise _Refused("FailedOperation.ImageResolutionExceed", "The resolution is too high.")
    if long >= MOST_RATIO * short:
        raise _Refused("InvalidParameterValue", "The ratio of the sides is too high.")


def _sharper(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as opened:
        return encoded(opened.convert("RGB").filter(ImageFilter.UnsharpMask(2, 80, 2)), "JPEG")
