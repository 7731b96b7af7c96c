"""Result files, written all or none: whatever happens on the way, nothing half-made stays behind."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from types import TracebackType

from tuanyuan.domain.errors import Rejected

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NEW, _OLD = "new", "old"


class Outbox:
    """A folder that gets a set of files at once.

        with Outbox(folder) as outbox:
            outbox.write("1.jpg", data)
            outbox.commit()

    The folder is made (with its parents) on entering, so that one which cannot be written to is refused
    before any work is done. Files wait in a hidden folder inside it, each flushed to the disk, and move to
    their names in `commit`. Leaving without a commit, by an exception or Ctrl-C too, removes all that was
    made here, the folder itself included if it was not there before. Files of other names are never touched;
    one of the same name is replaced by the commit, and back in place if the commit fails.

    Raises Rejected output_unwritable, or output_disk_full where the disk or the quota is used up.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: list[Path] = []
        self._staging: Path | None = None
        self._names: list[str] = []

    def __enter__(self) -> Outbox:
        try:
            with self._explained():
                self._make_folder()
                # Noted before it is made, as the folder is: an interruption must not leave it behind.
                self._staging = self.folder / f".tuanyuan-{token_hex(8)}"
                self._staging.mkdir(mode=0o700)
                (self._staging / _NEW).mkdir()
                (self._staging / _OLD).mkdir()
        except BaseException:
            self._clear()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    def write(self, name: str, data: bytes) -> None:
        """Put one file into the set. Raises ValueError for a name that is not a plain file name."""
        if name != Path(name).name or name in ("", ".", "..") or name in self._names:
            raise ValueError(f"not a new plain file name: {name!r}")
        with self._explained(), (self._open_staging() / _NEW / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._names.append(name)

    def commit(self) -> list[Path]:
        """Move every file to its name in the folder; the paths, in the order of writing. All or none."""
        staging = self._open_staging()
        try:
            with self._explained():
                for name in self._names:
                    target = self.folder / name
                    if target.is_dir() and not target.is_symlink():
                        # Never moved aside: what is moved aside is deleted in the end.
                        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                    if os.path.lexists(target):
                        target.replace(staging / _OLD / name)
                    (staging / _NEW / name).replace(target)
                _flush_folder(self.folder)
        except BaseException:
            self._put_back(staging)
            raise
        self._made.clear()
        return [self.folder / name for name in self._names]

    def _put_back(self, staging: Path) -> None:
        """Undo as much of a commit as had happened; which steps had is read from the disk."""
        for name in self._names:
            target, waiting, replaced = self.folder / name, staging / _NEW / name, staging / _OLD / name
            if not os.path.lexists(waiting):
                target.unlink(missing_ok=True)
            if os.path.lexists(replaced):
                replaced.replace(target)

    def _make_folder(self) -> None:
        missing = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        for path in reversed(missing):
            self._made.insert(0, path)
            try:
                path.mkdir()
            except FileExistsError:
                self._made.remove(path)  # somebody else was quicker: not ours to remove

    def _clear(self) -> None:
        if self._staging is not None:
            shutil.rmtree(self._staging, ignore_errors=True)
        for path in self._made:
            with suppress(OSError):  # not empty: others have put something there
                path.rmdir()
        self._made, self._staging, self._names = [], None, []

    def _open_staging(self) -> Path:
        if self._staging is None:
            raise ValueError("the outbox is not open")
        return self._staging

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the operating system says into a sentence for the user."""
        try:
            yield
        except OSError as error:
            folder = str(self.folder)
            if error.errno in _FULL:
                raise Rejected("output_disk_full", folder=folder) from error
            reason = error.strerror or type(error).__name__
            raise Rejected("output_unwritable", folder=folder, reason=reason) from error


def _flush_folder(folder: Path) -> None:
    """Bring the new names to the disk where the system can; Windows and some network disks cannot."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
