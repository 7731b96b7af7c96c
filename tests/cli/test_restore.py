"""`tuanyuan restore`, and `mask` by a service, with services that keep to their contracts."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from doubles import photos
from doubles.retouch import ID, KEY, opened

from tuanyuan.engines.sandbox import Faults, serving
from tuanyuan.imaging.label import read_label
from tuanyuan.partners.aliyun_facebody.fake import AliyunFacebodyFake
from tuanyuan.partners.aliyun_oss.fake import AliyunOssFake
from tuanyuan.partners.tencent_ci.fake import TencentCiFake
from tuanyuan.partners.tencent_image.fake import TencentImageFake

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


@pytest.fixture
def tool(tuanyuan, models_dir, monkeypatch):
    monkeypatch.setenv("TUANYUAN_MODELS_DIR", str(models_dir))
    return tuanyuan


@pytest.fixture
def photo(tool, portrait):
    """A portrait, softened: 480×480, in the folder where `tool` runs."""
    del tool
    rgb = cv2.resize(portrait("man_glasses").rgb, (480, 480), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(rgb, (0, 0), 2.0)
    Path("me.png").write_bytes(photos.save(soft, "PNG"))
    return soft


@pytest.fixture
def tencent(monkeypatch):
    ci, image = TencentCiFake(Faults()), TencentImageFake(Faults())
    with serving(ci.app) as ci_url, serving(image.app) as image_url:
        values = {
            "SECRET_ID": ID,
            "SECRET_KEY": KEY,
            "CI_BUCKET": "bkt-1250000000",
            "CI_REGION": "ap-guangzhou",
            "CI_URL": ci_url,
            "IMAGE_URL": image_url,
        }
        for name, value in values.items():
            monkeypatch.setenv(f"TUANYUAN_TENCENT_{name}", value)
        yield ci, image


@pytest.fixture
def aliyun(monkeypatch):
    store, faces = AliyunOssFake(Faults()), AliyunFacebodyFake(Faults())
    with serving(store.app) as store_url, serving(faces.app) as faces_url:
        values = {
            "ACCESS_KEY": ID,
            "SECRET_KEY": KEY,
            "OSS_BUCKET": "bkt",
            "OSS_REGION": "cn-shanghai",
            "OSS_URL": store_url,
            "FACEBODY_URL": faces_url,
        }
        for name, value in values.items():
            monkeypatch.setenv(f"TUANYUAN_ALIYUN_{name}", value)
        yield store, faces


@pytest.mark.usefixtures("photo")
@pytest.mark.parametrize(("name", "format"), [("new.jpg", "JPEG"), ("out/new.PNG", "PNG"), ("new.webp", "WEBP")])
def test_a_photo_is_restored_here_and_labelled(tool, name, format):
    outcome = tool("restore", "me.png", "--out", name, "--json")
    assert outcome.status == 0
    told = outcome.json
    assert (told["photo"], told["file"], told["by"], told["not_by"], told["cost_fen"]) == (
        "me.png",
        name,
        "local",
        [],
        0,
    )
    assert told["face_distances"][0] < 0.35
    file = Path(name).read_bytes()
    assert (opened(file).format, opened(file).size) == (format, (480, 480))
    assert read_label(file).produce_id == told["produce_id"]


def test_the_mark_is_to_be_seen(tool, photo):
    tool("restore", "me.png", "--out", "new.png")
    made = np.asarray(opened(Path("new.png").read_bytes()).convert("RGB"))
    corner = np.s_[445:475, 400:475]
    assert np.abs(made[corner].astype(int) - photo[corner]).max() > 30


@pytest.mark.usefixtures("photo")
def test_services_are_asked_in_their_order_and_this_computer_last(tool, aliyun, tencent):
    (store, faces), (_, image) = aliyun, tencent
    assert tool("restore", "me.png", "--out", "a.jpg", "--json").json["by"] == "aliyun"
    assert not store.objects
    assert len(store.deleted) == 1
    faces.faults.then("cut")
    told = tool("restore", "me.png", "--out", "b.jpg", "--json").json
    assert (told["by"], [(p["by"], p["code"]) for p in told["not_by"]]) == ("tencent", [("aliyun", "answer_lost")])
    faces.faults.then("out_of_credit")
    image.faults.then("throttle")
    outcome = tool("restore", "me.png", "--out", "c.jpg")
    assert outcome.status == 0
    assert "me.png → c.jpg  (local)" in outcome.err
    assert "aliyun: 引擎 aliyun_facebody 的账号或设置有问题" in outcome.err
    assert "tencent: 制作的人太多" in outcome.err
    assert KEY not in outcome.err
    assert not store.objects


@pytest.mark.usefixtures("photo", "aliyun", "tencent")
@pytest.mark.parametrize("by", ["local", "aliyun", "tencent"])
def test_one_may_be_chosen(tool, by):
    told = tool("restore", "me.png", "--out", "a.jpg", "--by", by, "--json").json
    assert (told["by"], told["not_by"]) == (by, [])


@pytest.mark.usefixtures("photo")
def test_who_has_no_key_cannot_be_chosen(tool):
    outcome = tool("restore", "me.png", "--out", "a.jpg", "--by", "aliyun", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (2, "engine_unknown")
    assert not Path("a.jpg").exists()


@pytest.mark.usefixtures("photo")
def test_a_file_of_no_known_format_is_wrong_usage(tool):
    outcome = tool("restore", "me.png", "--out", "new.tiff", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (2, "wrong_usage")
    assert not Path("new.tiff").exists()


@pytest.mark.usefixtures("photo", "aliyun")
def test_in_production_faces_do_not_go_in_the_clear(tool, monkeypatch):
    monkeypatch.setenv("TUANYUAN_ENV", "production")
    outcome = tool("restore", "me.png", "--out", "a.jpg", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (1, "setting_not_in_production")
    assert not Path("a.jpg").exists()


@pytest.mark.usefixtures("photo")
def test_people_and_goods_are_cut_out_by_the_service(tool, tencent):
    ci, _ = tencent
    for more, process in (([], "AIPortraitMatting"), (["--goods"], "GoodsMatting")):
        (told,) = tool("mask", "me.png", "--out", "cut", *more, "--json").json["files"]
        assert (told["by"], told["not_by"]) == ("tencent", [])
        assert ci.calls[f"GET {process}"] == 1
        assert opened(Path("cut/me-cutout.png").read_bytes()).size == (480, 480)
    assert not ci.objects


@pytest.mark.usefixtures("photo")
def test_a_service_that_fails_leaves_the_cutting_to_this_computer(tool, tencent):
    ci, _ = tencent
    ci.faults.then("refuse_input")
    (told,) = tool("mask", "me.png", "--out", "cut", "--json").json["files"]
    assert (told["by"], told["not_by"][0]["code"]) == ("local", "engine_input_refused")
    assert not ci.objects
    ci.faults.then("throttle")
    outcome = tool("mask", "me.png", "--out", "cut2", "--by", "tencent", "--json")
    assert (outcome.status, outcome.json["error"]["code"]) == (1, "engine_throttled")
    assert not Path("cut2").exists()


@pytest.mark.usefixtures("photo", "tencent")
def test_this_computer_may_be_chosen(tool, tencent):
    ci, _ = tencent
    (told,) = tool("mask", "me.png", "--out", "cut", "--by", "local", "--json").json["files"]
    assert told["by"] == "local"
    assert not ci.calls
