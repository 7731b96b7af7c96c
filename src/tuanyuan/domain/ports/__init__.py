"""What the services need from the world."""

from __future__ import annotations

from tuanyuan.domain.ports.books import Unit, Units
from tuanyuan.domain.ports.engines import Engines
from tuanyuan.domain.ports.jobs import Jobs
from tuanyuan.domain.ports.kept import Files, Photos, Works
from tuanyuan.domain.ports.log import Audit, IdempotencyKeys
from tuanyuan.domain.ports.money import FreeDays, Ledger
from tuanyuan.domain.ports.people import Consents, Tokens, Users
from tuanyuan.domain.ports.pictures import (
    Maker,
    PhotoFiles,
    Pixels,
    Points,
    Rendering,
    ResultFiles,
    Scenes,
    Shown,
    Sitting,
)
from tuanyuan.domain.ports.pixels import Finished, Made, PixelWork, Prepared, Progress, Wish
from tuanyuan.domain.ports.place import Place
from tuanyuan.domain.ports.prompts import Prompts
from tuanyuan.domain.ports.vault import Sink, Vault
from tuanyuan.domain.ports.world import Claims, Clock, Limiter, NewId, Signer, WeChat, WeChatSession

__all__ = [
    "Audit",
    "Claims",
    "Clock",
    "Consents",
    "Engines",
    "Files",
    "Finished",
    "FreeDays",
    "IdempotencyKeys",
    "Jobs",
    "Ledger",
    "Limiter",
    "Made",
    "Maker",
    "NewId",
    "PhotoFiles",
    "Photos",
    "PixelWork",
    "Pixels",
    "Place",
    "Points",
    "Prepared",
    "Progress",
    "Prompts",
    "Rendering",
    "ResultFiles",
    "Scenes",
    "Shown",
    "Signer",
    "Sink",
    "Sitting",
    "Tokens",
    "Unit",
    "Units",
    "Users",
    "Vault",
    "WeChat",
    "WeChatSession",
    "Wish",
    "Works",
]
