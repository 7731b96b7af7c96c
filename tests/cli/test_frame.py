"""However a run ends: the right exit status, one message in both languages, no traceback."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from tuanyuan import __version__, wiring
from tuanyuan.cli import frame
from tuanyuan.domain.errors import NotNow, OurFault, Rejected, WrongUsage

HEAVY = {"numpy", "cv2", "numba", "ncnn", "onnx", "PIL", "ai_edge_litert", "pydantic", "rich", "structlog"}


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let `tuanyuan catalogue` end with the given exception."""

    def with_(error: BaseException) -> None:
        def fail(_: Any) -> None:
            raise error

        monkeypatch.setattr(wiring, "catalogue", fail)

    return with_


def test_help_is_a_success(tuanyuan: Callable[..., Any]) -> None:
    outcome = tuanyuan("--help")
    assert outcome.status == 0
    for command in ("catalogue", "doctor", "models"):
        assert f"  {command} " in outcome.out


def test_the_version_is_told(tuanyuan: Callable[..., Any]) -> None:
    outcome = tuanyuan("--version")
    assert (outcome.status, outcome.out) == (0, f"tuanyuan {__version__}\n")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Rejected("no_face"), 1),
        (NotNow("weights_download_cut", package="x"), 1),
        (OurFault("weights_package_missing", package="x"), 1),
        (WrongUsage("setting_invalid", name="x", detail="y"), 2),
    ],
)
def test_an_error_is_said_in_chinese_first_then_in_english(
    tuanyuan: Callable[..., Any], ends: Callable[..., None], error: Any, status: int
) -> None:
    ends(error)
    outcome = tuanyuan("catalogue")
    assert (outcome.status, outcome.out) == (status, "")
    first, second = outcome.err.splitlines()
    assert first == f"{error.problem.message_zh}  {error.problem.message_en}"
    assert second == f"  → {error.problem.advice_zh}  {error.problem.advice_en}"


def test_an_error_as_json_is_on_stdout_alone(tuanyuan: Callable[..., Any], ends: Callable[..., None]) -> None:
    ends(Rejected("no_face"))
    outcome = tuanyuan("catalogue", "--json")
    assert (outcome.status, outcome.err) == (1, "")
    assert outcome.json == {
        "error": {
            "code": "no_face",
            "fix": "user",
            "message_zh": "没有找到人脸",
            "message_en": "No face was found",
            "advice_zh": "请换一张正面、清楚、没有遮挡的照片。",
            "advice_en": "Use a clear photo that shows the face from the front.",
        }
    }


def test_brackets_in_a_message_are_text(tuanyuan: Callable[..., Any], ends: Callable[..., None]) -> None:
    ends(Rejected("file_missing", file="[bold]a[/bold].jpg"))
    assert "[bold]a[/bold].jpg" in tuanyuan("catalogue").err


@pytest.mark.parametrize(
    ("args", "chinese", "command"),
    [
        (["nonsense"], "没有这个命令 nonsense", "tuanyuan --help"),
        (["catalogue", "--nonsense"], "没有这个选项 --nonsense", "tuanyuan catalogue --help"),
        (["catalogue", "extra"], "多出了 extra", "tuanyuan catalogue --help"),
        (["models", "bundle"], "缺少 FILE", "tuanyuan models bundle --help"),
        (["models", "install", "--from"], "选项 --from 后面缺少值", "tuanyuan --help"),
        ([], "缺少命令", "tuanyuan --help"),
        (["models"], "缺少命令", "tuanyuan models --help"),
    ],
)
def test_wrong_usage_is_status_2_and_names_the_help(
    tuanyuan: Callable[..., Any], args: list[str], chinese: str, command: str
) -> None:
    outcome = tuanyuan(*args)
    assert (outcome.status, outcome.out) == (2, "")
    assert f"命令用法不对：{chinese}  Wrong usage: " in outcome.err
    assert command in outcome.err.splitlines()[-1]


def test_wrong_usage_as_json(tuanyuan: Callable[..., Any]) -> None:
    outcome = tuanyuan("models", "--json")
    assert outcome.status == 2
    assert outcome.json["error"]["code"] == "wrong_usage"
    assert outcome.json["error"]["fix"] == "user"


def test_ctrl_c_is_one_calm_line(tuanyuan: Callable[..., Any], ends: Callable[..., None]) -> None:
    ends(KeyboardInterrupt())
    outcome = tuanyuan("catalogue")
    assert (outcome.status, outcome.out) == (130, "")
    assert outcome.err == "已停止，没有留下半成品。  Stopped; nothing half-made was left behind.\n"


def test_a_request_to_terminate_unwinds_like_ctrl_c(
    tuanyuan: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned: list[str] = []

    def terminated(_: Any) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            cleaned.append("yes")

    monkeypatch.setattr(wiring, "catalogue", terminated)
    before = signal.getsignal(signal.SIGTERM)
    assert tuanyuan("catalogue").status == 143
    assert cleaned == ["yes"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_bug_is_one_sentence(tuanyuan: Callable[..., Any], ends: Callable[..., None]) -> None:
    ends(ZeroDivisionError("division by zero"))
    outcome = tuanyuan("catalogue")
    assert outcome.status == 1
    assert "ZeroDivisionError: division by zero" in outcome.err
    assert "TUANYUAN_DEBUG=1" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_bug_shows_its_traceback_when_asked(
    tuanyuan: Callable[..., Any], ends: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUANYUAN_DEBUG", "1")
    ends(ZeroDivisionError("division by zero"))
    outcome = tuanyuan("catalogue")
    assert outcome.status == 1
    assert "Traceback" in outcome.err


def test_a_bad_setting_is_wrong_usage(tuanyuan: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUANYUAN_THREADS", "many")
    outcome = tuanyuan("catalogue", "--json")
    assert outcome.status == 2
    assert outcome.json["error"]["code"] == "setting_invalid"
    assert "TUANYUAN_THREADS" in outcome.json["error"]["message_zh"]


def test_a_reader_that_leaves_is_no_error() -> None:
    program = "import sys; from tuanyuan.cli.frame import run; sys.exit(run(['catalogue', '--json']))"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stdout.close()
    complaint = child.stderr.read()
    child.stderr.close()
    assert child.wait() == frame.IMPOSSIBLE
    assert complaint == ""


@pytest.mark.parametrize("production", [False, True])
def test_what_is_logged_never_mixes_with_the_result(
    tuanyuan: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, production: bool
) -> None:
    def logs(_: Any) -> None:
        structlog.get_logger("a service").warning("something_odd", job="j1")
        logging.getLogger("a.library").warning("a library %s", "speaks")
        raise Rejected("no_face")

    monkeypatch.setattr(wiring, "catalogue", logs)
    if production:
        monkeypatch.setenv("TUANYUAN_ENV", "production")
    for _ in range(2):  # the stderr of the second run is another one
        outcome = tuanyuan("catalogue", "--json")
        assert outcome.json["error"]["code"] == "no_face"
        assert "something_odd" in outcome.err
        assert "a library speaks" in outcome.err
        assert ('"job": "j1"' in outcome.err) is production


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from tuanyuan.cli.frame import run; status = run(['--help']);"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stderr.split())
