"""Our requests in the fields of OpenAI's images interface (contract §4.3, §4.4, §4.7)."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import pytest
from doubles.asking import SAID_IN_WORDS, WORDS, asking, manifest, picture, reference
from PIL import Image

from tuanyuan.domain.engine import BadRequest, OutputRefused, Prompt, Unknown
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS, size_of
from tuanyuan.engines import asked
from tuanyuan.engines.openai import mapping
from tuanyuan.engines.openai.masks import transparent

CAPABILITIES = manifest("openai").capabilities
FLARE, TWO = CAPABILITIES.models
PLAIN = replace(TWO, options={})
A, B = reference(data=b"a.png"), reference("garment", data=b"b.png")
USAGE = {
    "input_tokens": 1210,
    "input_tokens_details": {"text_tokens": 22, "image_tokens": 1188},
    "output_tokens": 1584,
    "total_tokens": 2794,
}


def call(model, *references, **changed):
    request = asking(model, *references, **changed)
    return mapping.asked(request, model, request.references, "openai")


def answer(*pictures, **more):
    data = [{"b64_json": base64.b64encode(one).decode()} for one in pictures]
    return {"created": 1795345200, "data": data, "size": "1024x1536", "output_format": "png", **more}


def test_the_worked_example():
    mask = reference("mask", picture(96, 72, 255))
    made = call(PLAIN, A, B, mask)
    assert made.path == "/images/edits"
    assert made.fields == {"model": "gpt-image-2", "prompt": WORDS, "size": "1024x1536"}
    assert [(name, media) for name, (_, _, media) in made.files] == [
        ("image[]", "image/png"),
        ("image[]", "image/png"),
        ("mask", "image/png"),
    ]
    assert [content for _, (_, content, _) in made.files[:2]] == [b"a.png", b"b.png"]
    assert made.sending == {"data": made.fields, "files": list(made.files)}


def test_one_picture_alone_has_the_other_name():
    assert [name for name, _ in call(PLAIN, A).files] == ["image"]
    masked = call(PLAIN, A, reference("mask", picture(96, 72, 255)))
    assert [name for name, _ in masked.files] == ["image", "mask"]


def test_the_files_are_named_by_what_they_are():
    jpeg = reference(data=b"jpeg", media_type="image/jpeg")
    files = call(PLAIN, jpeg, A).files
    assert [(file, media) for _, (file, _, media) in files] == [("1.jpg", "image/jpeg"), ("2.png", "image/png")]


def test_without_pictures_it_is_a_generation_in_json():
    made = call(PLAIN, candidates=3)
    assert made.path == "/images/generations"
    assert made.sending == {"json": {"model": "gpt-image-2", "prompt": WORDS, "size": "1024x1536", "n": 3}}


@pytest.mark.parametrize(("candidates", "sent"), [(1, None), (4, 4), (12, 10)])
def test_several_are_asked_for_at_once(candidates, sent):
    assert call(PLAIN, A, candidates=candidates).fields.get("n") == sent


def test_what_the_catalogue_sets_is_sent_and_faces_are_left_to_the_newer_models():
    assert call(FLARE, A).fields == {
        "model": "gpt-image-2.5-flare",
        "prompt": WORDS,
        "size": "1024x1536",
        "quality": "medium",
        "output_format": "jpeg",
        "output_compression": 95,
    }
    assert "input_fidelity" not in call(TWO, A).fields
    older = replace(TWO, options={"input_fidelity": "high"})
    assert call(older, A).fields["input_fidelity"] == "high"


@pytest.mark.parametrize(
    ("size", "sent"),
    [
        ((1920, 1440), "1920x1440"),
        ((1080, 1920), "1088x1920"),
        ((4096, 3072), "3312x2496"),
        ((4096, 1366), "3840x1280"),
        ((1366, 4096), "1280x3840"),
        ((480, 480), "816x816"),
    ],
)
def test_the_size_is_brought_within_the_bounds(size, sent):
    told = call(TWO, A, size=size).fields["size"]
    width, height = (int(side) for side in told.split("x"))
    assert width % 16 == height % 16 == 0
    assert 655_360 <= width * height <= 3840 * 2160
    assert max(width, height) <= min(3840, 3 * min(width, height))
    assert told == sent


def test_no_size_breaks_the_bounds():
    for width in range(480, 4097, 113):
        for height in range(480, 4097, 97):
            if max(width, height) > 3 * min(width, height):
                continue
            wide, high = mapping.size(asking(TWO, size=(width, height)), TWO)
            assert wide % 16 == high % 16 == 0
            assert 655_360 <= wide * high <= 3840 * 2160, (width, height)
            assert max(wide, high) <= min(3840, 3 * min(wide, high)), (width, height)


@pytest.mark.parametrize("options", [{"size": "1080x1920"}, {"resolution": "4k"}])
def test_size_and_resolution_change_the_size_alone(options):
    plain, other = call(TWO, A, size=size_of({})), call(TWO, A, options=options, size=size_of(options))
    assert plain.fields["size"] != other.fields["size"]
    assert {**plain.fields, "size": ""} == {**other.fields, "size": ""}
    assert plain.files == other.files


@pytest.mark.parametrize(("name", "value"), SAID_IN_WORDS)
def test_what_is_said_in_words_changes_no_field(name, value):
    assert CAPABILITIES.parameters[name].taken == "emulated"
    assert CAPABILITIES.parameters[name].as_ == "prompt"
    assert call(TWO, A, options={name: value}) == call(TWO, A)
    asked.check(JobRequest("tryon", ("p",), options={name: value}), CAPABILITIES)


@pytest.mark.parametrize(("name", "value"), [("seed", 1), ("motion_bucket_id", 10), ("fps", 10), ("video_length", 5)])
def test_what_it_has_no_field_for_is_refused(name, value):
    assert CAPABILITIES.parameters[name].taken == "none"
    with pytest.raises(WrongUsage):
        asked.check(JobRequest("tryon", ("p",), options={name: value}), CAPABILITIES)


def test_every_parameter_has_its_line():
    assert set(CAPABILITIES.parameters) == set(PARAMETERS)


def test_what_must_not_be_seen_is_told_in_words_and_no_prompt_is_too_long():
    prompt = Prompt("A family.", negative="text, logos", language="en")
    assert call(PLAIN, A, prompt=prompt).fields["prompt"] == "A family.\nNever show: text, logos."
    assert len(call(PLAIN, A, prompt=Prompt("x" * 40_000)).fields["prompt"]) == 32_000


def test_white_becomes_fully_transparent_and_everything_else_opaque():
    mask = Image.new("L", (40, 20), 0)
    mask.paste(255, (0, 0, 10, 20))
    mask.paste(128, (10, 0, 20, 20))
    mask.paste(127, (20, 0, 30, 20))
    file = io.BytesIO()
    mask.save(file, "PNG")
    with Image.open(io.BytesIO(transparent(file.getvalue()))) as made:
        assert (made.format, made.mode, made.size) == ("PNG", "RGBA", (40, 20))
        assert [made.getpixel((x, 9))[3] for x in (0, 9, 10, 19, 20, 29, 30, 39)] == [0, 0, 0, 0, 255, 255, 255, 255]


def test_a_large_mask_of_many_patches_stays_below_what_is_taken():
    checked = Image.effect_noise((384, 216), 200).resize((3840, 2160), Image.Resampling.NEAREST)
    file = io.BytesIO()
    checked.save(file, "PNG", compress_level=1)
    assert len(transparent(file.getvalue())) < 1_000_000


def test_a_mask_of_more_bytes_than_are_taken_is_not_sent(monkeypatch):
    monkeypatch.setattr(mapping, "MOST_MASK", 50)
    with pytest.raises(BadRequest) as caught:
        call(PLAIN, A, reference("mask", picture(96, 72, 255)))
    assert "mask" in str(caught.value)


def test_pictures_for_a_server_that_takes_none_are_not_sent():
    with pytest.raises(BadRequest):
        call(replace(TWO, options={"edits": "false"}), A)
    assert call(replace(TWO, options={"edits": "false"})).path == "/images/generations"


def test_the_pictures_of_the_worked_example_and_their_price():
    """§4.7 and §4.5: 22 × 3600 + 1188 × 5760 + 1584 × 21600 = 41.1 million of millionths of a fen."""
    made = mapping.made(answer(b"picture", usage=USAGE), TWO)
    assert made == mapping.Made((b"picture",), (), 42)


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens_details": {"text_tokens": 1}}, "none"])
def test_without_usage_the_price_is_by_the_picture(usage):
    assert mapping.made(answer(b"1", b"2", usage=usage), TWO).cost_fen == 2 * TWO.price_fen


def test_addresses_only_from_those_who_may_send_them():
    told = {"data": [{"url": "https://pictures.example/1"}, {"b64_json": base64.b64encode(b"2").decode(), "url": "x"}]}
    assert mapping.made(told, replace(TWO, options={"answer": "url"})) == mapping.Made(
        (b"2",), ("https://pictures.example/1",), 2 * TWO.price_fen
    )
    with pytest.raises(Unknown):
        mapping.made(told, TWO)


@pytest.mark.parametrize("data", [[], [{}], [{"b64_json": None}], ["none"]])
def test_no_picture_at_all_may_be_tried_once_more(data):
    with pytest.raises(OutputRefused):
        mapping.made({"data": data}, TWO)


@pytest.mark.parametrize("told", [{}, {"data": None}, {"data": "none"}, {"data": [{"b64_json": "no base64!"}]}])
def test_an_answer_that_the_contract_does_not_know_is_lost(told):
    with pytest.raises(Unknown):
        mapping.made(told, TWO)
