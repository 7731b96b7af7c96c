"""What the server's errors mean, contract 5.2 and 5.4 and the table of contracts/README.md. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2

from tuanyuan.domain.engine import BadRequest, EngineSetup, Transient, Unknown
from tuanyuan.domain.errors import StudioError
from tuanyuan.engines import statuses, told
from tuanyuan.engines.wire import Answer

ENGINE = "comfyui"
# Not installed or not there, on this server: nothing that another order would change.
_SETUP = ("missing_node_type", "invalid_prompt", "value_not_in_list")
# Statuses that say that nothing was queued. 502 and 504 come of a proxy; the server may be at it.
_SAFE = frozenset({500, 503})
_SETUP_EXCEPTIONS = ("FileNotFoundError", "ModuleNotFoundError", "ImportError")
# A bad picture or a workflow's bug: the same again would fail again.
_BAD_EXCEPTIONS = ("ValueError", "TypeError", "KeyError", "IndexError", "AttributeError", "UnidentifiedImageError")


def refused(answer: Answer) -> StudioError | None:
    """The error of an answer to any call; None: it was accepted without a complaint.

    Also for a 200 that lists node_errors: only a part of the workflow would run (5.2, trap).
    """
    status = answer.status
    if status == httpx2.codes.OK:
        return _of_nodes(answer.json().get("node_errors"))
    if status == httpx2.codes.BAD_REQUEST:
        return _of_body(answer)
    # There is no authentication but that of a proxy before the server, and no route that could be missing.
    return statuses.refused(status, ENGINE, None, answer.retry_after, _SAFE)


def failed(history: Mapping[str, Any]) -> StudioError | None:
    """The error of a history entry (5.4); None: it succeeded. Out of memory and whatever is not known: once more."""
    status = told.entry(history.get("status"))
    if status.get("status_str", "success") == "success":
        return None
    kind, messages = "", status.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, list) and message[:1] == ["execution_error"] and isinstance(message[-1], dict):
            kind = statuses.short(message[-1].get("exception_type"))
    name = kind.rpartition(".")[2]
    if name in _SETUP_EXCEPTIONS:
        return EngineSetup("engine_setup", engine=ENGINE, detail=kind)
    if name in _BAD_EXCEPTIONS:
        return BadRequest("engine_bad_request", engine=ENGINE, detail=kind)
    return Transient("engine_failed")


def _of_body(answer: Answer) -> StudioError:
    try:
        body = answer.json()
    except Unknown:
        body = {}
    error = _of_nodes(body.get("node_errors"))
    if error is not None:
        return error
    type_ = statuses.short(told.entry(body.get("error")).get("type"), str(answer.status))
    if type_ in _SETUP:
        return EngineSetup("engine_setup", engine=ENGINE, detail=type_)
    return BadRequest("engine_bad_request", engine=ENGINE, detail=type_)


def _of_nodes(flawed: Any) -> StudioError | None:
    """The gravest error of `node_errors`: a file that is not there before everything else."""
    if not flawed:
        return None
    nodes = told.entries(list(told.entry(flawed).values()))
    errors = [error for node in nodes for error in told.entries(node.get("errors"))]
    types = [statuses.short(error.get("type"), "node_errors") for error in errors] or ["node_errors"]
    setup = [type_ for type_ in types if type_ in _SETUP]
    if setup:
        return EngineSetup("engine_setup", engine=ENGINE, detail=setup[0])
    return BadRequest("engine_bad_request", engine=ENGINE, detail=types[0])
