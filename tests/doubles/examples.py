"""Which examples Hypothesis tries: the same for the same code, or new ones at every run."""

from __future__ import annotations

import os

from hypothesis import settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

EXPLORE = "TUANYUAN_TEST_EXPLORE"
# Hypothesis mixes in constants of whatever modules of ours happen to be loaded: the tests that the same process ran
# before would choose the examples of the next one. There is no setting for that.
of_loaded_modules = providers._get_local_constants


def of_no_module() -> Constants:
    """No constants beside Hypothesis's own."""
    return Constants()


def choose() -> None:
    """Load the profile of all tests: derandomized without `TUANYUAN_TEST_EXPLORE`. A busy machine is no failure."""
    settings.register_profile("same", deadline=None, derandomize=True)
    settings.register_profile("explore", deadline=None, print_blob=True)
    explores = bool(os.environ.get(EXPLORE))
    settings.load_profile("explore" if explores else "same")
    providers._get_local_constants = of_loaded_modules if explores else of_no_module
