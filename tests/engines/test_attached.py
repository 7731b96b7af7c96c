"""The pictures of a request: nothing is sent that the model does not take."""

from __future__ import annotations

import pytest

from tuanyuan.domain.capabilities import Model
from tuanyuan.domain.engine import BadRequest, EngineRequest, Reference
from tuanyuan.domain.job import JobRequest
from tuanyuan.engines.attached import attached, base64_of, data_uri

ONE_OR_TWO = Model("plain", frozenset(), references=2)
MASKED = Model("masked", frozenset(), references=3, mask=True)
FROM_ADDRESS = Model("addressed", frozenset(), references=2, needs_address=True)


def asked(model, *roles, address=None):
    references = tuple(Reference(role, b"abc", "image/JPEG", 9, 9, address) for role in roles)
    return EngineRequest("job-1", JobRequest("reunion", ()), model=model, references=references)


@pytest.mark.parametrize(
    ("model", "roles"),
    [(ONE_OR_TWO, ["person"]), (ONE_OR_TWO, ["person", "garment"]), (MASKED, ["person"]), (MASKED, ["person", "mask"])],
)
def test_what_fits_is_given_back_in_order(model, roles):
    request = asked(model, *roles)
    assert attached(request, "jimeng") == (model, request.references)


@pytest.mark.parametrize(
    ("model", "roles", "detail"),
    [
        (None, ["person"], "model"),
        (ONE_OR_TWO, [], "references"),
        (ONE_OR_TWO, ["person"] * 3, "references"),
        (ONE_OR_TWO, ["person", "mask"], "references"),
        (MASKED, ["mask", "person"], "references"),
        (MASKED, ["person", "mask", "mask"], "references"),
        (FROM_ADDRESS, ["person"], "address"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(model, roles, detail):
    with pytest.raises(BadRequest, match=rf"jimeng.*{detail}"):
        attached(asked(model, *roles), "jimeng")


def test_addresses_are_asked_for_where_the_provider_reads_them():
    request = asked(FROM_ADDRESS, "person", address="https://img.example.cn/a.jpg")
    assert attached(request, "jimeng")[1] == request.references


def test_a_picture_in_json():
    (reference,) = asked(ONE_OR_TWO, "person").references
    assert base64_of(reference) == "YWJj"
    assert data_uri(reference) == "data:image/jpeg;base64,YWJj"
