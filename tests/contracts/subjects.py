"""Every engine with a provider, and how to build it and the fake of its provider. A new engine is one entry below."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import ceil
from pathlib import Path
from typing import Any

from contracts.asking import KEY, lent
from contracts.promises import Promise

import tuanyuan.engines
from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import EngineSetup, InputRefused, OutputRefused, Transient, Unknown
from tuanyuan.engines.comfyui import workflows
from tuanyuan.engines.comfyui.fake import ComfyUIFake, library
from tuanyuan.engines.gemini.fake import GeminiFake
from tuanyuan.engines.jimeng.fake import JimengFake
from tuanyuan.engines.manifest import Manifest, read
from tuanyuan.engines.openai.fake import OpenAIFake
from tuanyuan.engines.replicate.fake import WORKFLOWS, ReplicateFake
from tuanyuan.engines.sandbox import Accepted, Fault
from tuanyuan.engines.seedream.fake import ArkFake

Bill = Callable[[Model, list[Accepted], list[dict[str, Any]]], int]
SECONDS = 5


def by_the_picture(model: Model, works: list[Accepted], told: list[dict[str, Any]]) -> int:
    """What the fake's books come to: each billed picture at the model's price, of a clip each of its five seconds."""
    del told
    return sum(work.pictures for work in works) * model.price_fen * (SECONDS if model.media == "clip" else 1)


@dataclass(frozen=True)
class Subject:
    """One engine under test.

    fake: its provider, called with `faults`, `seconds` and `clock`. keys: settings that the fake accepts. wrong: keys
    that it refuses; empty: it knows none. path: of its address. changes: values laid over its `engine.toml`.

    tasks: whether its pictures come by a task, not in the answer itself. finds: whether it tells what became of a lost
    answer. addresses: whether results come by an address. promises: what a fault ends in, where it is not as usual.
    waits: the seconds after which a throttled call may come again, where the provider tells them.

    needs: roles of the references of a model that wants certain ones. exact: whether it makes the very size asked for.
    draws: whether the fake shows the references from left to right. bill: what works come to, in fen, from the fake's
    books (told: the JSON of its answers).
    """

    name: str
    fake: Callable[..., Any]
    keys: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    tasks: bool = False
    finds: bool = False
    addresses: bool = False
    promises: Mapping[Fault, Promise] = field(default_factory=dict)
    waits: int | None = None
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exact: bool = True
    draws: Callable[[Model], bool] = lambda model: model.media == "picture"
    bill: Bill = by_the_picture
    folder: Path = Path(tuanyuan.engines.__path__[0])

    @cached_property
    def manifest(self) -> Manifest:
        """Its `engine.toml`."""
        return read(self.folder / self.name, self.changes)

    def by_task(self, model: Model) -> bool:
        """Whether the model's work is a task: clips always are."""
        return self.tasks or model.media == "clip"


def _tokens(model: Model, works: list[Accepted], told: list[dict[str, Any]]) -> int:
    """Clips of Seedance, by the tokens that the fake's answer tells."""
    if model.media != "clip":
        return by_the_picture(model, works, told)
    tokens = told[-1]["usage"]["completion_tokens"]
    return ceil(tokens * int(model.options["fen_per_million_tokens"]) / 1_000_000)


def _usage(model: Model, works: list[Accepted], told: list[dict[str, Any]]) -> int:
    """OpenAI's usage at the prices of the three kinds of tokens."""
    del works
    usage = told[-1]["usage"]
    used = {**usage["input_tokens_details"], "out": usage["output_tokens"]}
    prices = {"text_tokens": "fen_text_in", "image_tokens": "fen_image_in", "out": "fen_image_out"}
    return ceil(sum(used[name] * int(model.options[price]) for name, price in prices.items()) / 1_000_000)


def _looking(model: Model, works: list[Accepted], told: list[dict[str, Any]]) -> int:
    """Gemini's pictures, and what it takes for each that it looks at."""
    parts = [part for work in works for content in work.request["contents"] for part in content["parts"]]
    references = sum("text" not in part for part in parts)
    return ceil(by_the_picture(model, works, told) + references * model.reference_fen)


def _seconds(model: Model, works: list[Accepted], told: list[dict[str, Any]]) -> int:
    """Replicate's seconds of hardware, as its last answer tells them."""
    del works
    return ceil(told[-1]["metrics"]["predict_time"] * float(model.options["fen_per_second"]))


