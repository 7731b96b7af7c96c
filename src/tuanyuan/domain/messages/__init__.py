"""All words that a user reads, Chinese first, English beside it, keyed by code.

Placeholders in braces are facts that the caller must give; a missing one is a KeyError, not an empty gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuanyuan.domain.messages import (
    accounts,
    avatars,
    cards,
    engines,
    film,
    goods,
    jobs,
    makeovers,
    old_photos,
    outfits,
    pictures,
    retouching,
    service,
    setup,
    tryon,
    wallet,
)


@dataclass(frozen=True)
class Problem:
    """What is wrong and what to do about it, ready to be shown."""

    code: str
    message_zh: str
    message_en: str
    advice_zh: str
    advice_en: str

    def as_dict(self) -> dict[str, str]:
        """The five fields, in the order of `result.json` and `check --json`."""
        return {
            "code": self.code,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
            "advice_zh": self.advice_zh,
            "advice_en": self.advice_en,
        }


_PARTS = (
    pictures.MESSAGES,
    setup.MESSAGES,
    accounts.MESSAGES,
    wallet.MESSAGES,
    jobs.MESSAGES,
    engines.MESSAGES,
    retouching.MESSAGES,
    service.MESSAGES,
    makeovers.MESSAGES,
    outfits.MESSAGES,
    tryon.MESSAGES,
    goods.MESSAGES,
    avatars.MESSAGES,
    old_photos.MESSAGES,
    cards.MESSAGES,
    film.MESSAGES,
)
MESSAGES: dict[str, tuple[str, str, str, str]] = {code: words for part in _PARTS for code, words in part.items()}


def problem(code: str, **facts: Any) -> Problem:
    """The message of `code` with its facts filled in. Unknown code or missing fact: KeyError."""
    return Problem(code, *(text.format_map(facts) for text in MESSAGES[code]))
