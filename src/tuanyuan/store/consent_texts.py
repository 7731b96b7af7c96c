"""The words of every consent, from `consents.toml` in the package.

A published text is never altered: the file pins the SHA-256 of each version, and a text that does not fit it does not
start. New words are a new version; old versions stay in the file as proof of what was agreed to.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from tuanyuan.domain.consent import ConsentText
from tuanyuan.domain.errors import OurFault

CONSENTS_FILE = Path(__file__).parents[1] / "consents.toml"


def digest(text_zh: str, text_en: str) -> str:
    """SHA-256 over the Chinese text, a zero byte, the English text; hex."""
    return hashlib.sha256(text_zh.encode() + b"\0" + text_en.encode()).hexdigest()


def read_texts(file: Path = CONSENTS_FILE) -> tuple[ConsentText, ...]:
    """Every version of every purpose, in the order of the file. OurFault: consent_text_changed."""
    texts = []
    for entry in tomllib.loads(file.read_text("utf-8"))["text"]:
        text_zh, text_en = entry["text_zh"].strip(), entry["text_en"].strip()
        text = ConsentText(
            purpose=entry["purpose"],
            version=entry["version"],
            text_zh=text_zh,
            text_en=text_en,
            required=entry["required"],
            digest=digest(text_zh, text_en),
        )
        if text.digest != entry["sha256"]:
            raise OurFault("consent_text_changed", purpose=text.purpose, version=text.version)
        texts.append(text)
    return tuple(texts)
