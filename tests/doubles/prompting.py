"""Prompts composed from the words that lie with the scenes."""

from __future__ import annotations

from pathlib import Path

from tuanyuan.domain.capabilities import Capabilities, Model, Parameter
from tuanyuan.domain.engine import Reference
from tuanyuan.domain.feature import FEATURES, roles, sent
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.store.prompts import PromptFiles

ROOT = Path(__file__).parents[2]
LIBRARY = PromptFiles(ROOT / "scenes")
SAID = dict.fromkeys(PARAMETERS, Parameter("emulated", "prompt"))


def capabilities(region="cn", **taken):
    return Capabilities("", "", region, (Model("one", frozenset()),), parameters={**SAID, **taken})


def told(
    feature, count=None, *, people=(), style=None, background=None, region="cn", model=None, taken=None, **options
):
    least = FEATURES[feature].least if feature in FEATURES else 1
    count = count or least
    order = JobRequest(feature, tuple(f"p{n}" for n in range(1, count + 1)), background, style, options, people)
    shown = [Reference(role, b"", "", 1, 1) for role in roles(feature, count)[: sent(feature, count)]]
    return LIBRARY.compose(order, shown, capabilities(region, **(taken or {})), model)


def values(name):
    parameter = PARAMETERS[name]
    if hasattr(parameter, "words"):
        return (*parameter.words, *(() if parameter.default else (None,)))
    if hasattr(parameter, "most"):
        steps = 10
        every = [parameter.least + (parameter.most - parameter.least) * n / steps for n in range(steps + 1)]
        return sorted({round(value) for value in every} if parameter.whole else every)
    return (True, False)
