"""Old and poor photos made better without inventing anything.

Every step is as strong as the fault that it measures, so a clean photo comes back nearly unchanged.
"""

from tuanyuan.imaging.restoration.damage import Damage, damage
from tuanyuan.imaging.restoration.findings import Findings, examine, softness
from tuanyuan.imaging.restoration.restoring import FULL, GENTLE, Manner, filled, one_colour, restore, toned

__all__ = [
    "FULL",
    "GENTLE",
    "Damage",
    "Findings",
    "Manner",
    "damage",
    "examine",
    "filled",
    "one_colour",
    "restore",
    "softness",
    "toned",
]
