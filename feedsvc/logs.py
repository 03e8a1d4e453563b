"""What the lines of a server's log look like: text, or an object each. Knows no server."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

ACCESS = "feedsvc.access"
"""The logger of requests."""


class TextLines(logging.Formatter):
    """`2024-11-18T09:30:00+0900 WARNING what happened`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")


class BareLines(logging.Formatter):
    """The message alone: a line of the access log has a time of its own."""


class JsonLines(logging.Formatter):
    """An object a line; what a record has in `fields` are fields of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        import json  # noqa: PLC0415 - of no use to most commands

        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name.lstrip("_"),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)


_FORMATTERS: dict[str, tuple[type[logging.Formatter], type[logging.Formatter]]] = {
    "text": (TextLines, BareLines),
    "json": (JsonLines, JsonLines),
}
"""Of what happens, and of requests, by the name of the format."""

LOG_FORMATS = tuple(_FORMATTERS)


def log_settings(log_format: str, *others: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: our loggers, and `others` that are to look the same.

    What happens goes to the standard error, requests to the standard output.
    """
    events, requests = _FORMATTERS[log_format]
    logger = {"handlers": ["events"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"events": {"()": events}, "requests": {"()": requests}},
        "handlers": {
            name: {
                "class": "logging.StreamHandler",
                "formatter": name,
                "stream": f"ext://sys.{stream}",
            }
            for name, stream in (("events", "stderr"), ("requests", "stdout"))
        },
        "loggers": {
            **{name: {**logger} for name in ("feedsvc", *others)},
            ACCESS: {**logger, "handlers": ["requests"]},
        },
    }


def configure_logs(log_format: str) -> None:
    """Sets our loggers up, where nobody else has: a server may have handlers of its own."""
    import logging.config  # noqa: PLC0415 - of no use to most commands

    if not logging.getLogger("feedsvc").hasHandlers():
        logging.config.dictConfig(log_settings(log_format))
