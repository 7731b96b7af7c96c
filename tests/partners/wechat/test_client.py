"""The WeChat client against a server that keeps to the contract (contracts/wechat-miniprogram.md §2.1)."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from tuanyuan.domain.errors import Forbidden, NotNow, OurFault, StudioError, Unauthorised
from tuanyuan.domain.ports import WeChatSession
from tuanyuan.partners.wechat.client import WeChatClient
from tuanyuan.partners.wechat.fake import CODE_LIFE, FakeWeChat

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

APP, SECRET = "wx00000000000000a1", "the-app-secret-0123456789"


@pytest.fixture
def now() -> list[float]:
    """The server's clock."""
    return [0.0]


@pytest.fixture
def wechat(now: list[float]) -> Iterator[FakeWeChat]:
    with FakeWeChat(APP, SECRET, now=lambda: now[0]) as server:
        yield server


@pytest.fixture
def client(wechat: FakeWeChat) -> Iterator[WeChatClient]:
    client = WeChatClient(APP, SECRET, wechat.url, deadline=120.0)
    yield client
    client.close()


@pytest.fixture
def hasty(wechat: FakeWeChat) -> Iterator[WeChatClient]:
    """A client that never hears what comes slowly."""
    wechat.slowness = 20.0
    client = WeChatClient(APP, SECRET, wechat.url, deadline=2.0)
    yield client
    client.close()


def refusal(client: WeChatClient, code: str) -> StudioError:
    with pytest.raises(StudioError) as refused:
        client.session(code)
    return refused.value


def test_a_code_becomes_a_session(wechat: FakeWeChat, client: WeChatClient) -> None:
    session = client.session(wechat.code("oMei", "uMei"))
    assert session == WeChatSession("oMei", wechat.session_keys["oMei"], "uMei")


def test_without_an_open_platform_account_there_is_no_union_id(wechat: FakeWeChat, client: WeChatClient) -> None:
    assert client.session(wechat.code("oMei")).unionid is None


def test_a_code_holds_once(wechat: FakeWeChat, client: WeChatClient) -> None:
    code = wechat.code("oMei")
    client.session(code)
    refused = refusal(client, code)
    assert isinstance(refused, Unauthorised)
    assert refused.code == "wechat_code_invalid"


def test_a_code_holds_five_minutes(wechat: FakeWeChat, client: WeChatClient, now: list[float]) -> None:
    in_time, late = wechat.code("oMei"), wechat.code("oLan")
    now[0] = CODE_LIFE
    assert client.session(in_time).openid == "oMei"
    now[0] = CODE_LIFE + 1
    assert refusal(client, late).code == "wechat_code_invalid"


@pytest.mark.parametrize(
    ("mood", "kind", "code"),
    [
        ("risky", Forbidden, "wechat_user_risky"),
        ("busy", NotNow, "wechat_busy"),
        ("throttled", NotNow, "wechat_busy"),
        ("broken", NotNow, "wechat_busy"),
        ("empty", NotNow, "wechat_busy"),
        ("failing", NotNow, "wechat_busy"),
        ("cut", NotNow, "wechat_busy"),
        ("slow", NotNow, "wechat_busy"),
        ("dripping", NotNow, "wechat_busy"),
        ("strings", Unauthorised, "wechat_code_invalid"),
    ],
)
def test_each_trouble_has_its_name_and_is_asked_only_once(
    wechat: FakeWeChat,
    client: WeChatClient,
    hasty: WeChatClient,
    mood: str,
    kind: type[StudioError],
    code: str,
) -> None:
    wechat.mood = mood
    refused = refusal(hasty if mood in ("slow", "dripping") else client, wechat.code("oMei"))
    assert (type(refused), refused.code) == (kind, code)
    assert wechat.calls == 1


@pytest.mark.parametrize(("app", "secret"), [("wx-another", SECRET), (APP, "another-secret")])
def test_wrong_credentials_are_our_fault_and_not_the_users(wechat: FakeWeChat, app: str, secret: str) -> None:
    client = WeChatClient(app, secret, wechat.url)
    code = wechat.code("oMei")
    refused = refusal(client, code)
    assert (type(refused), refused.code) == (OurFault, "wechat_setup")
    client.close()
    right = WeChatClient(APP, SECRET, wechat.url)
    assert right.session(code).openid == "oMei"
    right.close()


@pytest.mark.parametrize("code", ["", "x" * 513, "登录", "\ud800"])
def test_what_cannot_be_a_code_is_not_sent(wechat: FakeWeChat, client: WeChatClient, code: str) -> None:
    assert refusal(client, code).code == "wechat_code_invalid"
    assert wechat.calls == 0


@pytest.mark.parametrize("code", ["a&secret=x&appid=y", "a b\r\nHost: x", "%00", "' OR 1=1 --", "../../x?y#z"])
def test_a_code_cannot_change_the_request(wechat: FakeWeChat, client: WeChatClient, code: str) -> None:
    assert refusal(client, code).code == "wechat_code_invalid"
    assert wechat.calls == 1


def test_nobody_there_is_busy() -> None:
    client = WeChatClient(APP, SECRET, "http://127.0.0.1:1")
    assert refusal(client, "0a3Demo").code == "wechat_busy"
    client.close()


def test_the_client_recovers_after_trouble(wechat: FakeWeChat, hasty: WeChatClient) -> None:
    for mood in ("cut", "slow", "failing"):
        wechat.mood = mood
        refusal(hasty, wechat.code("oMei"))
    wechat.mood = "well"
    # The same client and connections, with all the time that a busy machine may want for a good answer.
    hasty._deadline, hasty._http.timeout = 120.0, 120.0
    assert hasty.session(wechat.code("oMei")).openid == "oMei"


def test_a_slow_answer_is_given_up_at_the_deadline(wechat: FakeWeChat, hasty: WeChatClient) -> None:
    # Without the deadline the good answer would come, 20 s later.
    wechat.mood = "slow"
    assert refusal(hasty, wechat.code("oMei")).code == "wechat_busy"


@pytest.mark.parametrize("mood", ["well", "cut", "failing", "broken", "slow", "busy"])
def test_the_secret_is_in_no_log_and_no_error(
    wechat: FakeWeChat, client: WeChatClient, hasty: WeChatClient, mood: str, caplog: pytest.LogCaptureFixture
) -> None:
    wechat.mood = mood
    code = wechat.code("oMei")
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as logs:
        try:
            (hasty if mood == "slow" else client).session(code)
            refused = None
        except StudioError as error:
            refused = error
    seen = caplog.text + repr(logs) + repr(refused) + repr(client)
    assert "httpcore" in caplog.text
    assert SECRET not in seen
    assert code not in seen
    assert wechat.session_keys.get("oMei", "no key yet") not in seen
    if refused is not None:
        assert refused.__cause__ is None
        assert refused.__context__ is None


def test_the_library_would_have_written_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    """The control of the test above: the line that is dropped is the one that shows it."""
    logger = logging.getLogger("httpx2")
    (dropping,) = logger.filters
    line = 'HTTP Request: GET https://api.weixin.qq.com/sns/jscode2session?appid=1&secret=s "HTTP/1.1 200 OK"'
    with caplog.at_level(logging.INFO, logger="httpx2"):
        logger.info(line)
        logger.info("HTTP Request: GET https://engine.example/ok")
        logger.removeFilter(dropping)
        logger.info(line)
        logger.addFilter(dropping)
    assert caplog.messages == ["HTTP Request: GET https://engine.example/ok", line]
