"""The prompt as one text, for providers that have no field for what must not be in the picture."""

from __future__ import annotations

import re

from tuanyuan.domain.engine import Prompt

_NEVER = {"zh": "画面中不要出现：{negative}。", "en": "Never show: {negative}."}
_END = re.compile(r"[。！？；\n]|[.!?;](?=\s)")


def worded(prompt: Prompt, most: int) -> str:
    """The prompt's text and, on a line of its own, what must not be seen; `most` characters in all.

    Where both are too long the second is left out, and what is too long still is cut after its last whole sentence
    that fits, so that nothing is said by half, unless that would take more than half of it away.
    """
    never = _NEVER[prompt.language].format(negative=prompt.negative) if prompt.negative else ""
    both = "\n".join(line for line in (prompt.text, never) if line)
    if len(both) <= most:
        return both
    ends = [match.end() for match in _END.finditer(prompt.text[: most + 1]) if most // 2 < match.end() <= most]
    return prompt.text if len(prompt.text) <= most else prompt.text[: ends[-1] if ends else most].rstrip()
