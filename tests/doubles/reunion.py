"""A studio made of cardboard: an engine that paints numbers, a judge that reads its verdicts off a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from tuanyuan.domain.errors import Rejected
from tuanyuan.domain.judgement import Judgement, Measured
from tuanyuan.domain.messages import problem
from tuanyuan.domain.photo import PhotoReport
from tuanyuan.domain.scene import Scene
from tuanyuan.imaging.encode import encode
from tuanyuan.imaging.judge import Likeness
from tuanyuan.services.darkroom import Photo

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


class CardboardScenes:
    """Knows `wall` and nothing else."""

    def find(self, chosen):
        if chosen != "wall":
            raise Rejected("background_unknown", given=chosen, known="wall")
        return Scene("wall", "墙", "Wall", "wall.png")


class CardboardFiles:
    """Every file is a small grey picture."""

    def read(self, _):
        return encode(np.full((48, 64, 3), 128, np.uint8), "png")


@dataclass
class CardboardEngine:
    """Paints the candidate's number and attempt as brightness, and keeps what it was asked for."""

    name: str = "cardboard"
    prepared: list = field(default_factory=list)
    plans: list = field(default_factory=list)

    def prepare(self, photos, _order, _scene, _picture):
        self.prepared.append([len(faces) for _, faces, _ in photos])
        return SimpleNamespace(around=tuple((None,) * len(faces) for _, faces, _ in photos))

    def render(self, group, _, plan):
        self.plans.append(plan)
        people = sum(len(own) for own in group.around)
        picture = np.full((SIDE[1], SIDE[0], 3), level(plan.number, plan.attempt), np.uint8)
        return SimpleNamespace(
            picture=picture,
            backdrop=picture,
            owner=picture[..., 0],
            meshes=(np.zeros((468, 2), np.float32),) * people,
            notes=((),) * people,
            composition=0.5,
        )


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
