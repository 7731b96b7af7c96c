"""MediaPipe's networks, shared between threads."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.networks import TfliteNetwork


@pytest.fixture(scope="module")
def network(models_dir: Path) -> TfliteNetwork:
    return TfliteNetwork(models_dir / "face_detection_short_range.tflite")


@pytest.fixture(scope="module")
def batches() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.normal(size=(1, 128, 128, 3)).astype(np.float32) for _ in range(6)]


def test_shapes(network: TfliteNetwork, batches: list[np.ndarray]) -> None:
    assert network.input_shape == (1, 128, 128, 3)
    assert [output.shape for output in network(batches[0])] == [(1, 896, 16), (1, 896, 1)]


def test_two_threads_share_one_network(network: TfliteNetwork, batches: list[np.ndarray]) -> None:
    alone = [network(batch) for batch in batches]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(network, batches * 10))
    for i, outputs in enumerate(together):
        for output, expected in zip(outputs, alone[i % len(batches)], strict=True):
            np.testing.assert_array_equal(output, expected)


def test_a_result_is_not_overwritten_by_the_next(network: TfliteNetwork, batches: list[np.ndarray]) -> None:
    first = network(batches[0])[0]
    kept = first.copy()
    network(batches[1])
    np.testing.assert_array_equal(first, kept)


def test_another_size_is_refused(network: TfliteNetwork) -> None:
    with pytest.raises(ValueError, match=r"[Dd]imension"):
        network(np.zeros((1, 64, 64, 3), np.float32))


def test_nothing_is_said_on_standard_error(models_dir: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tuanyuan.imaging.networks import TfliteNetwork;"
        f"TfliteNetwork(Path({str(models_dir)!r}) / 'selfie_segmentation.tflite');"
        "print('kept', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "kept\n")


def test_missing_weights(tmp_path: Path) -> None:
    with pytest.raises(OurFault) as caught:
        TfliteNetwork(tmp_path / "face_landmark.tflite")
    assert caught.value.code == "weights_missing"


@pytest.mark.parametrize("content", [b"", b"<html>404 not found, and some more</html>"])
def test_damaged_weights(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "face_landmark.tflite"
    path.write_bytes(content)
    with pytest.raises(OurFault) as caught:
        TfliteNetwork(path)
    assert caught.value.code == "weights_unreadable"
