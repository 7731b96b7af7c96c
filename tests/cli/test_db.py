"""`tuanyuan db`: makes books and queue, any number of times, wraps keys anew, and never shows a password."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from doubles.books import a_user

from tuanyuan.cli.frame import DONE, IMPOSSIBLE, run
from tuanyuan.domain.errors import OurFault
from tuanyuan.engines.fake.engine import FakeEngine
from tuanyuan.settings import load
from tuanyuan.store.database import Database
from tuanyuan.wiring.studio import open_studio


def test_it_makes_the_database_and_may_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TUANYUAN_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "data" / "studio.db"
    for _ in range(2):
        assert run(["db", "upgrade", "--json"]) == DONE
        answer = {"database": f"sqlite:///{file}", "upgraded": True}
        assert json.loads(capsys.readouterr().out) == answer
    database = Database(f"sqlite:///{file}")
    assert database.ready()
    with database.reading.connect() as connection:
        tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
    database.close()
    assert {"entries", "jobs", "workflow_status"} <= tables


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TUANYUAN_DATABASE_URL", "postgresql://u:geheim@127.0.0.1:1/x")
    assert run(["db", "upgrade"]) == IMPOSSIBLE
    shown = "".join(capsys.readouterr())
    assert "The database does not answer" in shown
    assert "geheim" not in shown


def test_keys_are_wrapped_anew_while_the_studio_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = "the old secret of thirty-two signs at least", "the new secret of thirty-two signs at least"
    monkeypatch.setenv("TUANYUAN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TUANYUAN_SECRET_KEY", old)
    assert run(["db", "upgrade"]) == DONE
    with open_studio(load(), pixels=object(), engines={"fake": FakeEngine()}) as studio:
        with studio.units.begin() as unit:
            user = a_user(unit)
        life = studio.clock() + timedelta(days=1)
        files = [studio.keeping.keep(user.id, "photo", "image/jpeg", b"%d" % n, life) for n in range(3)]
        capsys.readouterr()
        monkeypatch.setenv("TUANYUAN_SECRET_KEY", new)
        assert run(["db", "rotate-keys"]) == DONE  # the old one was taken away too early
        assert "3 pictures open with none of the secrets" in capsys.readouterr().err
        monkeypatch.setenv("TUANYUAN_SECRET_KEY", f"{new},{old}")
        said = []
        for _ in range(2):
            assert run(["db", "rotate-keys", "--json"]) == DONE
            said.append(json.loads(capsys.readouterr().out))
        assert said == [{"rotated": 3, "unopened": 0}, {"rotated": 0, "unopened": 0}]
    monkeypatch.setenv("TUANYUAN_SECRET_KEY", new)
    with open_studio(load(), pixels=object(), engines={"fake": FakeEngine()}) as studio, studio.units.read() as unit:
        rows = [unit.files.row(file.id) for file in files]
        assert [studio.keeping.read(row) for row in rows if row] == [b"0", b"1", b"2"]
        with pytest.raises(OurFault, match="object_damaged"):
            studio.keeping.read(files[0])


def test_no_key_is_wrapped_anew_in_a_database_that_was_never_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TUANYUAN_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    assert run(["db", "rotate-keys", "--json"]) == IMPOSSIBLE
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "database_outdated"
    assert not (tmp_path / "data" / "secret.key").exists()
    monkeypatch.setenv("TUANYUAN_DATABASE_URL", "postgresql://u:geheim@127.0.0.1:1/x")
    assert run(["db", "rotate-keys", "--json"]) == IMPOSSIBLE
    said = capsys.readouterr()
    assert json.loads(said.out)["error"]["code"] == "database_down"
    assert "geheim" not in said.out + said.err
