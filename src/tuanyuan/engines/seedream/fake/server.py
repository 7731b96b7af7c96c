"""The service: its routes, put together."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from tuanyuan.engines.sandbox import Accepted, Faults, Fetch, fetch
from tuanyuan.engines.seedream.fake import images
from tuanyuan.engines.seedream.fake.desk import TASKS, Desk
from tuanyuan.engines.seedream.fake.filming import Filming, Post
from tuanyuan.engines.seedream.fake.generations import Generations

_ENDPOINTS: Mapping[str, str] = {
    "ep-20261122190000-abcde": "doubao-seedream-4-0-250828",
    "ep-20261122190000-fghij": "doubao-seedance-1-0-pro-250528",
}


class ArkFake:
    """An Ark of our own that keeps to the contract (ark-seedream.md). Never in production.

    endpoints: inference endpoints and the models behind them. closed: models that are shut down. group: pictures of a
    group whose size was left to the model. post: sends a task to its callback_url; `announce` says when. accepted: all
    work; requests of the newest 64, pictures of the newest 512. calls: by method and route.

    A clip has no size: for "wrong_size" only its last frame is too small. For the family 2.0 every picture shows a
    real person, because for this studio it does.
    """

    def __init__(
        self,
        faults: Faults | None = None,
        *,
        api_key: str = "ark-key-example",
        seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
        fetch: Fetch = fetch,
        post: Post | None = None,
        endpoints: Mapping[str, str] = _ENDPOINTS,
        closed: Collection[str] = images.LEGACY,
        group: int = 4,
    ) -> None:
        desk = Desk(faults or Faults(), api_key, seconds, clock, fetch, endpoints, closed)
        self.accepted: list[Accepted] = desk.accepted
        self.calls: Counter[str] = desk.calls
        self._filming = Filming(desk, post)
        generations = Generations(desk, group)
        tasks, one = f"/api/v3/{TASKS}", f"/api/v3/{TASKS}/{{id}}"
        self.app: ASGIApp = Starlette(
            routes=[
                Route("/api/v3/images/generations", desk.door(generations.make), methods=["POST"]),
                Route(tasks, desk.door(self._filming.create), methods=["POST"]),
                Route(tasks, desk.door(self._filming.list), methods=["GET"]),
                Route(one, desk.door(self._filming.get), methods=["GET"]),
                Route(one, desk.door(self._filming.delete), methods=["DELETE"]),
                Route("/out/{name}", desk.give, methods=["GET"]),
            ]
        )

    async def announce(self) -> int:
        """Send each task whose state changed since the last time to its callback_url; how many were sent.

        Called after each answer about tasks, too. What a receiver says, and whether there is one, is no matter.
        """
        return await self._filming.announce()
