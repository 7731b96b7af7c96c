"""The pictures that go with a request: a last guard before anything is sent, and what they look like in JSON."""

from __future__ import annotations

import base64

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import BadRequest, EngineRequest, Reference


def attached(request: EngineRequest, engine: str) -> tuple[Model, tuple[Reference, ...]]:
    """The model asked for and its references, in the order in which the prompt numbers them, a mask last.

    BadRequest engine_bad_request: no model; too few or too many references; a mask that the model does not take, or
    that is not the last; no address for a model that reads its pictures from one.
    """
    model, references = request.model, request.references
    if model is None:
        raise BadRequest("engine_bad_request", engine=engine, detail="model")
    masks = [number for number, reference in enumerate(references, 1) if reference.role == "mask"]
    fits = model.least_references <= len(references) <= model.references
    if not fits or masks not in ([], [len(references)]) or (masks and not model.mask):
        raise BadRequest("engine_bad_request", engine=engine, detail="references")
    if model.needs_address and not all(reference.address for reference in references):
        raise BadRequest("engine_bad_request", engine=engine, detail="address")
    return model, references


def base64_of(reference: Reference) -> str:
    """The file in base64, bare."""
    return base64.b64encode(reference.data).decode("ascii")


def data_uri(reference: Reference) -> str:
    """The file as `data:image/jpeg;base64,…`."""
    return f"data:{reference.media_type.lower()};base64,{base64_of(reference)}"
