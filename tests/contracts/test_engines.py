"""One contract for every engine that has a provider: each model against the fake, fault by fault."""

from __future__ import annotations

import pytest
from contracts import cases
from contracts.cases import CASES, CORE
from contracts.subjects import SUBJECTS

from tuanyuan.engines.sandbox import FAULTS
from tuanyuan.wiring.engines import KEYED

every_model = pytest.mark.parametrize("case", CASES, ids=str)

# Two services behind one name, each with a fake among the partners: no single provider to be had for an entry.
OF_SEVERAL_PROVIDERS = {"restoration"}


def test_every_engine_with_a_key_has_its_entry():
    assert {subject.name for subject in SUBJECTS} == set(KEYED) - OF_SEVERAL_PROVIDERS


@every_model
@pytest.mark.parametrize("check", CORE, ids=lambda check: check.__name__)
def test_core(case, check):
    check(case)


@pytest.mark.parametrize(("case", "fault"), [(c, f) for c in CASES for f in FAULTS if not c.breaks(f)], ids=str)
def test_fault(case, fault):
    cases.a_fault(case, fault)
