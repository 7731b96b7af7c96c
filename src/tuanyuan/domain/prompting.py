"""How the words for an engine are put together: pure. The words themselves are files (`store.prompts`).

What is said first matters most: engines with little room cut from the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tuanyuan.domain import parameters
from tuanyuan.domain.capabilities import Capabilities, Model, Parameter
from tuanyuan.domain.engine import Prompt, Reference, Role
from tuanyuan.domain.errors import OurFault, WrongUsage
from tuanyuan.domain.job import JobRequest, Person

Language = Literal["zh", "en"]
# A unit vector from the people: x right, y up, z to the camera.
Direction = tuple[float, float, float]
# What a style stands for. "place": it is said where no scene was chosen. "dynamic_type": it is said in place of it.
StyleIs = Literal["look", "place", "dynamic_type"]

# What is worn where the clothes are to be changed and nobody said into what.
OUTFIT = "tang"
# The order in which parameters are said; those of `FIRST` before the place, for they decide what is made.
FIRST = ("mode", "cloth_style", "fit")
THEN = (
    "light_unify",
    "person_adapt",
    "fidelity",
    "beauty_level",
    "edge_blur",
    "repair",
    "dynamic_type",
    "video_length",
)
# What `as_` of an engine's table says where words stand in for a field that only some of its models have.
ELSEWHERE = "words of the prompt elsewhere"
# A direction counts as left, right, above or behind from here on: parts of a unit vector.
_SIDEWAYS, _ABOVE, _BEHIND = 0.15, 0.25, -0.3


@dataclass(frozen=True)
class Spoken:
    """One parameter in words, "" for nothing. words: by value. bands: (most, words), rising, for numbers.

    only_with: it is said only where that other parameter is given, too.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    bands: tuple[tuple[float, str], ...] = ()
    only_with: str = ""

    def of(self, value: Any) -> str:
        """The words for a value of the parameter. `{value}` in them is the number."""
        if self.bands:
            found = next((words for most, words in self.bands if value <= most), self.bands[-1][1])
            return found.replace("{value}", f"{value:g}")
        key = {None: "none", True: "true", False: "false"}.get(value, value)
        return self.words.get(key, "")


@dataclass(frozen=True)
class Words:
    """A feature in one language: whole sentences, each with its full stop.

    who: by role, with `{pictures}`. absent: where no reference has that role. place: where no scene was chosen.
    scene: with `{scene}`. always: said at the end. negative: what must not be in the picture, in single words.
    """

    task: str
    keep: str
    place: str
    scene: str
    who: Mapping[str, str]
    styles: Mapping[str, str]
    parameters: Mapping[str, Spoken]
    always: tuple[str, ...]
    negative: tuple[str, ...]
    absent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FeatureWords:
    """One file of the library. style: the one that holds when none is chosen. digest: of the file."""

    feature: str
    version: str
    digest: str
    style_is: StyleIs
    style: str
    zh: Words
    en: Words


@dataclass(frozen=True)
class SceneWords:
    """A scene in words, without a full stop.

    light: from the people to the key light.
    """

    zh: str
    en: str
    light: Direction


@dataclass(frozen=True)
class Variant:
    """Words to be tried. text: instead of the library's; add: behind them; negative: None for the library's."""

    name: str
    text: str = ""
    add: str = ""
    negative: str | None = None

    def over(self, prompt: Prompt) -> Prompt:
        """The prompt with what the variant says otherwise; its version names the variant."""
        between = "" if prompt.language == "zh" or not self.add else " "
        text = self.text or prompt.text + between + self.add
        negative = prompt.negative if self.negative is None else self.negative
        return replace(prompt, text=text, negative=negative, version=f"{prompt.version}+{self.name}")


def language_of(capabilities: Capabilities, model: Model | None = None) -> Language:
    """What the model reads where it says so, else Chinese for engines here and in the mainland, English abroad."""
    told = model.options.get("language") if model else None
    if told in ("zh", "en"):
        return "zh" if told == "zh" else "en"
    return "en" if capabilities.region == "abroad" else "zh"


def in_words(parameter: Parameter | None, model: Model | None = None) -> bool:
    """Whether an engine has a parameter emulated by words. What it is sent in a field is not asked for twice."""
    if parameter is None or parameter.taken == "none":
        return False
    if parameter.taken == "emulated":
        return parameter.as_.startswith("prompt")
    return ELSEWHERE in parameter.as_ and not (model and f"({model.id})" in parameter.as_)


def compose(
    library: FeatureWords,
    order: JobRequest,
    references: Sequence[Reference],
    capabilities: Capabilities,
    scene: SceneWords | None = None,
    model: Model | None = None,
) -> Prompt:
    """The words for an order. Every reference is named once by its number, but a mask: each engine has its own way.

    WrongUsage option_invalid: an option or a style that is unknown. OurFault prompt_missing: no words for a role.
    """
    language = language_of(capabilities, model)
    words = library.zh if language == "zh" else library.en
    told = {name for name in words.parameters if in_words(capabilities.parameters.get(name), model)}
    said = _Said(words, _settled(parameters.read(order.options), told), told)
    style = _style(library, words, order)
    place, light = said.place(language, scene, style if library.style_is == "place" else "", references)
    text = [
        words.task,
        *_who(library.feature, words, language, order, references),
        *(said.parameter(name) for name in FIRST),
        words.keep,
        place,
        style if library.style_is == "look" else "",
    ]
    for name in THEN:
        instead = style if library.style_is == name and name not in order.options else ""
        text.append(instead or said.parameter(name, light=light_from(light, language)))
    text += words.always
    digest = hashlib.sha256(f"{library.digest}{scene}".encode()).hexdigest()[:8]
    return Prompt(
        text=("" if language == "zh" else " ").join(sentence for sentence in text if sentence),
        negative=("、" if language == "zh" else ", ").join(words.negative),
        language=language,
        version=f"{library.version}/{digest}",
    )


