"""How the four candidates of a family portrait differ: in arrangement, light and crop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How one candidate is to differ: in arrangement (which of the group's orders, best first), light and crop.

    attempt counts its re-makes.
    """

    number: int
    order: int
    light: str
    crop: str
    attempt: int = 0


VARIANTS = (("daylight", "standard"), ("warm", "close"), ("soft", "standard"), ("evening", "wide"))


def plans(candidates: int) -> list[Plan]:
    """The first plan of each candidate."""
    return [Plan(n, n, light, crop) for n, (light, crop) in enumerate(VARIANTS[:candidates])]


def changed(plan: Plan) -> Plan:
    """What is tried after a failed check: an order not seen yet, and at last the plainest light and crop."""
    attempt = plan.attempt + 1
    light, crop = (plan.light, plan.crop) if attempt == 1 else ("daylight", "standard")
    return Plan(plan.number, plan.number + len(VARIANTS) * attempt, light, crop, attempt)
