"""Both vendors, and the engine with the keys of those that are wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from doubles.retouch import ID, KEY

from tuanyuan.engines.restoration.engine import RestorationEngine
from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.partners.aliyun_facebody.fake import AliyunFacebodyFake
from tuanyuan.partners.aliyun_oss.fake import AliyunOssFake
from tuanyuan.partners.tencent_image.fake import TencentImageFake
from tuanyuan.wiring.engines import manifest

MANIFEST = manifest("restoration", {})


@dataclass
class Vendors:
    """lying: what the world can read, by address."""

    lying: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    made: list[RestorationEngine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = AliyunOssFake(Faults())
        self.aliyun = AliyunFacebodyFake(Faults(), fetch=self._fetch)
        self.tencent = TencentImageFake(Faults())

    async def _fetch(self, address: str) -> bytes:
        if address in self.lying:
            return self.lying[address]
        from tuanyuan.engines.sandbox import fetch

        return await fetch(address)

    def engine(self, *vendors: str, bucket: bool = True) -> RestorationEngine:
        """With the keys of these, both where none is named."""
        told = {name: key for name, key in self.keys.items() if name.startswith(vendors or ("aliyun", "tencent"))}
        if not bucket:
            told = {name: key for name, key in told.items() if "_oss_" not in name}
        self.made.append(RestorationEngine(MANIFEST.capabilities, told, MANIFEST.url))
        return self.made[-1]


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    made = Vendors()
    with ExitStack() as running:
        running.callback(lambda: [asyncio.run(engine.close()) for engine in made.made])
        urls: list[Any] = [running.enter_context(serving(fake.app)) for fake in (made.store, made.aliyun, made.tencent)]
        made.keys = {
            "aliyun_access_key": ID,
            "aliyun_secret_key": KEY,
            "aliyun_oss_bucket": "bkt",
            "aliyun_oss_region": "cn-shanghai",
            "aliyun_oss_url": urls[0],
            "aliyun_facebody_url": urls[1],
            "tencent_secret_id": ID,
            "tencent_secret_key": KEY,
            "tencent_image_url": urls[2],
        }
        yield made
