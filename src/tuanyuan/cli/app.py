"""Every command, by name. A new one is a module beside this and a line below.

Command modules import only what parsing needs; numpy and its like are imported when a command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from tuanyuan import __version__
from tuanyuan.cli import (
    catalogue,
    darkroom,
    db,
    doctor,
    fake,
    generate,
    judge,
    label,
    make,
    merge_video,
    models,
    prompts,
    restore,
    serve,
)

app = typer.Typer(
    name="tuanyuan",
    help="团圆照相馆：把分开拍的照片合成一张全家福。 One natural family portrait from separate portraits.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help starts in a third of the time
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tuanyuan {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本。 Show the version.")
    ] = False,
) -> None:
    del version


app.add_typer(make.app, name="make")
app.command("generate")(generate.generate)
app.command("fake")(fake.fake)
app.add_typer(prompts.app, name="prompts")
app.command("start")(serve.start)
app.command("api")(serve.api)
app.command("worker")(serve.worker)
app.command("check")(darkroom.check)
app.command("compress")(darkroom.compress)
app.command("mask")(darkroom.mask)
app.command("restore")(restore.restore)
app.command("merge-video")(merge_video.merge_video)
app.command("judge")(judge.judge)
app.add_typer(label.app, name="label")
app.command("catalogue")(catalogue.show)
app.command("doctor")(doctor.examine)
app.add_typer(models.app, name="models")
app.add_typer(db.app, name="db")
