"""Trying words: the library's and an operator's own, at one engine or several, every picture judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import (
    BadRequest,
    EngineSetup,
    InputRefused,
    OutputRefused,
    Prompt,
    Reference,
    Throttled,
    Transient,
    Unknown,
)
from tuanyuan.domain.errors import StudioError
from tuanyuan.domain.feature import roles, sent
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.ports import Progress
from tuanyuan.domain.ports.pixels import Finished, Made, PixelWork, Prepared, Wish
from tuanyuan.domain.ports.prompts import Prompts
from tuanyuan.domain.prompting import Variant
from tuanyuan.services.briefing import Photos
from tuanyuan.services.generating import Generated, Generating
from tuanyuan.services.tries import Chosen

ENGINES_OWN = (InputRefused, OutputRefused, Throttled, Transient, Unknown, EngineSetup, BadRequest)
# After one of these an engine is not asked again.
SETUP = ("engine_setup", "engine_out_of_credit")


@dataclass(frozen=True)
class Tried:
    """One picture, or one call that brought none. data: None where it may not be shown, and `reason` says why.

    call: the how-manieth of these words. cost_fen: of the call, told with its first picture; of a lost answer,
    what it would cost. facts: as in result.json. failed: nothing came, for which the words are not to blame.
    """

    engine: str
    model: str
    words: str
    call: int
    prompt: Prompt
    data: bytes | None
    reason: str
    cost_fen: int
    seconds: float
    facts: dict[str, Any]
    failed: bool = False

    @property
    def score(self) -> float:
        """0 … 1; a picture that never came has 0."""
        return float(self.facts.get("score", 0.0))

    def as_dict(self) -> dict[str, Any]:
        """For result.json, without the picture and its words."""
        people = self.facts.get("people", [])
        distances = [person["face_distance"] for person in people if person["face_distance"] is not None]
        codes = [code for person in people for code in person["warnings"]] + list(self.facts.get("warnings", []))
        return {
            "engine": self.engine,
            "model": self.model,
            "words": self.words,
            "version": self.prompt.version,
            "call": self.call,
            "shown": self.data is not None,
            "reason": self.reason,
            "score": self.score,
            "faces": {"found": sum(person["box"] is not None for person in people), "expected": len(people)},
            "face_distances": distances,
            "warnings": sorted(set(codes)),
            "cost_fen": self.cost_fen,
            "seconds": round(self.seconds, 2),
        }


@dataclass(frozen=True)
class Tuning:
    """The use case of `tuanyuan prompts try`."""

    prompts: Prompts

    def words(self, order: JobRequest, capabilities: Capabilities, model: Model) -> Prompt:
        """The library's words, as the model would be told them. Raises what `compose` raises."""
        count = min(sent(order.feature, len(order.pictures)), model.references)
        shown = roles(order.feature, len(order.pictures))[:count]
        references = [Reference(role, b"", "image/jpeg", 1, 1) for role in shown]
        return self.prompts.compose(order, references, capabilities)

    def attempt(
        self,
        generating: Generating,
        chosen: Chosen,
        order: JobRequest,
        photos: Photos,
        named: tuple[str, Variant | None],
        call: int,
        progress: Progress,
    ) -> list[Tried]:
        """One call with the library's words (None) or a variant of them: every picture that came, shown or not.

        What the engine refuses or fails in becomes an entry. What keeps it from being asked at all is raised.
        """
        name, variant = named
        library = self.words(order, chosen.engine.capabilities, chosen.model)
        prompt = variant.over(library) if variant else library
        noting = Noting(generating.briefing.pixels)
        watched = replace(generating, briefing=replace(generating.briefing, pixels=noting))
        # Another call of the same words takes the next seed.
        seed = int(order.options.get("seed", 1001)) + call - 1
        takes = chosen.engine.capabilities.parameters.get("seed")
        if call > 1 and takes is not None and takes.taken != "none":
            order = replace(order, options={**order.options, "seed": seed})
        try:
            made = watched.once(chosen, order, photos, progress, prompt)
        except StudioError as error:
            if not isinstance(error, ENGINES_OWN) and error.code != "nothing_made":
                raise
            fen = chosen.model.price_fen if isinstance(error, Unknown) else 0
            failed = not isinstance(error, InputRefused | OutputRefused)
            engine, model = chosen.engine.name, chosen.model.id
            return [Tried(engine, model, name, call, prompt, None, error.code, fen, 0.0, {}, failed)]
        return self._listed(made, noting.finished, name, call)

    @staticmethod
    def _listed(made: Generated, finished: Sequence[Finished], name: str, call: int) -> list[Tried]:
        return [
            Tried(
                engine=made.engine,
                model=made.model,
                words=name,
                call=call,
                prompt=made.prompt,
                data=one.data,
                reason=one.reason,
                cost_fen=0 if number else made.cost_fen,
                seconds=made.seconds,
                facts=one.facts,
            )
            for number, one in enumerate(finished)
        ]


def ranked(tried: Sequence[Tried]) -> list[Tried]:
    """Best first: what may be shown before what may not, then by score; equal ones keep their order."""
    return sorted(tried, key=lambda one: (one.data is None, -one.score))


def summary(tried: Sequence[Tried]) -> list[dict[str, Any]]:
    """What each engine made of each words, best first: pictures, how many may be shown, mean score, cost in fen.

    failed: calls that brought nothing; they do not count.
    """
    groups: dict[tuple[str, str], list[Tried]] = {}
    for one in tried:
        groups.setdefault((one.engine, one.words), []).append(one)
    told = [
        {
            "engine": engine,
            "words": words,
            "pictures": sum(not one.failed for one in found),
            "failed": sum(one.failed for one in found),
            "shown": sum(one.data is not None for one in found),
            "score": round(fmean([one.score for one in found if not one.failed] or [0.0]), 4),
            "cost_fen": sum(one.cost_fen for one in found),
        }
        for (engine, words), found in groups.items()
    ]
    return sorted(told, key=lambda group: (-group["shown"] / max(1, group["pictures"]), -group["score"]))


class Noting:
    """Implements `domain.ports.pixels.PixelWork` by another, and notes what became of every picture, shown or not."""

    def __init__(self, pixels: PixelWork) -> None:
        self._pixels = pixels
        self.finished: list[Finished] = []
        self.examine = pixels.examine
        self.remember = pixels.remember
        self.preview = pixels.preview
        self.fit = pixels.fit

    def make(
        self, feature: str, photos: Sequence[tuple[str, bytes]], order: dict[str, Any], progress: Progress
    ) -> Made:
        """As it is."""
        return self._pixels.make(feature, photos, order, progress)

    def prepare(
        self, photos: Sequence[tuple[str, bytes]], most_bytes: int, most_side: int, most_pixels: int
    ) -> Sequence[Prepared]:
        """As it is."""
        return self._pixels.prepare(photos, most_bytes, most_side, most_pixels)

    def finish(
        self, pictures: Sequence[bytes], photos: Sequence[tuple[str, bytes]], wish: Wish, remembered: bytes = b""
    ) -> Sequence[Finished]:
        """As it is, and noted."""
        finished = self._pixels.finish(pictures, photos, wish, remembered)
        self.finished += finished
        return finished
