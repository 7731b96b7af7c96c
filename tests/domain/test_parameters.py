"""The parameters of a picture: names, bounds, and what holds when nothing is said."""

from __future__ import annotations

from typing import Any

import pytest

from tuanyuan.domain import parameters
from tuanyuan.domain.errors import WrongUsage


def test_the_parameters_of_the_specification_with_what_holds() -> None:
    """Spec 2.7."""
    assert parameters.SEEDS == (1001, 1002, 1003, 1004)
    told = {name: parameter.default for name, parameter in parameters.PARAMETERS.items()}
    assert told == {
        "seed": 1001,
        "size": None,
        "resolution": None,
        "beauty_level": 1,
        "light_unify": "auto",
        "person_adapt": True,
        "edge_blur": 1.5,
        "fidelity": 0.7,
        "repair": False,
        "cloth_style": None,
        "fit": "regular",
        "mode": "fusion",
        "bg_type": "custom",
        "motion_bucket_id": 10,
        "fps": None,  # 10 is one of three rates; which one holds is for whoever makes the clip
        "video_length": 5,
        "dynamic_type": "festival",
        "placement": "auto",
        "reflection": False,
        "words": None,
        "signature": None,
        "orientation": "portrait",
    }
    assert parameters.read({}) == told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", 0),
        ("seed", 2**31),
        ("size", "1920x1440"),
        ("size", "4096x1366"),
        ("resolution", "4k"),
        ("beauty_level", 5),
        ("light_unify", "off"),
        ("person_adapt", False),
        ("edge_blur", 0),
        ("edge_blur", 5.0),
        ("fidelity", 1),
        ("repair", True),
        ("cloth_style", "tang"),
        ("video_length", 10),
        ("fps", 60),
    ],
)
def test_a_value_within_its_bounds(name: str, value: Any) -> None:
    assert parameters.read({name: value})[name] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -1),
        ("seed", 2**31 + 1),
        ("seed", True),
        ("seed", 1.5),
        ("seed", "1"),
        ("size", "１９２０x１４４０"),
        ("size", "1920"),
        ("size", "479x1000"),
        ("size", [1920, 1440]),
        ("resolution", "8k"),
        ("beauty_level", 6),
        ("light_unify", True),
        ("person_adapt", 1),
        ("person_adapt", "true"),
        ("edge_blur", 5.01),
        ("fidelity", -0.1),
        ("fidelity", float("nan")),
        ("repair", None),
        ("cloth_style", "tuxedo"),
        ("video_length", 2),
        ("fps", 61),
        ("word", "x"),
    ],
)
def test_a_value_out_of_its_bounds_is_named(name: str, value: Any) -> None:
    with pytest.raises(WrongUsage, match="option_invalid") as caught:
        parameters.read({name: value})
    assert f"options.{name}" in caught.value.problem.message_en


def test_bounds_are_told_as_people_write_them() -> None:
    with pytest.raises(WrongUsage) as caught:
        parameters.read({"seed": -1})
    assert "0–2147483648" in caught.value.problem.advice_zh
    with pytest.raises(WrongUsage) as caught:
        parameters.read({"edge_blur": 5.01})
    assert "0–5" in caught.value.problem.advice_zh


def test_size_and_resolution_exclude_each_other() -> None:
    with pytest.raises(WrongUsage):
        parameters.read({"size": "1920x1440", "resolution": "2k"})


@pytest.mark.parametrize(
    ("told", "size"),
    [({}, (1920, 1440)), ({"size": "1000x800"}, (1000, 800)), ({"resolution": "4k"}, (4096, 3072))],
)
def test_the_size_that_is_asked_for(told: dict[str, Any], size: tuple[int, int]) -> None:
    assert parameters.size_of(told) == size


def test_each_picture_takes_a_seed_of_its_own() -> None:
    assert parameters.seeds(1001, 4) == [1001, 1002, 1003, 1004]
    assert parameters.seeds(1001, 2, before=4) == [1005, 1006]
    assert parameters.seeds(2**31, 1) == [0]
