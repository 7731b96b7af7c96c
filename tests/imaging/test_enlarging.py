"""A photo is enlarged without becoming a drawing, and nearer to the truth than by Lanczos."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.imaging.enlarging import TILE, Enlarger
from tuanyuan.imaging.identity import distance


@pytest.fixture(scope="module")
def enlarger(models_dir):
    return Enlarger(models_dir)


@pytest.fixture(scope="module")
def face_of(portrait):
    """`face_of(name)`: the face, 480 px square, and its landmarks in it."""

    def cropped(name):
        one = portrait(name)
        x, y = (round(float(v)) for v in one.face.eyes - [240, 200])
        x, y = (min(max(v, 0), side - 480) for v, side in ((x, one.rgb.shape[1]), (y, one.rgb.shape[0])))
        mesh = one.face.mesh - np.array([x, y, 0], np.float32)
        return np.ascontiguousarray(one.rgb[y : y + 480, x : x + 480]), mesh

    return cropped


def smaller(rgb, factor):
    side = round(len(rgb) / factor)
    return cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA)


def lanczos(rgb, size):
    return cv2.resize(rgb, size, interpolation=cv2.INTER_LANCZOS4)


def closeness(made, truth):
    """Peak signal to noise, dB."""
    return 10 * np.log10(255**2 / np.mean((made.astype(np.float32) - truth) ** 2))


@pytest.mark.parametrize(
    ("name", "factor", "gain"),
    [
        ("man_glasses", 1.5, 0.4),
        ("man_glasses", 2.0, 0.05),
        # Correction alone gains 0.25 dB here: what is more comes from the network.
        ("man_glasses", 3.0, 0.5),
        ("man_glasses", 4.0, 0.6),
        ("elderly_man", 3.0, 0.1),
        ("elderly_man", 4.0, 0.1),
    ],
)
def test_nearer_to_the_truth_than_lanczos(enlarger, face_of, name, factor, gain):
    truth, _ = face_of(name)
    small = smaller(truth, factor)
    made = enlarger.enlarge(small, factor)
    assert closeness(made, truth) > closeness(lanczos(small, (480, 480)), truth) + gain


@pytest.mark.parametrize("factor", [2.0, 3.0, 4.0])
def test_a_face_stays_who_it_is(enlarger, face_of, identity, factor):
    truth, mesh = face_of("man_glasses")
    own = identity.describe(truth, mesh)
    made = enlarger.enlarge(smaller(truth, factor), factor)
    assert distance(identity.describe(made, mesh), own) < 0.12


def test_the_drawing_alone_would_not_be_that_face(enlarger, face_of, identity):
    truth, mesh = face_of("man_glasses")
    small = smaller(truth, 4)
    own = identity.describe(truth, mesh)
    drawn, made = (
        distance(identity.describe(p, mesh), own) for p in (enlarger.redraw(small), enlarger.enlarge(small, 4))
    )
    assert drawn > 2 * made


@pytest.mark.parametrize("factor", [1.3, 1.9, 2.7, 4.0])
def test_reduced_again_it_is_the_photo(enlarger, face_of, factor):
    small = smaller(face_of("man_glasses")[0], 4)
    made = enlarger.enlarge(small, factor)
    back = cv2.resize(made, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(back.astype(int) - small).mean() < 1.0


def test_nothing_moves(enlarger):
    rgb = np.zeros((60, 80, 3), np.uint8)
    rgb[20:40, 30:50] = 255
    for factor in (2, 3, 4):
        made = enlarger.enlarge(rgb, factor).astype(float)[..., 0]
        assert made.shape == (60 * factor, 80 * factor)
        ys, xs = np.mgrid[: made.shape[0], : made.shape[1]]
        middle = np.array([(ys * made).sum(), (xs * made).sum()]) / made.sum()
        assert middle == pytest.approx([30 * factor - 0.5, 40 * factor - 0.5], abs=0.05)


def test_tiles_leave_no_seam(enlarger):
    """Across the border of two tiles the drawing runs on as it does inside one."""
    stripes = (127 + 100 * np.sin(np.arange(TILE * 2) / 9)).astype(np.uint8)
    rgb = np.repeat(np.repeat(stripes[:, None], 40, 1)[..., None], 3, 2)
    drawn = enlarger.redraw(np.ascontiguousarray(rgb.transpose(1, 0, 2))).astype(int)
    shifted = enlarger.redraw(np.ascontiguousarray(rgb.transpose(1, 0, 2)[:, 40:-40])).astype(int)
    assert np.abs(drawn[:, 160:-160] - shifted)[:, 40:-40].max() <= 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (37, 5), (64, 200)])
@pytest.mark.parametrize("factor", [1.0, 1.01, 1.6, 3.3])
def test_odd_pictures_come_in_their_size(enlarger, shape, factor):
    rgb = np.full((*shape, 3), 90, np.uint8)
    made = enlarger.enlarge(rgb, factor)
    assert made.dtype == np.uint8
    assert made.shape[:2] in {(round(shape[0] * f), round(shape[1] * f)) for f in (factor, 1)}
    assert np.abs(made.astype(int) - 90).max() <= 2


def test_once_is_a_copy_and_the_photo_stays(enlarger, face_of):
    small = smaller(face_of("man_glasses")[0], 8)
    before = small.copy()
    same = enlarger.enlarge(small, 1.0)
    assert np.array_equal(same, small)
    assert not np.shares_memory(same, small)
    assert np.array_equal(enlarger.enlarge(small, 3.0), enlarger.enlarge(small, 3.0))
    assert np.array_equal(small, before)


@pytest.mark.parametrize("factor", [0.5, 4.01, float("nan")])
def test_other_factors_are_refused(enlarger, factor):
    with pytest.raises(ValueError, match="1 to 4 times"):
        enlarger.enlarge(np.zeros((8, 8, 3), np.uint8), factor)


def test_missing_weights_are_told(tmp_path):
    with pytest.raises(OurFault) as caught:
        Enlarger(tmp_path)
    assert caught.value.code == "weights_missing"
