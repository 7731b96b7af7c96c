"""Cutting out and restoring: what comes from anybody is looked at before it is believed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from doubles.photos import jpeg, save
from doubles.retouch import opened

from tuanyuan.domain.engine import EngineSetup, OutputRefused, Transient, Unknown
from tuanyuan.domain.errors import Rejected, WrongUsage
from tuanyuan.domain.judgement import SURE
from tuanyuan.domain.label import new_label
from tuanyuan.engines.local.retouching import LocalMatting, LocalRestoring
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.label import label_picture, read_label
from tuanyuan.services.retouching import Cutting, Restoring
from tuanyuan.services.ways import Way


class Files(dict):
    read = dict.__getitem__


class Giving:
    """Gives what it is told, and remembers what it was sent."""

    def __init__(self, answer):
        self.answer, self.sent = answer, []

    def cut(self, picture, kind):
        self.sent.append((picture, kind))
        return self._given(picture)

    def restore(self, picture):
        self.sent.append(picture)
        return self._given(picture)

    def _given(self, picture):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(picture) if callable(self.answer) else self.answer


def oval(picture, size=None):
    rgb = decode(picture, name="x").rgb
    alpha = np.zeros(rgb.shape[:2], np.uint8)
    cv2.ellipse(
        alpha, (rgb.shape[1] // 2, rgb.shape[0] // 2), (rgb.shape[1] // 4, rgb.shape[0] // 3), 0, 0, 360, 255, -1
    )
    cut = np.dstack([rgb, alpha])
    return save(cut if size is None else cv2.resize(cut, size), "PNG")


def everything(picture):
    rgb = decode(picture, name="x").rgb
    return save(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]), "PNG")


def nothing(picture):
    rgb = decode(picture, name="x").rgb
    return save(np.dstack([rgb, np.zeros(rgb.shape[:2], np.uint8)]), "PNG")


PHOTO = jpeg(np.random.default_rng(1).integers(0, 255, (60, 80, 3), np.uint8))


def cutting(*answers, photo=PHOTO):
    ways = [Way(f"way-{n}", Giving(answer), 2) for n, answer in enumerate(answers)]
    return Cutting(Files({"a.jpg": photo}), ways), [way.by for way in ways]


def test_a_cut_out_and_its_mask():
    studio, (way,) = cutting(oval)
    cut = studio.cut("a.jpg", "goods")
    picture, mask = opened(cut.picture), opened(cut.mask)
    assert (picture.mode, picture.size, mask.size) == ("RGBA", (80, 60), (80, 60))
    assert np.array_equal(np.asarray(picture)[..., 3], np.asarray(mask)[..., 0])
    assert (cut.report.by, cut.report.passed, cut.report.cost_fen) == ("way-0", (), 2)
    assert [kind for _, kind in way.sent] == ["goods"]


def test_what_is_sent_has_nothing_of_the_camera():
    from doubles.photos import exif

    studio, (way,) = cutting(oval, photo=jpeg(np.full((60, 80, 3), 90, np.uint8), exif=exif(6, gps=True)))
    assert opened(studio.cut("a.jpg").picture).size == (60, 80)
    ((sent, _),) = way.sent
    assert not opened(sent).getexif()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (everything, "picture_broken"),
        (nothing, "nothing_cut_out"),
        (lambda picture: oval(picture, (40, 30)), "picture_broken"),
        (Transient("engine_failed"), "engine_failed"),
        (Unknown("answer_lost"), "answer_lost"),
        (EngineSetup("engine_setup", engine="x", detail="y"), "engine_setup"),
    ],
)
def test_what_is_no_cut_out_goes_to_the_next(answer, code):
    studio, _ = cutting(answer, oval)
    report = studio.cut("a.jpg").report
    assert (report.by, [p.code for p in report.passed]) == ("way-1", [code])


def test_only_the_chosen_way_is_asked():
    studio, (first, second) = cutting(oval, oval)
    assert studio.cut("a.jpg", by="way-1").report.by == "way-1"
    assert (len(first.sent), len(second.sent)) == (0, 1)


def test_a_label_stays_on_the_cut_out():
    label = new_label("abc")
    studio, _ = cutting(oval, photo=label_picture(np.full((60, 80, 3), 90, np.uint8), label, "jpeg"))
    assert read_label(studio.cut("a.jpg").picture) == label


@pytest.mark.parametrize("kind", ["portrait", "goods"])
def test_what_is_cut_out_already_stays_and_is_sent_nowhere(kind):
    """Its transparency is better than any that is guessed; over white a white shirt would be lost."""
    rgba = np.dstack([np.full((60, 80, 3), 250, np.uint8), np.zeros((60, 80), np.uint8)])
    rgba[10:50, 20:60, 3], rgba[10:50, 60, 3] = 255, 90
    studio, (way,) = cutting(oval, photo=save(rgba, "PNG"))
    cut = studio.cut("a.jpg", kind)
    assert np.array_equal(np.asarray(opened(cut.picture)), rgba)
    assert np.array_equal(np.asarray(opened(cut.mask))[..., 0], rgba[..., 3])
    assert (cut.report.by, cut.report.cost_fen, way.sent) == ("photo", 0, [])
    assert studio.cut("a.jpg", kind, by="way-0").report.by == "way-0"


def test_a_hardly_transparent_photo_is_cut_out_as_ever():
    rgba = np.dstack([np.full((60, 80, 3), 90, np.uint8), np.full((60, 80), 255, np.uint8)])
    rgba[:4, :4, 3] = 0
    studio, (way,) = cutting(oval, photo=save(rgba, "PNG"))
    assert studio.cut("a.jpg").report.by == "way-0"
    ((sent, _),) = way.sent
    assert opened(sent).getpixel((0, 0)) == (255, 255, 255)


def test_only_this_computer_is_asked_for_clothes_whatever_the_file_has_cut_out_itself():
    local, far = Giving(oval), Giving(oval)
    cut_out = everything(PHOTO)
    studio = Cutting(Files({"a.png": oval(cut_out)}), [Way("far", far, 2), Way("local", local)])
    cut = studio.cut("a.png", "clothes")
    assert (cut.report.by, cut.report.passed) == ("local", ())
    assert ([kind for _, kind in local.sent], far.sent) == (["clothes"], [])
    with pytest.raises(WrongUsage, match="engine_unknown"):
        studio.cut("a.png", "clothes", "far")
    assert far.sent == []


def test_clothes_are_cut_out_on_this_computer(models_dir, finder, cutter, portrait):
    local = LocalMatting(models_dir, finder, cutter)
    known = portrait("man_black_hair")
    clothes = np.asarray(opened(local.cut(jpeg(known.rgb), "clothes")))[..., 3]
    assert clothes.shape == known.rgb.shape[:2]
    x, y, w, h = (int(v) for v in known.face.box)
    assert clothes[y : y + 4 * h // 5, x + w // 5 : x + 4 * w // 5].max() == 0
    assert (clothes[-clothes.shape[0] // 8 :, x : x + w] > 200).mean() > 0.9


def test_goods_and_people_are_cut_out_on_this_computer(models_dir, finder, cutter, portrait):
    local = LocalMatting(models_dir, finder, cutter)
    rgb = cv2.resize(portrait("man_glasses").rgb, (400, 400), interpolation=cv2.INTER_AREA)
    people = np.asarray(opened(local.cut(jpeg(rgb), "portrait")))[..., 3]
    assert people[200, 190] == 255
    assert people[:10, :10].max() == 0
    wall = np.full((300, 400, 3), 225, np.uint8)
    cv2.rectangle(wall, (140, 90), (260, 220), (150, 30, 30), -1)
    goods = np.asarray(opened(local.cut(jpeg(wall), "goods")))[..., 3]
    assert goods.shape == (300, 400)
    inside = np.zeros((300, 400), bool)
    inside[90:220, 140:260] = True
    assert (goods[inside] > 200).mean() > 0.97
    assert (goods[~inside] < 50).mean() > 0.97
    with pytest.raises(Rejected) as refused:
        local.cut(jpeg(wall), "portrait")
    assert refused.value.code == "no_face"


@pytest.fixture(scope="module")
def sitter(portrait):
    """A sharp portrait, 500×500."""
    return cv2.resize(portrait("man_glasses").rgb, (500, 500), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def poor(sitter):
    """The same, blurred, faded and yellowed."""
    soft = cv2.GaussianBlur(sitter, (0, 0), 2.2).astype(np.float32) / 255
    faded = (0.22 + 0.55 * soft) * np.array([1.06, 0.98, 0.78], np.float32)
    return np.rint(faded * 255).clip(0, 255).astype(np.uint8)


@pytest.fixture
def restoring(finder, judge):
    def make(rgb, *ways):
        named = [Way(f"way-{n}", by, 3, faces=True) for n, by in enumerate(ways)]
        return Restoring(Files({"a.png": save(rgb, "PNG")}), finder, judge, [*named, Way("local", LocalRestoring())])

    return make


def rgb_of(file):
    return np.asarray(opened(file).convert("RGB"))


def test_a_poor_photo_gets_better_and_is_labelled(restoring, poor, sitter):
    restored = restoring(poor).restore("a.png", "number-1")
    assert restored.report.by == "local"
    label = read_label(restored.file)
    assert (label.produce_id, label.label) == ("number-1", "1")
    (distance,) = restored.face_distances
    assert distance < SURE
    made = rgb_of(restored.file)
    assert made.shape == poor.shape
    # The lower right corner carries the mark.
    seen = np.s_[:400, :400]
    assert (
        np.abs(made[seen].astype(int) - sitter[seen]).mean()
        < 0.6 * np.abs(poor[seen].astype(int) - sitter[seen]).mean()
    )


def test_a_clean_photo_is_not_sent_anywhere(restoring, sitter):
    service = Giving(Transient("engine_failed"))
    restored = restoring(sitter, service).restore("a.png", "n", format="png")
    assert service.sent == []
    assert [(p.way, p.code) for p in restored.report.passed] == [("way-0", "faces_sharp_already")]
    seen = np.s_[:400, :400]
    assert np.abs(rgb_of(restored.file)[seen].astype(int) - sitter[seen]).mean() < 1.0


def test_the_faces_of_a_service_are_taken_over_and_nothing_else(restoring, poor, finder):
    def greener(picture):
        rgb = decode(picture, name="x").rgb.copy()
        rgb[:60] = (0, 255, 0)
        return jpeg(cv2.addWeighted(rgb, 1.6, cv2.GaussianBlur(rgb, (0, 0), 2), -0.6, 0))

    service = Giving(greener)
    restored = restoring(poor, service).restore("a.png", "n", format="png")
    assert (restored.report.by, restored.report.cost_fen) == ("way-0", 3)
    assert len(service.sent) == 1
    made, local = rgb_of(restored.file), rgb_of(restoring(poor).restore("a.png", "n", format="png").file)
    assert np.array_equal(made[:60, :400], local[:60, :400])
    x, y, w, h = (int(v) for v in finder.find(poor)[0].box)
    assert np.abs(made[y : y + h, x : x + w].astype(int) - local[y : y + h, x : x + w]).mean() > 1


def test_another_face_is_thrown_away(restoring, poor, portrait):
    stranger = cv2.resize(portrait("elderly_man").rgb, (500, 500), interpolation=cv2.INTER_AREA)
    service = Giving(jpeg(stranger))
    restored = restoring(poor, service).restore("a.png", "n")
    assert restored.report.by == "local"
    assert [(p.way, p.code) for p in restored.report.passed] == [("way-0", "face_changed")]
    assert restored.report.cost_fen == 3
    with pytest.raises(OutputRefused) as refused:
        restoring(poor, service).restore("a.png", "n", by="way-0")
    assert refused.value.code == "face_changed"


@pytest.mark.parametrize("answer", [b"text", Transient("engine_failed"), Unknown("answer_lost")])
def test_what_fails_goes_to_the_next(restoring, poor, answer):
    restored = restoring(poor, Giving(answer)).restore("a.png", "n")
    assert restored.report.by == "local"
    assert len(restored.report.passed) == 1


def test_a_photo_without_faces_stays_here(restoring):
    service = Giving(Transient("engine_failed"))
    studio = restoring(np.full((200, 300, 3), 120, np.uint8), service)
    restored = studio.restore("a.png", "n")
    assert (restored.report.by, restored.face_distances, service.sent) == ("local", (), [])
    with pytest.raises(Rejected) as refused:
        studio.restore("a.png", "n", by="way-0")
    assert refused.value.code == "no_face"
    assert service.sent == []
