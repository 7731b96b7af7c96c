"""The fake bucket keeps objects and cuts people out of them: contracts/tencent-cos-ci.md."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from doubles.bucket import END, HOST, START, cut, fake, refusal, send, signed
from doubles.retouch import VECTOR_TIME, of, opened, picture

from tuanyuan.partners.tencent_ci.fake import KINDS, TencentCiFake


def test_objects_come_and_go():
    bucket = fake()
    heads = {"x-cos-server-side-encryption": "AES256", "content-type": "image/jpeg"}
    put = send(bucket, "PUT", "/t1/a.jpg", heads=heads, content=b"bytes")
    assert (put.status_code, put.headers["x-cos-server-side-encryption"]) == (200, "AES256")
    assert put.headers["etag"] == '"4b3a6218bb3e3a7303e8a171a60fcf92"'
    assert bucket.objects["t1/a.jpg"].encryption == "AES256"
    got = send(bucket, "GET", "/t1/a.jpg")
    assert (got.content, got.headers["content-type"]) == (b"bytes", "image/jpeg")
    assert send(bucket, "DELETE", "/t1/a.jpg").status_code == 204
    assert send(bucket, "DELETE", "/t1/a.jpg").status_code == 204
    assert bucket.deleted == ["t1/a.jpg"]
    assert refusal(send(bucket, "GET", "/t1/a.jpg"))[:2] == (404, "NoSuchKey")


def test_an_unknown_encryption_is_refused():
    heads = {"x-cos-server-side-encryption": "ROT13"}
    assert refusal(send(fake(), "PUT", "/a.jpg", heads=heads))[:2] == (400, "InvalidArgument")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP", "WEBP"])
def test_a_cut_out_has_the_pictures_size(kind, format):
    bucket = fake(objects={"a": picture(90, 120, format)})
    answer = send(bucket, "GET", "/a", {"ci-process": kind})
    cut_out = opened(answer.content)
    assert (cut_out.format, cut_out.mode, cut_out.size) == ("PNG", "RGBA", (90, 120))
    assert [a.model for a in bucket.accepted] == [kind]


def test_the_subject_may_be_centred_in_a_margin():
    bucket = fake(objects={"t1/a.png": picture(400, 500)})
    plain = opened(cut(bucket).content).getchannel("A").getbbox()
    centred = opened(cut(bucket, **{"center-layout": "1", "padding-layout": "20x30"}).content)
    assert centred.size == (plain[2] - plain[0] + 40, plain[3] - plain[1] + 60)


@pytest.mark.parametrize(
    "query",
    [
        {"ci-process": "GoodsMattingV2"},
        {"ci-process": "AIPortraitMatting", "center-layout": "2"},
        {"ci-process": "AIPortraitMatting", "padding-layout": "1001x0"},
        {"ci-process": "AIPortraitMatting", "padding-layout": "20"},
        {"ci-process": "AIPortraitMatting", "colour": "red"},
    ],
)
def test_what_is_not_in_the_contract_is_refused(query):
    bucket = fake(objects={"a.png": picture()})
    assert refusal(send(bucket, "GET", "/a.png", query))[:2] == (400, "InvalidArgument")
    assert not bucket.accepted


def test_a_padding_of_a_thousand_is_allowed():
    assert cut(fake(objects={"t1/a.png": picture()}), **{"padding-layout": "1000x1000"}).status_code == 200


def test_limits_of_pictures():
    long = {"in": picture(50_000, 1, "PNG"), "out": picture(50_001, 1, "PNG")}
    bucket = fake(objects={**long, "even": picture(100, 100), "more": picture(101, 100)}, most_pixels=10_000)
    bucket.most_pixels = 50_000
    assert cut(bucket, "in").status_code == 200
    assert refusal(cut(bucket, "out")) == (400, "InvalidArgument", "-442")
    bucket.most_pixels = 10_000
    assert cut(bucket, "even").status_code == 200
    assert refusal(cut(bucket, "more")) == (400, "InvalidArgument", "-447")


def test_limits_of_bytes():
    small, most = picture(), 32 * 1024 * 1024
    bucket = fake(objects={"in": small + b"\0" * (most - len(small)), "out": small + b"\0" * (most - len(small) + 1)})
    assert cut(bucket, "in").status_code == 200
    assert refusal(cut(bucket, "out")) == (400, "InvalidArgument", "-167")


@pytest.mark.parametrize("data", [b"text", picture(format="GIF"), picture(format="TIFF")])
def test_other_files_are_refused(data):
    assert refusal(cut(fake(objects={"t1/a.png": data})))[:2] == (400, "InvalidArgument")


def test_a_service_that_is_off_refuses():
    assert refusal(cut(fake(objects={"t1/a.png": picture()}, switched_on=False)))[:2] == (403, "AccessDenied")


def test_a_picture_elsewhere_is_fetched():
    bucket = fake(fetch=of({"https://e/a b.jpg": picture()}))
    query = {"ci-process": "GoodsMatting", "detect-url": "https://e/a b.jpg"}
    assert send(bucket, "GET", "/", query).status_code == 200
    twice = {**query, "detect-url": quote("https://e/a b.jpg", safe="")}
    assert send(bucket, "GET", "/", twice).status_code == 200
    missing = {**query, "detect-url": "https://e/missing.jpg"}
    assert refusal(send(bucket, "GET", "/", missing))[:2] == (400, "InvalidArgument")
    assert refusal(send(bucket, "GET", "/a.jpg", query))[:2] == (400, "InvalidArgument")


OPERATIONS = {
    "is_pic_info": 1,
    "rules": [{"fileid": "/out/a_cut.png", "rule": "ci-process=GoodsMatting&center-layout=1&padding-layout=20x20"}],
}


def test_cutting_at_upload_time_as_in_the_worked_example():
    bucket = fake()
    heads = {"Pic-Operations": json.dumps(OPERATIONS), "x-cos-server-side-encryption": "AES256"}
    answer = send(bucket, "PUT", "/t1/a.jpg", heads=heads, content=picture(900, 1200))
    assert answer.status_code == 200
    assert (
        "<OriginalInfo><Key>t1/a.jpg</Key><ImageInfo><Format>JPEG</Format><Width>900</Width><Height>1200</Height>"
        in answer.text
    )
    made = opened(bucket.objects["out/a_cut.png"].data)
    place = f"<Key>out/a_cut.png</Key><Location>{HOST}/out/a_cut.png</Location>"
    told = f"{place}<Format>PNG</Format><Width>{made.width}</Width>"
    assert told in answer.text
    assert sorted(bucket.objects) == ["out/a_cut.png", "t1/a.jpg"]


def test_cutting_on_the_cloud_beside_the_source():
    bucket = fake(objects={"t1/a.jpg": picture()})
    rules = [{"fileid": f"{n}.png", "rule": "ci-process=AIPicMatting"} for n in range(5)]
    heads = {"Pic-Operations": json.dumps({"is_pic_info": 1, "rules": rules})}
    assert send(bucket, "POST", "/t1/a.jpg", {"image_process": ""}, heads).status_code == 200
    assert sorted(bucket.objects) == ["t1/0.png", "t1/1.png", "t1/2.png", "t1/3.png", "t1/4.png", "t1/a.jpg"]
    heads = {"Pic-Operations": json.dumps({"is_pic_info": 1, "rules": [*rules, rules[0]]})}
    assert refusal(send(bucket, "POST", "/t1/a.jpg", {"image_process": ""}, heads))[:2] == (400, "InvalidArgument")
    assert len(bucket.accepted) == 5


@pytest.mark.parametrize("header", ["", "{", "[]", '{"rules": []}', '{"rules": [{"fileid": "a"}]}'])
def test_malformed_operations_are_refused(header):
    bucket = fake(objects={"a.jpg": picture()})
    answer = send(bucket, "POST", "/a.jpg", {"image_process": ""}, {"Pic-Operations": header})
    assert refusal(answer)[:2] == (400, "InvalidArgument")


def test_objects_are_forgotten():
    now = [VECTOR_TIME]
    bucket = TencentCiFake(clock=lambda: now[0])
    send(bucket, "PUT", "/a", content=b"x", authorization=signed("PUT", "/a", span=(START, END + 9999)))
    now[0] += 3601
    late = signed("GET", "/a", span=(START, END + 9999))
    assert refusal(send(bucket, "GET", "/a", authorization=late))[:2] == (404, "NoSuchKey")
