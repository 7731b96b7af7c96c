"""The req_keys and what each takes: fields, bounds, pictures in, size out (contract: jimeng.md 1.3, 1.4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuanyuan.engines.jimeng.fake.photos import Limits, Photo
from tuanyuan.engines.jimeng.fake.refusals import invalid

Body = Mapping[str, Any]
Size = tuple[int, int]

_MB = 1024 * 1024
_LARGE = Limits(15 * _MB)
_SMALL = Limits(int(4.7 * _MB))
_FRAME = Limits(int(4.7 * _MB), short=320)
_LEAST, _MOST = 1024**2, 4096**2
_CLIP: Size = (1280, 720)


@dataclass(frozen=True)
class Model:
    """What one req_key takes. pictures: least and most that come in. words: characters of the prompt at most.

    prompt: "without_picture": needed if no picture comes. check: raises Refused for a field outside of its bounds.
    size: of the picture that comes out; raises Refused if what came in does not allow one.
    """

    pictures: tuple[int, int]
    check: Callable[[Body], None]
    size: Callable[[Body, Sequence[Photo]], Size]
    limits: Limits = _SMALL
    words: int = 800
    prompt: Literal["needed", "without_picture"] = "needed"
    video: bool = False
    masked: bool = False
    groups: bool = False
    urls_only: bool = False


def whole(body: Body, name: str, least: int, most: float = math.inf) -> int | None:
    """An integer field within its bounds, None where it is not given. Raises Refused."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise invalid(name)
    return value


def number(body: Body, name: str, least: float, most: float) -> float | None:
    """A number within its bounds, None where it is not given. Raises Refused."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise invalid(name)
    return float(value)


def truth(body: Body, name: str) -> bool | None:
    """A boolean field, None where it is not given. Raises Refused."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(name)
    return value


def choice(body: Body, name: str, words: Sequence[str]) -> str | None:
    """One of the words, None where it is not given. Raises Refused."""
    value = body.get(name)
    if value is not None and value not in words:
        raise invalid(name)
    return value


def _pair(body: Body, least: int, most: float) -> Size | None:
    width, height = whole(body, "width", least, most), whole(body, "height", least, most)
    if (width is None) != (height is None):
        raise invalid("width and height must come together")
    return None if width is None or height is None else (width, height)


def _shaped(area: int, ratio: float) -> Size:
    width = round(math.sqrt(area * ratio))
    return width, round(area / width)


def _check_40(body: Body) -> None:
    pair = _pair(body, 1, math.inf)
    if pair is not None:
        if not _LEAST <= pair[0] * pair[1] <= _MOST:
            raise invalid("width*height")
        if not 1 / 16 <= pair[0] / pair[1] <= 16:
            raise invalid("width/height")
    whole(body, "size", _LEAST, _MOST)
    number(body, "scale", 0, 1)
    truth(body, "force_single")
    ratios = _ratios(body)
    if not 1 / 16 <= ratios[0] <= ratios[1] < 16:
        raise invalid("min_ratio, max_ratio")


def _ratios(body: Body) -> tuple[float, float]:
    least, most = (number(body, name, 1 / 16, 16) for name in ("min_ratio", "max_ratio"))
    return 1 / 3 if least is None else least, 3.0 if most is None else most


def _size_40(body: Body, photos: Sequence[Photo]) -> Size:
    pair = _pair(body, 1, math.inf)
    if pair is not None:
        return pair
    least, most = _ratios(body)
    ratio = photos[0].width / photos[0].height if photos else 1.0
    return _shaped(body.get("size") or 2048**2, min(max(ratio, least), most))


def _check_46(body: Body) -> None:
    whole(body, "scale", 1, 100)
    _check_40({name: value for name, value in body.items() if name != "scale"})


def _check_t2i(body: Body) -> None:
    pair = _pair(body, 1, math.inf)
    if pair is not None and not (512**2 <= pair[0] * pair[1] <= 2048**2 and 1 / 3 <= pair[0] / pair[1] <= 3):
        raise invalid("width, height")
    whole(body, "seed", -1)
    truth(body, "use_pre_llm")


def _size_t2i(body: Body, photos: Sequence[Photo]) -> Size:
    del photos
    return _pair(body, 1, math.inf) or (1328, 1328)


def _check_i2i(body: Body) -> None:
    _pair(body, 512, 2016)
    number(body, "scale", 0, 1)
    whole(body, "seed", -1)


def _size_i2i(body: Body, photos: Sequence[Photo]) -> Size:
    pair = _pair(body, 512, 2016)
    if pair is not None:
        return pair
    width, height = photos[0].width, photos[0].height
    # Both sides of any picture it takes (ratio up to 3) fit in 512…2016 with the shorter one at 512 or more.
    factor = min(max(1.0, 512 / min(width, height)), 2016 / max(width, height))
    return round(width * factor), round(height * factor)


def _check_inpaint(body: Body) -> None:
    whole(body, "seed", -1)


def _size_inpaint(body: Body, photos: Sequence[Photo]) -> Size:
    del body
    picture, mask = photos
    if (mask.width, mask.height) != (picture.width, picture.height) or not mask.grey:
        raise invalid("the mask must be grey and as large as the picture")
    return picture.width, picture.height


def _check_video(body: Body) -> None:
    whole(body, "seed", -1)
    if whole(body, "frames", 121, 241) not in (None, 121, 241):
        raise invalid("frames")
    choice(body, "aspect_ratio", ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9"))


def _check_camera(body: Body) -> None:
    _check_video(body)
    template = body.get("template_id")
    if not isinstance(template, str) or not template:
        raise invalid("template_id")
    choice(body, "camera_strength", ("weak", "medium", "strong"))


def _size_video(body: Body, photos: Sequence[Photo]) -> Size:
    del body, photos
    return _CLIP


def _image(
    least: int, most: int, check: Callable[[Body], None], size: Callable[[Body, Sequence[Photo]], Size]
) -> Model:
    return Model((least, most), check, size)


def _video(least: int, most: int, check: Callable[[Body], None] = _check_video) -> Model:
    return Model((least, most), check, _size_video, _FRAME, prompt="without_picture", video=True)


MODELS: Mapping[str, Model] = {
    "jimeng_t2i_v30": _image(0, 0, _check_t2i, _size_t2i),
    "jimeng_t2i_v31": _image(0, 0, _check_t2i, _size_t2i),
    "jimeng_i2i_v30": _image(1, 1, _check_i2i, _size_i2i),
    "jimeng_t2i_v40": Model((0, 10), _check_40, _size_40, _LARGE, groups=True, urls_only=True),
    "jimeng_seedream46_cvtob": Model((0, 14), _check_46, _size_40, _LARGE, groups=True),
    "jimeng_image2image_dream_inpaint": Model((2, 2), _check_inpaint, _size_inpaint, words=120, masked=True),
    "jimeng_t2v_v30": _video(0, 0),
    "jimeng_i2v_first_v30": _video(1, 1),
    "jimeng_i2v_first_tail_v30": _video(2, 2),
    "jimeng_i2v_recamera_v30": _video(1, 1, _check_camera),
    "jimeng_t2v_v30_1080p": _video(0, 0),
    "jimeng_i2v_first_v30_1080": _video(1, 1),
    "jimeng_i2v_first_tail_v30_1080": _video(2, 2),
    "jimeng_ti2v_v30_pro": _video(0, 1),
}