def _weights() -> dict[str, list[str]]:
    """Every file that our workflows need, by folder."""
    found: dict[str, set[str]] = {}
    for name in workflows.names():
        for model in workflows.load(name).models:
            found.setdefault(model.folder, set()).add(model.file)
    return {folder: sorted(names) for folder, names in found.items()}


@cache
def nodes() -> dict[str, Any]:
    """The nodes that our workflows need, those too that are not part of ComfyUI."""
    added = Path(__file__).parents[1] / "engines" / "comfyui" / "aux_nodes.json"
    return {**json.loads(added.read_text("utf-8")), **library.published()}


# This provider has no such answer: the work is done as ever.
NO_SUCH_ANSWER = Promise("result")
_WORKFLOWS = {"outfit": ("person", "garment", "mask"), "background": ("person", "background")}

SUBJECTS = (
    Subject(
        "jimeng",
        lambda **told: JimengFake(fetch=lent, **told),
        keys={
            "jimeng_access_key": "AKEXAMPLE00000000000",
            "jimeng_secret_key": "SKexample0000000000000000000000000000000",
        },
        wrong={"jimeng_secret_key": f"SK{KEY}"},
        tasks=True,
        addresses=True,
        promises={"out_of_credit": Promise("error", EngineSetup, "engine_setup")},
        needs={"jimeng_image2image_dream_inpaint": ("picture", "mask")},
        draws=lambda model: model.media == "picture" and not model.mask,
    ),
    Subject(
        "seedream",
        ArkFake,
        keys={"seedream_api_key": "ark-key-example"},
        wrong={"seedream_api_key": KEY},
        path="/api/v3",
        addresses=True,
        # A clip that is not made is kept back by its review.
        promises={"partial": Promise("error", OutputRefused, "engine_output_refused")},
        bill=_tokens,
    ),
    Subject(
        "gemini",
        GeminiFake,
        keys={"gemini_api_key": "AIzaExample"},
        wrong={"gemini_api_key": KEY},
        promises={"out_of_credit": Promise("error", EngineSetup, "engine_setup")},
        waits=37,
        exact=False,
        bill=_looking,
    ),
    Subject(
        "openai",
        OpenAIFake,
        keys={"openai_api_key": "sk-example"},
        wrong={"openai_api_key": KEY},
        # One code for what goes in and what comes out.
        promises={"refuse_output": Promise("error", InputRefused, "engine_input_refused")},
        waits=12,
        bill=_usage,
    ),
    Subject(
        "openai_compatible",
        lambda **told: OpenAIFake(models=("janus-pro-7b",), url_results=True, **told),
        keys={"openai_compatible_api_key": "sk-example", "openai_compatible_model": "janus-pro-7b"},
        wrong={"openai_compatible_api_key": KEY},
        addresses=True,
        promises={"refuse_output": Promise("error", InputRefused, "engine_input_refused")},
        waits=12,
    ),
    Subject(
        "comfyui",
        lambda **told: ComfyUIFake(models=_weights(), **told),
        tasks=True,
        finds=True,
        addresses=True,
        promises={
            "refuse_input": NO_SUCH_ANSWER,
            "refuse_output": NO_SUCH_ANSWER,
            "out_of_credit": NO_SUCH_ANSWER,
            # A long queue: it takes everybody's work, and strangers' goes first.
            "throttle": Promise("waits"),
        },
        needs=_WORKFLOWS,
    ),
    Subject(
        "replicate",
        lambda **told: ReplicateFake(weights=_weights(), **told),
        keys={"replicate_api_token": "r8_example", "replicate_version": f"{WORKFLOWS.name}:{WORKFLOWS.version}"},
        wrong={"replicate_api_token": KEY},
        path="/v1",
        tasks=True,
        finds=True,
        addresses=True,
        promises={
            # In words only, the same for what goes in and what comes out.
            "refuse_output": Promise("error", InputRefused, "engine_input_refused"),
            # A creation has no key of ours, and behind a 5xx there may be one.
            "fail": Promise("error", Unknown, "answer_lost"),
            "partial": Promise("error", Transient, "engine_failed"),
        },
        waits=30,
        needs=_WORKFLOWS,
        bill=_seconds,
    ),
)
