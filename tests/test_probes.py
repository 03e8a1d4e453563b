"""Whatever arrives on the socket gets a proper answer from our side, and changes nothing."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

from feedsvc.config import Config
from feedsvc.web.app import create_app
from tests.support.feeds import read_atom
from tests.support.project import BASE_URL, DIGESTS
from tests.support.server import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CANARY = "zqXcanaryXqz"
"""Stands in whatever a careless server would repeat."""

REFUSED = {400, 404, 405, 408, 411, 413, 414, 417, 431, 501, 505}
"""What a server may say of that which is hardly HTTP; or it hangs up."""

SECONDS = 5
ZEROS = "0" * 32

NOWHERE = [
    *("/nowhere", f"/{CANARY}", "/..", "/../feed.xml", "/../../etc/passwd", "/./feed.xml"),
    *("/%2e%2e/feed.xml", "/%2e%2e%2fetc%2fpasswd", "/..%2f..%2fetc/passwd", "/%252e%252e/"),
    *("/2024-11-18/../feed.xml", "/..%5c..%5cwindows", "/..;/feed.xml", "/feed.xml;a=b"),
    *("//evil.example/", "//evil.example/%2e%2e", "///evil.example/", "//feed.xml", "//feed", "//"),
    *("/%2f%2fevil.example/", "/%5cevil.example", "/%5c%5cevil.example/feed", "/%09/evil/atom"),
    *("/feed.xml/", "/feed.xml/x", "/feed.xml%00", "/%00", f"/%0d%0aX-Bad:%20{CANARY}"),
    *("/feed%0d%0aLocation:%20http://evil.example/", "/2024-11-18%0a", "/2024-11-18/%0a"),
    *("/2024-11-18%20", "/%202024-11-18/", "/2024-11-18./", "/feed.xml.", "/feed.xml%20"),
    *("/%ff", "/%c0%ae%c0%ae/", "/%e0%80%af", "/%ed%a0%80", "/%80feed.xml", "/Feed.xml", "/ALL/"),
    *("/healthz/", "/HEALTHZ", "/2024-w47/", "/2024-W47-1/", "/2024W47/", "/2024-W00/"),
    *("/2024-W53/", "/2024-W99/", "/0000-W01/", "/9999-W52/", "/9999-W52/feed.xml", "/9999-W52"),
    *("/9999-W53/", "/0001-W01/", "/20241118/", "/2024-322/", "/2024-11-18T00:00/", "/2024/11/18/"),
    *("/2024-1-8/", "/+2024-11-18/", "/0000-00-00/", "/0001-01-01/", "/9999-12-31/feed.xml"),
    *("/2024-02-30/", "/2024-13-01/", "/2024-11-31/", "/2024-11-19/feed.xml", "/2024-11-19"),
    *("/%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%94-%EF%BC%91%EF%BC%91-%EF%BC%91%EF%BC%98/",),
    *("/%D9%A2%D9%A0%D9%A2%D9%A4-%D9%A1%D9%A1-%D9%A1%D9%A8/", "/2024-11-18//feed.xml", "/all//"),
    *("/2024-11-18/healthz", "/2024-11-18/opml.xml", "/.git/config", "/.env", "/wsgi.py"),
    *("/digests/2024-11-18.md", "/2024-11-18.md", "/nowhere/feed", "/2024-11-19/feed"),
    *("/" + "a" * 1000, "/" + "../" * 500, "/" + "9" * 1000 + "-11-18/", f"/%3Cscript%3E{CANARY}"),
    *("/{{7*7}}", "/%7b%7b7*7%7d%7d", "/@evil.example", "/http://evil.example/", "/$%7Bx%7D"),
]

REDIRECTED = [
    *("/2024-11-18", "/2024-W47", "/all", "/feed", "/feed/", "/ATOM.xml", "/rss", "/index.xml"),
    *("/2024-11-18/feed", "/2024-11-18/rss/", "/all/atom.xml", f"/feed?{CANARY}"),
    *("/2024-11-18?a=//evil.example", "http://evil.example/feed", "http://evil.example/2024-11-18"),
]

FOUND = [
    *("/feed.xml?", f"/feed.xml?{CANARY}", "/feed.xml?%ff%00", "/feed.xml?" + "a=1&" * 900),
    *("/f%65ed.xml", "/2024%2d11%2d18/feed.xml", "/?_=../..", "/healthz?x", "/metrics"),
    *("http://evil.example/feed.xml", "HTTP://EVIL/feed.xml", "/2024-11-18/index.html"),
]

FALSE_HEADERS = [
    *(f"X-Forwarded-Host: {CANARY}.example", f"X-Forwarded-Proto: {CANARY}"),
    *(f"X-Forwarded-Prefix: /{CANARY}", "X-Forwarded-Port: 99999999", f"X-Original-URL: /{CANARY}"),
    *(f'Forwarded: host={CANARY};proto=https;for="[::1]"', 'Forwarded: ;;;"'),
    *("X-Rewrite-URL: /healthz", "X-HTTP-Method-Override: DELETE", f"Script-Name: /{CANARY}"),
    *("SCRIPT_NAME: /x", "PATH_INFO: /healthz", "HTTP_HOST: x", "CONTENT_LENGTH: 5"),
    *("Authorization: Basic ////", "Cookie: a=b; c=" + "x" * 3000, "Cookie: \xff;;;=="),
    *("Date: rubbish", "Origin: null", f"Origin: https://{CANARY}", f"Referer: {CANARY}"),
    *("User-Agent: () { :;}; echo", "TE: gzip;q=\xff", "Cache-Control: rubbish==,", "Via: 1.1 x"),
    *("Content-Encoding: gzip", "If-Range: rubbish", "X: \xff\xe9", "X:", "X_Y: a", f"A: {CANARY}"),
    *("Range: bytes=0-0", "Range: bytes=5-1", "Range: bytes=" + "0-," * 1500, "Range: rubbish"),
    *("Accept-Encoding: gzip;q=nan", "Accept-Encoding: *;q=0, identity;q=0"),
    *("Accept-Encoding: gzip;q=1e999", "Accept-Encoding: ;;;", "Accept-Encoding: \xff"),
    *("Accept-Encoding: " + "c;q=0.5," * 900, "Accept-Encoding: gzip;q=" + "9" * 5000),
]

TAGS = [
    *("", "**", '"*"', "W/*", '"', '""', '"""', 'W/""', '"x", W/""', '"a', "W/", "W/,", 'W/W/"a"'),
    *(",", ",,,,", '"\xff\xe9"', f'"{CANARY}"', "rubbish", "0", "-1", '"' + "a" * 7000 + '"'),
    *(", ".join(f'"{number}"' for number in range(900)), '"' * 6000, "W/" * 3000, '"a' * 3000),
]

