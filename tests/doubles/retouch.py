"""Pictures and calls for the tests of the partners that retouch."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable
from typing import Any

import anyio
import httpx2
from PIL import Image

from tuanyuan.domain.ports.retouching import Fitted, Unfit

ID, KEY = "AKEXAMPLE00000000000", "SKexample0000000000000000000000000000000"
# The moment of the contracts' vectors: 2026-01-02T03:04:05Z.
VECTOR_TIME = 1_767_323_045.0


def picture(
    width: int = 90, height: int = 120, format: str = "JPEG", colour: tuple[int, int, int] = (180, 90, 60)
) -> bytes:
    """A file of two colours."""
    image = Image.new("RGB", (width, height), (40, 60, 90))
    image.paste(colour, (width // 4, height // 4, 3 * width // 4, height))
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def asked(app: Any, method: str, url: str, **more: Any) -> httpx2.Response:
    """One call to an application in this process."""

    async def call() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
            return await client.request(method, url, **more)

    return anyio.run(call)


def of(pictures: dict[str, bytes]) -> Callable[[str], Any]:
    """A `fetch` for fakes that knows these addresses and no other."""

    async def fetch(address: str) -> bytes:
        if address not in pictures:
            raise OSError(address)
        return pictures[address]

    return fetch


def plain_fit(picture: bytes, bounds: Any) -> Any:
    """A `fit` that changes nothing."""
    del bounds
    size = opened(picture).size
    return Fitted(picture, size, size)


def unfit(picture: bytes, bounds: Any) -> Any:
    """A `fit` that cannot."""
    del picture, bounds
    raise Unfit("a side is too short")


class Told:
    """Every log line and every exception of a test, to look for what must not be in them."""

    def __init__(self, records: list[Any]) -> None:
        self._records = records

    def text(self, *errors: BaseException) -> str:
        lines = [record.getMessage() for record in self._records]
        for error in errors:
            lines += traceback.format_exception(error)
            seen: BaseException | None = error
            while seen is not None:
                lines.append(repr(seen))
                seen = seen.__context__
        return "\n".join(lines)


def always(fitted: Fitted) -> Callable[[bytes, Any], Fitted]:
    """A `fit` whose result is known."""
    return lambda _picture, _bounds: fitted
