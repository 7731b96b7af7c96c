"""Which of the studio's two languages a request wants."""

from __future__ import annotations

from tuanyuan.domain.user import Language


def preferred(accept_language: str | None) -> Language:
    """The better liked of Chinese and English in an `Accept-Language` header; Chinese where it names neither."""
    liked: dict[Language, float] = {}
    for entry in (accept_language or "")[:500].split(","):
        tag, _, parameter = entry.strip().partition(";")
        name = tag.strip().lower().partition("-")[0]
        if name not in ("zh", "en"):
            continue
        weight = _weight(parameter)
        language: Language = "zh" if name == "zh" else "en"
        liked[language] = max(liked.get(language, 0.0), weight)
    return "en" if liked.get("en", 0.0) > liked.get("zh", 0.0) else "zh"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
