"""Aliyun's object store of our own: put, get, delete, V4 signatures (object-storage.md 9). Never in production."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tuanyuan.engines.sandbox import Accepted, Fault, Faults, Severed, broken
from tuanyuan.partners.pretending import (
    THROW_AWAY_ID,
    THROW_AWAY_KEY,
    TooLong,
    body_of,
    digest,
    keyed,
    same,
    work,
    xml_error,
)

MOST_BODY, MOST_TAGS = 64 * 1024 * 1024, 10
LONGEST_LIFE, SKEW, KEPT = 604_800, 900.0, 3600.0
ACLS = ("private", "public-read", "public-read-write", "default")
_SCHEME = "OSS4-HMAC-SHA256"

# Faults of PUT after which nothing was stored. Contents are not looked at here, so their refusal is a failure.
_REFUSALS: Mapping[Fault, tuple[int, str, str]] = {
    "refuse_input": (400, "InvalidArgument", "The object is not accepted."),
    "refuse_output": (500, "InternalError", "We encountered an internal error."),
    "throttle": (503, "QpsLimitExceeded", "Please reduce your request rate."),
    "fail": (500, "InternalError", "We encountered an internal error."),
    "fail_later": (500, "InternalError", "We encountered an internal error."),
    "out_of_credit": (403, "AccessDenied", "The account is in arrears."),
    "partial": (503, "ServiceUnavailable", "Please try again later."),
}


@dataclass(frozen=True)
class Stored:
    """One object, as it was asked for. fault: what is wrong with it."""

    data: bytes
    kind: str
    acl: str
    encryption: str | None
    tags: str
    at: float
    fault: Fault | None = None


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class AliyunOssFake:
    """One bucket, at its own host or under its name in the path. objects: by key; deleted: keys as they went."""

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        access_key: str = THROW_AWAY_ID,
        secret_key: str = THROW_AWAY_KEY,
        bucket: str = "bkt",
        region: str = "cn-shanghai",
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.faults = faults or Faults()
        self.bucket, self.region, self.seconds = bucket, region, seconds
        self.objects: dict[str, Stored] = {}
        self.deleted: list[str] = []
        self.accepted: list[Accepted] = []
        self.calls: Counter[str] = Counter()
        self._access_key, self._secret_key, self._clock = access_key, secret_key, clock
        self._again: bytes | None = None
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "PUT", "DELETE"])])

    async def _answer(self, request: Request) -> Response:
        request_id = f"REQ{sum(self.calls.values()) + 1:06d}"
        self.calls[request.method] += 1
        self._forget()
        try:
            body = await body_of(request, MOST_BODY)
            key = self._key(request)
            self._authenticate(request, key)
            answer = await self._carry_out(request, key, body)
        except TooLong:
            answer = _error(request, request_id, _Refused(400, "EntityTooLarge", "The body is too large."))
        except _Refused as refused:
            answer = _error(request, request_id, refused)
        answer.headers["x-oss-request-id"] = request_id
        return answer

    def _key(self, request: Request) -> str:
        path = unquote(request.scope["raw_path"].decode("ascii").partition("?")[0]).removeprefix("/")
        if request.headers.get("host", "").startswith(f"{self.bucket}."):
            return path
        bucket, _, key = path.partition("/")
        if bucket != self.bucket:
            raise _Refused(404, "NoSuchBucket", "The specified bucket does not exist.")
        return key

    async def _carry_out(self, request: Request, key: str, body: bytes) -> Response:
        if not key:
            raise _Refused(405, "MethodNotAllowed", "Objects only.")
        if request.method == "PUT":
            return await self._put(request, key, body)
        if request.method == "DELETE":
            if self.objects.pop(key, None):
                self.deleted.append(key)
            return Response(status_code=204)
        stored = self.objects.get(key)
        if stored is None or stored.fault == "vanish":
            raise _Refused(404, "NoSuchKey", "The specified key does not exist.")
        if stored.fault == "expired":
            raise _Refused(403, "AccessDenied", "Request has expired.")
        return Response(stored.data, media_type=stored.kind, headers={"ETag": _etag(stored.data)})

    async def _put(self, request: Request, key: str, body: bytes) -> Response:
        heads = request.headers
        acl, encryption = heads.get("x-oss-object-acl", "default"), heads.get("x-oss-server-side-encryption")
        tags = heads.get("x-oss-tagging", "")
        names = [tag.partition("=")[0] for tag in tags.split("&") if tag]
        if acl not in ACLS or encryption not in (None, "AES256", "KMS", "SM4"):
            raise _Refused(400, "InvalidArgument", "The ACL or the encryption is not valid.")
        if len(names) > MOST_TAGS or len(set(names)) != len(names):
            raise _Refused(400, "InvalidArgument", "The tags are not valid.")
        if heads.get("x-oss-forbid-overwrite") == "true" and key in self.objects:
            raise _Refused(409, "FileAlreadyExists", "The object you specified already exists.")
        fault = self.faults.next()
        if fault is not None and fault in _REFUSALS:
            raise _Refused(*_REFUSALS[fault])
        self.accepted.append(Accepted(key, "PutObject", {"bytes": len(body)}, self._clock(), fault))
        await work(request, self.seconds, fault, self.faults)
        data, self._again = self._again or body, None
        if fault == "twice":
            self._again = data
        if fault == "broken":
            data = broken(data)
        kind = heads.get("content-type", "application/octet-stream")
        self.objects[key] = Stored(data, kind, acl, encryption, tags, self._clock(), fault)
        if fault == "cut":
            return Severed()
        if fault == "malformed":
            return Response(b"<html>502</html>", 502, media_type="text/html")
        answer = {"ETag": _etag(body)} | ({"x-oss-server-side-encryption": encryption} if encryption else {})
        return Response(status_code=200, headers=answer)

    def _authenticate(self, request: Request, key: str) -> None:
        """OSS4-HMAC-SHA256 in the header (9.4) or in the query (9.1)."""
        pairs = [pair.partition("=")[::2] for pair in request.url.query.split("&") if pair]
        query = {name: unquote(value) for name, value in pairs}
        if "x-oss-signature" in query:
            given, stamp = self._presigned(query)
            pairs = [(name, value) for name, value in pairs if name != "x-oss-signature"]
        else:
            scheme, _, rest = request.headers.get("authorization", "").partition(" ")
            given = dict(part.strip().partition("=")[::2] for part in rest.split(","))
            stamp = request.headers.get("x-oss-date", "")
            if scheme != _SCHEME:
                raise _Refused(403, "AccessDenied", "The request is not signed by V4.")
            if request.headers.get("x-oss-content-sha256") != "UNSIGNED-PAYLOAD":
                raise _Refused(400, "InvalidArgument", "x-oss-content-sha256 is missing.")
            if abs(self._clock() - _time(stamp)) > SKEW:
                raise _Refused(403, "RequestTimeTooSkewed", "The times differ too much.")
        account, _, scope = given.get("Credential", "").partition("/")
        if account != self._access_key:
            raise _Refused(403, "InvalidAccessKeyId", "The access key id does not exist.")
        more = [name for name in given.get("AdditionalHeaders", "").split(";") if name]
        asked = "&".join(f"{name}={value}" if value else name for name, value in sorted(pairs))
        canonical = "\n".join(
            [
                request.method,
                quote(f"/{self.bucket}/{key}", safe="/-_.~"),
                asked,
                _signed_heads(request, more),
                ";".join(sorted(more)),
                "UNSIGNED-PAYLOAD",
            ]
        )
        day, wanted_scope = stamp[:8], f"{stamp[:8]}/{self.region}/oss/aliyun_v4_request"
        signing = keyed(keyed(keyed(f"aliyun_v4{self._secret_key}", day), self.region), "oss")
        signing = keyed(signing, "aliyun_v4_request")
        wanted = keyed(signing, "\n".join([_SCHEME, stamp, wanted_scope, digest(canonical)])).hex()
        if scope != wanted_scope or not same(given.get("Signature", ""), wanted):
            raise _Refused(403, "SignatureDoesNotMatch", "The signature does not match.")

    def _presigned(self, query: Mapping[str, str]) -> tuple[dict[str, str], str]:
        stamp, life = query.get("x-oss-date", ""), query.get("x-oss-expires", "")
        if query.get("x-oss-signature-version") != _SCHEME or not life.isdecimal() or int(life) > LONGEST_LIFE:
            raise _Refused(400, "InvalidArgument", "The presigned query is not valid.")
        begun = _time(stamp)
        if begun - self._clock() > SKEW:
            raise _Refused(403, "RequestTimeTooSkewed", "The times differ too much.")
        if self._clock() > begun + int(life):
            raise _Refused(403, "AccessDenied", "Request has expired.")
        given = {"Credential": query.get("x-oss-credential", ""), "Signature": query["x-oss-signature"]}
        return given | {"AdditionalHeaders": query.get("x-oss-additional-headers", "")}, stamp

    def _forget(self) -> None:
        least = self._clock() - KEPT
        for key in [key for key, stored in self.objects.items() if stored.at < least]:
            del self.objects[key]


def _signed_heads(request: Request, more: list[str]) -> str:
    """`name:value` of what is always signed, and of what was named."""
    signed = {
        name: value.strip()
        for name, value in request.headers.items()
        if name.startswith("x-oss-") or name in ("content-type", "content-md5", *more)
    }
    return "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))


def _time(stamp: str) -> float:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise _Refused(403, "AccessDenied", "x-oss-date is malformed.") from None


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest().upper()}"'


def _error(request: Request, request_id: str, refused: _Refused) -> Response:
    host = request.headers.get("host", "")
    body = xml_error(refused.code, refused.message, RequestId=request_id, HostId=host, EC="0000-00000000")
    return Response(body, refused.status, media_type="application/xml")
