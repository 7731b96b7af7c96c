"""Where a line of Chinese, English or both may end, and the most even way of breaking it (避头尾)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

NO_START = frozenset("，。！？：；、）》〉”’」』】〕…—·～,.!?:;)]}%％")
NO_END = frozenset("（《〈“‘「『【〔([{$￥")
# These may stand beyond the edge of the block: they have hardly any ink.
HANGING = frozenset("，。、；：！？,.")
SENTENCE, CLAUSE = frozenset("。！？!?…"), frozenset("，；：、,;:")

_FULL_WIDTH = {",": "，", ".": "。", "!": "！", "?": "？", ":": "：", ";": "；", "(": "（", ")": "）"}
# A figure and what it counts stay together: 2027年, 80岁.
_MEASURES = frozenset("年月日号点岁周届个位世代")
# A break in mid-clause costs as much as a line that is this share too short.
_MID_CLAUSE, _AFTER_CLAUSE = 0.30, 0.02


def is_latin(letter: str) -> bool:
    """Whether it is set with the Latin face: letters, digits and signs up to Latin-1."""
    return " " < letter < "\u0250" and letter not in "·"


def normal(text: str) -> str:
    """Clean words: one kind of line break, no blanks at the ends, full-width signs and whole quotes beside Chinese."""
    text = "".join(x for x in text if x in "\r\n\t" or unicodedata.category(x) not in ("Cc", "Cf"))
    lines = (re.sub(r"[ \t\u3000]+", " ", line).strip() for line in re.split(r"\r\n|\r|\n", text))
    return "\n".join(_in_chinese(line) for line in lines if line)


def _in_chinese(line: str) -> str:
    out: list[str] = []
    for number, letter in enumerate(line):
        before = out[-1] if out else ""
        after = line[number + 1] if number + 1 < len(line) else ""
        if letter in _FULL_WIDTH and (_is_chinese(before) or (letter == "(" and _is_chinese(after))):
            out.append(_FULL_WIDTH[letter])
        else:
            out.append(letter)
    # No blank is typed between Chinese letters; beside Latin ones the setting gives a thinner one.
    return re.sub(r"(?<=[^\x00-\u024f]) | (?=[^\x00-\u024f])", "", "".join(out))


def _is_chinese(letter: str) -> bool:
    return letter != "" and not is_latin(letter) and not letter.isspace()


@dataclass(frozen=True)
class Unit:
    """What must not be torn apart: text, its length and that of signs at its end which may hang, in em.

    gap: the blank before it when it does not begin a line. rest: how good a line's end it is, 0 the best.
    """

    text: str
    length: float
    hang: float
    gap: float
    rest: float


def units(text: str, length: Callable[[str], float], blank: float = 0.26, thin: float = 0.16) -> list[Unit]:
    """The unbreakable parts of one paragraph. length: of a piece of text in em. thin: between Chinese and Latin."""
    found: list[Unit] = []
    for match in re.finditer(r"\S+", text):
        space = blank if found else 0.0
        for part in _parts(match[0]):
            beside = found and not space and is_latin(part[0]) != is_latin(found[-1].text[-1])
            signs = part[-1] in HANGING or part[0] in NO_END or (bool(found) and found[-1].text[-1] in NO_START)
            gap = space or (thin if beside and not signs else 0.0)
            hang = length(part) - length(part[:-1]) if part[-1] in HANGING and len(part) > 1 else 0.0
            if part[0] in NO_END and found:  # before a bracket one breathes as after a comma
                found[-1] = replace(found[-1], rest=min(found[-1].rest, _AFTER_CLAUSE))
            found.append(Unit(part, length(part), hang, gap, _rest(part)))
            space = 0.0
    return found


def _rest(part: str) -> float:
    signs = re.search(r"[^\w]+$", part)
    ending = signs[0] if signs else ""
    if any(letter in SENTENCE for letter in ending):
        return 0.0
    return _AFTER_CLAUSE if any(letter in CLAUSE for letter in ending) else _MID_CLAUSE


def _parts(run: str) -> list[str]:
    """`run` without blanks, cut wherever a line may end."""
    parts: list[str] = []
    for letter in run:
        glued = bool(parts) and (
            letter in NO_START
            or parts[-1][-1] in NO_END
            or (parts[-1][-1].isdigit() and letter in _MEASURES)
            or (is_latin(letter) and is_latin(parts[-1][-1]) and letter not in NO_END)
        )
        if glued:
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts


def broken(parts: list[Unit], count: int, measure: float) -> tuple[float, list[list[Unit]]] | None:
    """The most even way to set `parts` in exactly `count` lines of at most `measure` em, and its cost; None: no way.

    The least sum, over the lines, of the squared share by which each differs from the mean, and of what ending there
    costs (after Knuth and Plass, Breaking Paragraphs into Lines, 1981, without stretching).
    """
    if not 0 < count <= len(parts):
        return None
    mean = sum(part.length + part.gap for part in parts) / count

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[int, ...]] | None:
        found: tuple[float, tuple[int, ...]] | None = None
        for end in range(start + 1, len(parts) - left + 2):
            if extent(parts[start:end]) > measure + 1e-6:
                break
            if left == 1 and end < len(parts):
                continue
            rest = (0.0, ()) if left == 1 else best(end, left - 1)
            if rest is None:
                continue
            off = (extent(parts[start:end]) - mean) / max(mean, 1e-6)
            cost = off * off + (parts[end - 1].rest if left > 1 else 0.0) + rest[0]
            if found is None or cost < found[0] - 1e-9:
                found = cost, (end, *rest[1])
        return found

    answer = best(0, count)
    if answer is None:
        return None
    starts = (0, *answer[1])
    return answer[0], [parts[a:b] for a, b in pairwise(starts)]


def extent(line: list[Unit]) -> float:
    """How long a line is in em; what hangs at its end does not count."""
    return line[0].length + sum(part.gap + part.length for part in line[1:]) - line[-1].hang
