"""Who cuts out and who restores, from the settings: the services with keys in their order, then this computer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from tuanyuan.domain.errors import OurFault
from tuanyuan.services.ways import Way

if TYPE_CHECKING:
    from pydantic import SecretStr

    from tuanyuan.domain.ports.retouching import FaceRestoring, Matting
    from tuanyuan.services.retouching import Cutting, Restoring
    from tuanyuan.settings import Settings

ALIYUN, TENCENT = "aliyun", "tencent"
# About what one cut-out costs (tencent-cos-ci.md 7.4); no price of a restoration is known.
CUT_FEN = 2
_URLS = ("tencent_ci_url", "tencent_image_url", "aliyun_facebody_url", "aliyun_oss_url")


@contextmanager
def cutting(settings: Settings) -> Iterator[Cutting]:
    """The use case of `tuanyuan mask`. OurFault setting_not_in_production."""
    from tuanyuan.engines.local.retouching import LocalMatting
    from tuanyuan.imaging.faces import FaceFinder
    from tuanyuan.imaging.matting import PersonCutter
    from tuanyuan.services.retouching import LOCAL, Cutting
    from tuanyuan.wiring import pictures

    _begin(settings)
    models = settings.models_dir
    with ExitStack() as closing:
        ways: list[Way[Matting]] = _cutters(settings, closing)
        ways.append(Way(LOCAL, LocalMatting(models, FaceFinder(models), PersonCutter(models))))
        yield Cutting(pictures(settings), ways)


@contextmanager
def restoring(settings: Settings) -> Iterator[Restoring]:
    """The use case of `tuanyuan restore`. OurFault setting_not_in_production."""
    from tuanyuan.engines.local.retouching import LocalRestoring
    from tuanyuan.imaging.faces import FaceFinder
    from tuanyuan.imaging.identity import Identity
    from tuanyuan.imaging.judge import Judge
    from tuanyuan.services.retouching import LOCAL, Restoring
    from tuanyuan.wiring import pictures

    _begin(settings)
    finder = FaceFinder(settings.models_dir)
    with ExitStack() as closing:
        ways: list[Way[FaceRestoring]] = _restorers(settings, closing)
        ways.append(Way(LOCAL, LocalRestoring(finder)))
        yield Restoring(pictures(settings), finder, Judge(finder, Identity(settings.models_dir)), ways)


def _begin(settings: Settings) -> None:
    """One picture at a time has all threads. Faces go over HTTPS, or nowhere, in production."""
    import cv2

    cv2.setNumThreads(settings.threads)
    if settings.env != "production":
        return
    for name in _URLS:
        url = getattr(settings, name)
        if url and not url.startswith("https://"):
            raise OurFault("setting_not_in_production", name=f"TUANYUAN_{name.upper()}", value=url)


def _cutters(settings: Settings, closing: ExitStack) -> list[Way[Matting]]:
    from tuanyuan.imaging.fitting import fit
    from tuanyuan.partners.tencent_ci.client import TencentCi

    account = _account(settings.tencent_secret_id, settings.tencent_secret_key)
    bucket, region = settings.tencent_ci_bucket, settings.tencent_ci_region
    if account is None or not bucket or not region:
        return []
    client = TencentCi(*account, bucket, region, fit, url=settings.tencent_ci_url)
    closing.callback(client.close)
    return [Way(TENCENT, client, CUT_FEN)]


def _restorers(settings: Settings, closing: ExitStack) -> list[Way[FaceRestoring]]:
    from tuanyuan.imaging.fitting import fit
    from tuanyuan.partners.aliyun_facebody.client import AliyunFacebody
    from tuanyuan.partners.aliyun_oss.client import AliyunOss
    from tuanyuan.partners.aliyun_oss.signing import Account
    from tuanyuan.partners.tencent_image.client import TencentImage

    ways: list[Way[FaceRestoring]] = []
    account = _account(settings.aliyun_access_key, settings.aliyun_secret_key)
    bucket, region = settings.aliyun_oss_bucket, settings.aliyun_oss_region
    if account is not None and bucket and region:
        store = AliyunOss(Account(*account, bucket, region), url=settings.aliyun_oss_url)
        closing.callback(store.close)
        faces = AliyunFacebody(*account, store.lend, fit, url=settings.aliyun_facebody_url)
        closing.callback(faces.close)
        ways.append(Way(ALIYUN, faces, faces=True))
    account = _account(settings.tencent_secret_id, settings.tencent_secret_key)
    if account is not None:
        sharper = TencentImage(*account, fit, url=settings.tencent_image_url)
        closing.callback(sharper.close)
        ways.append(Way(TENCENT, sharper, faces=True))
    return ways


def _account(key_id: SecretStr | None, key: SecretStr | None) -> tuple[str, str] | None:
    if key_id is None or key is None:
        return None
    return key_id.get_secret_value(), key.get_secret_value()
