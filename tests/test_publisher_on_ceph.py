"""The same on Ceph's gateway, of which other stores differ most; for `make soak`.

On Debian: apt-get install radosgw ceph-mon ceph-mgr ceph-osd ceph-common.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc.errors import ConflictError
from feedsvc.publisher.note import NOTE
from feedsvc.publisher.publish import Published
from feedsvc.storage.bucket import NEW, PATIENT, Headers
from tests.support.folders import Tree, tree
from tests.support.publishing import Place
from tests.support.seaweed import BUCKET, SECRET, Store
from tests.support.server import ask, free_port
from tests.support.waiting import until

DAEMONS = ("ceph-mon", "ceph-mgr", "ceph-osd", "radosgw")

pytestmark = [
    pytest.mark.slow(reason="starts a cluster"),
    pytest.mark.skipif(
        not all(map(shutil.which, (*DAEMONS, "ceph", "monmaptool", "ceph-authtool"))),
        reason="needs Ceph: apt-get install radosgw ceph-mon ceph-mgr ceph-osd ceph-common",
    ),
]

CONFIG = """
[global]
fsid = {id}
mon host = v1:127.0.0.1:{mon}
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
mon allow pool size one = true
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 1073741824
public addr = 127.0.0.1
log file = {folder}/$name.log
run dir = {folder}
admin socket = {folder}/$name.asok
pid file = {folder}/$name.pid
mon data = {folder}/mon
osd data = {folder}/osd
mgr data = {folder}/mgr
rgw data = {folder}/rgw
keyring = {folder}/keyring
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:{gateway}
"""


@contextmanager
def _running_ceph(folder: Path) -> Iterator[int]:
    """A cluster of one gateway, at the port that is given, for the user WRITER."""
    cluster, disk, mon, gateway = uuid.uuid4(), uuid.uuid4(), free_port(), free_port()
    config, keyring = folder / "ceph.conf", folder / "keyring"
    config.write_text(CONFIG.format(id=cluster, mon=mon, gateway=gateway, folder=folder))
    for name in ("mon", "osd", "mgr", "rgw"):
        (folder / name).mkdir()

    def run(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, timeout=60, cwd=folder)

    conf = ("-c", str(config))
    run("ceph-authtool", "--create-keyring", str(keyring), "--gen-key", "-n", "mon.")
    for name in ("client.admin", "client.rgw.a", "mgr.a", "osd.0"):
        caps = [word for daemon in ("mon", "osd", "mgr") for word in ("--cap", daemon, "allow *")]
        run("ceph-authtool", str(keyring), "--gen-key", "-n", name, *caps)
    address = f"[v1:127.0.0.1:{mon}]"
    run("monmaptool", "--create", "--fsid", str(cluster), "--addv", "a", address, "monmap")
    run("ceph-mon", "-i", "a", "--mkfs", "--monmap", "monmap", "--keyring", str(keyring), *conf)
    running: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> None:
        output = (folder / f"{words[0]}.out").open("wb")
        running.append(subprocess.Popen([*words, *conf, "-f"], stdout=output, stderr=output))
        output.close()

    try:
        start("ceph-mon", "-i", "a")
        run("ceph", *conf, "osd", "new", str(disk))
        start("ceph-mgr", "-i", "a")
        run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", str(disk), *conf)
        start("ceph-osd", "-i", "0")
        start("radosgw", "-n", "client.rgw.a")
        assert until(lambda: _answers(gateway), 90), (folder / "client.rgw.a.log").read_text()
        user = ("--uid=writer", "--display-name=writer", "--access-key=WRITER")
        gateway_admin = ("radosgw-admin", "-n", "client.rgw.a", *conf)
        run(*gateway_admin, "user", "create", *user, f"--secret-key={SECRET}")
        yield gateway
    finally:
        for process in reversed(running):
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        return ask(port, "/")[0] == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with _running_ceph(tmp_path_factory.mktemp("ceph")) as port:
        store = Store(port)
        _make_bucket(store)
        yield store


def _make_bucket(store: Store) -> None:
    from obstore import sign  # noqa: PLC0415 - an extra
    from obstore.store import S3Store  # noqa: PLC0415

    keys = {name.removeprefix("AWS_").lower(): value for name, value in store.environment().items()}
    bucket = S3Store(BUCKET, config=keys, client_options={"allow_http": True})
    request = urllib.request.Request(sign(bucket, "PUT", "", timedelta(minutes=5)), method="PUT")
    urllib.request.urlopen(request, timeout=60).close()


def _tree(place: Place) -> Tree:
    """What is there, as who may read it sees it."""
    bucket = place.bucket(PATIENT)
    found = {path: bucket.read(path) for path in bucket.objects() if path != NOTE}
    return {path: stored.body for path, stored in found.items() if stored}


@pytest.mark.timeout(600)
def test_a_site_is_published_to_ceph(
    ceph: Store, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ceph.environment().items():
        monkeypatch.setenv(name, value)
    place = Place(ceph, f"site-{os.getpid()}")
    assert place.publish(old, patience=PATIENT).uploaded == len(tree(old))
    assert _tree(place) == tree(old)
    assert place.publish(old, patience=PATIENT) == Published(0, len(tree(old)), 0)
    place.publish(new, patience=PATIENT)
    assert _tree(place) == tree(new)
    list(place.bucket(PATIENT).delete([NOTE]))
    assert place.publish(new, patience=PATIENT) == Published(0, len(tree(new)), 0)
    bucket, headers = place.bucket(PATIENT), Headers("text/plain", "no-store")
    first = bucket.put("mine.txt", b"1", headers, NEW)
    bucket.put("mine.txt", b"2", headers, first)
    for seen in (NEW, first):
        with pytest.raises(ConflictError):
            bucket.put("mine.txt", b"3", headers, seen)
