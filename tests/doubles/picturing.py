"""A studio made of cardboard: a maker that paints numbers, a judge that reads its verdicts off a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.judgement import Judgement, Measured
from tuanyuan.domain.messages import problem
from tuanyuan.domain.order import Order, PhotoHint
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.reunion import changed, plans
from tuanyuan.domain.scene import Scene
from tuanyuan.imaging.decode import decode
from tuanyuan.imaging.encode import encode
from tuanyuan.imaging.judge import Likeness
from tuanyuan.services.darkroom import Photo
from tuanyuan.services.picturing import Picturing

GOOD = Measured(0, (10, 10, 40, 50), 0.1, nearest_other=0.9)
WEAK = Measured(0, (10, 10, 40, 50), 0.1, leftover=0.3, nearest_other=0.9)
MISSING = Measured(0, None, None)
SIDE = (64, 48)


@dataclass
class CardboardPhotos:
    """`faces`: for each photo who is in it, from the left; `bad`: what is wrong with a photo, by code."""

    faces: dict[str, tuple[str, ...]]
    bad: dict[str, str] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def open(self, name, chosen=()):
        self.opened.append(name)
        code = self.bad.get(name)
        if code and code.startswith("file_"):
            raise Rejected(code, file=name)
        everyone = self.faces[name]
        kept = tuple(everyone[n - 1] for n in sorted(set(chosen))) if chosen else everyone
        problems = (problem(code),) if code else ()
        report = PhotoReport(name, not problems, 900, 900, (), problems)
        return Photo(name, np.zeros((9, 9, 3), np.uint8), kept, (), report)

    def plain(self, name):
        size = (9, 18, 3) if name.startswith("wide") else (18, 18, 3)
        return Photo(name, np.zeros(size, np.uint8), (), (), PhotoReport(name, True, 18, 18, (), ()))


class CardboardScenes:
    """Knows the room `wall` and the table `table`."""

    def all(self):
        return (Scene("wall", "墙", "Wall", "wall.png"), Scene("table", "桌", "Table", "table.png", kind="table"))

    def find(self, chosen):
        found = {scene.id: scene for scene in self.all()}
        if chosen not in found:
            raise Rejected("background_unknown", given=chosen, known="wall")
        return found[chosen]


class CardboardFiles:
    """Every file is a small grey picture."""

    def read(self, _):
        return encode(np.full((48, 64, 3), 128, np.uint8), "png")


@dataclass
class CardboardMaker:
    """Paints the candidate's number and attempt as brightness; `faults[number, attempt]` is what it finds itself."""

    feature: str = "reunion"
    prepared: list = field(default_factory=list)
    tried: list = field(default_factory=list)

    fitted: list = field(default_factory=list)
    shown: list = field(default_factory=list)
    changes: dict = field(default_factory=dict)
    faults: dict = field(default_factory=dict)

    def fit(self, photos, _order):
        self.fitted.append([photo.name for photo in photos])

    def prepare(self, photos, _order, _scene, _picture):
        self.prepared.append([len(photo.faces) for photo in photos])
        self.shown.append([(photo.name, photo.role, photo.rgb.shape[:2]) for photo in photos])
        people = tuple((n, face) for n, photo in enumerate(photos) for face in range(len(photo.faces)))
        return SimpleNamespace(people=people, around=())

    def plans(self, _sitting, order):
        return plans(order.candidates)

    def changed(self, plan):
        return changed(plan)

    def render(self, sitting, _, plan):
        self.tried.append(plan)
        people = len(sitting.people)
        picture = np.full((SIDE[1], SIDE[0], 3), level(plan.number, plan.attempt), np.uint8)
        made = {
            "picture": picture,
            "backdrop": picture,
            "owner": picture[..., 0],
            "meshes": (np.zeros((468, 2), np.float32),) * people,
            "notes": ((),) * people,
            "composition": 0.5,
            "faults": self.faults.get((plan.number, plan.attempt), ()),
            "facts": {"light": plan.light, "crop": plan.crop},
        }
        return SimpleNamespace(**{**made, **self.changes})


def level(number, attempt):
    """The brightness of a candidate's picture."""
    return 40 + 40 * number + 10 * attempt


@dataclass
class CardboardJudge:
    """`verdicts[number, attempt]` is what is found of the first person; all else is good."""

    verdicts: dict = field(default_factory=dict)

    def likeness(self, _, face, around=None):
        """Equal names are equal people; `anna` and `anna'` are the same person in two photos."""
        descriptor = np.zeros(128, np.float32)
        descriptor[sum(face.rstrip("'").encode()) % 128] = 1
        descriptor[127] = 0.1 * face.count("'")
        empty = np.zeros((150, 150, 3), np.uint8)
        return Likeness(np.zeros((468, 3), np.float32), descriptor, empty, empty[..., 0] > 0, around)

    def judge(self, picture, people, *_):
        value = int(picture[0, 0, 0])
        at = next((n, a) for n in range(4) for a in range(3) if level(n, a) == value)
        first = self.verdicts.get(at, GOOD)
        if isinstance(first, Judgement):
            return first
        return Judgement((first, *(Measured(i, GOOD.box, 0.1) for i in range(1, len(people)))))


@dataclass
class Results:
    """Holds what is handed over; `committed` once it was let go."""

    files: dict[str, bytes] = field(default_factory=dict)
    committed: bool = False

    def write(self, name, data):
        assert name not in self.files
        self.files[name] = data

    def commit(self):
        self.committed = True


class OneByOne:
    """An executor that does everything at once and in order."""

    def map(self, function, *arguments):
        return [function(*each) for each in zip(*arguments, strict=True)]

    def submit(self, function, *arguments):
        value = function(*arguments)
        return SimpleNamespace(result=lambda: value)


FAMILY = {"a.jpg": ("anna",), "b.jpg": ("bert",), "c.jpg": ("cleo",)}


class Shop:
    """The service among doubles, and what it left."""

    def __init__(self, faces=None, bad=None, verdicts=None):
        self.photos = CardboardPhotos(faces or FAMILY, bad or {})
        self.maker = CardboardMaker()
        self.results = Results()
        self.progress = []
        judge = CardboardJudge(verdicts or {})
        self.studio = Picturing(
            self.photos, CardboardFiles(), CardboardScenes(), lambda _: self.maker, judge, OneByOne(), "cardboard"
        )

    def make(self, *hints, **options):
        people = tuple(hints) or tuple(PhotoHint(name) for name in self.photos.faces)
        order = Order(people, **{"background": "wall", **options})
        return self.studio.make(order, self.results, lambda *step: self.progress.append(step))

    def refused(self, *hints, **options):
        """The error; nothing may have been made or handed over."""
        with pytest.raises(Rejected) as caught:
            self.make(*hints, **options)
        assert self.results == Results()
        return caught.value


def brightness(data):
    """What the cardboard engine painted, away from the visible mark."""
    return round(float(decode(data, name="x").rgb[:10, :10].mean()))
