"""The AI-content label that travels inside a file (GB 45438-2025, section 5 and Annex E).

Says that a picture was made by AI, by whom, and under which number.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import Any, Final

DEFAULT_PRODUCER: Final = "Tuanyuan Studio"
"""Used until the operator has a provider code of 27 characters (TC260-PG-20252A)."""

KEYS: Final = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
GENERATED, POSSIBLY, SUSPECTED = "1", "2", "3"


@dataclass(frozen=True)
class AigcLabel:
    r"""The seven values, in the order of the standard. Raises ValueError where one may not be written.

    All are printable ASCII without `"` and `\`; `label` is "1" generated, "2" possibly, "3" suspected.
    """

    label: str
    content_producer: str
    produce_id: str
    reserved_code1: str
    content_propagator: str
    propagate_id: str
    reserved_code2: str

    def __post_init__(self) -> None:
        for key, value in zip(KEYS, astuple(self), strict=True):
            if not isinstance(value, str):
                raise ValueError(f"{key} is not a string")
            if any(not " " <= letter <= "~" or letter in '"\\' for letter in value):
                raise ValueError(f"{key} holds a character that the label may not hold")
        if self.label not in (GENERATED, POSSIBLY, SUSPECTED):
            raise ValueError("Label is not 1, 2 or 3")
        if not self.content_producer or not self.produce_id:
            raise ValueError("ContentProducer and ProduceID must be given")

    def to_json(self) -> str:
        """The seven members in their order, without spaces between them."""
        return json.dumps(dict(zip(KEYS, astuple(self), strict=True)), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> AigcLabel:
        """Read the bare object or the standard's wrapped form `{"AIGC": {…}}`. Raises ValueError."""
        members = _object(json.loads(text, object_pairs_hook=_unique))
        if set(members) == {"AIGC"}:
            members = _object(members["AIGC"])
        if set(members) != set(KEYS):
            raise ValueError("not exactly the seven keys of the standard")
        return cls(*(members[key] for key in KEYS))


def new_label(produce_id: str, producer: str = DEFAULT_PRODUCER) -> AigcLabel:
    """The label of a picture that we have just made; at first writing the spreader is the producer."""
    return AigcLabel(GENERATED, producer, produce_id, "", producer, produce_id, "")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key appears twice")
    return members


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
