"""The two services that restore, opened with the keys that are set; each is one model of the engine."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from tuanyuan.domain.engine import Reference
from tuanyuan.domain.ports.retouching import Fit, Fitted, Unfit
from tuanyuan.partners.aliyun_facebody.client import AliyunFacebody
from tuanyuan.partners.aliyun_oss.client import AliyunOss
from tuanyuan.partners.aliyun_oss.signing import Account
from tuanyuan.partners.tencent_image.client import TencentImage

ALIYUN, TENCENT = "aliyun-enhance-face", "tencent-enhance-image"

# A photo restored: a JPEG or PNG file. Blocks its thread, and raises the errors of `domain.engine`.
Restore = Callable[[Reference], bytes]


def lends(keys: Mapping[str, str]) -> bool:
    """Whether Aliyun reads its photos from a bucket of the operator's own."""
    return bool(keys.get("aliyun_oss_bucket") and keys.get("aliyun_oss_region"))


def opened(keys: Mapping[str, str], url: str, closing: ExitStack) -> dict[str, Restore]:
    """By model, those whose keys are there. url: of Aliyun's service. Connections end with `closing`."""
    found: dict[str, Restore] = {}
    if keys.get("aliyun_access_key") and keys.get("aliyun_secret_key"):
        found[ALIYUN] = _aliyun(keys, url, closing)
    if keys.get("tencent_secret_id") and keys.get("tencent_secret_key"):
        account = keys["tencent_secret_id"], keys["tencent_secret_key"]
        tencent = TencentImage(*account, as_prepared, url=keys.get("tencent_image_url"))
        closing.callback(tencent.close)
        found[TENCENT] = lambda reference: tencent.restore(reference.data)
    return found


def _aliyun(keys: Mapping[str, str], url: str, closing: ExitStack) -> Restore:
    account = keys["aliyun_access_key"], keys["aliyun_secret_key"]
    url = keys.get("aliyun_facebody_url") or url
    if not lends(keys):
        by_address = AliyunFacebody(*account, None, as_prepared, url=url)
        closing.callback(by_address.close)
        return lambda reference: by_address.restore(reference.data, reference.address)
    bucket = Account(*account, keys["aliyun_oss_bucket"], keys["aliyun_oss_region"])
    store = AliyunOss(bucket, url=keys.get("aliyun_oss_url"))
    closing.callback(store.close)
    lent = AliyunFacebody(*account, store.lend, as_prepared, url=url)
    closing.callback(lent.close)
    return lambda reference: lent.restore(reference.data)


def as_prepared(picture: bytes, bounds: Fit) -> Fitted:
    """The file as it is: references come prepared (JPEG, upright, stripped, within the model's bounds). Raises Unfit.

    Only its head is read, for pixels are worked on in other processes.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG",)) as opened:
            size = opened.size
    except (UnidentifiedImageError, OSError):
        raise Unfit("no JPEG") from None
    short, long = sorted(size)
    if len(picture) > bounds.bytes or long > bounds.longest or short * long > bounds.pixels:
        raise Unfit("too large")
    if short < bounds.shortest or long > bounds.ratio * short:
        raise Unfit("too small or too long")
    return Fitted(picture, size, size)
