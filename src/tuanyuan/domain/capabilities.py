"""What an engine can do, for how much, and how often: data, read from the `engine.toml` of its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

# "here": on this machine or the operator's own network. "cn": in mainland China. "abroad": anywhere else.
Region = Literal["here", "cn", "abroad"]
# "enhanced": the dearer interface of a provider, asked for by a premium pass or "high" quality.
Grade = Literal["standard", "enhanced"]
Media = Literal["picture", "clip"]
# How an engine takes a parameter: "sent" in a field of its own, "emulated" by words of the prompt, by another field or
# by what is done to the picture; "none": not understood, and an order that asks for it goes elsewhere.
Taken = Literal["sent", "emulated", "none"]


@dataclass(frozen=True)
class Limits:
    """How much may be asked of an engine at once, over all workers. rate: calls in `period` seconds; None: no limit.

    everywhere: False where each worker has an engine of its own, as the local one: then it counts for each worker.

    expected_seconds: for the ETA before there is experience. deadline: seconds until a result is given up.
    """

    concurrency: int = 1
    everywhere: bool = True
    rate: int | None = None
    period: float = 1.0
    expected_seconds: float = 10.0
    deadline: float = 180.0


@dataclass(frozen=True)
class Model:
    """One model of an engine. `id`: what the provider calls it: a model, a req_key, a workflow.

    references: most pictures in, of all roles together; least_references: fewer and it is not asked. outputs: most
    pictures that one call brings. price_fen: for each picture that comes out; of a clip for each second.
    larger: (pixels, fen): what a picture of so many pixels or more costs instead. reference_fen: for each picture in.

    least_area, most_area: width × height of what it can make, in pixels. step: sides are multiples of it.
    shapes: the only (width, height) it makes; empty: any within the area. ratio: the longest shape, side to side.

    needs_address: pictures in go by an address that the provider can read. most_bytes: of one picture in.
    most_side, most_pixels: of one picture in. mask: a mask can be given. seeds: it takes a seed.
    open_at_once: work under way at once at this model, over all workers; None: the engine's limit alone.
    variants: so many different pictures of one order at most, so it is not asked for more; None: any number.
    """

    id: str
    features: frozenset[str]
    grade: Grade = "standard"
    media: Media = "picture"
    references: int = 1
    least_references: int = 1
    outputs: int = 1
    price_fen: int = 0
    larger: tuple[tuple[int, int], ...] = ()
    reference_fen: float = 0.0
    least_area: int = 1
    most_area: int = 4096 * 4096
    step: int = 1
    ratio: float = 3.0
    shapes: tuple[tuple[int, int], ...] = ()
    needs_address: bool = False
    most_bytes: int = 10_000_000
    most_side: int = 4096
    most_pixels: int = 4096 * 4096
    mask: bool = False
    seeds: bool = False
    open_at_once: int | None = None
    variants: int | None = None
    expected_seconds: float | None = None
    deadline: float | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def cost_fen(self, count: int, *, seconds: int, area: int, references: int) -> int:
        """What an order of `count` pictures of so many pixels, or of clips of so many seconds each, costs.

        references: pictures in; every call looks at them anew.
        """
        made = min(count, self.variants or count)
        each = max([fen for least, fen in self.larger if area >= least], default=self.price_fen)
        looking = self.reference_fen * references * -(-made // self.outputs)
        return ceil(each * made * (seconds if self.media == "clip" else 1) + looking)


@dataclass(frozen=True)
class Parameter:
    """How an engine takes one of `domain.parameters`. `as_`: the field, or what emulates it, in words for people."""

    taken: Taken
    as_: str = ""


@dataclass(frozen=True)
class Capabilities:
    """One engine. `models`: what it has, the preferred first. parameters: by name; one that is missing is "none".

    complete: it takes photos as they were sent, and its pictures come judged, ranked, watermarked and labelled.
    provider: who gets the pictures, in the consent's words; empty: nobody. styles: of a feature those that it has;
    a feature that is missing: all that the prompt library has words for.
    """

    name_zh: str
    name_en: str
    region: Region
    models: tuple[Model, ...]
    limits: Limits = field(default_factory=Limits)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    complete: bool = False
    provider: str = ""
    styles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def features(self) -> frozenset[str]:
        """Ids of the features that any of its models makes."""
        return frozenset(feature for model in self.models for feature in model.features)

    def model(self, model_id: str) -> Model | None:
        """The model of that id."""
        return next((model for model in self.models if model.id == model_id), None)

    def deadline(self, model: Model) -> float:
        """Seconds until a result of the model is given up."""
        return model.deadline or self.limits.deadline

    def expected_seconds(self, model: Model) -> float:
        """Seconds that the model takes, about."""
        return model.expected_seconds or self.limits.expected_seconds
