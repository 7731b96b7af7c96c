"""Tokens, keyed hashes and sealed values: what holds, and everything that must not."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from doubles.books import NOW
from doubles.people import OLDER_SECRET, SECRET

from tuanyuan.domain.errors import OurFault, Unauthorised
from tuanyuan.domain.ports import Claims
from tuanyuan.store import signing
from tuanyuan.store.signing import SecretSigner

LIFE = timedelta(minutes=15)
CLAIMS = Claims("u1", "f1")


@pytest.fixture
def signer() -> SecretSigner:
    return SecretSigner([SECRET])


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def said(**changes: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    claims = {"sub": "u1", "family": "f1", "iat": now, "exp": now + 900, "iss": "tuanyuan", "aud": "tuanyuan-api"}
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def forged(signer: SecretSigner, claims: dict[str, Any], algorithm: str = "HS256") -> str:
    """Signed with the real key: only what it says is wrong."""
    keys = signer._keys[0]
    return jwt.encode(claims, keys.tokens, algorithm=algorithm, headers={"kid": keys.name.hex()})


def refused(signer: SecretSigner, token: str, code: str = "login_required") -> None:
    with pytest.raises(Unauthorised) as no:
        signer.read(token, NOW)
    assert no.value.code == code


def test_a_token_says_whose_it_is_until_its_end(signer: SecretSigner) -> None:
    token = signer.token(CLAIMS, NOW, LIFE)
    assert signer.read(token, NOW + LIFE - timedelta(seconds=1)) == CLAIMS
    with pytest.raises(Unauthorised, match="login_expired"):
        signer.read(token, NOW + LIFE)


def test_a_token_tells_algorithm_and_key_and_no_more_than_needed(signer: SecretSigner) -> None:
    token = signer.token(CLAIMS, NOW, LIFE)
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": signer._keys[0].name.hex()}
    assert jwt.decode(token, options={"verify_signature": False}) == said()


def test_a_forgery_with_the_real_key_and_right_claims_would_hold(signer: SecretSigner) -> None:
    """The control of the refusals below: it is the one changed thing that is refused."""
    assert signer.read(forged(signer, said()), NOW) == CLAIMS


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_without_signature_is_refused(signer: SecretSigner, algorithm: str) -> None:
    header = part({"alg": algorithm, "typ": "JWT", "kid": signer._keys[0].name.hex()})
    refused(signer, f"{header}.{part(said())}.")
    signature = signer.token(CLAIMS, NOW, LIFE).rsplit(".", 1)[1]
    refused(signer, f"{header}.{part(said())}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_with_the_real_key_is_refused(signer: SecretSigner, algorithm: str) -> None:
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = forged(signer, said(), algorithm)
    refused(signer, token)


def test_a_public_key_token_is_refused(signer: SecretSigner) -> None:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    token = jwt.encode(said(), key, algorithm="RS256", headers={"kid": signer._keys[0].name.hex()})
    refused(signer, token)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    unsigned = f"{part({'alg': 'HS256', 'kid': signer._keys[0].name.hex()})}.{part(said())}"
    signature = base64.urlsafe_b64encode(hmac.digest(public, unsigned.encode(), "sha256")).rstrip(b"=").decode()
    refused(signer, f"{unsigned}.{signature}")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": "somebody"},
        {"iss": None},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"family": None},
        {"family": 1},
        {"exp": "never"},
        {"exp": 9e99},
        {"nbf": int(NOW.timestamp()) + 10**10},
    ],
)
def test_a_token_that_says_something_else_is_refused(signer: SecretSigner, changes: dict[str, Any]) -> None:
    refused(signer, forged(signer, said(**changes)))


def test_a_changed_token_is_refused(signer: SecretSigner) -> None:
    header, claims, signature = signer.token(CLAIMS, NOW, LIFE).split(".")
    refused(signer, f"{header}.{part(said(sub='u2'))}.{signature}")
    refused(signer, f"{header}.{claims}.{signature[:-4]}AAAA")
    refused(signer, f"{header}.{claims}")
    refused(signer, f"{header}.{claims}.{signature}.{signature}")


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "x" * 3000, "令牌", "\0", "\ud800", "null", "' OR 1=1 --"])
def test_what_is_no_token_at_all_is_refused(signer: SecretSigner, token: str) -> None:
    refused(signer, token)


@pytest.mark.parametrize("kid", [None, 5, "", "zz", "00" * 8, "../../etc/passwd"])
def test_a_token_of_an_unknown_key_is_refused(signer: SecretSigner, kid: Any) -> None:
    header = part({"alg": "HS256", "typ": "JWT", "kid": kid})
    refused(signer, f"{header}.{part(said())}.AAAA")


def test_the_newest_secret_signs_and_older_ones_are_still_read(signer: SecretSigner) -> None:
    token = signer.token(CLAIMS, NOW, LIFE)
    rotated = SecretSigner([OLDER_SECRET, SECRET])
    assert rotated.read(token, NOW) == CLAIMS
    refused(signer, rotated.token(CLAIMS, NOW, LIFE))
    refused(SecretSigner([OLDER_SECRET]), token)


def test_a_key_of_one_use_is_not_a_key_of_another(signer: SecretSigner) -> None:
    keys = signer._keys[0]
    assert len({keys.tokens, keys.fingerprints, SECRET}) == 3
    assert signing._derive(SECRET, "sealing") not in (keys.tokens, keys.fingerprints)


def test_fingerprints_come_for_each_secret_and_show_nothing(signer: SecretSigner) -> None:
    (mark,) = signer.fingerprints("device-1")
    rotated = SecretSigner([OLDER_SECRET, SECRET]).fingerprints("device-1")
    assert rotated[1] == mark != rotated[0]
    assert len(mark) == 64
    assert signer.fingerprints("device-2") != (mark,)


def test_what_is_sealed_opens_only_for_what_it_was_sealed_about(signer: SecretSigner) -> None:
    sealed = signer.seal(b"session key", "app:1:o1")
    assert b"session key" not in sealed
    assert sealed != signer.seal(b"session key", "app:1:o1")
    assert signer.unseal(sealed, "app:1:o1") == b"session key"
    assert SecretSigner([OLDER_SECRET, SECRET]).unseal(sealed, "app:1:o1") == b"session key"
    for broken, about in [
        (sealed, "app:1:o2"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "app:1:o1"),
        (sealed[:12], "app:1:o1"),
        (sealed[:24], "app:1:o1"),
        (b"", "app:1:o1"),
    ]:
        with pytest.raises(OurFault, match="object_damaged"):
            signer.unseal(broken, about)
    with pytest.raises(OurFault, match="object_damaged"):
        SecretSigner([OLDER_SECRET]).unseal(sealed, "app:1:o1")


@pytest.mark.parametrize("secrets", [[], [b"short"], [SECRET, b""]])
def test_no_secret_or_a_short_one_does_not_start(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SecretSigner(secrets)


def test_the_signer_never_shows_a_secret(signer: SecretSigner) -> None:
    assert SECRET.decode() not in repr(signer)
    assert "object at" in repr(signer)
