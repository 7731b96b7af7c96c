"""The table of docs/engines/parameters.md, cell by cell: what it says of an engine and a parameter is what happens."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from doubles.asking import picture

import tuanyuan.engines
from tuanyuan.domain import parameters
from tuanyuan.domain.engine import BadRequest, EngineRequest, Prompt, Reference
from tuanyuan.domain.errors import WrongUsage
from tuanyuan.domain.feature import FEATURES, roles
from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.parameters import PARAMETERS
from tuanyuan.domain.prompting import ELSEWHERE
from tuanyuan.engines import asked, manifest
from tuanyuan.engines.comfyui import workflows
from tuanyuan.engines.comfyui.mapping import filled
from tuanyuan.engines.gemini import mapping as gemini
from tuanyuan.engines.jimeng import mapping as jimeng
from tuanyuan.engines.local.ordering import UNDERSTOOD, local_order
from tuanyuan.engines.openai import mapping as openai
from tuanyuan.engines.parameter_table import tables
from tuanyuan.engines.replicate import mapping as replicate
from tuanyuan.engines.seedream import mapping as seedream
from tuanyuan.store.prompts import PromptFiles

ROOT = Path(__file__).parents[2]
ADDRESS = "https://pictures.example/1"
TABLES = tables()
KEYED = [name for name in TABLES if name != "local"]
# Such servers know shapes of one megapixel only, until an operator who knows more says so.
LARGER = {"model": [{"id": "openai-compatible", "shapes": [[1024, 1536], [1440, 1080], [4096, 3072]]}]}
CAPABILITIES = {
    name: manifest.read(
        Path(tuanyuan.engines.__path__[0]) / name, LARGER if name == "openai_compatible" else None
    ).capabilities
    for name in KEYED
}
CELLS = [(engine, parameter) for engine, table in TABLES.items() for parameter in table]
# What a parameter is set to; the first one is said otherwise than the others everywhere.
VALUES = {
    "seed": (1001, 7),
    "size": ("1920x1440", "1024x1536"),
    "resolution": ("1080p", "4k"),
    "beauty_level": (1, 0, 2, 3, 4, 5),
    "light_unify": ("auto", "off"),
    "person_adapt": (True, False),
    "edge_blur": (1.5, 0.0, 3.0, 5.0),
    "fidelity": (0.7, 0.0, 0.5, 1.0),
    "repair": (False, True),
    "cloth_style": (None, "tang", "cheongsam", "hanfu", "suit"),
    "fit": ("regular", "slim", "loose"),
    "mode": ("fusion", "background", "outfit"),
    "bg_type": ("custom", "keep", "plain"),
    "motion_bucket_id": (10, 200),
    "fps": (None, 10, 60),
    "video_length": (5, 10),
    "dynamic_type": ("festival", "snow", "lanterns", "petals", "calm"),
    "placement": ("auto", "standing", "lying"),
    "reflection": (False, True),
    "words": (None, "阖家团圆"),
    "signature": (None, "小明"),
    "orientation": ("portrait", "landscape"),
}
# Which pictures a model may want.
PICTURES = (("person",), ("picture",), ("person", "garment"), ("person", "mask"), ("picture", "mask"))


@pytest.fixture(scope="module")
def prompts():
    return PromptFiles(ROOT / "scenes")


def options(name, value):
    """As an order has them: None is what it has when nothing is said."""
    return {} if value is None else {name: value}


def requests(engine, told):
    """One for each model of the engine, all alike but for what the options change."""
    values = parameters.read(told)
    for model in CAPABILITIES[engine].models:
        model = replace(model, options={**model.options, "version": f"a/b:{'0' * 64}"})
        for shown in PICTURES:
            references = tuple(Reference(role, grey(role), "image/png", 96, 72, ADDRESS) for role in shown)
            request = EngineRequest(
                "job",
                JobRequest("makeover", ("p1",), options=told),
                model=model,
                prompt=Prompt("words"),
                references=references,
                size=parameters.size_of(values),
                parameters=values,
            )
            try:
                yield model, wire(engine, request)
            except BadRequest:
                continue
            break
        else:
            raise AssertionError(f"{engine}: nothing fits {model.id}")


def grey(role):
    return picture(mode="L" if role == "mask" else "RGB")


def wire(engine, request):
    """What the engine's mapping makes of a request, as {path: value}."""
    model, references = request.model, request.references
    if engine == "jimeng":
        return flat(jimeng.submission(request))
    if engine == "seedream":
        return flat((seedream.clip if model.media == "clip" else seedream.pictures)(request))
    if engine == "gemini":
        attached(model, references)
        return flat(gemini.asked(request, model, references))
    if engine in ("openai", "openai_compatible"):
        attached(model, references)
        return flat(openai.asked(request, model, references, engine).fields)
    if engine == "restoration":
        # All that goes is the photo.
        attached(model, references)
        return {"photo": references[0].data}
    workflow = workflows.load(model.id)
    if engine == "replicate":
        body = replicate.prediction(request, model, workflow, "attempt", "", "")
        nodes = json.loads(body["input"]["workflow_json"])
    else:
        nodes = filled(request, model, workflow, [f"{n}.png" for n, _ in enumerate(references)], "saved", engine)
    return flat({key: {node["class_type"]: node["inputs"]} for key, node in nodes.items()})


