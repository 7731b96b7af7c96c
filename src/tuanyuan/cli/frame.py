"""One place where a run ends: every error becomes an exit status and one message."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from tuanyuan.cli.console import emit, say, show_problem
from tuanyuan.domain.errors import OurFault, PhotosRejected, Rejected, StudioError, WrongUsage

if TYPE_CHECKING:
    from tuanyuan.settings import Settings

DONE, IMPOSSIBLE, WRONG_USAGE, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143

# The parser's English sentences and what they say in Chinese; \1 is the option, argument or command.
_USAGE_ZH = (
    (r"No such option:? (\S+?)\.?(?: .*)?$", r"没有这个选项 \1"),
    (r"No such command '(.*?)'", r"没有这个命令 \1"),
    (r"Missing (?:argument|option|parameter) '(.*?)'", r"缺少 \1"),
    (r"Invalid value for '(.*?)'", r"\1 的值不对"),
    (r"Got unexpected extra argument.*? \(([^()]*)\)$", r"多出了 \1"),
    (r"Option '(.*?)' requires", r"选项 \1 后面缺少值"),
)


class _Terminated(KeyboardInterrupt):
    """SIGTERM, unwound like Ctrl-C so that nothing half-made stays behind."""


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit status. Never raises, never shows a traceback uninvited."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Windows pipe would refuse Chinese
            stream.reconfigure(encoding="utf-8", errors="replace")
    as_json = "--json" in args
    try:
        with _sigterm_unwinds():
            return _invoke(args, as_json)
    except StudioError as error:
        return _refuse(error, as_json)
    except KeyboardInterrupt as interrupt:
        _stopped(as_json)
        return TERMINATED if isinstance(interrupt, _Terminated) else INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; keep the interpreter from complaining when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return IMPOSSIBLE
    except Exception as error:  # the last line of defence: a bug must not look like a crash
        if _debug():
            traceback.print_exc()
        summary = f"{type(error).__name__}: {error}".splitlines()[0]
        return _refuse(OurFault("unexpected", detail=summary), as_json)


def _invoke(args: Sequence[str], as_json: bool) -> int:
    from tuanyuan.cli.app import app

    command = typer.main.get_command(app)
    try:
        with command.make_context("tuanyuan", list(args)) as context:
            if "--help" not in args:
                _log_to_stderr()
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.TyperException as error:
        raise _wrong_usage(error, as_json) from None
    return DONE


def _wrong_usage(error: typer.TyperException, as_json: bool) -> WrongUsage:
    """The parser's complaint in both languages, with the command whose --help explains it."""
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context else "tuanyuan"
    english = error.format_message().splitlines()
    if type(error).__name__ == "NoArgsIsHelpError":
        if not as_json:
            typer.echo(context.get_help(), err=True)
        return WrongUsage("wrong_usage", detail_zh="缺少命令", detail_en="a command is missing", command=command)
    detail_en = english[0] if english else "see the help"
    matches = (
        re.search(pattern, detail_en) and re.sub(f".*?{pattern}.*", chinese, detail_en)
        for pattern, chinese in _USAGE_ZH
    )
    detail_zh = next((text for text in matches if text), detail_en)
    return WrongUsage("wrong_usage", detail_zh=detail_zh, detail_en=detail_en, command=command)


def _stopped(as_json: bool) -> None:
    """One calm line: whoever stopped it knows why."""
    stopped = Rejected("interrupted")
    if as_json:
        _refuse(stopped, as_json)
    else:
        say(f"{stopped.problem.message_zh}  {stopped.problem.message_en}")


def _refuse(error: StudioError, as_json: bool) -> int:
    reports = error.reports if isinstance(error, PhotosRejected) else ()
    if as_json:
        problem = error.problem.as_dict()
        photos = {"photos": [r.as_dict() for r in reports]} if reports else {}
        emit({"error": {"code": problem.pop("code"), "fix": error.fix, **problem, **photos}})
    elif reports:
        for report in reports:
            say(f"✗ {report.file}", "red")
            for found in report.problems:
                show_problem(found)
    else:
        show_problem(error.problem)
    return WRONG_USAGE if isinstance(error, WrongUsage) else IMPOSSIBLE


def _log_to_stderr() -> None:
    """What is logged along the way never mixes with the result on stdout."""
    from tuanyuan.wiring.logs import configure

    settings = _settings()
    configure(settings is not None and settings.env == "production", _debug())


def _debug() -> bool:
    settings = _settings()
    return settings is not None and settings.debug


def _settings() -> Settings | None:
    """None where they are wrong: the command itself will say so."""
    from tuanyuan.settings import load

    try:
        return load()
    except StudioError:
        return None


@contextmanager
def _sigterm_unwinds() -> Iterator[None]:
    def unwind(*_: object) -> NoReturn:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
