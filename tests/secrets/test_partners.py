"""Every partner, with every fault of its fake: no key, no signature and no address of a face is said."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import anyio
import pytest
import structlog
from doubles.canaries import Overheard, listening, secrets_of
from doubles.driving import Exchange, Recorded
from doubles.retouch import picture, plain_fit

from tuanyuan.engines.sandbox import FAULTS, Faults, serving
from tuanyuan.partners.aliyun_facebody.client import AliyunFacebody
from tuanyuan.partners.aliyun_facebody.fake import AliyunFacebodyFake
from tuanyuan.partners.aliyun_oss.client import AliyunOss
from tuanyuan.partners.aliyun_oss.fake import AliyunOssFake
from tuanyuan.partners.aliyun_oss.signing import Account
from tuanyuan.partners.exchange import Exchange as Exchanging
from tuanyuan.partners.tencent_ci.client import TencentCi
from tuanyuan.partners.tencent_ci.fake import TencentCiFake
from tuanyuan.partners.tencent_image.client import TencentImage
from tuanyuan.partners.tencent_image.fake import TencentImageFake
from tuanyuan.partners.wechat.client import WeChatClient
from tuanyuan.partners.wechat.fake import FakeWeChat

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

ID, KEY = "canary-of-a-secret-id", "canary-of-a-secret-key"
BUCKET, REGION = "bkt-1250000000", "ap-guangzhou"
# "late" is answered by no fake within a test's time; the partners' own tests have it with a deadline.
PLAN = (None, *(fault for fault in FAULTS if fault not in ("late", "slow")))
# Calls until all faults were met: some clients ask twice.
MOST_CALLS = 40

Use = Callable[[], Any]


@contextmanager
def tencent_ci(faults: Faults, exchanges: list[Exchange], key: str) -> Iterator[tuple[Any, Use]]:
    fake = TencentCiFake(faults, secret_id=ID, secret_key=KEY, bucket=BUCKET, region=REGION)
    with serving(Recorded(fake.app, "provider", exchanges)) as url:
        client = TencentCi(ID, key, BUCKET, REGION, plain_fit, url=url)
        yield client, lambda: client.cut(picture(), "portrait")
        client.close()


@contextmanager
def tencent_image(faults: Faults, exchanges: list[Exchange], key: str) -> Iterator[tuple[Any, Use]]:
    fake = TencentImageFake(faults, secret_id=ID, secret_key=KEY)
    with serving(Recorded(fake.app, "provider", exchanges)) as url:
        client = TencentImage(ID, key, plain_fit, url=url)
        yield client, lambda: client.restore(picture())
        client.close()


@contextmanager
def aliyun(faults: Faults, exchanges: list[Exchange], key: str) -> Iterator[tuple[Any, Use]]:
    """Faces, with the pictures lent by a bucket without faults: its faults come in `aliyun_oss`."""
    store = AliyunOssFake(access_key=ID, secret_key=KEY)
    fake = AliyunFacebodyFake(faults, access_key=ID, secret_key=KEY, fetch=theirs)
    with ExitStack() as closing:
        lent = closing.enter_context(serving(Recorded(store.app, "provider", exchanges)))
        url = closing.enter_context(serving(Recorded(fake.app, "provider", exchanges)))
        oss = AliyunOss(Account(ID, KEY, "bkt", "cn-shanghai"), url=lent)
        client = AliyunFacebody(ID, key, oss.lend, plain_fit, url=url)
        closing.callback(oss.close)
        closing.callback(client.close)
        yield client, lambda: client.restore(picture())


@contextmanager
def aliyun_oss(faults: Faults, exchanges: list[Exchange], key: str) -> Iterator[tuple[Any, Use]]:
    fake = AliyunOssFake(faults, access_key=ID, secret_key=KEY)
    with serving(Recorded(fake.app, "provider", exchanges)) as url:
        client = AliyunOss(Account(ID, key, "bkt", "cn-shanghai"), url=url)

        def lend() -> None:
            with client.lend(picture(), "image/jpeg") as address:
                # The address itself is for the provider alone.
                exchanges.append(Exchange("provider", "GET", "", [], bytearray(address.encode())))

        yield client, lend
        client.close()


async def theirs(address: str) -> bytes:
    """How the provider reads an address: not with our library, whose lines in this process would look like ours."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    answer = await anyio.to_thread.run_sync(opener.open, address)
    with answer:
        return bytes(answer.read())


PARTNERS = [tencent_ci, tencent_image, aliyun, aliyun_oss]


def use(call: Use, overheard: Overheard) -> bool:
    try:
        call()
    except Exception as error:
        overheard.fail(error)
        return False
    return True


@pytest.mark.parametrize("partner", PARTNERS, ids=lambda partner: partner.__name__)
def test_no_key_signature_or_address_is_said(partner: Any) -> None:
    exchanges: list[Exchange] = []
    faults = Faults(PLAN)
    with listening() as overheard, partner(faults, exchanges, KEY) as (client, call):
        overheard.note(client, vars(client).get("_account"))
        assert use(call, overheard), overheard.text[-2000:]
        made = []
        while faults._plan:
            made.append(use(call, overheard))
            assert len(made) < MOST_CALLS
    assert False in made
    assert overheard.leaked([ID, KEY, *secrets_of(exchanges)]) == []


@pytest.mark.parametrize("partner", PARTNERS, ids=lambda partner: partner.__name__)
def test_a_key_that_is_refused_is_not_said(partner: Any) -> None:
    exchanges: list[Exchange] = []
    with listening() as overheard, partner(Faults(), exchanges, "canary-of-another-key") as (_, call):
        assert use(call, overheard) is False
    assert overheard.leaked([ID, KEY, "canary-of-another-key", *secrets_of(exchanges)]) == []


def test_the_app_secret_of_wechat_and_a_users_keys_are_not_said() -> None:
    moods = ("well", "busy", "throttled", "risky", "broken", "failing", "cut", "strings", "empty")
    said: list[str] = []
    with listening() as overheard, FakeWeChat("wx00000000000000a1", KEY) as fake:
        for key in (KEY, "canary-of-another-key"):
            client = WeChatClient("wx00000000000000a1", key, fake.url, deadline=120.0)
            overheard.note(client)
            for mood in moods:
                fake.mood = mood  # type: ignore[assignment]  # each is one
                code = fake.code("openid-of-somebody")
                said.append(code)
                # Bound for this round.
                use(lambda client=client, code=code: client.session(code), overheard)  # type: ignore[misc]
            client.close()
        said += [KEY, "canary-of-another-key", *fake.session_keys.values()]
    assert fake.session_keys
    assert overheard.leaked(said) == []


def test_a_partner_that_logs_its_headers_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    call, exchanges = Exchanging.__call__, list[Exchange]()

    def talkative(self: Exchanging, method: str, url: str, headers: Any, *more: Any, **told: Any) -> Any:
        structlog.get_logger().debug("calling", headers=headers)
        return call(self, method, url, headers, *more, **told)

    monkeypatch.setattr(Exchanging, "__call__", talkative)
    with listening() as overheard, tencent_ci(Faults(), exchanges, KEY) as (_, call_it):
        assert use(call_it, overheard)
    assert any(secret.startswith("q-") or ID in secret for secret in overheard.leaked([ID, *secrets_of(exchanges)]))
