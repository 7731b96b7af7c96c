"""Our request as Gemini's, Gemini's answer as ours (contract §3.3, §3.4). Pure."""

from __future__ import annotations

import base64
import binascii
from math import log
from typing import Any
from urllib.parse import quote

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import (
    BadRequest,
    EngineRequest,
    EngineResult,
    InputRefused,
    OutputRefused,
    Picture,
    Reference,
    Unknown,
)
from tuanyuan.domain.parameters import MOST_SEED
from tuanyuan.engines import statuses
from tuanyuan.engines.attached import base64_of
from tuanyuan.engines.sizing import fitted
from tuanyuan.engines.told import entries
from tuanyuan.engines.wording import worded

NAME = "gemini"
# §3.3 M: of the whole request, pictures in base64.
MOST_REQUEST = 20_000_000
# No bound is told; this one is far beyond any prompt.
_MOST_PROMPT = 32_000
# §3.4: a model that talks instead of drawing is to be told; it does no harm to the others.
_DRAW = {"zh": "请直接给出图片。", "en": "Return an image."}
# §3.3: no field for a mask; it goes as the last picture.
_MASK = {
    "zh": "图{number}是蒙版：只改动其中白色对应的部分，黑色部分保持不变。",
    "en": "Picture {number} is a mask: change only what is white in it, keep what is black.",
}
# §3.4: what may be tried once more is OutputRefused; these are refused for good. Anything else without a picture
# (NO_IMAGE, IMAGE_OTHER, OTHER, MALFORMED_RESPONSE, LANGUAGE, STOP with words only, a reason that is new) may be.
_REFUSED = frozenset(
    {"SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"},
)
_SIDE = 1024


def path(model: Model) -> str:
    """Where to ask, after the version."""
    return f"/models/{quote(model.id, safe='')}:generateContent"


def asked(request: EngineRequest, model: Model, references: tuple[Reference, ...]) -> dict[str, Any]:
    """The body of the request. BadRequest engine_bad_request "request_size": the pictures are too many bytes."""
    inline = [{"inlineData": {"mimeType": r.media_type, "data": base64_of(r)}} for r in references]
    if sum(len(part["inlineData"]["data"]) for part in inline) > MOST_REQUEST:
        raise BadRequest("engine_bad_request", engine=NAME, detail="request_size")
    configuration: dict[str, Any] = {"responseModalities": ["TEXT", "IMAGE"]}
    if model.seeds and request.parameters.get("seed") is not None:
        # A signed 32-bit number, and a seed of ours may be 2^31.
        configuration["seed"] = int(request.parameters["seed"]) % MOST_SEED
    configuration["imageConfig"] = image_config(request, model)
    return {
        "contents": [{"role": "user", "parts": [{"text": _text(request)}, *inline]}],
        "generationConfig": configuration,
    }


def image_config(request: EngineRequest, model: Model) -> dict[str, str]:
    """The nearest shape the model knows, and where it knows sizes the smallest one that is no smaller than wanted."""
    width, height = fitted(request.size, model)
    ratios = model.options["ratios"].split()
    config = {"aspectRatio": min(ratios, key=lambda ratio: abs(log(width / height) - _shape(ratio)))}
    sizes = model.options.get("sizes", "").split()
    if sizes:
        enough = [size for size in sizes if (int(size.rstrip("K")) * _SIDE) ** 2 >= width * height]
        config["imageSize"] = (enough or sizes[-1:])[0]
    return config


def result(answer: dict[str, Any], request: EngineRequest, model: Model) -> EngineResult:
    """The pictures of a 200. It is also how Gemini refuses (§3.4).

    InputRefused: the photos or words, or a result that must not be tried again. OutputRefused: one retry. Unknown
    answer_lost: an answer that is neither.
    """
    candidate = next(iter(entries(answer.get("candidates"))), None)
    told = finished(answer)
    if candidate is None:
        raise InputRefused("engine_input_refused") if told else Unknown("answer_lost")
    content = candidate.get("content")
    pictures = _pictures(content if isinstance(content, dict) else {})
    if not pictures:
        if not told:
            raise Unknown("answer_lost")
        if told in _REFUSED:
            raise InputRefused("engine_input_refused")
        raise OutputRefused("engine_output_refused")
    return EngineResult(tuple(pictures[: request.candidates]), _cost_fen(len(pictures), request, model))


def finished(answer: dict[str, Any]) -> str:
    """The provider's word for how it ended: the first candidate's `finishReason`, else `blockReason`; "": none."""
    candidate = next(iter(entries(answer.get("candidates"))), None)
    if candidate is not None:
        return statuses.short(candidate.get("finishReason"))
    feedback = answer.get("promptFeedback")
    return statuses.short(feedback.get("blockReason")) if isinstance(feedback, dict) else ""


def _text(request: EngineRequest) -> str:
    language = request.prompt.language
    masks = [number for number, reference in enumerate(request.references, 1) if reference.role == "mask"]
    told = [_MASK[language].format(number=number) for number in masks]
    return "\n".join([worded(request.prompt, _MOST_PROMPT), *told, _DRAW[language]])


def _pictures(content: dict[str, Any]) -> list[Picture]:
    """What was drawn, but for the drafts of a model that thinks in pictures."""
    drawn = []
    for part in entries(content.get("parts")):
        inline = part.get("inlineData")
        if part.get("thought") is not True and isinstance(inline, dict):
            try:
                drawn.append(Picture(base64.b64decode(inline["data"], validate=True)))
            except (KeyError, TypeError, binascii.Error, ValueError):
                raise Unknown("answer_lost") from None
    return drawn


def _cost_fen(drawn: int, request: EngineRequest, model: Model) -> int:
    width, height = fitted(request.size, model)
    return model.cost_fen(drawn, seconds=0, area=width * height, references=len(request.references))


def _shape(ratio: str) -> float:
    width, height = ratio.split(":")
    return log(int(width) / int(height))
