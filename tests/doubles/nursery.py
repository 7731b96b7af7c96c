"""A process that has imported everything and forks workers from itself, so that one to be killed costs no second.

One request and one answer a line, JSON: ["carrier" or "submitter", [arguments], file for its errors] → its pid;
["ended", pid] → its exit status, or null while it runs. Its end is the end of all.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from doubles import carrier, submitter

PROGRAMS = {"carrier": carrier.main, "submitter": submitter.main}


def born(program: str, arguments: list[str], errors: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 2)
        os.dup2(2, 1)
        PROGRAMS[program](arguments)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    alive: set[int] = set()
    for line in sys.stdin:
        match json.loads(line):
            case ["ended", pid]:
                done, status = os.waitpid(pid, os.WNOHANG)
                alive.discard(done)
                answer = os.waitstatus_to_exitcode(status) if done else None
            case [program, arguments, errors]:
                answer = born(program, arguments, errors)
                alive.add(answer)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
