"""No file of the repository holds anything that looks like a key."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from doubles.canaries import keys_in

ROOT = Path(__file__).parents[2]
# Examples that may stand there, each with its reason.
ALLOWED = {
    "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3": "Replicate's vector of the contract: base64 of 0123456789abcdef01234567",
}


def files() -> list[Path]:
    """Everything that git keeps, or would keep with the next commit."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_holds_a_key() -> None:
    found = [(str(path.relative_to(ROOT)), key) for path in files() for key in keys_in(path.read_bytes())]
    assert len(files()) > 300
    assert [(name, key) for name, key in found if key not in ALLOWED] == []
    assert {key for _, key in found} == set(ALLOWED), "an example is not used any more"


def test_no_settings_of_anybody_are_kept() -> None:
    names = {path.name for path in files()}
    assert not names & {".env", "secret.key", "studio.db", "id_rsa", "credentials.json"}


# Written in two parts, so that this file holds none of them.
@pytest.mark.parametrize(
    "parts",
    [
        ("AKIA", "IOSFODNN7ABCDEFG"),
        ("LTAI", "5tAbCdEfGhIjKlMnOpQr"),
        ("AKLT", "YWJjZGVmZ2hpamtsbW5vcA"),
        ("AKID", "z8krbsJ5yKBZQpn74WFkmLPx3"),
        ("sk-", "abcdefghijklmnopqrstuvwx"),
        ("sk-proj-", "abcdefghijklmnop_qrstuvwx"),
        ("r8_", "abcdefghijklmnopqrstuvwxyz0123456789"),
        ("AIza", "SyA1234567890abcdefghijklmnopqrstuv"),
        ("whsec_", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
        ("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"),
        ("-----BEGIN RSA ", "PRIVATE KEY-----"),
        ("-----BEGIN ", "PRIVATE KEY-----"),
        ("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"),
    ],
)
def test_a_planted_key_is_found(parts: tuple[str, str], tmp_path: Path) -> None:
    planted = tmp_path / "notes.txt"
    for around in ("key = '{}'\n", 'KEY="{}"', "{}", "\x00\x01{}\x00"):
        planted.write_text(around.format("".join(parts)), "utf-8")
        assert len(list(keys_in(planted.read_bytes()))) == 1
    planted.write_text(f"a task-{parts[0]} and disk-space-that-is-never-enough", "utf-8")
    assert list(keys_in(planted.read_bytes())) == []
