"""Whatever the package imports is one of its own dependencies, not one that another happens to bring."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from tuanyuan.services.doctor import PACKAGES

SOURCE = Path(__file__).parents[2] / "src"
# FastAPI is a layer over these two, and its documentation tells to import from them.
WITH_FASTAPI = {"anyio", "starlette"}


def imported() -> set[str]:
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"tuanyuan"}


def test_nothing_is_imported_that_is_not_a_dependency() -> None:
    assert imported() <= {module.split(".")[0] for module in PACKAGES.values()} | WITH_FASTAPI
