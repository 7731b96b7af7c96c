"""`tuanyuan make`: the features. A new one is a function in a module beside this and a line below."""

from __future__ import annotations

import typer

from tuanyuan.cli.make import clips, goods, paper, people

app = typer.Typer(help="做照片。 Make pictures.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """做照片。 Make pictures."""


app.command()(people.reunion)
app.command()(people.makeover)
app.command()(people.tryon)
app.command()(people.avatar)
app.command()(goods.fashion)
app.command()(goods.product)
app.command()(paper.restore)
app.command()(paper.card)
app.command()(clips.motion)
