"""Every feature that an engine in use makes can be ordered through the API, and no other."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doubles.door import NO_FACE, PHOTO, Door, Glance, Guest, open_door
from doubles.routes import PlainPixels
from doubles.studio import Cloud, cloudy
from PIL import Image

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.ports import Prepared
from tuanyuan.engines.gemini.fake import GeminiFake
from tuanyuan.engines.sandbox import serving
from tuanyuan.worker import EngineLoop

if TYPE_CHECKING:
    from doubles.books import EmptySqlite

MADE = ("makeover", "tryon", "fashion", "avatar", "product", "restore")


class Looking(PlainPixels):
    """Pixel work for an engine far away: photos are looked at by their first bytes, and sent as small JPEGs."""

    def examine(self, data: bytes, name: str) -> PhotoReport:
        return Glance().examine(data, name)

    def prepare(self, photos: Any, most_bytes: int, most_side: int, most_pixels: int) -> list[Prepared]:
        ready = super().prepare(photos, most_bytes, most_side, most_pixels)
        file = io.BytesIO()
        Image.new("RGB", (300, 400), (200, 120, 90)).save(file, "JPEG")
        return [Prepared(file.getvalue(), "image/jpeg", 300, 400) for _ in ready]


Opened = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path, empty_sqlite: EmptySqlite, scenes: Path) -> Opened:
    """A door of a studio with those engines; they are asked on one loop, and nobody waits."""

    @contextmanager
    def studio(**changes: Any) -> Iterator[Door]:
        database = empty_sqlite.database(tmp_path)
        database.close()
        loop = EngineLoop()
        with open_door(tmp_path, str(database.url), scenes, pixels=Looking(), **changes) as door:
            steps = replace(door.studio.generation, run=loop.run, sleep=lambda seconds: time.sleep(min(seconds, 0.01)))
            object.__setattr__(door.studio, "generation", steps)
            try:
                yield door
            finally:
                for engine in door.studio.engines.values():
                    loop.run(engine.close())
                loop.close()

    return studio


def an_engine(*features: str) -> Cloud:
    """It makes those features of photos that are prepared for it. The name is one that the routes know."""
    model = Model("sky", frozenset(features), references=20, outputs=4)
    return Cloud(name="comfyui", capabilities=cloudy(models=(model,), complete=False, provider="Sky Ltd"))


def photos(guest: Guest, *data: bytes) -> list[str]:
    return [str(guest.upload(kind + bytes([number])).json()["id"]) for number, kind in enumerate(data)]


@pytest.mark.parametrize(
    ("feature", "sent", "roles", "cost"),
    [
        ("makeover", [PHOTO], ["person"], 6),
        ("tryon", [PHOTO, NO_FACE], ["person", "garment"], 5),
        ("fashion", [NO_FACE], ["garment"], 8),
        ("fashion", [NO_FACE, PHOTO], ["garment", "person"], 8),
        ("avatar", [PHOTO] * 5, ["person"] * 3, 10),
        ("product", [NO_FACE], ["product"], 6),
        ("restore", [NO_FACE], ["picture"], 4),
    ],
)
def test_each_feature_takes_the_photos_it_needs(
    opened: Opened, feature: str, sent: list[bytes], roles: list[str], cost: int
) -> None:
    engine = an_engine(*MADE)
    with opened(made_by={"comfyui": engine}) as door:
        guest = door.customer()
        chosen = photos(guest, *sent)
        job = guest.got("POST", "/jobs", {"feature": feature, "photos": chosen})
        assert (job["feature"], job["status"], job["cost"]) == (feature, "pending", cost)
        assert guest.balance() == 10 - cost
        door.work(job["id"])
        done = guest.got("GET", f"/jobs/{job['id']}")
        assert (done["status"], done["error"], len(done["candidates"])) == ("completed", None, 4)
        assert door.client.get(done["candidates"][0]["url"]).status_code == 200
        assert [reference.role for reference in engine.calls[0].references] == roles
        assert engine.calls[0].prompt.text
        # What was found in each photo is still told.
        told = [guest.got("GET", f"/photos/{photo}")["ok"] for photo in chosen]
        assert told == [data == PHOTO for data in sent]


def test_a_photo_of_nobody_is_refused_where_a_person_is_needed(opened: Opened) -> None:
    engine = an_engine(*MADE)
    with opened(made_by={"comfyui": engine}) as door:
        guest = door.customer()
        nobody, somebody = photos(guest, NO_FACE, PHOTO)
        for order, code in (
            ({"feature": "tryon", "photos": [nobody, somebody]}, "no_face"),
            ({"feature": "makeover", "photos": [nobody]}, "no_face"),
        ):
            refused = guest.ask("POST", "/jobs", order)
            assert refused.status_code == 422
            assert [p["code"] for p in refused.json()["photos"][0]["problems"]] == [code]
        few = guest.ask("POST", "/jobs", {"feature": "tryon", "photos": [somebody]})
        assert (few.status_code, few.json()["code"]) == (422, "photos_count")
        assert (guest.balance(), door.posted, engine.calls) == (10, [], [])


def test_what_no_engine_in_use_makes_is_refused_before_anything_is_charged(opened: Opened) -> None:
    with opened(made_by={"comfyui": an_engine("product")}) as door:
        guest = door.customer()
        (photo,) = photos(guest, NO_FACE)
        refused = guest.ask("POST", "/jobs", {"feature": "restore", "photos": [photo]})
        assert (refused.status_code, refused.json()["code"]) == (422, "feature_not_ready")
        assert (guest.balance(), door.posted) == (10, [])


def test_a_style_is_one_of_the_feature(opened: Opened) -> None:
    engine = an_engine(*MADE)
    with opened(made_by={"comfyui": engine}) as door:
        guest = door.customer()
        (photo,) = photos(guest, NO_FACE)
        styles = next(f for f in guest.got("GET", "/catalogue")["features"] if f["id"] == "product")["styles"]
        order = {"feature": "product", "photos": [photo]}
        refused = guest.ask("POST", "/jobs", {**order, "style": "no-such-style"})
        assert (refused.status_code, refused.json()["code"]) == (400, "option_invalid")
        assert "style" in refused.json()["message_en"]
        assert styles[0] in refused.json()["advice_en"]
        assert (guest.balance(), door.posted) == (10, [])
        assert guest.got("POST", "/jobs", {**order, "style": styles[-1]})["status"] == "pending"


def test_the_catalogue_says_what_each_feature_takes_and_who_makes_it(opened: Opened) -> None:
    with opened(made_by={"comfyui": an_engine("tryon", "product")}) as door:
        catalogue = door.ask("GET", "/catalogue").json()
        features = {feature["id"]: feature for feature in catalogue["features"]}
        assert {name for name, feature in features.items() if feature["ready"]} == {"tryon", "product"}
        assert (features["tryon"]["engines"], features["reunion"]["engines"]) == (["comfyui"], [])
        assert features["tryon"]["photos"] == {"least": 2, "most": 2, "roles": ["person", "garment"]}
        assert features["avatar"]["photos"] == {"least": 1, "most": 20, "roles": ["person", "person"]}
        assert features["product"]["photos"] == {"least": 1, "most": 1, "roles": ["product"]}
        assert features["card"]["photos"] == {"least": 1, "most": 1, "roles": ["picture"]}
        assert features["motion"]["photos"] == {"least": 1, "most": 1, "roles": ["picture"]}
        assert catalogue["engines"] == [
            {
                "id": "comfyui",
                "name_zh": "云",
                "name_en": "Cloud",
                "features": ["product", "tryon"],
                "max_people": 20,
                "max_candidates": 4,
                "ready": True,
                "problem": None,
                "region": "cn",
                "provider": "Sky Ltd",
            }
        ]


@pytest.mark.allow_hosts(["127.0.0.1", "::1"])
def test_gemini_makes_a_fashion_picture_once_its_export_is_agreed_to(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = GeminiFake(api_key="throw-away")
    with serving(fake.app) as address:
        monkeypatch.setenv("TUANYUAN_GEMINI_API_KEY", "throw-away")
        monkeypatch.setenv("TUANYUAN_GEMINI_URL", address)
        with opened(engines="gemini") as door:
            guest = door.customer()
            (garment,) = photos(guest, NO_FACE)
            order = {"feature": "fashion", "photos": [garment]}
            refused = guest.ask("POST", "/jobs", order)
            assert (refused.status_code, refused.json()["code"]) == (409, "export_consent_needed")
            assert (guest.balance(), door.posted, fake.accepted) == (10, [], [])
            guest.got("POST", "/me/consents", {"purpose": "export_abroad", "granted": True})
            job = guest.got("POST", "/jobs", order)
            door.work(job["id"])
            done = guest.got("GET", f"/jobs/{job['id']}")
            assert (done["status"], done["error"], len(done["candidates"])) == ("completed", None, 4)
            assert len(fake.accepted) == 4
            with door.studio.units.read() as unit:
                attempts = unit.jobs.attempts(job["id"])
            assert {(a.engine, a.outcome, a.cost_fen) for a in attempts} == {("gemini", "succeeded", 28)}