def attached(model, references):
    if not model.least_references <= len(references) <= model.references:
        raise BadRequest("engine_bad_request", engine="", detail="references")


def flat(found, before=""):
    if isinstance(found, dict):
        return {path: value for key, told in found.items() for path, value in flat(told, f"{before}.{key}").items()}
    return {before: found}


def changed(engine, name, value, usual):
    """By model: the paths that are not the same in the requests for the two values."""
    pairs = zip(requests(engine, options(name, usual)), requests(engine, options(name, value)), strict=True)
    return {
        model.id: {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}
        for (model, one), (_, other) in pairs
    }


def named(as_):
    """The fields that a cell of the table names."""
    return re.sub(r" \([^)]*\)", "", as_.partition(";")[0].partition(":")[0]).split(", ")


def words(prompts, engine, told, model=None):
    """By feature of the engine: what it is told."""
    found = {}
    for feature in sorted(model.features if model else CAPABILITIES[engine].features):
        count = FEATURES[feature].least if feature in FEATURES else 1
        references = [Reference(role, b"", "", 1, 1) for role in roles(feature, count)]
        order = JobRequest(feature, tuple(f"p{n}" for n in range(count)), options=told)
        prompt = prompts.compose(order, references, CAPABILITIES[engine], model)
        found[feature] = (prompt.text, prompt.negative)
    return found


def test_every_engine_and_every_parameter_has_a_cell():
    folders = {file.parent.name for file in Path(tuanyuan.engines.__path__[0]).glob("*/engine.toml")}
    assert set(TABLES) == {"local", *folders}
    assert all(list(table) == list(PARAMETERS) for table in TABLES.values())
    assert set(VALUES) == set(PARAMETERS)


@pytest.mark.parametrize(("engine", "name"), CELLS, ids=lambda told: told)
def test_a_cell_says_what_happens(prompts, engine, name):
    cell = TABLES[engine][name]
    if engine == "local":
        local_cell(name, cell)
        return
    CHECKS[cell.taken](prompts, engine, name, cell)


def none(prompts, engine, name, cell):
    assert cell.as_ == ""
    usual, *others = VALUES[name]
    for value in others:
        with pytest.raises(WrongUsage, match=f"options.{name}"):
            asked.check(JobRequest("reunion", ("p1",), options={name: value}), CAPABILITIES[engine])
        assert not any(changed(engine, name, value, usual).values())
        assert words(prompts, engine, options(name, value)) == words(prompts, engine, options(name, usual))


def sent(prompts, engine, name, cell):
    usual, *others = VALUES[name]
    reached = set()
    for value in others:
        asked.check(JobRequest("reunion", ("p1",), options={name: value}), CAPABILITIES[engine])
        for model_id, paths in changed(engine, name, value, usual).items():
            reached |= only(paths, cell, f"{engine} {model_id}")
            model = CAPABILITIES[engine].model(model_id)
            said = words(prompts, engine, options(name, value), model)
            silent = said == words(prompts, engine, options(name, usual), model)
            assert silent is not (ELSEWHERE in cell.as_ and f"({model_id})" not in cell.as_)
    assert reached == set(named(cell.as_))


def only(paths, cell, where):
    """The fields of the cell that the paths are; there are no others."""
    reached = set()
    for path in paths:
        fields = [field for field in named(cell.as_) if path.endswith(f".{field}") or f".{field}." in path]
        assert fields, f"{where}: {path} is changed, the table says {cell.as_}"
        reached |= set(fields)
    return reached


def emulated(prompts, engine, name, cell):
    usual, *others = VALUES[name]
    by_words = cell.as_.startswith("prompt")
    reached = set()
    before = words(prompts, engine, options(name, usual))
    for value in others:
        asked.check(JobRequest("reunion", ("p1",), options={name: value}), CAPABILITIES[engine])
        for model_id, paths in changed(engine, name, value, usual).items():
            assert not (by_words and paths)
            reached |= only(paths, cell, f"{engine} {model_id}")
        # `fit` is a matter of clothes that are changed, or worn from a photo.
        assert (words(prompts, engine, options(name, value)) != before) is by_words, value
    assert by_words or reached == set(named(cell.as_))


CHECKS = {"none": none, "sent": sent, "emulated": emulated}


def local_cell(name, cell):
    usual, *others = VALUES[name]
    for value in others:
        if cell.taken in ("none", "emulated"):
            # What is always done cannot be left out.
            assert cell.taken == "none" or "always" in cell.as_
            with pytest.raises(WrongUsage, match=f"options.{name}"):
                local_order(locally(name, {name: value}), 4, False)
            continue
        known = re.search(r"\((.*)\)", cell.as_)
        if known and str(value) not in known.group(1).split(", "):
            with pytest.raises(WrongUsage, match=f"options.{name}"):
                local_order(locally(name, {name: value}), 4, False)
            continue
        one, other = (asdict(local_order(locally(name, options(name, told)), 4, False)) for told in (usual, value))
        differing = {f"Order.{field}" for field in one if one[field] != other[field]}
        assert differing == {*named(cell.as_)}


def locally(name, told):
    """An order of the first feature here that takes the parameter; a family portrait takes those that none does."""
    feature = next((feature for feature, taken in UNDERSTOOD.items() if name in taken), "reunion")
    return JobRequest(feature, tuple(f"p{n}" for n in range(FEATURES[feature].least)), options=told)
