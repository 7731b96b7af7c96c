"""Whether the same was made before: the key of an order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from tuanyuan.domain.job import JobRequest
from tuanyuan.domain.kept import KeptPhoto
from tuanyuan.services.offering import Terms


def cache_key(
    request: JobRequest,
    photos: Sequence[KeptPhoto],
    terms: Terms,
    engine: str,
    version: str,
    mask: KeptPhoto | None = None,
) -> str:
    """SHA-256, hex, over all that decides the pictures: the bytes of the photos, not their ids; never the price.

    photos: in the order of `request.pictures`. version: of this software, which makes other pictures next time.
    """
    digests = {photo.id: photo.digest for photo in photos}
    people = [{**asdict(person), "photo": digests[person.photo]} for person in request.people]
    decides = {
        "photos": [photo.digest for photo in photos],
        "mask": mask.digest if mask else None,
        "feature": request.feature,
        "background": request.background,
        "style": request.style,
        "options": request.options,
        "people": sorted(people, key=lambda person: json.dumps(person, sort_keys=True)),
        "candidates": terms.candidates,
        "watermark": terms.watermark,
        "engine": engine,
        "version": version,
    }
    text = json.dumps(decides, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
