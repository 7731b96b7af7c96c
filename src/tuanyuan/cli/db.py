"""`tuanyuan db`: the database's schema and keys."""

from __future__ import annotations

import typer

from tuanyuan.cli.console import Json, emit, say

app = typer.Typer(
    help="数据库。 The database.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def upgrade(as_json: Json = False) -> None:
    """建立或升级数据库，已有的数据不变。 Make or upgrade the tables; nothing in them is lost."""
    from tuanyuan import settings
    from tuanyuan.wiring import books

    address = books.upgrade(settings.load())
    if as_json:
        emit({"database": address, "upgraded": True})
    else:
        say(f"数据库已是最新。 The database is up to date: {address}", "green")


@app.command("rotate-keys")
def rotate_keys(as_json: Json = False) -> None:
    """换主密钥：照片密钥改由最新的密钥保护，可在服务运行时执行。 Wrap all keys of pictures under the newest secret."""
    from tuanyuan import settings
    from tuanyuan.wiring import books

    rotated, unopened = books.rotate_keys(settings.load())
    if as_json:
        emit({"rotated": rotated, "unopened": unopened})
        return
    if unopened:
        say(
            f"有 {unopened} 张图片用现有的密钥都打不开，请把旧密钥加回 TUANYUAN_SECRET_KEY。 "
            f"{unopened} pictures open with none of the secrets: put the old one back into TUANYUAN_SECRET_KEY.",
            "red",
        )
    say(f"已更换 {rotated} 个密钥。 {rotated} keys were wrapped anew.", "green")
    say(
        "一小时后再运行一次：为 0 时，图片不再需要旧密钥；之后没有登录过的访客仍要靠它识别。 "
        "Run it again in an hour: at 0 no picture needs the old secret. Guests who have not come since are known by it."
    )


@app.command("give-up-pictures")
def give_up_pictures(as_json: Json = False) -> None:
    """密钥丢失后：销毁用现有密钥都打不开的图片。 After a secret was lost: erase the pictures that no secret opens."""
    from tuanyuan import settings
    from tuanyuan.wiring import books

    erased = books.give_up_pictures(settings.load())
    if as_json:
        emit({"erased": erased})
    else:
        say(f"已销毁 {erased} 张打不开的图片。 {erased} pictures that no secret opens were erased.", "green")
