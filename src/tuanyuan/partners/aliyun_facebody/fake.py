"""Aliyun's facebody of our own: `EnhanceFace`, ACS3 (contract: face-restoration.md 8.1). Never in production."""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

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
    xml_error,
)

ACTION, VERSION = "EnhanceFace", "2019-12-30"
HOST = "facebody.cn-shanghai.aliyuncs.com"
MOST_BYTES, SHORTEST, LONGEST, MOST_FACES = 3 * 1024 * 1024, 32, 2047, 10
FORMATS = ("JPEG", "BMP", "PNG")
RESULT_LIFE, SKEW = 1800.0, 900.0
MOST_BODY = 64 * 1024
_SCHEME = "ACS3-HMAC-SHA256"
_NEEDED = ("x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256")

# Faults after which nothing was taken. The contract knows no refusal of content here.
_REFUSALS: Mapping[Fault, tuple[int, str, str]] = {
    "refuse_input": (400, "InvalidFile.Content", "The content of the file is not accepted."),
    "refuse_output": (500, "InternalError.Algo", "The algorithm failed."),
    "throttle": (400, "Throttling.User", "Request was denied due to user flow control."),
    "fail": (500, "InternalError", "An internal error occurred."),
    "fail_later": (500, "InternalError.Timeout", "The algorithm timed out."),
    "out_of_credit": (400, "InvalidApi.NotPurchase", "The API was not purchased."),
    "partial": (500, "InternalError.Algo", "No picture came out."),
}


