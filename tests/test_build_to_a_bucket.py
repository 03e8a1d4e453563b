"""`feedsvc build --out s3://…`, as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from feedsvc.bucket_address import BucketAddress
from feedsvc.config import Config
from feedsvc.errors import ConfigError
from feedsvc.publisher.staging import alone_at
from tests.support.needs import open_terminal
from tests.support.project import BASE_URL, DIGESTS, environment
from tests.support.publishing import Place
from tests.support.seaweed import SECRET, Gate, late, refused

FEEDSVC = (sys.executable, "-m", "feedsvc")
WITHOUT = (
    *(sys.executable, "-c"),
    "import sys; sys.modules['obstore'] = None; from feedsvc.__main__ import main; main()",
)


def _build(
    out: object, folder: Path, *flags: str, command: tuple[str, ...] = FEEDSVC, **more: str
) -> subprocess.CompletedProcess[str]:
    """What a build says; `more` goes to its environment."""
    words = [*command, "build", "--digests", str(DIGESTS), "--out", str(out), *flags]
    return subprocess.run(
        [*words, "--base-url", BASE_URL],
        env=environment(**{"FEEDSVC_INDEX": str(folder / "index.sqlite3"), **more}),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_build_goes_into_a_bucket_and_the_next_one_uploads_nothing(
    place: Place, built: Path, tmp_path: Path
) -> None:
    number = len([path for path in built.rglob("*") if path.is_file()])
    first = _build(place.address, tmp_path)
    assert first.stdout == f"{place.address}: {number} objects uploaded, 0 unchanged, 0 deleted\n"
    again = _build(place.address, tmp_path)
    assert again.stdout == f"{place.address}: 0 objects uploaded, {number} unchanged, 0 deleted\n"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert _build(place.address, elsewhere).stdout == again.stdout
    assert len(place.tree()) == number


def test_precompressed_objects_have_their_encoding(place: Place, tmp_path: Path) -> None:
    _build(place.address, tmp_path, "--precompress")
    headers, body = place.store.get(f"{place.prefix}/feed.xml")
    assert headers["content-encoding"] == "gzip"
    assert body.startswith(b"\x1f\x8b")
    assert not [key for key in place.tree() if key.endswith((".gz", ".br", ".zst"))]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "another-secret"}, "the store answered 403 SignatureDoesNot"),
        ({"AWS_ACCESS_KEY_ID": "NOBODY"}, "the store answered 403 InvalidAccessKeyId. Check"),
        ({"AWS_ACCESS_KEY_ID": "READER"}, "the store answered 403 AccessDenied. Allow this key"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "the store can't be reached. Check the netw"),
        ({"AWS_ENDPOINT_URL": f"http://u:{SECRET}@x/"}, "AWS_ENDPOINT_URL is not the address"),
        ({"AWS_ENDPOINT_URL": SECRET}, "AWS_ENDPOINT_URL is not the address of a store. Set it"),
        ({"AWS_CONDITIONAL_PUT": SECRET}, "it can't be reached"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_without_secrets(
    place: Place, tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    done = _build(place.address, tmp_path, RUST_BACKTRACE="1", **settings)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()[-1:]
    assert line.startswith(f"Error: {place.address}: ")
    assert said in line
    for secret in (SECRET, "another-secret", "Signature="):
        assert secret not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not place.tree()


def test_keys_in_an_address_are_refused_and_not_shown(tmp_path: Path) -> None:
    done = _build(f"s3://WRITER:{SECRET}@papers/site", tmp_path)
    assert done.returncode == 1
    assert "keys and endpoints come from the environment" in done.stderr
    assert SECRET not in done.stderr + done.stdout


def test_without_the_library_a_bucket_costs_one_sentence_and_all_else_works(
    tmp_path: Path,
) -> None:
    for flags in (["--out", "s3://papers/site"], ["--digests", "s3://papers/digests"]):
        done = _build(tmp_path / "site", tmp_path, *flags, command=WITHOUT)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith(
            f"Error: {flags[1]}: a bucket can't be reached without obstore. Install it beside "
            "feedsvc: pip install obstore."
        )
    assert _build(tmp_path / "site", tmp_path, command=WITHOUT).returncode == 0
    assert (tmp_path / "site" / "index.html").is_file()


def test_a_store_that_refuses_once_is_asked_again(place: Place, gate: Gate, tmp_path: Path) -> None:
    for call in (0, 1, 5, 20, 21):
        gate.faults[call] = refused(503, "SlowDown")
    assert _build(place.address, tmp_path).returncode == 0


def test_a_slow_upload_shows_how_far_it_is(place: Place, gate: Gate, tmp_path: Path) -> None:
    terminal, end = open_terminal()
    termios.tcsetwinsize(end, (24, 80))
    gate.always = late(0.15)
    words = [*FEEDSVC, "build", "--digests", str(DIGESTS), "--out", str(place.address)]
    process = subprocess.Popen(
        words,
        env=environment(FEEDSVC_INDEX=str(tmp_path / "index.sqlite3")),
        stdout=subprocess.DEVNULL,
        stderr=end,
    )
    os.close(end)
    shown = b""
    while process.poll() is None and b"objects: " not in shown:
        shown += os.read(terminal, 1024)
    process.kill()
    process.wait()
    os.close(terminal)
    assert b"objects:" in shown


def test_two_processes_of_a_machine_dont_publish_to_one_bucket_at_a_time(
    place: Place, tmp_path: Path
) -> None:
    config = Config(out=place.address, index=tmp_path / "index.sqlite3")
    with alone_at(config.out_folder.parent, config.out):
        done = _build(place.address, tmp_path)
    assert "another process of this machine is publishing there" in done.stderr
    assert _build(place.address, tmp_path).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        *(
            "s3://",
            "s3:///x",
            "ftp://papers/x",
            "s3://papers//x",
            "s3://papers/../x",
            "S3://papers",
        ),
        *("s3://papers/x?y", "s3://papers/x#y", "s3://papers/a\\b", "s3://papers/a\nb", "s3://p"),
    ],
)
def test_what_is_no_address_of_a_bucket_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="a bucket such as s3://papers/site"):
        Config.load(Path(os.devnull), {}, {"out": text})


@pytest.mark.parametrize(
    "text", ["s3://papers", "s3://papers/a/b c", "gs://my.papers/ü", "az://$web"]
)
def test_an_address_of_a_bucket_is_a_setting(text: str) -> None:
    config = Config.load(Path(os.devnull), {}, {"out": text, "digests": f"{text}/"})
    assert str(config.out) == text
    assert config.digests == config.out == BucketAddress.parse(text)
    assert config.out_folder != config.digests_folder
