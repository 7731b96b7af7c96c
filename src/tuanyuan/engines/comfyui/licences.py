"""The table of what an operator installs on the server: docs/engines/comfyui-models.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tuanyuan.engines.comfyui.workflows import ModelFile, Pack, Workflow

_HEAD = """# What a ComfyUI server needs

`tuanyuan.engines.comfyui` sends the workflows of `src/tuanyuan/engines/comfyui/workflows/`. They need the files below
under the server's `models` folder, and the packs of nodes. The engine checks the server before the first picture and
names what is missing. This page is written from the workflows' own files; a test compares them.

Licences are those that the sources state. Read them before you sell pictures: the duty is the operator's.

The face is kept by IP-Adapter's preset `PLUS FACE (portraits)`, which looks through CLIP vision. The FaceID presets
are not used: they need insightface's packs (`buffalo_l`, `antelopev2`), which are for non-commercial research only.
The pose is kept by a depth map and not by a skeleton, for OpenPose's weights are non-commercial too.
"""


@dataclass
class _Row:
    model: ModelFile
    workflows: list[str] = field(default_factory=list)


def page(workflows: Iterable[Workflow]) -> str:
    """The page in Markdown. ValueError: two workflows say different things about one file."""
    rows: dict[str, _Row] = {}
    packs: dict[str, tuple[Pack, list[str]]] = {}
    for workflow in workflows:
        for model in workflow.models:
            row = rows.setdefault(model.file, _Row(model))
            if (row.model.folder, row.model.licence, row.model.source) != (model.folder, model.licence, model.source):
                raise ValueError(model.file)
            row.workflows.append(workflow.name)
        for pack in workflow.packs:
            packs.setdefault(pack.name, (pack, []))[1].append(workflow.name)
    return "\n".join([_HEAD, *_models(rows.values()), "", *_packs(packs.values()), ""])


def _models(rows: Iterable[_Row]) -> list[str]:
    lines = [
        "## Files",
        "",
        "| file | folder | workflows | licence | commercial use | source | note |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        model = row.model
        allowed = "yes" if model.commercial else "**no**"
        cells = (f"`{model.file}`", f"`{model.folder}`", ", ".join(row.workflows), model.licence, allowed)
        lines.append(f"| {' | '.join((*cells, model.source, model.note))} |")
    return lines


def _packs(found: Iterable[tuple[Pack, list[str]]]) -> list[str]:
    lines = ["## Packs of nodes", "", "| pack | nodes | workflows | licence | source |", "|---|---|---|---|---|"]
    for pack, names in found:
        nodes = ", ".join(f"`{node}`" for node in pack.nodes)
        lines.append(f"| {pack.name} | {nodes} | {', '.join(names)} | {pack.licence} | {pack.source} |")
    return lines
