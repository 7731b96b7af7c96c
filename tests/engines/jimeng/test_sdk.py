"""The vendor's own SDK completes calls against our Jimeng and sees its refusals."""

from __future__ import annotations

import base64
import io
import json
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from tuanyuan.engines.jimeng.fake import JimengFake
from tuanyuan.engines.sandbox import Fault, Faults, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

AK, SK = "AKEXAMPLE00000000000", "SKexample0000000000000000000000000000000"
Start = Callable[..., tuple[Any, JimengFake]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Start]:
    """`start(*faults, **parts)`: the SDK's service, pointed at a fake of that kind."""
    with warnings.catch_warnings():
        # The SDK has invalid escapes in its strings and imports what is deprecated; none of it is ours.
        warnings.simplefilter("ignore")
        from volcengine.visual.VisualService import VisualService

    monkeypatch.setenv("HOME", str(tmp_path))  # it would read credentials from there
    monkeypatch.delenv("VOLC_ACCESSKEY", raising=False)
    monkeypatch.delenv("VOLC_SECRETKEY", raising=False)
    # One instance for the whole process: a fresh one for each test.
    monkeypatch.delattr(VisualService, "_instance", raising=False)
    running: list[Any] = []

    def begin(*plan: Fault | None, **parts: Any) -> tuple[Any, JimengFake]:
        fake = JimengFake(Faults(plan), **parts)
        server = serving(fake.app)
        address = server.__enter__()
        service = VisualService()
        running.append((service, server))
        service.session.trust_env = False
        service.set_scheme("http")
        service.set_host(address.removeprefix("http://"))
        service.set_ak(AK)
        service.set_sk(SK)
        return service, fake

    yield begin
    monkeypatch.delattr(VisualService, "_instance", raising=False)
    for service, server in running:
        service.session.close()
        server.__exit__(None, None, None)


def photo() -> str:
    file = io.BytesIO()
    Image.new("RGB", (400, 500), (180, 60, 60)).save(file, "JPEG")
    return base64.b64encode(file.getvalue()).decode()


def refusal(call: Callable[[], Any]) -> dict[str, Any]:
    """What the SDK raises is the representation of the body's bytes."""
    with pytest.raises(Exception, match=r"^b'\{") as raised:
        call()
    said: dict[str, Any] = json.loads(str(raised.value).removeprefix("b'").removesuffix("'"))
    return said


def test_submit_and_poll_an_edit(start: Start) -> None:
    service, fake = start()
    form = {"req_key": "jimeng_i2i_v30", "prompt": "换成汉服", "binary_data_base64": [photo()], "seed": -1}
    said = service.cv_sync2async_submit_task(form)
    assert (said["code"], said["message"]) == (10000, "Success")
    task = {"req_key": "jimeng_i2i_v30", "task_id": said["data"]["task_id"]}
    meta = {"content_producer": "示例科技", "producer_id": "img-0001"}
    data = service.cv_sync2async_get_result(task | {"req_json": json.dumps({"return_url": True, "aigc_meta": meta})})
    assert (data["data"]["status"], data["data"]["aigc_meta_tagged"]) == ("done", True)
    # Without proxies: the address is one of this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(data["data"]["image_urls"][0]) as got, Image.open(io.BytesIO(got.read())) as made:
        assert made.size == (512, 640)
    assert fake.accepted[0].request["prompt"] == "换成汉服"
    assert [accepted.pictures for accepted in fake.accepted] == [1]


def test_a_video(start: Start) -> None:
    service, fake = start()
    form = {"req_key": "jimeng_ti2v_v30_pro", "prompt": "微笑", "binary_data_base64": [photo()], "frames": 121}
    task = service.cv_sync2async_submit_task(form)["data"]["task_id"]
    data = service.cv_sync2async_get_result({"req_key": "jimeng_ti2v_v30_pro", "task_id": task})["data"]
    assert data["status"] == "done"
    assert data["video_url"].startswith("http://127.0.0.1:")
    assert fake.calls == {"CVSync2AsyncSubmitTask": 1, "CVSync2AsyncGetResult": 1}


def test_temporary_credentials(start: Start) -> None:
    service, _ = start(session_token="sts-example")
    form = {"req_key": "jimeng_t2i_v31", "prompt": "hi"}
    assert refusal(lambda: service.cv_sync2async_submit_task(form))["ResponseMetadata"]["Error"]["CodeN"] == 100009
    service.set_session_token("sts-example")
    assert service.cv_sync2async_submit_task(form)["code"] == 10000


def test_refusals_of_the_service_and_of_the_gateway(start: Start) -> None:
    service, fake = start("refuse_input", "throttle", "fail", "refuse_output")
    form = {"req_key": "jimeng_t2i_v31", "prompt": "hi"}
    codes = [refusal(lambda: service.cv_sync2async_submit_task(form))["code"] for _ in range(3)]
    assert codes == [50412, 50429, 50500]
    task = service.cv_sync2async_submit_task(form)["data"]["task_id"]
    asked = {"req_key": "jimeng_t2i_v31", "task_id": task}
    assert refusal(lambda: service.cv_sync2async_get_result(asked))["code"] == 50511
    service.set_sk("another")
    error = refusal(lambda: service.cv_sync2async_submit_task(form))["ResponseMetadata"]["Error"]
    assert (error["CodeN"], error["Code"]) == (100010, "SignatureDoesNotMatch")
    assert len(fake.accepted) == 1


def test_a_connection_that_dies_is_billed(start: Start) -> None:
    service, fake = start("cut")
    with pytest.raises(Exception, match=r"IncompleteRead|Connection"):
        service.cv_sync2async_submit_task({"req_key": "jimeng_t2i_v31", "prompt": "hi"})
    assert [accepted.pictures for accepted in fake.accepted] == [1]
