"""Where a page of a list ends."""

from __future__ import annotations

from datetime import datetime

# When its last one was made, and its id; many may be made in one instant.
Place = tuple[datetime, str]
