"""The files of deploy/ do their work here, on high ports: what is shipped is what was tried."""

from __future__ import annotations

import grp
import gzip
import json
import os
import pwd
import re
import runpy
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from feedsvc.config import Config
from feedsvc.web.app import create_app
from feedsvc.web.traffic import SHARED_FOLDER
from tests.support.project import BASE_URL, DIGESTS, ROOT
from tests.support.server import Answer, ask, free_port, header_fields, running
from tests.support.waiting import until

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "feedsvc.service"
BIN = Path(sys.executable).parent
PROMPTLY = 8
"""Seconds in which a new client is answered, however many slow ones there are."""

pytestmark = pytest.mark.slow(reason="starts gunicorn, nginx and sandboxes")

needs_gunicorn = pytest.mark.skipif(not (BIN / "gunicorn").is_file(), reason="needs gunicorn")
needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx"), reason="needs nginx: apt-get install nginx-light"
)
needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="needs systemd-analyze: apt-get install systemd"
)


@contextmanager
def _nginx(site: str, folder: Path) -> Iterator[int]:
    """The port of an nginx whose only site this is."""
    port = free_port()
    site = _replaced(site, "listen 80;", f"listen 127.0.0.1:{port};")
    site = _replaced(site, "listen [::]:80;", "")
    user = f"{pwd.getpwuid(os.getuid()).pw_name} {grp.getgrgid(os.getgid()).gr_name}"
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "site.conf").write_text(site)
    (folder / "main.conf").write_text(
        f"daemon off; user {user}; pid {folder}/nginx.pid; error_log stderr;\n"
        "worker_processes 1; events { worker_connections 2048; }\n"
        # What a distribution's own file has there, and a site must not depend on.
        f"http {{ access_log off; gzip on; default_type text/html;\n{temporary}"
        f"include {folder}/site.conf; }}\n"
    )
    command = ["nginx", "-p", str(folder), "-c", str(folder / "main.conf")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with running(command, port, folder):
        yield port


def _replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of gunicorn with the shipped settings."""
    folder = tmp_path_factory.mktemp("gunicorn")
    port = free_port()
    command = [str(BIN / "gunicorn"), "--config", str(DEPLOY / "gunicorn.conf.py")]
    settings = {
        "FEEDSVC_DIGESTS": str(DIGESTS),
        "FEEDSVC_BASE_URL": BASE_URL,
        "FEEDSVC_INDEX": str(folder / "index.sqlite3"),
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
    }
    command += ["--bind", f"127.0.0.1:{port}"]
    with running(command, port, folder, **settings) as log:
        yield port
        assert not list(folder.rglob("*.ctl")), "a control socket"
        said = log.read_text()
        assert not re.search("error|warning|traceback", said, re.IGNORECASE), said


def _proxy(port: int) -> str:
    return _replaced((DEPLOY / "nginx.conf").read_text(), "127.0.0.1:8000", f"127.0.0.1:{port}")


@pytest.fixture(scope="module")
def proxy(gunicorn: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of nginx with the shipped site, in front of gunicorn."""
    with _nginx(_proxy(gunicorn), tmp_path_factory.mktemp("proxy")) as port:
        yield port


@contextmanager
def _clients(port: int, count: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
    """Connections that have sent a few bytes, or none, and read nothing."""
    with ExitStack() as stack:
        clients = []
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(10)
            client.connect(("127.0.0.1", port))
            client.sendall(first)
            clients.append(client)
        yield clients


@contextmanager
def _dribbling(port: int, count: int) -> Iterator[None]:
    """Clients that send a header a byte a second."""
    done = threading.Event()

    def dribble() -> None:
        while not done.wait(1):
            for client in clients:
                client.sendall(b"x")

    with _clients(port, count, b"GET /feed.xml HTTP/1.1\r\nHost: x\r\nX-Slow: ") as clients:
        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _seconds(port: int, path: str = "/feed.xml") -> float:
    begun = time.monotonic()
    assert ask(port, path)[0] == 200
    return time.monotonic() - begun


@needs_gunicorn
@pytest.mark.parametrize("name", ["feed.xml", "rss.xml", "feed.json"])
def test_gunicorn_serves_the_feeds_with_the_shipped_settings(gunicorn: int, name: str) -> None:
    status, _, body = ask(gunicorn, f"/{name}")
    assert status == 200
    assert f"{BASE_URL}{name}".encode() in body


@needs_gunicorn
@pytest.mark.parametrize("name", ["SCRIPT__NAME", "PATH__INFO", "X_Forwarded_Host", "Forwarded"])
def test_a_header_of_a_proxy_changes_nothing_behind_gunicorn(gunicorn: int, name: str) -> None:
    status, _, body = ask(gunicorn, "/feed.xml", **{name: "/x"})
    assert (status, body) == (200, ask(gunicorn, "/feed.xml")[2])


@needs_gunicorn
def test_gunicorn_answers_while_others_idle_and_dribble(gunicorn: int) -> None:
    with _clients(gunicorn, 200), _dribbling(gunicorn, 50):
        time.sleep(1.5)
        assert max(_seconds(gunicorn) for _ in range(10)) < PROMPTLY


@needs_gunicorn
@needs_nginx
@pytest.mark.parametrize("encoding", ["", "gzip", "br", "zstd", "gzip;q=0, br"])
def test_nginx_passes_the_same_answer_on(gunicorn: int, proxy: int, encoding: str) -> None:
    for path in ("/feed.xml", "/", "/2024-11-18/rss.xml", "/nothing", "/2024-11-18"):
        inner = ask(gunicorn, path, Accept_Encoding=encoding)
        outer = ask(proxy, path, Accept_Encoding=encoding)
        assert (outer[0], outer[2]) == (inner[0], inner[2])
        changed = {"server", "date", "connection", "keep-alive"}
        assert {name: value for name, value in outer[1].items() if name not in changed} == {
            name: value for name, value in inner[1].items() if name not in changed
        }
        if tag := inner[1].get("etag"):
            again = ask(proxy, path, Accept_Encoding=encoding, If_None_Match=tag)
            assert (again[0], again[1]["etag"], again[2]) == (304, tag, b"")


@needs_gunicorn
@needs_nginx
def test_no_header_leads_a_foreign_name_into_a_body(proxy: int) -> None:
    foreign = dict.fromkeys(
        ("Host", "X_Forwarded_Host", "X_Forwarded_Prefix", "X_Script_Name", "SCRIPT__NAME"),
        "evil.example",
    )
    for path in ("/feed.xml", "/", "/nothing", "/2024-11-18"):
        status, headers, body = ask(proxy, path, **foreign)
        assert status < 500
        assert b"evil.example" not in body + repr(headers).encode()


@needs_gunicorn
@needs_nginx
def test_nginx_answers_while_three_hundred_clients_are_slow(gunicorn: int, proxy: int) -> None:
    asked = b"GET /all/feed.xml HTTP/1.1\r\nHost: x\r\n\r\n"
    with _dribbling(proxy, 100), _clients(proxy, 100), _clients(proxy, 100, asked):
        time.sleep(1)
        assert max(_seconds(proxy) for _ in range(10)) < PROMPTLY
        assert _seconds(gunicorn) < PROMPTLY


@needs_gunicorn
@needs_nginx
def test_nginx_takes_no_large_body(proxy: int) -> None:
    assert ask(proxy, "/feed.xml", "POST", b"x" * 2000)[0] == 413
    assert ask(proxy, "/feed.xml", "POST", b"x")[0] == 405
    assert ask(proxy, "/feed.xml", "GET", b"x")[0] == 200


class _Backend:
    """An app of a kind, which tells what reached it and can go away."""

    def __init__(self) -> None:
        backend = self
        self.seen: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.repeated = 1
        self.finished = threading.Event()
        self.is_gone = False

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if backend.is_gone:  # this connection was kept open
                    self.close_connection = True
                    return
                fields = {name.lower(): value for name, value in self.headers.items()}
                backend.seen.append(fields)
                backend.bodies.append(self.rfile.read(int(fields.get("content-length", 0))))
                encoding = fields.get("accept-encoding", "")
                tag = f'"tag.{encoding}"'
                is_delta = "a-im" in fields
                is_known = fields.get("if-none-match") == tag and not is_delta
                self.send_response(226 if is_delta else 304 if is_known else 200)
                self.send_header("ETag", tag)
                self.send_header("Vary", "Accept-Encoding")
                fresh = 1 if "rss" in self.path else 3600
                self.send_header("Cache-Control", f"public, max-age={fresh}")
                body = b"" if is_known else b"delta" if is_delta else f"[{encoding}]".encode()
                body *= backend.repeated
                if not is_known:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                backend.finished.set()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        self.is_gone = True
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def backend() -> Iterator[_Backend]:
    backend = _Backend()
    yield backend
    backend.stop()


@needs_nginx
def test_nginx_passes_on_what_readers_ask_and_nothing_of_other_proxies(
    backend: _Backend, tmp_path: Path
) -> None:
    asked = {"If_None_Match": '"a", W/"b"', "A_IM": "feed", "Accept_Encoding": "br;q=0.5, zstd"}
    told = ("Forwarded", "Proxy", "Script_Name", "SCRIPT__NAME", "Path_Info", "PATH__INFO")
    told += tuple(f"X_Forwarded__{what}" for what in ("Host", "Port", "Prefix", "Path", "Server"))
    told += ("X_Script_Name", "X_Original_URL", "X_Rewrite_URL", "X_HTTP_Method_Override")
    overwritten = ("X_Forwarded_For", "X_Forwarded_Proto", "X_Real_IP")
    with _nginx(_proxy(backend.port), tmp_path) as port:
        foreign = dict.fromkeys((*told, *overwritten), "evil.example")
        ask(port, "/feed.xml", "GET", b"a body", Host="papers.example.org", **asked, **foreign)
    (seen,) = backend.seen
    assert seen == {
        "host": "papers.example.org",
        "x-forwarded-for": "127.0.0.1",
        "x-real-ip": "127.0.0.1",
        "x-forwarded-proto": "http",
        **{name.lower(): value for name, value in header_fields(asked).items()},
    }
    assert backend.bodies == [b""]


@needs_nginx
def test_a_client_that_does_not_read_holds_nothing_of_the_app(
    backend: _Backend, tmp_path: Path
) -> None:
    backend.repeated = 16 * 1024 * 1024
    asked = b"GET /feed.xml HTTP/1.1\r\nHost: x\r\n\r\n"
    with _nginx(_proxy(backend.port), tmp_path) as port, _clients(port, 1, asked):
        assert backend.finished.wait(10)


@needs_nginx
def test_the_cache_that_nginx_may_keep_is_right_and_outlives_the_app(
    backend: _Backend, tmp_path: Path
) -> None:
    site = re.sub(r"^( *)#(?=\S)", r"\1", _proxy(backend.port), flags=re.MULTILINE)
    site = _replaced(site, "/var/cache/nginx-feedsvc", str(tmp_path / "cache"))
    with _nginx(site, tmp_path) as port:
        for encoding in ("gzip", "br", "gzip", "br"):
            _, headers, body = ask(port, "/feed.xml?a", Accept_Encoding=encoding)
            assert (headers["etag"], body) == (f'"tag.{encoding}"', f"[{encoding}]".encode())
        assert len(backend.seen) == 2
        ask(port, "/feed.xml?b", Accept_Encoding="gzip")
        ask(port, "//feed.xml", Accept_Encoding="gzip")
        assert len(backend.seen) == 3, "another path is another document, another query is none"
        for query in ("q=a", "q=b", "q=a"):
            ask(port, f"/search/?{query}", Accept_Encoding="gzip")
        assert len(backend.seen) == 5, "but another search"
        known = {"Accept_Encoding": "gzip", "If_None_Match": '"tag.gzip"'}
        assert ask(port, "/feed.xml", **known)[0] == 304

        assert ask(port, "/feed.xml", A_IM="feed", **known)[::2] == (226, b"delta")
        assert backend.seen[-1]["if-none-match"] == '"tag.gzip"'
        assert ask(port, "/feed.xml", Accept_Encoding="gzip")[::2] == (200, b"[gzip]")

        assert ask(port, "/rss.xml", Accept_Encoding="gzip")[::2] == (200, b"[gzip]")
        time.sleep(2.1)
        before = len(backend.seen)
        assert ask(port, "/rss.xml", Accept_Encoding="gzip")[::2] == (200, b"[gzip]")
        assert until(lambda: len(backend.seen) > before)
        assert backend.seen[-1]["if-none-match"] == '"tag.gzip"', "asked whether it is still true"

        backend.stop()
        time.sleep(2.1)
        assert ask(port, "/rss.xml", Accept_Encoding="gzip")[::2] == (200, b"[gzip]")
        assert ask(port, "/rss.xml", Accept_Encoding="zstd")[0] == 502


@pytest.fixture(scope="module")
def static(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of nginx with the shipped site of a built folder."""
    folder = tmp_path_factory.mktemp("static")
    shutil.copytree(built, folder / "site")
    (folder / "site" / ".feedsvc-0123456789abcdef.tmp").write_text("half a file")
    neighbour = folder / "site" / "2024-11-18" / "feed.xml.gz"
    neighbour.write_bytes(gzip.compress(b"made beforehand"))
    (folder / "site" / "empty").mkdir()
    site = (DEPLOY / "nginx-static.conf").read_text()
    with _nginx(_replaced(site, "/srv/feedsvc/site", str(folder / "site")), folder) as port:
        yield port


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Answer]:
    """What the app itself answers."""
    index = tmp_path_factory.mktemp("served") / "index.sqlite3"
    client = create_app(
        Config(digests=DIGESTS, index=index, base_url=BASE_URL, language="ko")
    ).test_client()

    def ask(path: str, method: str = "GET") -> Answer:
        response = client.open(path, method=method)
        fields = {name.lower(): value for name, value in response.headers.items()}
        return response.status_code, fields, response.data

    return ask


SAME_HEADERS = (
    "content-type",
    "x-content-type-options",
    "referrer-policy",
    "content-security-policy",
    "access-control-allow-origin",
    "access-control-expose-headers",
)


@needs_nginx
@pytest.mark.parametrize(
    "path",
    [
        *("/feed.xml", "/rss.xml", "/feed.json", "/", "/opml.xml", "/sitemap.xml", "/robots.txt"),
        *(
            "/style.css",
            "/script.js",
            "/icon.png",
            "/404.html",
            "/all/feed.xml",
            "/nothing",
            "/2024-11-18/x.xml",
        ),
        *("/search/", "/search.js", "/opensearch.xml"),
    ],
)
def test_nginx_serves_a_built_folder_as_the_app_does(
    static: int, served: Callable[..., Answer], path: str
) -> None:
    status, headers, body = ask(static, path)
    expected = served(path)
    assert (status, body) == (expected[0], expected[2])
    assert {name: headers.get(name) for name in SAME_HEADERS} == {
        name: expected[1].get(name) for name in SAME_HEADERS
    }
    if not path.startswith("/all/"):  # the archive of a while ago is fresh for longer
        assert headers["cache-control"] == expected[1]["cache-control"]
    if status == 200:
        status, unmodified, _ = ask(static, path, If_None_Match=headers["etag"])
        assert status == 304
        assert {name for name in SAME_HEADERS if name in unmodified} == {
            name for name in SAME_HEADERS if name.startswith("access-control")
        }
        packed = ask(static, path, Accept_Encoding="gzip")
        if packed[1].get("content-encoding") == "gzip":
            assert gzip.decompress(packed[2]) == body
            assert packed[1]["vary"] == "Accept-Encoding"
        assert ("content-encoding" in packed[1]) == (len(body) >= 1024 and "png" not in path)


@needs_nginx
def test_nginx_answers_preflights_of_a_built_folder(
    static: int, served: Callable[..., Answer]
) -> None:
    status, headers, _ = ask(static, "/feed.xml", "OPTIONS")
    expected = served("/feed.xml", "OPTIONS")
    assert status == expected[0] == 204
    allowed = {name: text for name, text in expected[1].items() if name.startswith("access-")}
    assert {name: headers.get(name) for name in allowed} == allowed
    assert "access-control-max-age" not in ask(static, "/feed.xml")[1]


@needs_nginx
@pytest.mark.parametrize(
    "path", ["/.feedsvc-0123456789abcdef.tmp", "/empty/", "/..%2fsite.conf", "/.git/config"]
)
def test_what_is_no_page_of_a_built_folder_is_not_there(static: int, path: str) -> None:
    status, headers, body = ask(static, path)
    assert status in {400, 404}
    assert headers["access-control-allow-origin"] == "*" or status == 400
    assert b"half" not in body


@needs_nginx
def test_a_built_folder_is_read_only_and_redirects_stay_on_the_site(static: int) -> None:
    status, headers, _ = ask(static, "/feed.xml", "POST", b"x")
    assert (status, headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert headers["access-control-allow-origin"] == "*"
    status, headers, _ = ask(static, "/2024-11-18", Host="evil.example")
    assert (status, headers["location"]) == (301, "/2024-11-18/")


@needs_nginx
def test_a_compressed_neighbour_is_sent_as_it_is(static: int) -> None:
    _, headers, body = ask(static, "/2024-11-18/feed.xml", Accept_Encoding="gzip")
    assert headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert gzip.decompress(body) == b"made beforehand"
    assert b"<feed" in ask(static, "/2024-11-18/feed.xml")[2]


def _unit() -> dict[str, list[str]]:
    """The [Service] of the unit."""
    values: dict[str, list[str]] = {}
    section = UNIT.read_text().partition("[Service]\n")[2].partition("\n[")[0]
    for line in section.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            values.setdefault(name, []).append(value)
    return values


def test_the_unit_says_where_everything_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Else the settings of gunicorn, which are run below, would make this process count with others.
    monkeypatch.setenv(SHARED_FOLDER, str(tmp_path))
    unit = _unit()
    settings = dict(value.split("=", 1) for value in unit["Environment"])
    (cache,) = unit["CacheDirectory"]
    config = Config.load(environment=settings)
    assert str(config.index).startswith(f"%C/{cache}/")
    assert config.base_url == BASE_URL
    (command,) = unit["ExecStart"]
    arguments = shlex.split(command)
    assert arguments[arguments.index("--host") + 1] == "127.0.0.1"
    inner = f"127.0.0.1:{arguments[arguments.index('--port') + 1]}"
    assert runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))["bind"] == inner
    assert f"    server {inner};\n" in (DEPLOY / "nginx.conf").read_text()


@needs_systemd
def test_systemd_takes_the_unit_and_finds_it_well_shut_in(tmp_path: Path) -> None:
    text = _replaced(UNIT.read_text(), "/opt/feedsvc/bin/feedsvc", str(BIN / "feedsvc"))
    (tmp_path / UNIT.name).write_text(text)
    unit = str(tmp_path / UNIT.name)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in judged.stderr:
        pytest.skip("needs systemd 250 or newer")
    assert judged.returncode == 0, judged.stdout


def _stages() -> list[list[tuple[str, str]]]:
    """The instructions of the Containerfile, by stage."""
    text = (DEPLOY / "Containerfile").read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    stages: list[list[tuple[str, str]]] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, rest = line.partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, rest.strip()))
    return stages


def _image() -> dict[str, str]:
    """What the last stage says, by instruction."""
    return dict(_stages()[-1])


def _environment() -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(_image()["ENV"]))


def _healthcheck() -> list[str]:
    return list(json.loads(_image()["HEALTHCHECK"].partition("CMD ")[2]))


def _yaml(text: str) -> Any:
    """As much of YAML as compose.yaml needs: mappings, lists of texts, quotes, no types."""
    lines = [
        line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")
    ]

    def value(text: str) -> Any:
        if text.startswith("["):
            return [value(item.strip()) for item in text[1:-1].split(",")]
        return text.strip("\"'")

    def block(indent: int) -> Any:
        mapping, items = {}, []
        while lines and len(lines[0]) - len(lines[0].lstrip()) == indent:
            line = lines.pop(0).strip()
            if line.startswith("- "):
                items.append(value(line[2:]))
                continue
            name, _, rest = line.partition(":")
            deeper = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
            mapping[name] = value(rest.strip()) if rest or deeper <= indent else block(deeper)
        assert not (mapping and items)
        return mapping or items

    parsed = block(0)
    assert not lines, lines[0]
    return parsed


def test_the_image_and_compose_agree() -> None:
    image, environment = _image(), _environment()
    service = _yaml((DEPLOY / "compose.yaml").read_text())["services"]["feedsvc"]

    context = DEPLOY / service["build"]["context"]
    assert (context / service["build"]["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    assert service["user"] == image["USER"]
    assert all(part.isdigit() and int(part) >= 1000 for part in image["USER"].split(":"))

    command = json.loads(image["CMD"])
    port = command[command.index("--port") + 1]
    (checked,) = re.findall(r"'(http://.*?)'", _healthcheck()[-1])
    assert image["EXPOSE"] == port == str(urlsplit(checked).port)
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]

    config = Config.load(environment=dict(service["environment"], **_settings(environment)))
    (volume,) = service["volumes"]
    source, target, mode = volume.split(":")
    assert (DEPLOY / source).resolve() == DIGESTS
    assert (Path(target), mode) == (config.digests, "ro")
    assert config.base_url == BASE_URL

    writable = [Path(mount.split(":")[0]) for mount in service["tmpfs"]]
    assert config.index is not None
    assert config.index.parent in writable
    assert service["read_only"] == "true"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def _settings(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("FEEDSVC_")}


def test_the_page_tells_of_every_file_and_of_no_other() -> None:
    page = (DEPLOY / "README.md").read_text()
    shipped = {path.name for path in DEPLOY.iterdir() if path.is_file()} - {"README.md"}
    first_column = re.findall(r"^\| (`.*?) \|", page.partition("\n## ")[0], re.MULTILINE)
    assert set(re.findall(r"`(.*?)`", " ".join(first_column))) == shipped
    assert set(re.findall(r"deploy/([\w.-]+)", page)) <= shipped


def test_what_the_image_copies_is_there() -> None:
    for stage in _stages():
        for name, rest in stage:
            if name == "COPY" and not rest.startswith("--from="):
                assert all((ROOT / source).exists() for source in rest.split()[:-1]), rest
    (origin, target) = _image()["COPY"].split()[1:]
    assert origin == target, "an environment of Python can't be moved"
    assert _environment()["PATH"].split(":")[0] == f"{target}/bin"


def _sandbox() -> list[str]:
    """A command in front of another: everything read-only but /tmp, no network, no rights."""
    image, environment = _image(), _environment()
    uid, gid = image["USER"].split(":")
    command = ["bwrap", "--unshare-all", "--unshare-user", "--uid", uid, "--gid", gid]
    command += ["--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
    for entry in sorted(Path("/").iterdir()):
        if entry.is_symlink():
            command += ["--symlink", str(entry.readlink()), str(entry)]
        elif entry.is_dir() and entry.name not in {"proc", "sys", "dev", "tmp"}:
            command += ["--ro-bind", str(entry), str(entry)]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108
    for needed in {ROOT, Path(sys.prefix), Path(sys.base_prefix)}:
        command += ["--ro-bind", str(needed), str(needed)]
    command += ["--ro-bind", str(DIGESTS), environment["FEEDSVC_DIGESTS"], "--remount-ro", "/"]
    for name, value in environment.items():
        path = f"{BIN}:{value}" if name == "PATH" else value
        command += ["--setenv", name, path]
    return [*command, "--setenv", "PYTHONPATH", str(ROOT), "--chdir", image["WORKDIR"]]


def test_the_image_answers_on_a_read_only_root() -> None:
    sandbox = _sandbox() if shutil.which("bwrap") else ["false"]
    if subprocess.run([*sandbox, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs bwrap (apt-get install bubblewrap) and user namespaces")
    script = (
        "touch /x /digests/x 2>/dev/null && exit 9; id -u; "
        f"{shlex.join(json.loads(_image()['CMD']))} >&2 & "
        f"for _ in $(seq 100); do {shlex.join(_healthcheck())} 2>/dev/null && break; "
        "sleep 0.2; done; ls -A /tmp; "
        'exec python -c "import urllib.request as r; '
        "print(r.urlopen('http://127.0.0.1:8000/feed.xml').status)\""
    )
    done = subprocess.run(
        [*sandbox, "sh", "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    uid, *files, status = done.stdout.split()
    assert (uid, status) == (_image()["USER"].split(":")[0], "200")
    assert Path(_environment()["FEEDSVC_INDEX"]).name in files
