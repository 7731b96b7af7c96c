"""A bucket with picture processing.

Objects: PUT, GET, DELETE. Matting: at request time (`GET ?ci-process=`), at upload time and on the cloud
(`Pic-Operations`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

import anyio.to_thread
import httpx2
from PIL import UnidentifiedImageError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tuanyuan.engines.sandbox import Accepted, Faults, Fetch, Severed, fetch
from tuanyuan.partners.pretending import (
    THROW_AWAY_ID,
    THROW_AWAY_KEY,
    TooLong,
    TooManyPixels,
    body_of,
    look,
    work,
)
from tuanyuan.partners.tencent_ci.fake.authentication import SIGNED, Authentication
from tuanyuan.partners.tencent_ci.fake.operations import KINDS, Rule, operations, rule_of
from tuanyuan.partners.tencent_ci.fake.pictures import cut_out_of, etag, size_of
from tuanyuan.partners.tencent_ci.fake.refusal import Refused, error, refuse

FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
MOST_BODY, MOST_INPUT, LONGEST_SIDE, MOST_PIXELS = 64 * 1024 * 1024, 32 * 1024 * 1024, 50_000, 250_000_000
KEPT = 3600.0


@dataclass(frozen=True)
class Stored:
    """One object. encryption: as it was asked for."""

    data: bytes
    kind: str
    encryption: str | None
    at: float


class TencentCiFake:
    """One bucket. objects: what lies in it, by key. deleted: keys in the order in which they went.

    switched_on: AI content recognition, without which processing is refused. trailing: bytes behind the PNG's end, as
    seen in the wild.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        secret_id: str = THROW_AWAY_ID,
        secret_key: str = THROW_AWAY_KEY,
        bucket: str = "bkt-1250000000",
        region: str = "ap-guangzhou",
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        fetch: Fetch = fetch,
        switched_on: bool = True,
        trailing: bytes = b"",
        most_pixels: int = MOST_PIXELS,
    ) -> None:
        self.faults = faults or Faults()
        self._authentication = Authentication(secret_id, secret_key)
        self.host = f"{bucket}.cos.{region}.myqcloud.com"
        self.seconds = seconds
        self.switched_on, self.trailing, self.most_pixels = switched_on, trailing, most_pixels
        self.objects: dict[str, Stored] = {}
        self.deleted: list[str] = []
        self.accepted: list[Accepted] = []
        self.calls: Counter[str] = Counter()
        self._clock, self._fetch = clock, fetch
        self._again: bytes | None = None
        methods = ["GET", "PUT", "POST", "DELETE"]
        self.app = Starlette(routes=[Route("/{key:path}", self._answer, methods=methods)])

    async def _answer(self, request: Request) -> Response:
        request_id = f"req-{sum(self.calls.values()) + 1:06d}"
        path = unquote(request.scope["raw_path"].decode("ascii").partition("?")[0])
        heads = {"x-cos-request-id": request_id}
        try:
            query = dict(parse_qsl(request.url.query, keep_blank_values=True))
            self.calls[f"{request.method} {_route(query, request)}"] += 1
            self._forget()
            body = await body_of(request, MOST_BODY)
            self._authentication.check(request, path, query, self._clock())
            answer = await self._carry_out(request, path.removeprefix("/"), query, body)
        except TooLong:
            answer = error(Refused(400, "EntityTooLarge", "The body is too large."), path, request_id)
        except Refused as refused:
            answer = error(refused, path, request_id)
        answer.headers.update(heads)
        return answer

    async def _carry_out(self, request: Request, key: str, query: Mapping[str, str], body: bytes) -> Response:
        if request.method == "PUT":
            return await self._put(request, key, body)
        if request.method == "DELETE":
            if self.objects.pop(key, None):
                self.deleted.append(key)
            return Response(status_code=204)
        if request.method == "POST":
            if "image_process" not in query:
                raise Refused(405, "MethodNotAllowed", "The method is not allowed against this resource.")
            return await self._operate(request, key, self._stored(key).data)
        if "ci-process" not in query:
            stored = self._stored(key)
            return Response(stored.data, media_type=stored.kind, headers={"ETag": etag(stored.data)})
        return await self._on_request(request, key, query)

    async def _put(self, request: Request, key: str, body: bytes) -> Response:
        if not key:
            raise Refused(400, "InvalidArgument", "A key is missing.")
        encryption = request.headers.get("x-cos-server-side-encryption")
        if encryption not in (None, "AES256", "cos/kms"):
            raise Refused(400, "InvalidArgument", "The encryption method is not supported.")
        kind = request.headers.get("content-type", "application/octet-stream")
        self.objects[key] = Stored(body, kind, encryption, self._clock())
        heads = {"ETag": etag(body)}
        if encryption:
            heads["x-cos-server-side-encryption"] = encryption
        if "pic-operations" not in request.headers:
            return Response(status_code=200, headers=heads)
        answer = await self._operate(request, key, body)
        answer.headers.update(heads)
        return answer

    async def _on_request(self, request: Request, key: str, query: Mapping[str, str]) -> Response:
        """`GET ?ci-process=`: the bytes of the cut-out."""
        rule = rule_of({name: value for name, value in query.items() if name not in SIGNED})
        if rule.address is not None:
            if key:
                raise Refused(400, "InvalidArgument", "detect-url goes with the path /.")
            source = await self._fetched(rule.address)
        else:
            source = self._stored(key).data
        cut_out = await self._process(request, rule, source)
        return cut_out if isinstance(cut_out, Response) else Response(cut_out, media_type="image/png")

    async def _operate(self, request: Request, key: str, source: bytes) -> Response:
        """`Pic-Operations`: the cut-outs become objects; the answer tells which."""
        results, entries = operations(request.headers.get("pic-operations", ""), key), ""
        for target, rule in results:
            cut_out = await self._process(request, rule, source)
            if isinstance(cut_out, Response):
                return cut_out
            self.objects[target] = Stored(cut_out, "image/png", None, self._clock())
            width, height = await anyio.to_thread.run_sync(size_of, cut_out)
            entries += (
                f"<Object><Key>{escape(target)}</Key><Location>{self.host}/{escape(target)}</Location>"
                f"<Format>PNG</Format><Width>{width}</Width><Height>{height}</Height><Size>{len(cut_out)}</Size>"
                f"<Quality>100</Quality><ETag>{escape(etag(cut_out))}</ETag></Object>"
            )
        seen = look(source)
        told = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<UploadResult><OriginalInfo><Key>{escape(key)}</Key><ImageInfo>'
            f"<Format>{seen.format}</Format><Width>{seen.width}</Width><Height>{seen.height}</Height></ImageInfo>"
            f"</OriginalInfo><ProcessResults>{entries}</ProcessResults></UploadResult>"
        )
        return Response(told.encode(), media_type="application/xml")

    async def _process(self, request: Request, rule: Rule, source: bytes) -> bytes | Response:
        """One piece of work: the PNG, or an answer that replaces it."""
        if not self.switched_on:
            raise Refused(403, "AccessDenied", "AI content recognition is not switched on for this bucket.")
        self._admit(source)
        fault = self.faults.next()
        try:
            refuse(fault)
        except Refused:
            if rule.original_on_failure:
                return source
            raise
        taken = Accepted(f"ci-{len(self.accepted) + 1}", rule.kind, {"rule": rule}, self._clock(), fault, 1)
        self.accepted.append(taken)
        await work(request, self.seconds, fault, self.faults)
        if fault in ("cut", "vanish"):
            return Severed()
        if fault == "malformed":
            return Response(b"<html>not a picture</html>", media_type="image/png")
        if fault == "partial":
            return source
        cut_out, self._again = self._again, None
        if cut_out is None:
            cut_out = await anyio.to_thread.run_sync(cut_out_of, source, rule, fault)
        if fault == "twice":
            self._again = cut_out
        taken.made.append(cut_out)
        return cut_out + self.trailing

    def _admit(self, source: bytes) -> None:
        """Limits of the contract, 7.4."""
        if len(source) > MOST_INPUT:
            raise Refused(400, "InvalidArgument", "The picture is too large.", -167)
        try:
            seen = look(source)
        except TooManyPixels:
            raise Refused(400, "InvalidArgument", "The picture has too many pixels.", -447) from None
        except (UnidentifiedImageError, OSError):
            raise Refused(400, "InvalidArgument", "This is no supported picture.") from None
        if seen.format not in FORMATS:
            raise Refused(400, "InvalidArgument", "This is no supported picture.")
        if max(seen.width, seen.height) > LONGEST_SIDE:
            raise Refused(400, "InvalidArgument", "A side of the picture is too long.", -442)
        if seen.width * seen.height > self.most_pixels:
            raise Refused(400, "InvalidArgument", "The picture has too many pixels.", -447)

    async def _fetched(self, address: str) -> bytes:
        try:
            return await self._fetch(address)
        except (OSError, ValueError, httpx2.HTTPError, httpx2.InvalidURL):
            raise Refused(400, "InvalidArgument", "detect-url cannot be downloaded.") from None

    def _stored(self, key: str) -> Stored:
        if key not in self.objects:
            raise Refused(404, "NoSuchKey", "The specified key does not exist.")
        return self.objects[key]

    def _forget(self) -> None:
        """An hour is long enough for a fake."""
        least = self._clock() - KEPT
        for key in [key for key, stored in self.objects.items() if stored.at < least]:
            del self.objects[key]


def _route(query: Mapping[str, str], request: Request) -> str:
    if "ci-process" in query:
        return query["ci-process"] if query["ci-process"] in KINDS else "process"
    return "process" if "pic-operations" in request.headers else "object"