class _Refused(Exception):
    """`{"RequestId","HostId","Code","Message"}`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class AliyunFacebodyFake:
    """`POST /`, and the results at `/out/`. The picture comes back sharper, in its size.

    faces: counts the faces of a picture; without it every picture has one.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        access_key: str = THROW_AWAY_ID,
        secret_key: str = THROW_AWAY_KEY,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        fetch: Fetch = fetch,
        faces: Callable[[bytes], int] = lambda _: 1,
    ) -> None:
        self.faults = faults or Faults()
        self.seconds = seconds
        self.accepted: list[Accepted] = []
        self.calls: Counter[str] = Counter()
        self._access_key, self._secret_key = access_key, secret_key
        self._clock, self._fetch, self._faces = clock, fetch, faces
        self._nonces: dict[str, float] = {}
        self._results: dict[str, tuple[float, bytes]] = {}
        self._again: bytes | None = None
        self.app = Starlette(
            routes=[Route("/", self._answer, methods=["POST"]), Route("/out/{name}", self._result, methods=["GET"])]
        )

    async def _answer(self, request: Request) -> Response:
        request_id = f"REQ-{sum(self.calls.values()) + 1:06d}"
        self.calls[request.headers.get("x-acs-action", "none")] += 1
        self._forget()
        try:
            body = await body_of(request, MOST_BODY)
            self._authenticate(request, body)
            return await self._enhance(request, await self._picture(_address(request, body)), request_id)
        except TooLong:
            refused = _Refused(413, "ParameterError", "The body is too large.")
        except _Refused as known:
            refused = known
        told = {"RequestId": request_id, "HostId": HOST, "Code": refused.code, "Message": refused.message}
        return JSONResponse(told, refused.status)

    async def _enhance(self, request: Request, picture: bytes, request_id: str) -> Response:
        fault = self.faults.next()
        if fault is not None and fault in _REFUSALS:
            raise _Refused(*_REFUSALS[fault])
        number = len(self.accepted) + 1
        taken = Accepted(f"face-{number}", ACTION, {"bytes": len(picture)}, self._clock(), fault, 1)
        self.accepted.append(taken)
        await work(request, self.seconds, fault, self.faults)
        if fault in ("cut", "vanish"):
            return Severed()
        if fault == "malformed":
            return Response(b"<html>502</html>", media_type="text/html")
        made, self._again = self._again, None
        if made is None:
            made = wrong_size([picture]) if fault == "wrong_size" else await anyio.to_thread.run_sync(_sharper, picture)
        if fault == "broken":
            made = broken(made)
        if fault == "twice":
            self._again = made
        taken.made.append(made)
        until = self._clock() + (-1.0 if fault == "expired" else RESULT_LIFE)
        name = f"{digest(f'{number} {request_id}')[:24]}.jpg"
        self._results[name] = (until, made)
        address = f"http://{request.headers['host']}/out/{name}?Expires={int(until)}"
        return JSONResponse({"RequestId": request_id, "Data": {"ImageURL": address}})

    async def _result(self, request: Request) -> Response:
        """A result, for 30 minutes, under the address that was given."""
        self.calls["result"] += 1
        until, made = self._results.get(request.path_params["name"], (0.0, b""))
        if not made or request.query_params.get("Expires") != str(int(until)):
            return Response(xml_error("AccessDenied", "Access is denied."), 403, media_type="application/xml")
        if self._clock() > until:
            return Response(xml_error("AccessDenied", "Request has expired."), 403, media_type="application/xml")
        return Response(made, media_type="image/jpeg")

    async def _picture(self, address: str) -> bytes:
        """What lies at the address, within the limits."""
        try:
            data = await self._fetch(address)
        except (OSError, ValueError, httpx2.HTTPError, httpx2.InvalidURL):
            raise _Refused(400, "InvalidFile.Download", "The file cannot be downloaded.") from None
        if len(data) > MOST_BYTES:
            raise _Refused(400, "InvalidFile.Size", "The file is too large.")
        try:
            seen = look(data)
        except TooManyPixels:
            raise _Refused(400, "InvalidFile.Resolution", "The resolution is not valid.") from None
        except UnidentifiedImageError:
            raise _Refused(400, "InvalidFile.Type", "The type of the file is not valid.") from None
        except OSError:
            raise _Refused(400, "InvalidFile.Decode", "The file cannot be decoded.") from None
        if seen.format not in FORMATS:
            raise _Refused(400, "InvalidFile.Type", "The type of the file is not valid.")
        if min(seen.width, seen.height) <= SHORTEST or max(seen.width, seen.height) > LONGEST:
            raise _Refused(400, "InvalidFile.Resolution", "The resolution is not valid.")
        if not 0 < self._faces(data) <= MOST_FACES:
            raise _Refused(400, "InvalidFile.Content", "The picture has no face, or too many.")
        return data

    def _authenticate(self, request: Request, body: bytes) -> None:
        """ACS3-HMAC-SHA256 (8.1): host, content type and every x-acs header are signed."""
        heads = request.headers
        scheme, _, rest = heads.get("authorization", "").partition(" ")
        given = dict(part.partition("=")[::2] for part in rest.split(","))
        if scheme != _SCHEME or any(name not in heads for name in _NEEDED):
            raise _Refused(400, "ParameterError", "The signature is not complete.")
        if given.get("Credential") != self._access_key:
            raise _Refused(404, "InvalidAccessKeyId.NotFound", "The access key is not found.")
        names = sorted({"host", "content-type", *(name for name in heads if name.startswith("x-acs-"))})
        lines = "".join(f"{name}:{heads.get(name, '').strip()}\n" for name in names)
        canonical = "\n".join(["POST", "/", request.url.query, lines, ";".join(names), digest(body)])
        wanted = keyed(self._secret_key, f"{_SCHEME}\n{digest(canonical)}").hex()
        signed = given.get("SignedHeaders") == ";".join(names) and heads["x-acs-content-sha256"] == digest(body)
        if not signed or not same(given.get("Signature", ""), wanted):
            raise _Refused(400, "SignatureDoesNotMatch", "The signature does not match.")
        self._check_fresh(heads["x-acs-date"], heads["x-acs-signature-nonce"])

    def _check_fresh(self, date: str, nonce: str) -> None:
        try:
            at = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            raise _Refused(400, "ParameterError", "x-acs-date is malformed.") from None
        if abs(self._clock() - at) > SKEW:
            raise _Refused(400, "InvalidTimeStamp.Expired", "The time stamp has expired.")
        if nonce in self._nonces:
            raise _Refused(400, "SignatureNonceUsed", "The nonce was used before.")
        self._nonces[nonce] = self._clock()

    def _forget(self) -> None:
        now = self._clock()
        self._nonces = {nonce: at for nonce, at in self._nonces.items() if now - at <= 2 * SKEW}
        self._results = {name: kept for name, kept in self._results.items() if now - kept[0] <= RESULT_LIFE}


def _address(request: Request, body: bytes) -> str:
    """`ImageURL` of the form."""
    if request.headers["x-acs-action"] != ACTION or request.headers["x-acs-version"] != VERSION:
        raise _Refused(404, "InvalidAction.NotFound", "The action or version is not found.")
    try:
        asked = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body)))
    except ValueError:
        raise _Refused(400, "ParameterError", "The form is malformed.") from None
    address = asked.get("ImageURL", "")
    if not address:
        raise _Refused(400, "MissingImageURL", "ImageURL is missing.")
    if not address.isascii() or not address.startswith(("http://", "https://")):
        raise _Refused(400, "IllegalUrlParameter", "The URL is illegal.")
    return address


def _sharper(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as opened:
        return encoded(opened.convert("RGB").filter(ImageFilter.UnsharpMask(2, 80, 2)), "JPEG")
