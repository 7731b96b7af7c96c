"""What the services need from the world."""

from __future__ import annotations

from tuanyuan.domain.ports.books import (
    Audit,
    Consents,
    Files,
    FreeDays,
    IdempotencyKeys,
    Jobs,
    Ledger,
    Photos,
    Tokens,
    Unit,
    Units,
    Users,
    Works,
)
from tuanyuan.domain.ports.pictures import (
    Group,
    PhotoFiles,
    Pixels,
    Points,
    Rendering,
    ResultFiles,
    ReunionEngine,
    Scenes,
)
from tuanyuan.domain.ports.pixels import Made, PixelWork, Progress
from tuanyuan.domain.ports.vault import Sink, Vault
from tuanyuan.domain.ports.world import Clock, Limiter, NewId, WeChat, WeChatSession

__all__ = [
    "Audit",
    "Clock",
    "Consents",
    "Files",
    "FreeDays",
    "Group",
    "IdempotencyKeys",
    "Jobs",
    "Ledger",
    "Limiter",
    "Made",
    "NewId",
    "PhotoFiles",
    "Photos",
    "PixelWork",
    "Pixels",
    "Points",
    "Progress",
    "Rendering",
    "ResultFiles",
    "ReunionEngine",
    "Scenes",
    "Sink",
    "Tokens",
    "Unit",
    "Units",
    "Users",
    "Vault",
    "WeChat",
    "WeChatSession",
    "Works",
]