FORGED_TAGS = [
    *("a.2024-11-04.1.00", f"a.2024-11-04.999999999.{ZEROS}", f"a.2024-11-04.0.{ZEROS}"),
    *("a.2024-11-04.0.", f"a.0000-00-00.1.{ZEROS}", f"a.0001-01-01.1.{ZEROS}"),
    *(f"a.9999-12-31.0.{ZEROS}", f"a.2024-02-30.1.{ZEROS}", f"a.2024-11-04.-1.{ZEROS}"),
    *(f"a.2024-11-04.1.{'0' * 4000}", f"a.2024-11-04.9999999999.{ZEROS}"),
]

DATES = [
    *("", "0", "-1", "rubbish", "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 01 Jan 0000 00:00:00 GMT"),
    *("Fri, 31 Dec 10000 23:59:59 GMT", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"),
    *("Mon, 99 Jan 2024 00:00:00 GMT", "Mon, 01 Jan 2024 25:61:61 GMT", "\xff", "9" * 5000),
    *("Mon, 01 Jan 2001 00:00:00 +99999999999", "Mon, 01 Jan 0001 00:00:00 +2359"),
]

HARDLY_HTTP = [
    *(b"\0" * 4096 + b"\r\n\r\n", bytes(range(256)) * 8 + b"\r\n\r\n"),
    *(b"SSH-2.0-OpenSSH_9\r\n\r\n", b'{"a":1}\r\n\r\n', b"HTTP/1.1 200 OK\r\n\r\n"),
    *(b"GET /feed.xml\r\n\r\n", b"GET /feed.xml HTTP/9.9\r\n\r\n", b"GET\r\n\r\n"),
    b"GET /feed.xml HTTP/1.1\r\nNonsense\r\n\r\n",
    b"GET /feed.xml HTTP/1.1\r\n: x\r\n\r\n",
    b"GET /feed.xml HTTP/1.1\r\nX: a\0b\r\n\r\n",
    b"GET /feed.xml HTTP/1.1\r\n" + b"X-A: 1\r\n" * 10_000 + b"\r\n",
    b"GET /feed.xml HTTP/1.1\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
    b"GET /a b HTTP/1.1\r\n\r\n",
    b"GE\0T / HTTP/1.1\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    b"GET /feed.xml HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /",
]


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 where the server hung up."""

    status: int
    headers: dict[str, str]
    body: bytes


def _send(server: Server, data: bytes) -> Answer:
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as connection:
        try:
            connection.sendall(data)
            while chunk := connection.recv(1 << 16):
                received += chunk
        except ConnectionError:
            pass  # a server may hang up before it has read all of it
    head, _, body = received.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.[01] ([0-9]{3})", head)
    lines = head.decode("latin-1").split("\r\n")[1:]
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    answer = Answer(int(found[1]) if found else 0, fields, body)
    assert CANARY.lower().encode() not in received.lower(), "it is repeated"
    assert b"Traceback" not in received
    return answer


def _ask(server: Server, path: str = "/feed.xml", *headers: str, method: str = "GET") -> Answer:
    lines = [f"{method} {path} HTTP/1.1", "Host: h.example", *headers, "Connection: close"]
    return _send(server, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def _is_ours(answer: Answer) -> bool:
    """Whether the app has answered, with the headers that all its answers have."""
    return (
        answer.headers["x-content-type-options"] == "nosniff"
        and "default-src 'none'" in answer.headers["content-security-policy"]
        and answer.headers["access-control-allow-origin"] == "*"
    )


@pytest.fixture(autouse=True)
def _goes_on(server: Server) -> object:
    """After each test the same server still answers."""
    yield
    status, _, body = server.get("/feed.xml")
    assert status == 200
    assert len(read_atom(body).ids) > 10


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_that_is_none_is_not_found(server: Server, path: str) -> None:
    answer = _ask(server, path)
    # What no URL may hold granian refuses itself.
    assert answer.status == 404 or (answer.status == 400 and re.search(r"[{}\\<>]", path))
    assert answer.status == 400 or _is_ours(answer)


@pytest.mark.parametrize("path", REDIRECTED)
@pytest.mark.parametrize("host", ["evil.example", "", "a/b", "127.0.0.1\\", "x" * 500])
def test_a_redirect_stays_on_the_site(server: Server, path: str, host: str) -> None:
    data = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    answer = _send(server, data.encode())
    if answer.status != 400:
        assert answer.status == 301
        assert re.fullmatch(r"(\.\./)?[\w.-]+/?", answer.headers["location"])
        assert b"evil" not in answer.body
        assert _is_ours(answer)


@pytest.mark.parametrize("target", ["feed.xml", "*x", "http:", "?x", "http://evil.example"])
def test_a_target_without_a_path_leads_nowhere_else(server: Server, target: str) -> None:
    answer = _ask(server, target, "Host: evil.example")
    assert answer.status in {200, 400, 404}
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", FOUND)
def test_a_query_changes_nothing(server: Server, path: str) -> None:
    answer = _ask(server, path)
    assert answer.status == 200
    assert _is_ours(answer)
    if "feed.xml?" in path:
        assert answer.headers["etag"] == _ask(server).headers["etag"]


@pytest.mark.parametrize("header", FALSE_HEADERS)
@pytest.mark.parametrize(("path", "status"), [("/feed.xml", 200), ("/2024-11-18", 301)])
def test_a_header_that_lies_is_not_believed(
    server: Server, header: str, path: str, status: int
) -> None:
    answer = _ask(server, path, header)
    assert answer.status == status
    assert _is_ours(answer)


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_that_is_none_gets_the_whole_feed(server: Server, tag: str) -> None:
    for more in ((), ("A-IM: feed",), ("If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT",)):
        answer = _ask(server, "/feed.xml", f"If-None-Match: {tag}", *more)
        assert answer.status == 200
        assert _is_ours(answer)


@pytest.mark.parametrize("tag", FORGED_TAGS)
def test_a_forged_tag_gets_the_whole_feed(server: Server, tag: str) -> None:
    for path in ("/feed.xml", "/all/rss.xml", "/2024-11-18/feed.xml", "/"):
        assert _ask(server, path, f'If-None-Match: "{tag}"', "A-IM: feed").status == 200


@pytest.mark.parametrize("since", DATES)
def test_a_time_that_is_none_gets_the_whole_feed(server: Server, since: str) -> None:
    assert _ask(server, "/feed.xml", f"If-Modified-Since: {since}").status == 200


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW", "PURGE"]
)
@pytest.mark.parametrize("path", ["/feed.xml", "/healthz", "/2024-11-18"])
def test_a_method_that_changes_things_is_refused(server: Server, method: str, path: str) -> None:
    answer = _ask(server, path, "Content-Length: 0", method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert _is_ours(answer)


@pytest.mark.parametrize("data", HARDLY_HTTP, ids=lambda data: str(data[:24]))
def test_what_is_hardly_http_is_refused_or_hung_up_on(server: Server, data: bytes) -> None:
    assert _send(server, data).status in {0, *REFUSED}


def test_a_body_on_a_get_is_not_read_as_the_next_request(server: Server) -> None:
    body = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = _ask(server, "/feed.xml", f"Content-Length: {len(body)}", f"\r\n{body}")
    assert answer.status in {200, 400}
    assert b'"status"' not in answer.body


# --- at random ---------------------------------------------------------------------------------

LATIN = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60)
PIECES = st.lists(
    st.one_of(
        LATIN,
        st.sampled_from(
            [
                *(
                    "/feed.xml",
                    "/all/",
                    "2024-11-18",
                    "/2024-W47/",
                    "//",
                    "..",
                    "%",
                    "healthz",
                    "rss",
                )
            ],
        ),
        st.sampled_from(
            ['"', '""', "W/", ",", "*", ";q=", "0", "feed", "gzip", "identity", ".gz", "-gzip"]
        ),
        st.sampled_from(["2024-11-04", ".1.", ZEROS, "Mon, 01 Jan ", " 00:00:00 GMT", "9999"]),
    ),
    max_size=8,
).map("".join)
SEVERAL_TAGS = st.lists(st.sampled_from(TAGS), max_size=3).map(", ".join)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_IF_NONE_MATCH": st.one_of(PIECES, SEVERAL_TAGS),
        "HTTP_IF_MODIFIED_SINCE": st.one_of(PIECES, st.sampled_from(DATES)),
        "HTTP_ACCEPT_ENCODING": PIECES,
        "HTTP_A_IM": st.one_of(st.just("feed"), PIECES),
        "HTTP_HOST": PIECES,
        "HTTP_RANGE": PIECES,
        "QUERY_STRING": PIECES,
    },
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> WSGIApplication:
    index = tmp_path_factory.mktemp("random") / "index.sqlite3"
    return create_app(Config(digests=DIGESTS, index=index, base_url=BASE_URL, language="ko"))


@pytest.mark.slow(reason="asks 500 times at random")
@settings(max_examples=500)
@given(
    method=st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "X"]),
    path=st.one_of(st.just("/feed.xml"), PIECES, PIECES.map("/{}".format)),
    headers=HEADERS,
)
def test_no_request_whatsoever_brings_us_to_a_mistake(
    app: WSGIApplication, method: str, path: str, headers: dict[str, str]
) -> None:
    environ = {**create_environ(method=method), "PATH_INFO": path, **headers}
    body, status, fields = run_wsgi_app(app, environ)
    assert int(status[:3]) in {200, 204, 226, 301, 304, 400, 404, 405}
    assert fields["X-Content-Type-Options"] == "nosniff"
    location = fields.get("Location", "")
    assert not re.match(r"/|[a-z]+:", location, re.IGNORECASE)
    assert status[:3] != "304" or b"".join(body) == b""
