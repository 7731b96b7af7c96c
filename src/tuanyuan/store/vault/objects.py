"""Objects in a folder (`fs:///folder`) or a bucket (`s3://bucket/prefix?…`), by OpenDAL.

An object appears whole or not at all: in a folder it is written beside its place and renamed, a bucket shows only what
was completed. Calls block and are made from threads.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

import opendal
from opendal import exceptions
from opendal.layers import RetryLayer, TimeoutLayer

from tuanyuan.domain.errors import NotNow, OurFault, WrongUsage

LARGEST = 256 * 1024 * 1024
_PART = 8 * 1024 * 1024
_FULL = re.compile(r"no storage space|os error (28|112|122)\b|StorageFull|QuotaExceeded|status: 507")
# OpenDAL ignores what it does not know; a misspelt option would silently store elsewhere or unsigned.
_S3_OPTIONS = {
    "endpoint": "endpoint",
    "region": "region",
    "access_key_id": "access_key_id",
    "secret_access_key": "secret_access_key",
    "session_token": "session_token",
    "virtual_host": "enable_virtual_host_style",
}
_FAILURES: tuple[type[Exception], ...] = (
    OSError,
    *(error for error in vars(exceptions).values() if isinstance(error, type) and issubclass(error, Exception)),
)


class Objects:
    """One folder or bucket. NotNow storage_full, storage_down from every method but `healthy`."""

    def __init__(self, url: str, *, timeout: float = 10.0, retries: int = 2) -> None:
        """timeout: seconds for one request. WrongUsage setting_invalid: the address is not understood."""
        scheme, options = _parsed(url)
        self._folder = Path(options["root"]) if scheme == "fs" else None
        try:
            if self._folder:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            plain = opendal.Operator(scheme, **options)
            self._quick = plain.layer(TimeoutLayer(timeout=min(timeout, 3.0), io_timeout=min(timeout, 3.0)))
            bounded = plain.layer(TimeoutLayer(timeout=timeout, io_timeout=1.5 * timeout))
            # A part of a request that failed is sent again. A folder needs none of that, and a half-written piece
            # would be written twice.
            retry = RetryLayer(max_times=retries, min_delay=0.1, max_delay=2.0, jitter=True)
            self._operator = bounded if self._folder else bounded.layer(retry)
        except _FAILURES as error:
            raise _invalid(f"{type(error).__name__}: {str(error).splitlines()[0]}") from None

    def put(self, address: str, sealed: IO[bytes]) -> None:
        """Store the file's bytes from where it stands. Nothing is at the address before all of it is."""
        part = f"{address}.part" if self._folder else address
        try:
            with _failures():
                # No `with` on the writer: leaving it by an exception would complete the object.
                writer = self._operator.open(part, "wb", chunk=_PART)
                while chunk := sealed.read(_PART):
                    writer.write(chunk)
                writer.close()
                if self._folder:
                    self._operator.rename(part, address)
        except BaseException:
            # An answer that was lost may stand for an object that is there.
            with contextlib.suppress(*_FAILURES):
                self._quick.delete(part)
            raise

    def get(self, address: str) -> bytes:
        """The whole object. OurFault object_damaged: it is not there, or larger than anything we write."""
        with _failures():
            try:
                size = self._operator.stat(address).content_length
                if 0 < size <= LARGEST:
                    return self._operator.read(address)
            except exceptions.NotFound:
                pass
        raise OurFault("object_damaged")

    def erase(self, address: str) -> None:
        """Remove the object and what an interrupted `put` left of it."""
        with _failures():
            self._operator.delete(address)
            if self._folder:
                self._operator.delete(f"{address}.part")

    def healthy(self) -> bool:
        """Whether the store answers, within 3 s."""
        if self._folder:
            return self._folder.is_dir() and os.access(self._folder, os.W_OK)
        try:
            self._quick.check()
        except _FAILURES:
            return False
        return True


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """What the store says, in our words."""
    try:
        yield
    except _FAILURES as error:
        raise NotNow("storage_full" if _FULL.search(str(error)) else "storage_down") from error


def _parsed(url: str) -> tuple[str, dict[str, Any]]:
    scheme, _, rest = url.partition("://")
    if scheme == "fs":
        if "?" in rest or not Path(rest).is_absolute():
            raise _invalid("fs:///folder takes an absolute folder and no options")
        return "fs", {"root": rest}
    parts = urlsplit(url)
    if scheme != "s3" or not parts.netloc:
        raise _invalid("expected fs:///folder or s3://bucket/prefix?endpoint=…&region=…")
    # A plus sign in a secret means itself.
    given = dict(parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True))
    if unknown := sorted(set(given) - set(_S3_OPTIONS)):
        raise _invalid(f"unknown: {', '.join(unknown)}; known: {', '.join(_S3_OPTIONS)}")
    options: dict[str, Any] = {_S3_OPTIONS[name]: value for name, value in given.items()}
    if "virtual_host" in given:
        if given["virtual_host"] not in ("0", "1"):
            raise _invalid("virtual_host is 0 or 1")
        options["enable_virtual_host_style"] = given["virtual_host"] == "1"
    return "s3", {"bucket": parts.netloc, "root": parts.path or "/", **options}


def _invalid(detail: str) -> WrongUsage:
    return WrongUsage("setting_invalid", name="TUANYUAN_STORAGE_URL", detail=detail)
