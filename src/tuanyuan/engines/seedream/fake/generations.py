"""`POST images/generations`: pictures in one answer, or in a stream (contract: ark-seedream.md 2.3, 2.4)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tuanyuan.engines.sandbox import Accepted, Cut, Severed, broken, waited
from tuanyuan.engines.seedream.fake import images, photos, refusals
from tuanyuan.engines.seedream.fake.desk import Desk, malformed, read
from tuanyuan.engines.seedream.fake.making import Making
from tuanyuan.engines.seedream.fake.refusals import Refused

_NEVER = 3600.0


class Generations:
    """The route for pictures. group: pictures of a group whose size was left to the model."""

    def __init__(self, desk: Desk, group: int) -> None:
        self._desk, self._group = desk, group
        self._again: bytes | None = None
        # No picture is like one of an earlier call, as with a provider that draws lots.
        self._drawn = 0

    async def make(self, request: Request) -> Response:
        """Answer with pictures. Raises Refused."""
        desk = self._desk
        body = await read(request)
        name, model = desk.model(body, images.MODELS)
        order = images.order(body, model)
        seen = await photos.collect(order.photos, images.REFERENCE, desk.fetch, "image")
        fault = desk.fault(bool(seen))
        if fault == "malformed":
            return malformed()
        count = order.count(self._group)
        makes = fault not in ("refuse_output", "fail_later", "late")
        billed = count - (fault == "partial") if makes else 0
        accepted = Accepted(desk.request_id(), name, body, desk.clock(), fault, billed)
        if makes or fault == "late":
            desk.accepted.append(accepted)
        making = Making(accepted, order, seen, count, self._for_this(billed), self._drawn)
        self._drawn += count
        # A stream begins with its first picture, so that what is refused before is refused in plain JSON.
        pause = desk.takes(fault) / (count if order.stream else 1)
        if not await waited(request.receive, _NEVER if fault == "late" else pause):
            return Response(status_code=499)
        if fault in ("late", "fail_later"):
            raise Refused(refusals.INTERNAL)
        if fault == "refuse_output":
            raise Refused(refusals.OUTPUT_IMAGE)
        first = await self._item(request, making, 1)
        if fault == "twice" and count == 1:
            self._again = accepted.made[0]
        if order.stream:
            return StreamingResponse(self._events(request, making, first, pause), media_type="text/event-stream")
        items = [first, *[await self._item(request, making, number) for number in range(2, count + 1)]]
        if fault in ("cut", "vanish"):
            return Severed()
        return JSONResponse(
            {"model": name, "created": int(desk.clock()), "data": items, "usage": making.usage()},
        )

    def _for_this(self, billed: int) -> bytes | None:
        """The picture that this call gives again, if it gives any."""
        if not billed:
            return None
        again, self._again = self._again, None
        return again

    async def _events(self, request: Request, making: Making, item: dict[str, Any], pause: float) -> AsyncIterator[str]:
        for number in range(1, making.count + 1):
            if number > 1:
                await anyio.sleep(pause)
                item = await self._item(request, making, number)
            kind = f"image_generation.partial_{'failed' if 'error' in item else 'succeeded'}"
            head = {"model": making.accepted.model, "created": int(self._desk.clock()), "image_index": number - 1}
            event = _event(kind, head | item)
            if making.accepted.fault in ("cut", "vanish"):
                yield event[: len(event) // 2]
                raise Cut
            yield event
        yield _event("image_generation.completed", {"usage": making.usage()}) + "data: [DONE]\n\n"

    async def _item(self, request: Request, making: Making, number: int) -> dict[str, Any]:
        """One entry of `data`: address or base64, and size; or why there is none."""
        if making.fails(number):
            return refusals.OUTPUT_IMAGE.item()
        picture = await anyio.to_thread.run_sync(making.picture, number)
        order, fault = making.order, making.accepted.fault
        item: dict[str, Any] = {"size": making.size_said()}
        if order.newer:
            item["output_format"] = order.format
        if fault == "broken" or (fault == "expired" and order.inline):
            picture = broken(picture)
        if order.inline:
            return {"b64_json": photos.encoded(picture)} | item
        name = f"{making.accepted.id}-{number}.{order.format}"
        return {"url": self._desk.lay(request, name, picture, f"image/{order.format}", fault)} | item


def _event(kind: str, said: Mapping[str, Any]) -> str:
    data = json.dumps({"type": kind, **said}, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n"
