"""`docs/engines/parameters.md`: how every engine takes every parameter, made from the engines' own tables."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tuanyuan.domain.capabilities import Parameter
from tuanyuan.domain.parameters import PARAMETERS, Choice, Number, Size, Switch, Words
from tuanyuan.engines import manifest
from tuanyuan.engines.local.ordering import PARAMETERS as LOCAL

FOLDER = Path(__file__).parent
NONE = Parameter("none")
_BEGIN = """# Engines and parameters 引擎与参数

Made by `make docs` from `src/tuanyuan/engines/*/engine.toml`; a test for every cell is in
`tests/engines/test_parameters.py`. 由 `make docs` 生成，每一格都有测试。

* **sent 直接发送**: a field of the request carries it.
* **emulated 模拟实现**: by words of the prompt ([prompts](../guide/prompts.md)), by another field, or by what is always
  done to the picture.
* **–** 不支持: not understood; an order that asks for it goes to another engine, or is refused before it is charged.

What a parameter says in words depends on the feature: `fit` is about clothes, `dynamic_type` about what moves.
"""


def tables() -> dict[str, Mapping[str, Parameter]]:
    """Every engine's table by the engine's name, this computer first; a parameter that is missing is "none"."""
    found: dict[str, Mapping[str, Parameter]] = {"local": LOCAL}
    for file in sorted(FOLDER.glob(f"*/{manifest.FILE}")):
        found[file.parent.name] = manifest.read(file.parent).capabilities.parameters
    return {name: {p: table.get(p, NONE) for p in PARAMETERS} for name, table in found.items()}


def document() -> str:
    """The page."""
    lines = [_BEGIN]
    lines += ["| parameter 参数 | values 取值 | default 默认 |", "|---|---|---|"]
    lines += [f"| `{name}` | {_values(parameter)} | {_default(parameter)} |" for name, parameter in PARAMETERS.items()]
    for name, table in tables().items():
        lines += ["", f"## {name}", "", "| parameter | how | by |", "|---|---|---|"]
        lines += [f"| `{parameter}` | {_how(told)} | {_by(told)} |" for parameter, told in table.items()]
    return "\n".join(lines) + "\n"


def _how(told: Parameter) -> str:
    return "–" if told.taken == "none" else told.taken


def _by(told: Parameter) -> str:
    if told.taken == "none":
        return ""
    return f"`{told.as_}`" if told.taken == "sent" and " " not in told.as_ else told.as_


def _values(parameter: Choice | Number | Switch | Size | Words) -> str:
    if isinstance(parameter, Choice):
        return ", ".join(f"`{word}`" for word in parameter.words)
    if isinstance(parameter, Number):
        return f"{parameter.least:.10g}–{parameter.most:.10g}" + (", whole" if parameter.whole else "")
    if isinstance(parameter, Words):
        return f"up to {parameter.most} characters"
    return "`true`, `false`" if isinstance(parameter, Switch) else "`1920x1440` …"


def _default(parameter: Choice | Number | Switch | Size | Words) -> str:
    if parameter.default is None:
        return "–"
    return f"`{str(parameter.default).lower()}`"


if __name__ == "__main__":
    sys.stdout.write(document())
