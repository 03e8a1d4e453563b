"""The environment is shared with others: what there is no setting for is said, and harmless."""

from __future__ import annotations

import logging

import pytest

from feedsvc.config import Config
from feedsvc.errors import ConfigError

KUBERNETES = {
    "FEEDSVC_PORT": "tcp://10.0.0.1:8000",
    "FEEDSVC_SERVICE_HOST": "10.0.0.1",
    "FEEDSVC_SERVICE_PORT": "8000",
    "FEEDSVC_PORT_8000_TCP": "tcp://10.0.0.1:8000",
    "FEEDSVC_PORT_8000_TCP_ADDR": "10.0.0.1",
    "FEEDSVC_PORT_8000_TCP_PROTO": "tcp",
}


def _warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_what_kubernetes_puts_there_is_harmless(caplog: pytest.LogCaptureFixture) -> None:
    assert Config.load(environment={**KUBERNETES, "FEEDSVC_TITLE": "T"}) == Config(title="T")
    said = _warnings(caplog)
    assert len(said) == len(KUBERNETES)
    assert "environment variable FEEDSVC_PORT: there is no such setting; it is left aside." in said


def test_a_misspelt_variable_is_said_with_the_nearest_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert Config.load(environment={"FEEDSVC_TITEL": "x"}) == Config()
    assert _warnings(caplog) == [
        "environment variable FEEDSVC_TITEL: there is no such setting; the nearest one is 'title'; "
        "it is left aside."
    ]


@pytest.mark.parametrize("name", ["BASE_URL", "TITLE", "FEED_SIZE", "INDEX", "CONFIG", "NO_SUCH"])
def test_an_empty_variable_is_an_unset_one(caplog: pytest.LogCaptureFixture, name: str) -> None:
    assert Config.load(environment={f"FEEDSVC_{name}": ""}) == Config()
    assert not _warnings(caplog)


def test_a_variable_that_cannot_be_used_is_still_an_error() -> None:
    with pytest.raises(ConfigError, match="FEEDSVC_FEED_SIZE: 'many' can't be used"):
        Config.load(environment={"FEEDSVC_FEED_SIZE": "many"})


def test_a_name_that_is_near_to_none_has_no_hint(tmp_path: object) -> None:
    with pytest.raises(ConfigError, match=r"there is no such setting\.$"):
        Config.load(environment={}, flags={"zzzz": "x"})
