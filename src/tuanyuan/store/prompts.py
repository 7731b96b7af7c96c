"""The prompt library as files: `prompts/<feature>.toml` in the package, and the words of each scene's `scene.toml`.

A key that is not known is refused, and so is a parameter without words for one of its values: no slip is silent.
"""

from __future__ import annotations

import hashlib
import re
import threading
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from tuanyuan.domain import prompting
from tuanyuan.domain.capabilities import Capabilities, Model
from tuanyuan.domain.engine import Prompt, Reference, Role
from tuanyuan.domain.errors import OurFault, Rejected, WrongUsage
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS, Choice, Number, Switch
from tuanyuan.domain.prompting import FeatureWords, SceneWords, Spoken, StyleIs, Variant, Words

FOLDER = Path(__file__).parents[1] / "prompts"
SCENE_FILE = "scene.toml"
# What the library's own words are called among variants.
LIBRARY = "library"
# Every parameter that can be said; the others are numbers of the request.
SAYABLE = (*prompting.FIRST, "bg_type", *prompting.THEN)
_SENTENCE_END = {"zh": "。", "en": "."}


class PromptFiles:
    """Implements `domain.ports.prompts.Prompts`. The library is read at once, each scene when it is first asked for."""

    def __init__(self, scenes: Path, folder: Path = FOLDER) -> None:
        """OurFault setting_invalid names a file that is wrong."""
        self._library = {file.stem: read_feature(file) for file in sorted(folder.glob("*.toml"))}
        self._scenes = scenes
        self._lock = threading.Lock()
        self._read: dict[str, SceneWords] = {}

    @property
    def features(self) -> tuple[str, ...]:
        """Those that there are words for."""
        return tuple(self._library)

    def words(self, feature: str) -> FeatureWords:
        """All words for a feature. OurFault prompt_missing."""
        if feature not in self._library:
            raise OurFault("prompt_missing", name=feature)
        return self._library[feature]

    def compose(
        self,
        order: JobRequest,
        references: Sequence[Reference],
        capabilities: Capabilities,
        model: Model | None = None,
    ) -> Prompt:
        """The words for an order, in the language of the engine, or of the model where it says which it reads.

        OurFault prompt_missing: none for the feature. Rejected background_unknown: no such scene. WrongUsage
        option_invalid: an option or a style that is unknown.
        """
        library = self.words(order.feature)
        own = any(reference.role == "background" for reference in references)
        scene = None if order.background is None or own else self._scene(order.background)
        return prompting.compose(library, order, references, capabilities, scene, model)

    def _scene(self, chosen: str) -> SceneWords:
        with self._lock:
            if chosen not in self._read:
                self._read[chosen] = _read_scene(self._scenes, chosen)
            return self._read[chosen]


def read_feature(file: Path) -> FeatureWords:
    """The words in a file, whose name is the feature's. OurFault setting_invalid: the file and what is wrong."""
    try:
        data = file.read_bytes()
        return _feature(file.stem, hashlib.sha256(data).hexdigest(), tomllib.loads(data.decode("utf-8")))
    except (OSError, ValueError) as error:
        raise OurFault("setting_invalid", name=str(file), detail=str(error)) from error


def read_variants(file: Path) -> tuple[Variant, ...]:
    """The `[[variant]]` entries of an operator's file: name, and text or add, and negative if it differs.

    WrongUsage setting_invalid: the file and what is wrong with it.
    """
    try:
        written = tomllib.loads(file.read_text("utf-8"))
        _only(written, "", needed=("variant",))
        found = tuple(_variant(_table(told, "variant")) for told in written["variant"])
        if len({LIBRARY, *(variant.name for variant in found)}) <= len(found):
            raise ValueError(f"variant.name: every one once, and none {LIBRARY!r}")
    except (OSError, ValueError, TypeError) as error:
        raise WrongUsage("setting_invalid", name=str(file), detail=str(error)) from error
    return found


def _variant(written: Mapping[str, Any]) -> Variant:
    _only(written, "variant.", needed=("name",), also=("text", "add", "negative"))
    told = {name: _text(text, f"variant.{name}") for name, text in written.items()}
    if not re.fullmatch(r"[\w-]{1,40}", told["name"]):
        raise ValueError(f"variant.name: {told['name']!r}")
    if bool(told.get("text")) == bool(told.get("add")):
        raise ValueError(f"variant {told['name']}: text or add, one of them")
    return Variant(**told)


def _feature(feature: str, digest: str, written: dict[str, Any]) -> FeatureWords:
    _only(written, "", needed=("version", "style_is", "zh", "en"), also=("style",))
    kinds: tuple[StyleIs, ...] = get_args(StyleIs)
    style_is = next((kind for kind in kinds if kind == written["style_is"]), None)
    if style_is is None:
        raise ValueError(f"style_is: {written['style_is']!r}; {', '.join(kinds)}")
    zh, en = _words(_table(written["zh"], "zh"), "zh"), _words(_table(written["en"], "en"), "en")
    for name in ("who", "absent", "styles", "parameters"):
        if set(getattr(zh, name)) != set(getattr(en, name)):
            raise ValueError(f"{name}: not the same in zh and en")
    style = _text(written.get("style", ""), "style")
    if style and style not in zh.styles:
        raise ValueError(f"style: {style!r}")
    return FeatureWords(feature, _text(written["version"], "version"), digest, style_is, style, zh, en)


