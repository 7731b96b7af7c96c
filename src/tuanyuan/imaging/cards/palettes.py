"""The colours of the templates: two sets for each."""

from __future__ import annotations

from collections.abc import Mapping

from tuanyuan.imaging.cards.design import Palette
from tuanyuan.imaging.cards.sheet import colour

GOLD = colour("#b98a35"), colour("#f8e2a4")

SPRING_FESTIVAL: Mapping[str, Palette] = {
    "first": Palette(
        (colour("#c4261f"), colour("#9a1418")),
        GOLD,
        colour("#fff0cc"),
        None,
        (colour("#fbeed2"), colour("#a8161a")),
        colour("#fbf1dc"),
        (colour("#e9c98e"), colour("#fff4d9"), colour("#a9762c")),
    ),
    "other": Palette(
        (colour("#fbf2df"), colour("#f0dfbf")),
        (colour("#a8752a"), colour("#e3bd6c")),
        colour("#7d1216"),
        colour("#b3191d"),
        (colour("#b3191d"), colour("#fff6e4")),
        colour("#b3191d"),
        (colour("#e8b9a0"), colour("#fdf3e3"), colour("#b3703f")),
    ),
}

MID_AUTUMN: Mapping[str, Palette] = {
    "first": Palette(
        (colour("#0d1b3a"), colour("#2c5277")),
        (colour("#b9924a"), colour("#f5e3ad")),
        colour("#fbeec8"),
        None,
        (colour("#b3262a"), colour("#fff2dc")),
        colour("#f7e9c4"),
        (colour("#2d4f78"), colour("#5d83a8"), colour("#d9bd7b")),
    ),
    "other": Palette(
        (colour("#f6ecd6"), colour("#e9d5ab")),
        (colour("#9a6f2b"), colour("#d9b468")),
        colour("#4a3320"),
        colour("#8a5a1c"),
        (colour("#b3262a"), colour("#fff2dc")),
        colour("#fffaf0"),
        (colour("#e2c48f"), colour("#fdf3dc"), colour("#a47b3b")),
    ),
}

BIRTHDAY: Mapping[str, Palette] = {
    "first": Palette(
        (colour("#fffaf0"), colour("#fbeeda")),
        (colour("#b88a3a"), colour("#ecd08c")),
        colour("#5a3327"),
        colour("#c9503f"),
        (colour("#b3262a"), colour("#fff6ea")),
        colour("#ffffff"),
        (colour("#e4806c"), colour("#efc268"), colour("#7fb3a6"), colour("#e9a9a0"), colour("#8fa9c9")),
    ),
    "other": Palette(
        (colour("#eef5f1"), colour("#dcebe6")),
        (colour("#a98a4a"), colour("#e6d09a")),
        colour("#24443f"),
        colour("#2f6f66"),
        (colour("#b3262a"), colour("#fff6ea")),
        colour("#ffffff"),
        (colour("#5fa294"), colour("#f0b79a"), colour("#f1d28a"), colour("#8fb8cf"), colour("#e58f86")),
    ),
}

WEDDING: Mapping[str, Palette] = {
    "first": Palette(
        (colour("#fffaf1"), colour("#f7e9d6")),
        (colour("#a9782c"), colour("#e8c67a")),
        colour("#6e1a1c"),
        colour("#b3191d"),
        (colour("#b3191d"), colour("#fff6ea")),
        colour("#ffffff"),
        (colour("#b3191d"),),
    ),
    "other": Palette(
        (colour("#a9151c"), colour("#7c0c14")),
        GOLD,
        colour("#ffeecb"),
        None,
        (colour("#fbeed2"), colour("#a8161a")),
        colour("#fbf1dc"),
        (colour("#f3d48b"),),
    ),
}

FULL_MOON: Mapping[str, Palette] = {
    "first": Palette(
        (colour("#fff6ea"), colour("#fbe3cc")),
        (colour("#b9893c"), colour("#f0d596")),
        colour("#6b3a28"),
        colour("#c4573f"),
        (colour("#c03a34"), colour("#fff6ea")),
        colour("#fffdf8"),
        (colour("#f6c9ae"), colour("#fffaf2"), colour("#d99a72"), colour("#f9d8bf")),
    ),
    "other": Palette(
        (colour("#f3faf5"), colour("#d9ece2")),
        (colour("#b3923f"), colour("#ead79d")),
        colour("#2b4d42"),
        colour("#3f7d69"),
        (colour("#c03a34"), colour("#fff6ea")),
        colour("#fffefa"),
        (colour("#b5d8c8"), colour("#fafffb"), colour("#6fa890"), colour("#c6e3d6")),
    ),
}

LONGEVITY: Mapping[str, Palette] = {
    "first": Palette(
        (colour("#faeed2"), colour("#ecd4a0")),
        (colour("#96631f"), colour("#dcae58")),
        colour("#5b2114"),
        colour("#a3191b"),
        (colour("#a8161a"), colour("#fdf1d8")),
        colour("#fffaee"),
        (colour("#1f5a66"), colour("#a9cfc4"), colour("#f7e6bd")),
    ),
    "other": Palette(
        (colour("#1f4a3f"), colour("#12322b")),
        GOLD,
        colour("#fcefcd"),
        None,
        (colour("#b3231f"), colour("#fdf1d8")),
        colour("#fbf3df"),
        (colour("#0c2a2a"), colour("#3c7a6c"), colour("#f1d892")),
    ),
}