def light_from(direction: Direction | None, language: Language) -> str:
    """Where the key light comes from, in words: 左前上方, "the front left and above"; None: one direction."""
    if direction is None:
        return "同一方向" if language == "zh" else "one direction"
    x, y, z = direction
    side = "" if abs(x) < _SIDEWAYS else "left" if x < 0 else "right"
    depth = "behind" if z < _BEHIND else "front"
    if language == "zh":
        across = {"": "正", "left": "左", "right": "右"}[side]
        return across + ("后" if depth == "behind" else "前") + ("上方" if y > _ABOVE else "方")
    across = " ".join(part for part in ("back" if depth == "behind" else "front", side) if part)
    return f"the {across}" + (" and above" if y > _ABOVE else "")


@dataclass(frozen=True)
class _Said:
    """What is said of the parameters. told: those that the feature has words for and the engine wants in words."""

    words: Words
    values: Mapping[str, Any]
    told: Collection[str]

    def parameter(self, name: str, light: str = "") -> str:
        if name not in self.told:
            return ""
        spoken = self.words.parameters[name]
        if spoken.only_with and self.values[spoken.only_with] is None:
            return ""
        return spoken.of(self.values[name]).replace("{light}", light)

    def place(
        self, language: Language, scene: SceneWords | None, style: str, references: Sequence[Reference]
    ) -> tuple[str, Direction | None]:
        """Where it is: what bg_type says, else a picture of the place, else the scene, the style, the usual place.

        And where the light comes from, of a scene.
        """
        told = self.parameter("bg_type")
        if told or any(reference.role == "background" for reference in references):
            return told, None
        if scene is not None and self.words.scene:
            return self.words.scene.replace("{scene}", scene.zh if language == "zh" else scene.en), scene.light
        return style or self.words.place, None


def _settled(values: dict[str, Any], sayable: Collection[str]) -> dict[str, Any]:
    """The parameters without what contradicts, as far as it would be said.

    Changing the clothes alone keeps the background, and is into something; changing the background alone keeps the
    clothes, and is not done while it is kept. A background that is kept, or plain, has nothing moving in it.
    """
    found = dict(values)
    if "mode" in sayable and found["mode"] == "outfit":
        found["bg_type"] = "keep" if found["bg_type"] == "custom" else found["bg_type"]
        found["cloth_style"] = found["cloth_style"] or OUTFIT
    if "mode" in sayable and found["mode"] == "background":
        found["cloth_style"] = None
        found["mode"] = "fusion" if found["bg_type"] == "keep" else "background"
    if "bg_type" in sayable and found["bg_type"] != "custom":
        found["dynamic_type"] = parameters.PARAMETERS["dynamic_type"].default
    return found


def _style(library: FeatureWords, words: Words, order: JobRequest) -> str:
    chosen = library.style if order.style is None else order.style
    if chosen and chosen not in words.styles:
        raise WrongUsage("option_invalid", field="style", allowed="、".join(words.styles))
    return words.styles[chosen] if chosen else ""


def _who(
    feature: str, words: Words, language: Language, order: JobRequest, references: Sequence[Reference]
) -> list[str]:
    """A sentence for each role that is there, in the order of the pictures, and for each that is missed."""
    pictures: dict[Role, list[str]] = {}
    for number, reference in enumerate(references, 1):
        if reference.role != "mask":
            photo = order.pictures[number - 1] if number <= len(order.pictures) else ""
            hint = next((person for person in order.people if person.photo == photo), None)
            pictures.setdefault(reference.role, []).append(_named(number, hint, language))
    for role in pictures:
        if role not in words.who:
            raise OurFault("prompt_missing", name=f"{feature}.{language}.who.{role}")
    told = [words.who[role].replace("{pictures}", _listed(names, language)) for role, names in pictures.items()]
    return told + [sentence for role, sentence in words.absent.items() if role not in pictures]


def _named(number: int, hint: Person | None, language: Language) -> str:
    """图2（从左数第1、3位，站前排）, "picture 2 (faces 1 and 3 from the left, in the front row)"."""
    found = []
    if hint and hint.faces:
        which = [str(face) for face in sorted(hint.faces)]
        if language == "zh":
            found.append(f"从左数第{'、'.join(which)}位")
        else:
            found.append(f"{'face' if len(which) == 1 else 'faces'} {_listed(which, language)} from the left")
    if hint and hint.row:
        rows = {"front": ("站前排", "in the front row"), "back": ("站后排", "in the back row")}
        found.append(rows[hint.row][language == "en"])
    if hint and hint.scale != 1:
        percent = f"{hint.scale * 100:.0f}%"
        found.append(f"个头约为成人的{percent}" if language == "zh" else f"about {percent} of a grown-up's size")
    if language == "zh":
        return f"图{number}" + (f"（{'，'.join(found)}）" if found else "")
    return f"picture {number}" + (f" ({', '.join(found)})" if found else "")


def _listed(names: Sequence[str], language: Language) -> str:
    if language == "zh":
        return "、".join(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
