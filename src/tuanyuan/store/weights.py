"""The models folder on disk, and the lock that says what belongs in it.

A weight is either absent or has exactly its locked bytes: files are written into a hidden folder beside
them, compared with their SHA-256, and renamed into place only when every file of their archive matched.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tuanyuan.domain.errors import NotNow, OurFault, Rejected
from tuanyuan.domain.weights import State, Weight, Wheel

LOCK_FILE = Path(__file__).parents[1] / "models.lock.toml"
_STAGE_PREFIX = ".installing-"
_CHUNK = 1 << 20
_WAIT_SECONDS = 1800.0
_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


def read_lock(path: Path = LOCK_FILE) -> tuple[Weight, ...]:
    """The weights named in a lock file, in its order. A key too many or too few is a TypeError."""
    return tuple(weight for entry in tomllib.loads(path.read_text("utf-8"))["wheel"] for weight in _weights(entry))


def _weights(entry: dict[str, Any]) -> Iterator[Weight]:
    files = entry.pop("file")
    wheel = Wheel(**entry)
    for file in files:
        yield Weight(wheel=wheel, **file)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class WeightFolder:
    """Implements `domain.weights.WeightStore` on a folder, which is made when the first weight arrives."""

    def __init__(self, folder: Path, wait_seconds: float = _WAIT_SECONDS) -> None:
        self._folder = folder.absolute()
        self._wait_seconds = wait_seconds

    @property
    def folder(self) -> Path:
        """Where the weights lie."""
        return self._folder

    def state(self, weight: Weight) -> State:
        """Whether the file is there and has exactly the bytes that the lock names."""
        path = self._folder / weight.file
        try:
            same = path.stat().st_size == weight.bytes and sha256_of(path) == weight.sha256
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "damaged"
        return "intact" if same else "damaged"

    @contextmanager
    def exclusive(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the folder alone; what a killed set-up left behind is cleared first.

        A folder that was made for nothing (the set-up failed before its first file) is removed again.
        """
        with self._failures(0):
            made = [folder for folder in (self._folder, *self._folder.parents) if not folder.exists()]
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._folder / ".lock", timeout=self._wait_seconds)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                waiting()
                try:
                    lock.acquire()
                except Timeout:
                    raise NotNow("weights_busy", folder=self._folder) from None
        try:
            for stale in self._folder.glob(f"{_STAGE_PREFIX}*"):
                shutil.rmtree(stale, ignore_errors=True)
            yield
        finally:
            self._unmake(made)
            lock.release()

    def _unmake(self, made: list[Path]) -> None:
        with suppress(OSError):  # Windows cannot remove an open file: an empty lock file then stays
            if made and [entry.name for entry in self._folder.iterdir()] == [".lock"]:
                (self._folder / ".lock").unlink()
                for folder in made:
                    folder.rmdir()

    @contextmanager
    def stage(self, space: int) -> Iterator[Path]:
        """An empty temporary folder on the same disk with `space` bytes free; always gone afterwards.

        A full disk or a missing permission in the body is told as one of the folder.
        """
        with self._failures(space):
            if shutil.disk_usage(self._folder).free < space:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            folder = Path(tempfile.mkdtemp(prefix=_STAGE_PREFIX, dir=self._folder))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, archive: Path, members: Mapping[str, Weight], stage: Path) -> None:
        """Take `members` out of a zip archive; they are renamed into the folder after every hash matched."""
        with _open(archive) as opened:
            for member, weight in members.items():
                _extract(opened, member, weight, stage / weight.file)
        for weight in members.values():
            (stage / weight.file).replace(self._folder / weight.file)

    def pack(self, archive: Path, weights: Iterable[Weight]) -> None:
        """Write the weights and the list of their licences into one zip; equal weights give equal bytes."""
        chosen = list(weights)
        partial = archive.with_name(f".{archive.name}.partial")
        try:
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as opened:
                _add(opened, "LICENCES.txt", _licences(chosen).encode())
                for weight in chosen:
                    _add(opened, weight.file, (self._folder / weight.file).read_bytes())
            partial.replace(archive)
        except OSError as error:
            raise Rejected("bundle_unwritable", file=archive, detail=error.strerror) from error
        finally:
            partial.unlink(missing_ok=True)

    @contextmanager
    def _failures(self, space: int) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                megabytes = -(-space // 1_000_000)
                raise NotNow("weights_disk_full", folder=self._folder, megabytes=megabytes) from error
            if error.errno not in _REFUSED:
                raise
            raise Rejected("weights_folder_unwritable", folder=self._folder) from error


@contextmanager
def _open(archive: Path) -> Iterator[zipfile.ZipFile]:
    if not archive.is_file():
        raise Rejected("file_missing", file=archive)
    try:
        with zipfile.ZipFile(archive) as opened:
            yield opened
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Rejected("weights_archive_damaged", archive=archive.name) from None


def _extract(archive: zipfile.ZipFile, member: str, weight: Weight, target: Path) -> None:
    """Copy one member; never more than the locked size, so a swollen archive cannot fill the disk."""
    name = Path(archive.filename or "").name
    digest, left = hashlib.sha256(), weight.bytes
    try:
        source = archive.open(member)
    except KeyError:
        raise OurFault("weights_archive_lacks_file", file=weight.file, archive=name) from None
    with source, target.open("wb") as copy:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if left != 0 or digest.hexdigest() != weight.sha256:
        raise OurFault("weights_wrong_hash", file=weight.file, archive=name)


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)


def _licences(weights: Iterable[Weight]) -> str:
    return "".join(f"{w.file}\t{w.licence}\t{w.author}\t{w.sha256}\t{w.wheel.requirement}\n" for w in weights)
