"""`tuanyuan fake`: a provider of our own on a port of this machine, that keeps to the provider's contract."""

from __future__ import annotations

from typing import Annotated

import typer

from tuanyuan.cli.console import say
from tuanyuan.domain.errors import OurFault, WrongUsage


def fake(
    name: Annotated[str, typer.Argument(metavar="NAME", help="哪一家；不认识时会列出。 Which provider.")],
    host: Annotated[str, typer.Option("--host", help="监听地址。 Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="监听端口。 Port to listen on.")] = 9000,
    seconds: Annotated[float, typer.Option("--seconds", min=0, help="每次制作的秒数。 Seconds for each work.")] = 0.0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault", metavar="FAULT", help="接下来依次出的错，可多次；ok 为正常。 What goes wrong next, in turn."
        ),
    ] = None,
) -> None:
    """启动一个模拟的服务商，用于联调。 A fake provider, for trying an engine without a key."""
    from tuanyuan import settings
    from tuanyuan.engines.sandbox import FAULTS, Faults, run
    from tuanyuan.wiring.fakes import FAKES, build

    if settings.load().env == "production":
        raise OurFault("fake_in_production", name=name)
    if name not in FAKES:
        raise WrongUsage("engine_unknown", given=name, known="、".join(FAKES))
    known = ("ok", *FAULTS)
    for given in fault or []:
        if given not in known:
            raise WrongUsage("option_invalid", field="--fault", allowed="、".join(known))
    plan = Faults([None if given == "ok" else given for given in fault or []])  # type: ignore[misc]  # checked above
    made = build(name, plan, seconds)
    say(f"模拟 {name} 已启动。 The fake {name} is open: http://{host}:{port}", "green")
    for setting, value in made.settings(f"http://{host}:{port}").items():
        say(f"  {setting}={value}")
    try:
        run(made.app, host, port)
    except KeyboardInterrupt:
        say("已结束。 Ended.")
