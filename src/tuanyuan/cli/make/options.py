"""Arguments and options that the features share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuanyuan.domain.order import MOST_BEAUTY, MOST_CANDIDATES

Photo = Annotated[str, typer.Argument(metavar="PHOTO", help="照片。 The photo.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="放结果的文件夹。 Folder for the results.")]
Background = Annotated[str | None, typer.Option("--background", help="背景的名字或图片。 A preset or a picture file.")]
Style = Annotated[
    str | None, typer.Option("--style", help="风格，见 tuanyuan catalogue。 The style; see `tuanyuan catalogue`.")
]
Candidates = Annotated[int, typer.Option("--candidates", min=1, max=MOST_CANDIDATES, help="做几张。 How many.")]
Size = Annotated[
    str | None, typer.Option("--size", metavar="WxH", help="宽x高，最大 4096。 Width x height, 4096 at most.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**31, help="同一个数，同样的像素。 Same seed, same pixels.")]
Beauty = Annotated[int, typer.Option("--beauty", min=0, max=MOST_BEAUTY, help="美颜，0 关。 Skin evened; 0 is off.")]
Hints = Annotated[
    list[str] | None,
    typer.Option(
        "--person",
        metavar="photo=…,scale=0.8,row=front,faces=1+2",
        help="谁更矮、站哪排、选哪几位。 Height, row, faces.",
    ),
]
Watermark = Annotated[bool, typer.Option("--watermark", help="加免费版水印。 With the free tier's watermark.")]
