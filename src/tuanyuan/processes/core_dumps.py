"""No memory of a process that has seen people's pictures or secrets is ever written to a disk."""

from __future__ import annotations

import contextlib
import sys

# A core limit of exactly 1 byte also keeps dumps away from a dump collector, which 0 does not (core(5), coredump.c).
NO_CORE = 1


def forbid_core_dumps() -> None:
    """For this process and all that it starts, where the system has such a limit. A stricter one stays."""
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    with contextlib.suppress(ValueError, OSError):
        core = NO_CORE if hard == resource.RLIM_INFINITY else min(NO_CORE, hard)
        resource.setrlimit(resource.RLIMIT_CORE, (core, core))
