"""The whole way of a user through the API, from the first visit to a picture that anybody may see, and its end."""

from __future__ import annotations

from doubles.door import NO_FACE, NO_PHOTO, PHOTO, Door

from tuanyuan.engines.fake.engine import ORDERS


def test_from_the_first_visit_to_a_shared_picture(each_door: Door) -> None:
    door = each_door
    guest = door.guest()
    assert guest.balance() == 10
    assert guest.ask("POST", "/jobs", {"feature": "reunion", "photos": ["0" * 32]}).json()["code"] == "consent_required"
    consent = guest.agree()
    assert consent["granted"] is True

    photo = guest.upload(name="奶奶.jpg").json()
    assert (photo["ok"], photo["name"], photo["width"], len(photo["faces"])) == (True, "奶奶.jpg", 1200, 1)
    assert guest.got("GET", f"/photos/{photo['id']}") == photo

    job = guest.got("POST", "/jobs", {"feature": "reunion", "photos": [photo["id"]], "background": "studio"})
    assert set(job) >= {"id", "status", "cost", "eta_seconds", "queue_position"}
    assert (job["status"], job["cost"], job["queue_position"], job["progress"]) == ("pending", 6, 1, 0)
    assert door.posted == [job["id"]]
    assert guest.balance() == 4

    door.work(job["id"])
    done = guest.got("GET", f"/jobs/{job['id']}")
    assert (done["status"], done["progress"], done["message"], done["error"]) == ("completed", 100, "完成", None)
    assert [c["rank"] for c in done["candidates"]] == [1, 2, 3, 4]
    assert guest.got("GET", "/jobs")["jobs"] == [done]

    picture = door.client.get(done["candidates"][0]["url"])
    assert picture.status_code == 200
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["cache-control"].startswith("private")
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.content.startswith(b"\xff\xd8\xff")

    picked = guest.got("POST", f"/jobs/{job['id']}/pick", {"candidate": done["candidates"][0]["id"]})
    assert picked["picked"] == done["candidates"][0]["id"]
    assert guest.got("POST", f"/jobs/{job['id']}/rating", {"rating": 5})["rating"] == 5
    path = f"/works/{picked['work_id']}"
    work = guest.got("PATCH", path, {"title": "团圆 2026", "tags": ["新年"], "favourite": True})
    assert (work["title"], work["tags"], work["favourite"], work["public"]) == ("团圆 2026", ["新年"], True, False)
    assert guest.got("GET", "/works?favourite=true&tag=新年&feature=reunion")["works"] == [work]
    assert guest.got("GET", "/works?tag=other")["works"] == []
    assert door.client.get(guest.got("GET", f"{path}/files/picture")["url"]).content == picture.content

    shared = guest.got("POST", f"{path}/share")
    seen = door.client.get(shared["url"]).json()
    assert seen["title"] == "团圆 2026"
    assert guest.id not in str(seen)
    assert guest.got("DELETE", f"{path}/share")["public"] is False
    assert door.client.get(shared["url"]).status_code == 404

    guest.got("DELETE", path)
    assert guest.ask("GET", path).status_code == 404
    assert door.client.get(done["candidates"][0]["url"]).status_code == 404
    assert [(e["kind"], e["amount"], e["balance"]) for e in guest.got("GET", "/wallet/entries")["entries"]] == [
        ("spend", -6, 4),
        ("earn", 10, 10),
    ]


def test_a_photo_without_a_face_is_kept_with_its_report_and_a_program_is_refused(door: Door) -> None:
    guest = door.customer()
    told = guest.upload(NO_FACE).json()
    assert told["ok"] is False
    assert [p["code"] for p in told["problems"]] == ["no_face"]
    refused = guest.upload(NO_PHOTO)
    assert (refused.status_code, refused.json()["code"]) == (422, "file_not_a_photo")
    assert [photo["id"] for photo in guest.got("GET", "/photos")["photos"]] == [told["id"]]
    order = guest.ask("POST", "/jobs", {"feature": "reunion", "photos": [told["id"]]})
    assert order.status_code == 422
    assert [p["code"] for p in order.json()["photos"][0]["problems"]] == ["no_face"]
    assert door.posted == []


def test_a_failed_job_says_why_and_gives_back(door: Door) -> None:
    guest = door.customer()
    failed = guest.finished(options={"seed": ORDERS["refuse"]})
    assert (failed["status"], failed["error"]["code"], failed["error"]["fix"]) == ("failed", "no_face", "user")
    assert guest.balance() == 10


def test_what_is_ours_to_repair_is_told_as_nothing_but_that(door: Door) -> None:
    guest = door.customer()
    job = guest.posted()
    door.studio.generation.claim(job["id"], "test")
    secret = {"code": "unexpected", "fix": "us", "message_en": "KeyError in /srv/engine.py"}
    door.studio.generation.fail(job["id"], secret)
    told = guest.ask("GET", f"/jobs/{job['id']}")
    assert told.json()["error"]["code"] == "request_failed"
    assert "KeyError" not in told.text
    assert guest.balance() == 10


def test_a_waiting_job_can_be_called_off_once(door: Door) -> None:
    guest = door.customer()
    job = guest.posted()
    assert guest.balance() == 4
    assert guest.got("POST", f"/jobs/{job['id']}/cancel")["status"] == "cancelled"
    assert guest.balance() == 10
    again = guest.ask("POST", f"/jobs/{job['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "job_not_pending")
    assert guest.balance() == 10


def test_an_account_can_be_changed_taken_along_and_closed(door: Door) -> None:
    guest = door.customer()
    work = guest.work()
    guest.got("PATCH", "/me", {"name": "小明", "settings": {"language": "en", "large_type": True}})
    me = guest.got("GET", "/me")
    assert (me["name"], me["settings"]["language"], me["settings"]["large_type"]) == ("小明", "en", True)
    assert me["statistics"] == {"photos": 1, "jobs": 1, "completed": 1, "works": 1, "credits_spent": 6}
    taken = guest.got("GET", "/me/export")
    assert [w["id"] for w in taken["works"]] == [work["id"]]
    assert door.client.get(taken["photos"][0]["url"]).content.startswith(PHOTO)
    guest.got("DELETE", "/me")
    assert guest.ask("GET", "/me").status_code == 401
    assert door.client.get(work["url"]).status_code == 404


def test_taking_a_consent_back_ends_what_it_allowed(door: Door) -> None:
    guest = door.guest()
    consent = guest.agree()
    job = guest.posted()
    guest.got("DELETE", f"/me/consents/{consent['id']}")
    assert guest.got("GET", f"/jobs/{job['id']}")["status"] == "cancelled"
    assert guest.got("GET", "/photos")["photos"] == []
    assert guest.upload().json()["code"] == "consent_required"
    assert guest.balance() == 10


def test_addresses_are_absolute_where_the_studio_knows_its_own(door: Door) -> None:
    guest = door.customer()
    work = guest.work()
    assert work["url"].startswith("/api/v1/files/")
    object.__setattr__(door.studio.settings, "public_url", "https://studio.example.cn/")
    assert guest.got("GET", f"/works/{work['id']}")["url"].startswith("https://studio.example.cn/api/v1/files/")
