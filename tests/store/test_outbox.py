"""Result files appear all together or not at all."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest

from tuanyuan.domain.errors import Rejected
from tuanyuan.store.outbox import Outbox


def _tree(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def _deliver(folder, *names, before_commit=None, commit=True):
    """Write b"new" under each name and commit, after doing `before_commit` with the open outbox."""
    with Outbox(folder) as outbox:
        for name in names:
            outbox.write(name, b"new")
        if before_commit is not None:
            before_commit(outbox)
        if commit:
            outbox.commit()


def _raise(error):
    raise error


def test_all_files_appear_at_the_commit(tmp_path):
    folder = tmp_path / "a" / "b"
    with Outbox(folder) as outbox:
        outbox.write("1.jpg", b"one")
        outbox.write("结果.json", b"two")
        assert all(name.startswith(".") for name in _tree(folder))
        assert outbox.commit() == [folder / "1.jpg", folder / "结果.json"]
    assert _tree(tmp_path) == ["a", "a/b", "a/b/1.jpg", "a/b/结果.json"]
    assert (folder / "1.jpg").read_bytes() == b"one"


def test_files_are_readable_as_any_new_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    _deliver(tmp_path, "1.jpg")
    assert (tmp_path / "1.jpg").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("trouble", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_stays_behind(tmp_path, trouble):
    with pytest.raises(trouble):
        _deliver(tmp_path / "a" / "b", "1.jpg", before_commit=lambda _: _raise(trouble))
    assert _tree(tmp_path) == []


def test_leaving_without_a_commit_is_no_result(tmp_path):
    _deliver(tmp_path / "out", "1.jpg", commit=False)
    assert _tree(tmp_path) == []


def test_trouble_after_the_commit_takes_nothing_back(tmp_path):
    def commit_then_fail(outbox):
        outbox.commit()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        _deliver(tmp_path / "out", "1.jpg", before_commit=commit_then_fail)
    assert _tree(tmp_path) == ["out", "out/1.jpg"]


@pytest.mark.parametrize("moment", ["out", ".tuanyuan-", "new", "old", "fsync"])
def test_ctrl_c_at_any_moment(tmp_path, monkeypatch, moment):
    """A real signal, right after the folder named was made, and in the middle of writing."""
    mkdir, fsync = Path.mkdir, os.fsync

    def made(self, *given, **more):
        mkdir(self, *given, **more)
        if self.name.startswith(moment):
            signal.raise_signal(signal.SIGINT)

    def flushed(file):
        fsync(file)
        if moment == "fsync":
            signal.raise_signal(signal.SIGINT)

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(Path, "mkdir", made)
    monkeypatch.setattr("tuanyuan.store.outbox.os.fsync", flushed)
    try:
        with pytest.raises(KeyboardInterrupt):
            _deliver(tmp_path / "out", "1.jpg")
    finally:
        signal.signal(signal.SIGINT, handler)
    assert _tree(tmp_path) == []


def test_a_folder_that_was_there_stays_with_all_that_is_in_it(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "1.jpg").write_text("older")
    with pytest.raises(RuntimeError):
        _deliver(tmp_path, "1.jpg", before_commit=lambda _: _raise(RuntimeError))
    assert _tree(tmp_path) == ["1.jpg", "mine.txt"]
    assert (tmp_path / "1.jpg").read_text() == "older"


def test_same_names_are_replaced_others_untouched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "1.jpg").write_text("older")
    _deliver(tmp_path, "1.jpg")
    assert _tree(tmp_path) == ["1.jpg", "mine.txt"]
    assert (tmp_path / "1.jpg").read_text() == "new"
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("place", ["new", "old"])
@pytest.mark.parametrize("trouble", [OSError(errno.EIO, "input/output error"), KeyboardInterrupt()])
def test_a_commit_that_fails_half_way_puts_everything_back(tmp_path, monkeypatch, trouble, place):
    (tmp_path / "1.jpg").write_text("older 1")
    (tmp_path / "3.jpg").write_text("older 3")
    replace, failed = Path.replace, []

    def fails_once(self, target):
        moves_in = self.parent.name == "new"
        if self.name == "3.jpg" and moves_in == (place == "new") and not failed:
            failed.append(self)
            raise trouble
        return replace(self, target)

    with pytest.raises((Rejected, KeyboardInterrupt)):
        _deliver(
            *(tmp_path, "1.jpg", "2.jpg", "3.jpg"),
            before_commit=lambda _: monkeypatch.setattr(Path, "replace", fails_once),
        )
    assert failed
    assert _tree(tmp_path) == ["1.jpg", "3.jpg"]
    assert (tmp_path / "1.jpg").read_text() == "older 1"
    assert (tmp_path / "3.jpg").read_text() == "older 3"


def test_a_folder_in_the_way_of_a_file_is_never_removed(tmp_path):
    (tmp_path / "2.jpg").mkdir()
    (tmp_path / "2.jpg" / "inside").write_text("mine")
    with pytest.raises(Rejected) as caught:
        _deliver(tmp_path, "1.jpg", "2.jpg")
    assert caught.value.code == "output_unwritable"
    assert _tree(tmp_path) == ["2.jpg", "2.jpg/inside"]


@pytest.mark.parametrize("folder", ["out", "out/deeper"])
def test_a_file_where_the_folder_should_be(tmp_path, folder):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(Rejected) as caught, Outbox(tmp_path / folder):
        pytest.fail("work was begun")
    assert caught.value.code == "output_unwritable"
    assert str(tmp_path / folder) in caught.value.problem.message_zh
    assert str(tmp_path / folder) in caught.value.problem.message_en
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_folder_that_may_not_be_written_to_is_refused_before_any_work(tmp_path, monkeypatch, number):
    mkdir = Path.mkdir

    def refuse(self, *given, **more):
        if self.name.startswith(".tuanyuan-"):
            raise OSError(number, os.strerror(number))
        mkdir(self, *given, **more)

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(Rejected) as caught, Outbox(tmp_path / "out"):
        pytest.fail("work was begun")
    assert caught.value.code == "output_unwritable"
    assert os.strerror(number) in caught.value.problem.message_en
    assert _tree(tmp_path) == []


def test_a_full_disk(tmp_path):
    def fill(outbox):
        waiting = next((tmp_path / "out").glob(".tuanyuan-*/new"))
        (waiting / "2.jpg").symlink_to("/dev/full")  # a device on which every write fails with ENOSPC
        outbox.write("2.jpg", b"two")

    with pytest.raises(Rejected) as caught:
        _deliver(tmp_path / "out", "1.jpg", before_commit=fill)
    assert caught.value.code == "output_disk_full"
    assert str(tmp_path / "out") in caught.value.problem.message_zh
    assert _tree(tmp_path) == []


def test_a_used_up_quota_is_a_full_disk(tmp_path, monkeypatch):
    error = OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
    monkeypatch.setattr("tuanyuan.store.outbox.os.fsync", lambda _: _raise(error))
    with pytest.raises(Rejected) as caught:
        _deliver(tmp_path, "1.jpg")
    assert caught.value.code == "output_disk_full"
    assert _tree(tmp_path) == []


@pytest.mark.parametrize("name", ["../a.jpg", "a/b.jpg", "/etc/passwd", "", ".", "..", "1.jpg"])
def test_only_new_plain_names(tmp_path, name):
    with pytest.raises(ValueError, match="plain file name"):
        _deliver(tmp_path / "out", "1.jpg", before_commit=lambda outbox: outbox.write(name, b"two"))
    assert _tree(tmp_path) == []


def test_not_open():
    with pytest.raises(ValueError, match="not open"):
        Outbox(Path("nowhere")).write("1.jpg", b"one")


def test_another_s_files_in_a_folder_we_made_are_left_alone(tmp_path):
    def interrupt(_):
        (tmp_path / "out" / "theirs.txt").write_text("theirs")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        _deliver(tmp_path / "out", "1.jpg", before_commit=interrupt)
    assert _tree(tmp_path) == ["out", "out/theirs.txt"]
