"""What a studio is built of, and what it refuses to be built of."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tuanyuan.domain.errors import OurFault
from tuanyuan.settings import Settings
from tuanyuan.wiring.books import give_up_pictures, rotate_keys, upgrade
from tuanyuan.wiring.secrets import find_secrets
from tuanyuan.wiring.studio import WORKSHOP, Studio, check, open_studio

GIVEN = "0123456789abcdef0123456789abcdef"


def settings(folder: Path, **changes: Any) -> Settings:
    return Settings(data_dir=folder, **changes)


def test_with_sqlite_a_secret_is_made_once_and_kept_to_the_owner(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: find_secrets(settings(tmp_path), sqlite=True), range(4)))
    assert len({tuple(f) for f in found}) == 1
    assert len(found[0][0]) == 64
    file = tmp_path / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["secret.key"]
    assert find_secrets(settings(tmp_path), sqlite=True) == found[0]


def test_with_postgresql_a_secret_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(OurFault) as refused:
        find_secrets(settings(tmp_path), sqlite=False)
    assert refused.value.code == "setting_missing"
    assert "TUANYUAN_SECRET_KEY" in refused.value.problem.message_en
    assert not (tmp_path / "secret.key").exists()


def test_secrets_are_given_newest_first_and_none_may_be_short(tmp_path: Path) -> None:
    two = settings(tmp_path, secret_key=f"{GIVEN}, {GIVEN[::-1]}")
    assert find_secrets(two, sqlite=False) == [GIVEN, GIVEN[::-1]]
    for short in ("short", f"{GIVEN},short", ","):
        with pytest.raises(OurFault) as refused:
            find_secrets(settings(tmp_path, secret_key=short), sqlite=True)
        assert refused.value.code == "secret_too_short"
        assert "short," not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"engines": "local,fake"}, "TUANYUAN_ENGINES"),
        ({"debug": True}, "TUANYUAN_DEBUG"),
        ({"wechat_url": "http://127.0.0.1:9"}, "TUANYUAN_WECHAT_URL"),
    ],
)
def test_production_refuses_what_is_fake(tmp_path: Path, changes: dict[str, Any], name: str) -> None:
    with pytest.raises(OurFault) as refused:
        check(settings(tmp_path, env="production", **changes))
    assert refused.value.code == "setting_not_in_production"
    assert name in refused.value.problem.message_en
    check(settings(tmp_path, **changes))
    check(settings(tmp_path, env="production"))


def test_an_engine_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(OurFault) as refused, open_studio(settings(tmp_path, engines="locl")):
        pass
    assert refused.value.code == "setting_invalid"


def test_the_processes_that_make_pictures_learn_no_secret(tmp_path: Path) -> None:
    told = settings(tmp_path, secret_key=GIVEN, wechat_app_secret=GIVEN).model_dump_json(include=WORKSHOP)
    assert GIVEN not in told
    assert "url" not in told


def test_pixels_stay_out_of_the_process_of_the_api(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from tuanyuan.settings import Settings
from tuanyuan.wiring.studio import open_studio
with open_studio(Settings(data_dir=Path({str(tmp_path)!r}))) as studio:
    from tuanyuan.http.app import create
    create(studio).openapi()
print(sorted({{"numpy", "cv2", "scipy", "numba", "ncnn", "dbos"}} & set(sys.modules)))
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_secret_that_was_lost_is_asked_for_and_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    with open_studio(settings(tmp_path, engines="fake")) as studio:
        studio.keeping.keep(a_guest(studio), "photo", "image/jpeg", b"a face", studio.clock() + timedelta(hours=1))
    secret = file.read_text()
    file.unlink()
    with pytest.raises(OurFault) as refused, open_studio(settings(tmp_path, engines="fake")):
        pass
    assert refused.value.code == "secret_lost"
    assert str(file) in refused.value.problem.message_en
    assert not file.exists()
    with pytest.raises(OurFault) as refused:
        rotate_keys(settings(tmp_path))
    assert (refused.value.code, file.exists()) == ("secret_lost", False)
    file.write_text(secret)
    with open_studio(settings(tmp_path, engines="fake")) as studio, studio.units.read() as unit:
        assert studio.keeping.read(unit.files.living("", 1)[0]) == b"a face"


def test_where_nothing_rests_on_a_secret_yet_one_is_made(tmp_path: Path) -> None:
    upgrade(settings(tmp_path))
    with open_studio(settings(tmp_path, engines="fake")):
        assert (tmp_path / "secret.key").exists()


@pytest.mark.parametrize("other", [GIVEN[::-1], f"{GIVEN[::-1]},{GIVEN.upper()}"])
def test_with_another_secret_it_does_not_start_while_pictures_rest_on_the_old_one(tmp_path: Path, other: str) -> None:
    with open_studio(settings(tmp_path, engines="fake", secret_key=GIVEN)) as studio:
        studio.keeping.keep(a_guest(studio), "photo", "image/jpeg", b"a face", studio.clock() + timedelta(hours=1))
    with pytest.raises(OurFault) as refused, open_studio(settings(tmp_path, engines="fake", secret_key=other)):
        pass
    assert refused.value.code == "secret_lost"
    assert "TUANYUAN_SECRET_KEY" in refused.value.problem.message_en
    assert GIVEN[::-1] not in str(refused.value)
    with open_studio(settings(tmp_path, engines="fake", secret_key=f"{other},{GIVEN}")) as studio:
        with studio.units.read() as unit:
            (kept,) = unit.files.living("", 9)
        assert studio.keeping.read(kept) == b"a face"


def test_pictures_are_given_up_only_where_no_secret_opens_them(tmp_path: Path) -> None:
    old, new = settings(tmp_path, engines="fake", secret_key=GIVEN), GIVEN[::-1]
    with open_studio(old) as studio:
        user_id = a_guest(studio)
        studio.keeping.keep(user_id, "photo", "image/jpeg", b"a face", studio.clock() + timedelta(hours=1))
    assert give_up_pictures(old) == 0
    lost = settings(tmp_path, engines="fake", secret_key=new)
    assert give_up_pictures(lost) == 1
    with open_studio(lost) as studio:
        end = studio.clock() + timedelta(hours=1)
        kept = studio.keeping.keep(user_id, "photo", "image/jpeg", b"another", end)
        assert give_up_pictures(lost) == 0
        assert studio.keeping.read(kept) == b"another"
        with studio.units.read() as unit:
            assert [file.id for file in unit.files.living("", 9)] == [kept.id]


def a_guest(studio: Studio) -> str:
    with studio.units.begin() as unit:
        return studio.accounts.guest(unit, "a-device-of-the-tests", "127.0.0.1").user.id
