"""Every feature through the API on the real local engine: its price, its checks, its candidates, its label."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doubles.door import Door, Guest, open_door
from PIL import Image

from tuanyuan.domain.capabilities import Limits
from tuanyuan.domain.clip import KINDS
from tuanyuan.engines.local.engine import LocalEngine
from tuanyuan.imaging.label import read_label
from tuanyuan.processes.pixels import PixelProcesses
from tuanyuan.settings import Settings

if TYPE_CHECKING:
    from doubles.books import EmptySqlite


@pytest.fixture(scope="module")
def pixels(models_dir: Path, scenes: Path) -> Iterator[PixelProcesses]:
    settings = Settings(models_dir=models_dir, scenes_dir=scenes, threads=2)
    work = PixelProcesses(settings.model_dump_json(include={"models_dir", "scenes_dir", "threads"}), 1)
    yield work
    work.close()


@pytest.fixture
def door(
    tmp_path: Path, empty_sqlite: EmptySqlite, scenes: Path, models_dir: Path, pixels: PixelProcesses
) -> Iterator[Door]:
    database = empty_sqlite.database(tmp_path)
    database.close()
    engines = {"local": LocalEngine(pixels, Limits(deadline=120))}
    told = {"pixels": pixels, "made_by": engines, "models_dir": models_dir}
    with open_door(tmp_path, str(database.url), scenes, **told) as opened:
        yield opened


def sent(guest: Guest, path: Path) -> str:
    answer = guest.upload(path.read_bytes(), path.name)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def made(door: Door, guest: Guest, **order: Any) -> dict[str, Any]:
    job = guest.got("POST", "/jobs", order)
    door.work(job["id"])
    done: dict[str, Any] = guest.got("GET", f"/jobs/{job['id']}")
    assert done["error"] is None, done["error"]
    return done


def picture(door: Door, candidate: dict[str, Any]) -> Image.Image:
    """The candidate's picture, which must carry the label."""
    data = door.client.get(candidate["url"]).content
    label = read_label(data)
    assert label is not None
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("feature", "photo", "cost", "order"),
    [
        ("makeover", "group_of_three.jpg", 6, {"background": "studio", "options": {"size": "960x720"}}),
        ("avatar", "woman_blonde.jpg", 10, {"options": {"size": "720x720"}}),
        ("fashion", "woman_blonde.jpg", 8, {"background": "studio"}),
        ("product", "goods/cup_of_coffee.jpg", 6, {"style": "window", "options": {"placement": "lying"}}),
        ("restore", "old/couple_laboratory.jpg", 4, {}),
    ],
)
def test_a_feature_is_ordered_made_and_paid_once(
    door: Door, samples: Path, feature: str, photo: str, cost: int, order: dict[str, Any]
) -> None:
    guest = door.customer()
    done = made(door, guest, feature=feature, photos=[sent(guest, samples / photo)], **order)
    assert (done["status"], done["cost"], guest.balance()) == ("completed", cost, 10 - cost)
    assert 2 <= len(done["candidates"]) <= 4
    assert [c["rank"] for c in done["candidates"]] == list(range(1, len(done["candidates"]) + 1))
    for candidate in done["candidates"]:
        assert picture(door, candidate).size == (candidate["width"], candidate["height"])


def test_a_card_is_made_from_a_picked_picture_for_nothing(door: Door, samples: Path) -> None:
    guest = door.customer()
    photo = sent(guest, samples / "woman_blonde.jpg")
    done = made(door, guest, feature="makeover", photos=[photo], tier="free", background="studio")
    picked = guest.got("POST", f"/jobs/{done['id']}/pick", {"candidate": done["candidates"][0]["id"]})
    before = guest.balance()
    options = {"words": "阖家团圆\n岁岁平安", "signature": "小明", "orientation": "landscape"}
    card = made(door, guest, feature="card", work=picked["work_id"], style="mid-autumn", options=options)
    assert (card["cost"], guest.balance()) == (0, before)
    assert picture(door, card["candidates"][0]).size == (1440, 1080)


def test_a_picked_picture_moves_and_is_kept_and_deleted_as_one_work(door: Door, samples: Path) -> None:
    guest = door.customer()
    photo = sent(guest, samples / "woman_blonde.jpg")
    done = made(door, guest, feature="makeover", photos=[photo], tier="free", background="palace")
    picked = guest.got("POST", f"/jobs/{done['id']}/pick", {"candidate": done["candidates"][0]["id"]})
    options = {"resolution": "720p", "fps": 10, "video_length": 3}
    moving = made(door, guest, feature="motion", work=picked["work_id"], options=options)
    assert (moving["cost"], guest.balance(), len(moving["candidates"])) == (8, 2, 1)
    (candidate,) = moving["candidates"]
    assert set(candidate["files"]) == set(KINDS)
    assert picture(door, candidate).size == (candidate["width"], candidate["height"]) == (960, 720)
    for url in candidate["files"].values():
        assert read_label(door.client.get(url).content) is not None
    film = door.client.get(candidate["files"]["motion"])
    assert (film.headers["content-type"], film.headers["accept-ranges"]) == ("video/mp4", "bytes")
    part = door.client.get(candidate["files"]["motion"], headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    kept = guest.got("POST", f"/jobs/{moving['id']}/pick", {"candidate": candidate["id"]})
    work = guest.got("GET", f"/works/{kept['work_id']}")
    assert set(work["files"]) == {"picture", *KINDS}
    names = {kind: guest.got("GET", f"/works/{kept['work_id']}/files/{kind}")["name"] for kind in KINDS}
    assert names["motion_photo"].endswith("MP.jpg")
    assert names["live_photo"].removesuffix(".jpg") == names["live_video"].removesuffix(".mov")
    assert guest.ask("DELETE", f"/works/{kept['work_id']}").status_code == 204
    assert {door.client.get(url).status_code for url in candidate["files"].values()} == {404}
    assert guest.got("GET", f"/works/{picked['work_id']}")["files"] == ["picture"]


def test_a_person_with_no_body_in_the_photo_gets_no_other_clothes_and_pays_nothing(door: Door, samples: Path) -> None:
    guest = door.customer()
    photo = sent(guest, samples / "man_turned.jpg")
    order = {"feature": "makeover", "photos": [photo], "background": "studio", "options": {"cloth_style": "tang"}}
    refused = guest.ask("POST", "/jobs", order)
    assert refused.status_code == 422, refused.text
    assert refused.json()["advice_zh"]
    assert refused.json()["advice_en"]
    assert (guest.balance(), door.posted) == (10, [])