def _words(written: Mapping[str, Any], language: str) -> Words:
    texts, lists, tables = ("task", "keep", "place", "scene"), ("always", "negative"), ("who", "styles", "parameters")
    _only(written, f"{language}.", needed=(*texts, *lists, *tables), also=("absent",))
    who = _sentences(written["who"], f"{language}.who", language)
    for role, sentence in who.items():
        _role(role, f"{language}.who")
        if sentence.count("{pictures}") != 1:
            raise ValueError(f"{language}.who.{role}: {{pictures}} must be in it once")
    absent = _sentences(written.get("absent", {}), f"{language}.absent", language)
    for role in absent:
        _role(role, f"{language}.absent")
    single = {name: _sentence(written[name], f"{language}.{name}", language) for name in texts}
    if single["scene"] and "{scene}" not in single["scene"]:
        raise ValueError(f"{language}.scene: {{scene}} must be in it")
    return Words(
        **single,
        who=who,
        absent=absent,
        styles=_sentences(written["styles"], f"{language}.styles", language),
        parameters={
            name: _spoken(name, told, f"{language}.parameters.{name}", language)
            for name, told in _table(written["parameters"], f"{language}.parameters").items()
        },
        always=tuple(_sentence(told, f"{language}.always", language) for told in written["always"]),
        negative=tuple(_text(told, f"{language}.negative") for told in written["negative"]),
    )


def _spoken(name: str, written: Any, key: str, language: str) -> Spoken:
    parameter = PARAMETERS.get(name)
    if name not in SAYABLE or parameter is None:
        raise ValueError(f"{key}: no such parameter")
    if isinstance(parameter, Number):
        bands = tuple((float(most), _sentence(told, key, language)) for most, told in written)
        rising = [most for most, _ in bands]
        if rising != sorted(set(rising)) or not rising or rising[-1] != parameter.most:
            raise ValueError(f"{key}: bounds must rise to {parameter.most:g}")
        return Spoken(bands=bands)
    told = dict(_table(written, key))
    only_with = _text(told.pop("only_with", ""), f"{key}.only_with")
    if only_with and only_with not in PARAMETERS:
        raise ValueError(f"{key}.only_with: {only_with!r}")
    _only(told, f"{key}.", needed=_values(parameter))
    return Spoken({value: _sentence(words, f"{key}.{value}", language) for value, words in told.items()}, (), only_with)


def _values(parameter: object) -> tuple[str, ...]:
    if isinstance(parameter, Switch):
        return ("true", "false")
    assert isinstance(parameter, Choice)  # noqa: S101  # SAYABLE holds nothing else
    return (*parameter.words, *(() if parameter.default else ("none",)))


def _read_scene(folder: Path, chosen: str) -> SceneWords:
    """OurFault scene_damaged, Rejected background_unknown."""
    file = folder / chosen / SCENE_FILE
    if chosen != Path(chosen).name or not file.is_file():
        known = "、".join(sorted(path.parent.name for path in folder.glob(f"*/{SCENE_FILE}")))
        raise Rejected("background_unknown", given=chosen[:60], known=known)
    try:
        written = tomllib.loads(file.read_text("utf-8"))
        x, y, z = (float(part) for part in written["light"]["direction"])
        zh = _text(written.get("prompt_zh") or written["name_zh"], "prompt_zh").rstrip("。")
        return SceneWords(zh, _text(written.get("prompt_en") or written["name_en"], "prompt_en").rstrip("."), (x, y, z))
    except KeyError as error:
        raise OurFault("scene_damaged", file=file, detail=f"missing {error.args[0]}") from None
    except (OSError, ValueError, TypeError) as error:
        raise OurFault("scene_damaged", file=file, detail=error) from None


def _role(name: str, key: str) -> None:
    if name not in get_args(Role) or name == "mask":
        raise ValueError(f"{key}.{name}: no such role")


def _sentences(written: Any, key: str, language: str) -> dict[str, str]:
    return {name: _sentence(told, f"{key}.{name}", language) for name, told in _table(written, key).items()}


def _sentence(written: Any, key: str, language: str) -> str:
    """Whole sentences, so that they can stand beside each other in any choice; or nothing."""
    text = _text(written, key)
    if text and not text.endswith(_SENTENCE_END[language]):
        raise ValueError(f"{key}: no full stop: {text[-12:]!r}")
    return text


def _text(written: Any, key: str) -> str:
    if not isinstance(written, str):
        raise ValueError(f"{key}: {written!r}")
    return written


def _table(written: Any, key: str) -> Mapping[str, Any]:
    if not isinstance(written, dict):
        raise ValueError(f"{key}: {written!r}")
    return written


def _only(written: Mapping[str, Any], before: str, needed: Sequence[str], also: Sequence[str] = ()) -> None:
    unknown = [name for name in written if name not in (*needed, *also)]
    missing = [name for name in needed if name not in written]
    if unknown or missing:
        raise ValueError(f"unknown: {before}{unknown[0]}" if unknown else f"missing: {before}{missing[0]}")
