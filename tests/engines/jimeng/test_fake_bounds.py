"""Our Jimeng takes a submit just inside of the contract's bounds and refuses it just outside."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from doubles.jimeng import PRO, URL, Talk, assert_refused, picture, size
from PIL import Image


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


INLINE = {"binary_data_base64": [b64(picture())]}
I2I = {"req_key": "jimeng_i2i_v30", **INLINE}
T2I = {"req_key": "jimeng_t2i_v31"}
CAMERA = {"req_key": "jimeng_i2v_recamera_v30", **INLINE}
LAYER = {"req_key": "jimeng_seedream46_cvtob"}

INSIDE: list[dict[str, Any]] = [
    {"prompt": "字" * 800},
    {"image_urls": [URL] * 10},
    {"size": 1024**2},
    {"size": 4096**2},
    {"width": 1024, "height": 1024},
    {"width": 6198, "height": 2656},
    {"width": 256, "height": 4096},
    {"scale": 0},
    {"scale": 1},
    {"min_ratio": 1 / 16, "max_ratio": 15.9},
    {"image_urls": None, "width": None, "height": None},
    {**LAYER, "scale": 1},
    {**LAYER, "scale": 100, "image_urls": [URL] * 14},
    T2I,
    {**T2I, "width": 512, "height": 512},
    {**T2I, "width": 2048, "height": 2048},
    {**T2I, "width": 600, "height": 1800, "seed": 7, "use_pre_llm": False},
    I2I,
    {**I2I, "width": 512, "height": 2016, "scale": 0.5, "seed": -1},
    {"req_key": "jimeng_i2i_v30", "image_urls": [URL]},
    {**PRO, "frames": 241, "aspect_ratio": "21:9"},
    {**PRO, **INLINE, "prompt": None},
    {"req_key": "jimeng_i2v_first_tail_v30", "image_urls": [URL, URL]},
    {**CAMERA, "template_id": "hitchcock", "camera_strength": "strong"},
]
OUTSIDE: list[dict[str, Any]] = [
    {"prompt": "字" * 801},
    {"prompt": ""},
    {"prompt": None},
    {"prompt": 7},
    {"req_key": None},
    {"req_key": 7},
    {"image_urls": [URL] * 11},
    {"image_urls": URL},
    {"image_urls": [7]},
    {"image_urls": ["ftp://img.example.cn/a"]},
    {"image_urls": ["https://img.example.cn/absent"]},
    {"image_urls": [URL], **INLINE},
    INLINE,  # 4.0 documents addresses only
    {"size": 1024**2 - 1},
    {"size": 4096**2 + 1},
    {"size": "2048"},
    {"size": 2048.0**2},
    {"width": 1024},
    {"height": 1024},
    {"width": 1023, "height": 1024},
    {"width": 4097, "height": 4096},
    {"width": 255, "height": 4352},
    {"scale": 1.01},
    {"scale": -0.01},
    {"scale": True},
    {"force_single": 1},
    {"min_ratio": 1 / 17},
    {"max_ratio": 16},
    {"min_ratio": 3, "max_ratio": 2},
    {"return_url": True},
    {"logo_info": {"add_logo": True}},
    {**LAYER, "scale": 0},
    {**LAYER, "scale": 101},
    {**LAYER, "scale": 0.5},
    {**LAYER, "image_urls": [URL] * 15},
    {**T2I, "image_urls": [URL]},
    {**T2I, "width": 512, "height": 511},
    {**T2I, "width": 2049, "height": 2048},
    {**T2I, "width": 599, "height": 1800},
    {**T2I, "seed": -2},
    {**T2I, "seed": 1.5},
    {**T2I, "use_pre_llm": "no"},
    {**I2I, "binary_data_base64": []},
    {**I2I, "binary_data_base64": [b64(picture())] * 2},
    {**I2I, "binary_data_base64": ["data:image/jpeg;base64," + b64(picture())]},
    {**I2I, "width": 511, "height": 1000},
    {**I2I, "width": 1000, "height": 2017},
    {**PRO, "frames": 122},
    {**PRO, "aspect_ratio": "2:1"},
    {**PRO, "prompt": None},
    {**PRO, "image_urls": [URL, URL]},
    {"req_key": "jimeng_i2v_first_tail_v30", "image_urls": [URL]},
    {"req_key": "jimeng_t2v_v30", "image_urls": [URL]},
    CAMERA,
    {**CAMERA, "template_id": "hitchcock", "camera_strength": "huge"},
]


@pytest.mark.parametrize("form", INSIDE)
def test_just_inside(form: dict[str, Any]) -> None:
    talk = Talk()
    talk.task(**form)
    assert len(talk.fake.accepted) == 1


@pytest.mark.parametrize("form", OUTSIDE)
def test_just_outside(form: dict[str, Any]) -> None:
    talk = Talk("fail")
    assert_refused(talk.submit(**form), 400, 50215)
    assert not talk.fake.accepted
    assert_refused(talk.submit(), 500, 50500)  # the plan's fault was not spent on it


@pytest.mark.parametrize(
    ("data", "good"),
    [
        (picture(4096, 1366), True),
        (picture(4097, 2000), False),
        (picture(600, 200), True),
        (picture(601, 200), False),
        (picture(200, 601), False),
        (picture(format="PNG"), True),
        (picture(format="WEBP"), False),
        (picture() + b" " * (int(4.7 * 1024**2) - len(picture())), True),
        (picture() + b" " * (int(4.7 * 1024**2) - len(picture()) + 1), False),
        (picture()[:-200], False),
        (b"no picture", False),
    ],
)
def test_pictures_of_image_to_image(data: bytes, good: bool) -> None:
    answer = Talk().submit(req_key="jimeng_i2i_v30", binary_data_base64=[b64(data)])
    if good:
        assert answer.json()["code"] == 10000
    else:
        assert_refused(answer, 400, 50215)


@pytest.mark.parametrize(("more", "code"), [(0, 10000), (1, 50215)])
def test_pictures_of_4_0_may_have_fifteen_megabytes(more: int, code: int) -> None:
    talk = Talk()
    talk.photos["a"] = picture() + b" " * (15 * 1024**2 - len(picture()) + more)
    assert talk.submit(image_urls=[URL]).json()["code"] == code


@pytest.mark.parametrize(("short", "code"), [(320, 10000), (319, 50215)])
def test_a_first_frame_has_a_shortest_side(short: int, code: int) -> None:
    talk = Talk()
    assert talk.submit(**PRO, binary_data_base64=[b64(picture(short, 500))]).json()["code"] == code


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (T2I, (1328, 1328)),
        ({"width": 1536, "height": 1024}, (1536, 1024)),
        (I2I, (512, 640)),
        ({**I2I, "binary_data_base64": [b64(picture(3000, 1500))]}, (2016, 1008)),
        ({"image_urls": [URL], "size": 1024**2}, (916, 1145)),
        ({"image_urls": [URL], "size": 1024**2, "min_ratio": 1, "max_ratio": 1}, (1024, 1024)),
    ],
)
def test_the_size_of_what_comes_out(form: dict[str, Any], expected: tuple[int, int]) -> None:
    assert size(Talk().only(**form)) == expected


def half_mask(width: int = 400, height: int = 500, mode: str = "L") -> bytes:
    mask = Image.new("L", (width, height), 0)
    mask.paste(255, (0, 0, width // 2, height))
    file = io.BytesIO()
    mask.convert(mode).save(file, "PNG")
    return file.getvalue()


INPAINT = "jimeng_image2image_dream_inpaint"


def test_inpainting_changes_what_the_mask_shows_and_nothing_else() -> None:
    made = Talk().only(req_key=INPAINT, binary_data_base64=[b64(picture()), b64(half_mask())], seed=101)
    assert size(made) == (400, 500)
    with Image.open(io.BytesIO(made)) as opened:
        assert opened.getpixel((100, 250))[0] < 120
        assert opened.getpixel((300, 250))[0] > 180


@pytest.mark.parametrize(
    ("pictures", "prompt", "code"),
    [
        ([picture(), half_mask(mode="RGB")], "字" * 120, 10000),
        ([picture(), half_mask()], "字" * 121, 50215),
        ([picture(), half_mask(399)], "x", 50215),
        ([picture(), picture()], "x", 50215),
        ([picture()], "x", 50215),
    ],
)
def test_bounds_of_inpainting(pictures: list[bytes], prompt: str, code: int) -> None:
    form = {"req_key": INPAINT, "prompt": prompt, "binary_data_base64": [b64(one) for one in pictures]}
    assert Talk().submit(**form).json()["code"] == code


@pytest.mark.parametrize("key", ["jimeng_t2i_v99", "jimeng_t2i_v30"])
def test_a_req_key_that_is_not_to_be_had(key: str) -> None:
    assert_refused(Talk(withdrawn=["jimeng_t2i_v30"]).submit(req_key=key), 400, 50400)
