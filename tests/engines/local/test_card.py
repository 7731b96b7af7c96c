"""The maker of cards: what it refuses before it paints, whose face it shows where, how candidates differ."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuanyuan.domain.errors import Rejected, WrongUsage
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.engines.local.card import CardMaker
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label.mark import mark

SMALL = (540, 720)


@dataclass(frozen=True, eq=False)
class OnePhoto:
    """An opened photo."""

    name: str
    rgb: np.ndarray
    faces: tuple[Any, ...] = ()
    role: str = "picture"
    alpha: None = None
    others: tuple[Any, ...] = ()
    likenesses: tuple[Any, ...] = ()


@pytest.fixture(scope="module")
def maker(executor: ThreadPoolExecutor) -> CardMaker:
    return CardMaker(Path("nowhere"), executor)


@pytest.fixture(scope="module")
def three(samples: Path, finder) -> OnePhoto:
    rgb = decode((samples / "group_of_three.jpg").read_bytes(), name="three").rgb
    return OnePhoto("three", rgb, tuple(finder.find(rgb)))


def order(
    style: str | None = "birthday", size: tuple[int, int] | None = SMALL, beauty: int = 1, **options: Any
) -> Order:
    return Order((PhotoHint("a"),), "card", style=style, size=size, candidates=1, beauty=beauty, options=options)


PLAIN = OnePhoto("plain", np.full((600, 800, 3), 90, np.uint8))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (order("halloween"), "card_template_unknown"),
        (order(words="岁" * 81), "card_words_too_long"),
        (order(signature="名" * 25), "card_signature_too_long"),
        (order(words="生日快乐🎂"), "card_letters_missing"),
        (order(words="\n".join("岁" * 40)), "card_words_do_not_fit"),
    ],
)
def test_what_cannot_be_set_is_refused_before_anything_is_made(maker: CardMaker, wrong: Order, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        maker.fit([PLAIN], wrong)
    assert caught.value.code == code
    assert "🎂" in caught.value.problem.message_zh or code != "card_letters_missing"


@pytest.mark.parametrize("options", [{"orientation": "diagonal"}, {"words": 5}])
def test_options_that_are_no_options(maker: CardMaker, options: dict[str, Any]) -> None:
    with pytest.raises(WrongUsage, match="option_invalid"):
        maker.fit([PLAIN], order(**options))


def test_eighty_characters_and_none_are_both_taken(maker: CardMaker) -> None:
    maker.fit([PLAIN], order(words="岁" * 80, signature="名" * 24))
    prepared = maker.prepare([PLAIN], order(), None, None)
    made = maker.render(prepared, order(), maker.plans(prepared, order())[0])
    assert "".join(made.facts["lines"]) == "愿你岁岁年年，平安喜乐，日日都有好心情。"


@pytest.mark.parametrize(
    ("asked", "shape"),
    [
        (order(size=None), (1440, 1080, 3)),
        (order(size=None, orientation="landscape"), (1080, 1440, 3)),
        (order(size=(600, 800)), (800, 600, 3)),
    ],
)
def test_sizes(maker: CardMaker, asked: Order, shape: tuple[int, ...]) -> None:
    prepared = maker.prepare([PLAIN], asked, None, None)
    assert maker.render(prepared, asked, maker.plans(prepared, asked)[0]).picture.shape == shape


def test_everybody_is_where_the_meshes_say(maker: CardMaker, three: OnePhoto, finder) -> None:
    asked = order("wedding", size=(1080, 1440), beauty=0)
    prepared = maker.prepare([three], asked, None, None)
    assert prepared.people == ((0, 0), (0, 1), (0, 2))
    made = maker.render(prepared, asked, maker.plans(prepared, asked)[0])
    assert made.faults == ()
    assert made.meshes is not None
    found = finder.find(made.picture)
    assert len(found) == 3
    for mesh, seen in zip(made.meshes, found, strict=True):
        assert np.abs(mesh.mean(0) - seen.mesh[:, :2].mean(0)).max() < 0.06 * seen.width


def test_beauty_acts_and_nought_leaves_the_photo_alone(maker: CardMaker, three: OnePhoto) -> None:
    assert maker.prepare([three], order(beauty=0), None, None).photo is three.rgb
    assert not np.array_equal(maker.prepare([three], order(beauty=3), None, None).photo, three.rgb)


def test_the_photos_own_mark_is_told_of(maker: CardMaker, three: OnePhoto) -> None:
    marked = replace(three, rgb=mark(three.rgb)[0])
    plain = maker.prepare([three], order(), None, None)
    prepared = maker.prepare([marked], order(), None, None)
    assert (plain.mark is None, prepared.mark is None) == (True, False)
    facts = maker.render(prepared, order(), maker.plans(prepared, order())[0]).facts
    assert facts["inner_mark"] in ("in the crop", "left out")
    assert maker.render(plain, order(), maker.plans(plain, order())[0]).facts["inner_mark"] is None


def test_candidates_differ_in_paper_and_shape_and_a_second_attempt_shows_the_whole_photo(maker: CardMaker) -> None:
    asked = replace(order("mid-autumn"), candidates=4)
    prepared = maker.prepare([PLAIN], asked, None, None)
    plans = maker.plans(prepared, asked)
    made = [maker.render(prepared, asked, plan) for plan in plans]
    assert [one.facts["window"] for one in made] == ["moon", "moon", "soft", "soft"]
    assert all(np.abs(a.picture.astype(int) - b.picture).mean() > 4 for n, a in enumerate(made) for b in made[:n])
    again = maker.changed(plans[0])
    assert again is not None
    assert maker.render(prepared, asked, again).facts["window"] == "mat"
    assert maker.changed(again) is None


def test_one_candidate_when_one_is_asked_and_the_same_pixels_twice(maker: CardMaker) -> None:
    prepared = maker.prepare([PLAIN], order(), None, None)
    (plan,) = maker.plans(prepared, order())
    assert np.array_equal(maker.render(prepared, order(), plan).picture, maker.render(prepared, order(), plan).picture)
