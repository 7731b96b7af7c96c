"""What `ci-process` and `Pic-Operations` may ask for (7.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from tuanyuan.partners.tencent_ci.fake.refusal import Refused

KINDS = ("AIPortraitMatting", "GoodsMatting", "AIPicMatting")
OPTIONS = ("center-layout", "padding-layout", "detect-url", "ignore-error")
MOST_RULES, MOST_PADDING = 5, 1000


@dataclass(frozen=True)
class Rule:
    """One matting."""

    kind: str
    centred: bool
    padding: tuple[int, int]
    address: str | None = None
    original_on_failure: bool = False


def rule_of(options: Mapping[str, str]) -> Rule:
    """What `ci-process=…&…` asks for."""
    kind = options.get("ci-process", "")
    if kind not in KINDS:
        raise Refused(400, "InvalidArgument", "This ci-process is not known.")
    unknown = [name for name in options if name not in ("ci-process", *OPTIONS)]
    if unknown or options.get("center-layout", "0") not in ("0", "1"):
        raise Refused(400, "InvalidArgument", "An option is not valid.")
    across, _, down = options.get("padding-layout", "0x0").partition("x")
    if not (across.isdecimal() and down.isdecimal()) or max(int(across), int(down)) > MOST_PADDING:
        raise Refused(400, "InvalidArgument", "padding-layout is not valid.")
    address = options.get("detect-url")
    if address is not None and "://" not in address:
        address = unquote(address)  # inside a signed address it comes encoded twice
    centred = options.get("center-layout") == "1"
    return Rule(kind, centred, (int(across), int(down)), address, options.get("ignore-error") == "1")


def operations(header: str, key: str) -> list[tuple[str, Rule]]:
    """Key of the result and rule, one for each of `Pic-Operations`."""
    try:
        told: Any = json.loads(header)
        rules = [(str(rule["fileid"]), str(rule["rule"])) for rule in told["rules"]]
    except (ValueError, TypeError, KeyError):
        raise Refused(400, "InvalidArgument", "Pic-Operations is malformed.") from None
    if not 0 < len(rules) <= MOST_RULES or told.get("is_pic_info", 0) not in (0, 1):
        raise Refused(400, "InvalidArgument", "Pic-Operations is malformed.")
    folder = key.rpartition("/")[0]
    absolute = [name[1:] if name.startswith("/") else f"{folder}/{name}".lstrip("/") for name, _ in rules]
    parsed = [rule_of(dict(parse_qsl(text, keep_blank_values=True))) for _, text in rules]
    return list(zip(absolute, parsed, strict=True))
