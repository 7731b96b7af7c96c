"""The vault in an S3 bucket (moto's server), with its faults."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tuanyuan.domain.errors import NotNow, OurFault
from tuanyuan.store.vault import EncryptedVault, MasterKeys, Objects

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])
SECRET = "the only secret of thirty-two signs"
BUCKET = "pictures"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> Iterator[boto3.client]:
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    client.create_bucket(Bucket=BUCKET)
    yield client
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    client.close()


def vault_at(endpoint: str, bucket: str = BUCKET, retries: int = 2) -> EncryptedVault:
    url = f"s3://{bucket}/studio?endpoint={endpoint}&region=us-east-1&access_key_id=k&secret_access_key=s+/="
    return EncryptedVault(Objects(url, timeout=120, retries=retries), MasterKeys([SECRET]))


def stored(bucket: boto3.client) -> dict[str, int]:
    return {found["Key"]: found["Size"] for found in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


@pytest.mark.parametrize("size", [0, 65537, 10 * 1024 * 1024])
def test_round_trip(endpoint: str, bucket: boto3.client, size: int) -> None:
    vault, plain = vault_at(endpoint), os.urandom(size)
    key = vault.new_key()
    vault.write("kept/one", key, plain)
    assert vault.read("kept/one", key) == plain
    # Under the prefix, and as large as the sealed form: header 11, a tag of 16 for each 64 KiB.
    assert stored(bucket) == {"studio/kept/one": 11 + size + 16 * max(1, -(-size // 65536))}
    vault.erase("kept/one")
    vault.erase("kept/one")
    assert stored(bucket) == {}
    with pytest.raises(OurFault, match="object_damaged"):
        vault.read("kept/one", key)


def test_ten_megabytes_go_in_parts(endpoint: str, bucket: boto3.client) -> None:
    vault = vault_at(endpoint)
    vault.write("one", vault.new_key(), os.urandom(10 * 1024 * 1024))
    assert bucket.head_object(Bucket=BUCKET, Key="studio/one")["ETag"].endswith('-2"')
    assert bucket.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


def test_an_aborted_upload_leaves_neither_object_nor_parts(endpoint: str, bucket: boto3.client) -> None:
    vault = vault_at(endpoint)
    sink = vault.sink("one", vault.new_key())
    sink.write(os.urandom(10 * 1024 * 1024))
    sink.abort()
    assert stored(bucket) == {}
    assert bucket.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


@pytest.mark.usefixtures("bucket")
def test_health(endpoint: str) -> None:
    assert vault_at(endpoint).healthy()
    assert not vault_at(endpoint, "no-such-bucket").healthy()


def test_a_store_that_does_not_answer_is_said_to_be_down() -> None:
    vault = vault_at("http://127.0.0.1:9", retries=1)
    assert not vault.healthy()
    for act in (
        lambda: vault.write("one", vault.new_key(), b"x"),
        lambda: vault.read("one", vault.new_key()),
        lambda: vault.erase("one"),
    ):
        with pytest.raises(NotNow, match="storage_down"):
            act()


def test_a_store_that_says_nothing_is_waited_for_a_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        url = f"s3://{BUCKET}?endpoint=http://127.0.0.1:{silent.getsockname()[1]}&region=r"
        objects = Objects(f"{url}&access_key_id=k&secret_access_key=s", timeout=0.2, retries=1)
        vault = EncryptedVault(objects, MasterKeys([SECRET]))
        assert not vault.healthy()
        for act in (lambda: vault.read("one", vault.new_key()), lambda: vault.write("one", vault.new_key(), b"x")):
            with pytest.raises(NotNow, match="storage_down"):
                act()


def test_a_store_in_trouble_is_asked_again_a_bounded_number_of_times() -> None:
    asked: list[str] = []
    signed: list[str] = []

    class Trouble(BaseHTTPRequestHandler):
        def do_DELETE(self) -> None:
            asked.append(self.path)
            signed.append(self.headers["authorization"])
            self.send_response(503)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Trouble) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"s3://{BUCKET}/studio?endpoint=http://127.0.0.1:{server.server_port}&region=cn-hangzhou"
        objects = Objects(f"{url}&access_key_id=k+1&secret_access_key=s", timeout=120, retries=2)
        vault = EncryptedVault(objects, MasterKeys([SECRET]))
        with pytest.raises(NotNow, match="storage_down"):
            vault.erase("one")
        server.shutdown()
        thread.join()
    assert asked == [f"/{BUCKET}/studio/one"] * 3
    # Signed by version 4, which OSS and COS take too; a plus sign in a key means itself.
    assert signed[0].startswith("AWS4-HMAC-SHA256 Credential=k+1/")
    assert "/cn-hangzhou/s3/aws4_request" in signed[0]


def test_a_bucket_that_is_not_there_is_our_set_up_and_nothing_is_lost(endpoint: str, bucket: boto3.client) -> None:
    vault = vault_at(endpoint, "no-such-bucket", retries=0)
    with pytest.raises(NotNow, match="storage_down"):
        vault.write("one", vault.new_key(), b"x")
    assert stored(bucket) == {}
