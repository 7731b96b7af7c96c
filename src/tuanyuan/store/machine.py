"""Facts about this computer, by the standard library alone."""

from __future__ import annotations

import ctypes
import importlib
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path


class ThisMachine:
    """Implements `domain.doctor.Machine`."""

    @property
    def python(self) -> tuple[int, int, int]:
        """Version of the running Python."""
        return sys.version_info[:3]

    @property
    def platform(self) -> str:
        """System and processor, e.g. `Linux x86_64`; ` musl` is appended on Linux without glibc."""
        name = f"{platform.system()} {platform.machine()}"
        return f"{name} musl" if platform.system() == "Linux" and platform.libc_ver()[0] != "glibc" else name

    @property
    def cores(self) -> int:
        """Cores that we may use."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def memory(self) -> int | None:
        """Main memory in bytes; None where the system does not say."""
        if sys.platform == "win32":
            return _windows_memory()
        try:
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (ValueError, OSError):
            return None

    def import_error(self, module: str) -> str | None:
        """Why a module cannot be imported; None when it can."""
        try:
            importlib.import_module(module)
        except Exception as error:  # a broken wheel fails in many ways, and each is what is asked for
            return f"{type(error).__name__}: {error}"
        return None

    def program(self, name: str) -> Path | None:
        """Where a program lies; None when it is not installed."""
        found = shutil.which(name)
        return Path(found) if found else None

    def writable(self, folder: Path) -> bool:
        """Whether files can be written there (or the folder made). Leaves nothing behind."""
        existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
        try:
            with tempfile.TemporaryFile(dir=existing):
                return True
        except OSError:
            return False


def _windows_memory() -> int | None:
    kilobytes = ctypes.c_ulonglong(0)
    kernel = ctypes.CDLL("kernel32")
    return kilobytes.value * 1024 if kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)) else None
