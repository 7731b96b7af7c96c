"""Whether an engine understands the parameters of an order: the same question for each, answered from its table."""

from __future__ import annotations

from tuanyuan.domain import parameters
from tuanyuan.domain.capabilities import Capabilities
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest


def check(order: JobRequest, capabilities: Capabilities) -> None:
    """Every option is a known parameter within its bounds, and none that the engine's table says "none" of.

    What holds when nothing is said is never refused: only what was asked for explicitly, be it the same value.
    WrongUsage option_invalid names the first option in `field`, and in `allowed` what would be understood.
    """
    parameters.read(order.options)
    understood = [name for name, parameter in capabilities.parameters.items() if parameter.taken != "none"]
    for name in order.options:
        if name not in understood:
            raise WrongUsage("option_invalid", field=f"options.{name}", allowed="、".join(understood))
