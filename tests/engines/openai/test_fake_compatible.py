"""The fake of OpenAI Images as a compatible server: other models, addresses (contracts/openai-images.md)."""

from __future__ import annotations

import io

from doubles.openai import addresses, compatible, error, generated, got, pictures, refused, sent
from PIL import Image

from tuanyuan.engines.openai.fake import OpenAIFake
from tuanyuan.engines.sandbox import Faults


def test_another_base_path_other_models_no_edits() -> None:
    fake = compatible(routes=("/images/generations",))
    answer = generated(
        fake, "/compatible-mode/v2/images/generations", model="painter-1", size="720x960", response_format="b64_json"
    )
    assert [it.size for it in pictures(answer)] == [(720, 960)]
    lacking = sent(fake, path="/compatible-mode/v2/images/edits", model="painter-1")
    refused(lacking, 404, None)
    assert error(lacking)["message"] == "Invalid URL (POST /compatible-mode/v2/images/edits)"
    refused(generated(fake, "/compatible-mode/v2/images/generations"), 404, "model_not_found", "model")
    assert generated(fake, model="painter-1").status_code == 404


def test_a_foreign_model_edits_too() -> None:
    fields = {"model": "painter-1", "prompt": "x", "size": "720x960", "input_fidelity": "high"}
    (made,) = pictures(sent(compatible(), fields, path="/compatible-mode/v2/images/edits"))
    assert made.size == (720, 960)
    for size in ("63x960", "720x4097"):
        refused(
            sent(compatible(), fields, path="/compatible-mode/v2/images/edits", size=size), 400, "invalid_value", "size"
        )


def test_addresses_hold_an_hour() -> None:
    now = [100.0]
    fake = OpenAIFake(url_results=True, clock=lambda: now[0])
    (address,) = addresses(fake, output_format="jpeg")
    assert address.startswith("http://fake/v1/pictures/")
    now[0] += 3599.0
    answer = got(fake, address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(answer.content)).size == (1024, 1536)
    assert answer.content == fake.accepted[0].made[0]
    now[0] += 1.0
    assert got(fake, address).status_code == 404
    assert fake.calls == {"/images/edits": 1, "/pictures": 2}


def test_an_address_that_nobody_was_given() -> None:
    assert got(OpenAIFake(url_results=True), "/v1/pictures/x.png").status_code == 404


def test_an_expired_address() -> None:
    fake = OpenAIFake(Faults(["expired"]), url_results=True)
    first, second = addresses(fake, n="2")
    assert [got(fake, address).status_code for address in (first, second)] == [404, 404]
    assert fake.accepted[0].pictures == 2
    # The picture itself was well.
    Image.open(io.BytesIO(fake.accepted[0].made[0])).load()
