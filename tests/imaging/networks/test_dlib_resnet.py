"""The port of dlib's network says what dlib says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dlib
import numpy as np
import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.networks import DlibResnet

WEIGHTS = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture(scope="module")
def network(models_dir: Path) -> DlibResnet:
    return DlibResnet(models_dir / WEIGHTS)


@pytest.fixture(scope="module")
def chips(faces: list[np.ndarray]) -> list[np.ndarray]:
    rng = np.random.default_rng(20)
    noise = [rng.integers(0, 256, (150, 150, 3), dtype=np.uint8) for _ in range(2)]
    flat = [np.full((150, 150, 3), level, np.uint8) for level in (0, 255)]
    return [*(np.ascontiguousarray(face[53:203, 53:203]) for face in faces), *noise, *flat]


def test_descriptors_are_dlibs_own(network: DlibResnet, chips: list[np.ndarray], models_dir: Path) -> None:
    dlibs = dlib.face_recognition_model_v1(str(models_dir / WEIGHTS))
    apart = [np.linalg.norm(network(chip) - np.array(dlibs.compute_face_descriptor(chip))) for chip in chips]
    assert len(chips) == 13
    assert max(apart) < 1e-4


def test_red_and_blue_are_not_mixed_up(network: DlibResnet, chips: list[np.ndarray]) -> None:
    assert np.linalg.norm(network(chips[0]) - network(chips[0][..., ::-1])) > 0.05


def test_two_threads_share_one_network(network: DlibResnet, chips: list[np.ndarray]) -> None:
    alone = [network(chip) for chip in chips]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(network, chips * 4))
    for i, descriptor in enumerate(together):
        np.testing.assert_array_equal(descriptor, alone[i % len(chips)])


@pytest.mark.parametrize("chip", [np.zeros((150, 149, 3), np.uint8), np.zeros((150, 150, 3), np.float32)])
def test_only_a_chip_is_taken(network: DlibResnet, chip: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a chip is uint8"):
        network(chip)


def test_missing_weights(tmp_path: Path) -> None:
    with pytest.raises(OurFault) as caught:
        DlibResnet(tmp_path / WEIGHTS)
    assert caught.value.code == "weights_missing"


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "longer", "without the last layer"])
def test_damaged_weights(models_dir: Path, tmp_path: Path, damage: str) -> None:
    whole = (models_dir / WEIGHTS).read_bytes()
    last_layer = whole.rindex(b"\x01\x04fc_2")
    content = {
        "empty": b"",
        "text": b"404 not found",
        "cut": whole[:9_000_000],
        "longer": whole + b"\x01",
        "without the last layer": whole[:last_layer],
    }[damage]
    path = tmp_path / WEIGHTS
    path.write_bytes(content)
    with pytest.raises(OurFault) as caught:
        DlibResnet(path)
    assert caught.value.code == "weights_unreadable"
