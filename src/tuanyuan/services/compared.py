"""What result.json says of everybody who was looked for in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuanyuan.domain.judgement import Judgement, as_dict
from tuanyuan.services.remembered import Person


def facts(judgement: Judgement | None, people: Sequence[Person]) -> dict[str, Any]:
    """score, people and warnings. A picture that shows nobody is neither good nor bad: 0.5."""
    if judgement is None:
        return {"score": 0.5, "people": [], "warnings": []}
    listed = [
        {**as_dict(measured, photo), "person": number}
        for (photo, number, _), measured in zip(people, judgement.people, strict=True)
    ]
    return {"score": judgement.score, "people": listed, "warnings": list(judgement.warnings)}
