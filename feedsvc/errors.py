"""The errors that feedsvc raises, one sentence each. What is wrong in a digest is a `Problem`."""

from __future__ import annotations

from collections.abc import Mapping


class FeedsvcError(Exception):
    """The base of them all. Its text is for a person: what happened, to what, and the cure."""


class ConfigError(FeedsvcError):
    """A setting is unknown or its value can't be used."""


class FolderError(FeedsvcError):
    """The folder of digests can't be read."""


class IndexLostError(FeedsvcError):
    """The index broke while it was read; it is made again at the next request."""


class StorageError(FeedsvcError):
    """A bucket can't be reached, read or written."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        """Why and what helps, without the object that it is about; may be empty."""


class ConflictError(StorageError):
    """An object is not as it was seen before: somebody else has written it meanwhile."""


class StaleError(FolderError):
    """The digests can't be read now; an older state of them can."""


class BuildError(FeedsvcError):
    """The static site can't be written."""


class HubError(FeedsvcError):
    """A WebSub hub could not be told of a feed."""

    def __init__(self, message: str, *, may_pass: bool) -> None:
        super().__init__(message)
        self.may_pass = may_pass
        """Whether it can perhaps be told later of the same."""


class AddressError(FeedsvcError):
    """A server can't listen at the address that it was told."""


class QueryError(FeedsvcError):
    """A search can't be understood; the text says what would be valid."""

    def __init__(
        self, message: str, fault: str = "", values: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.fault = fault
        """Its name in the table of faults (`feedsvc/search/faults.py`); empty if it has none."""
        self.values = values or {}
        """What the sentence of the table is filled in with."""


class NotFoundError(FeedsvcError):
    """There is no document at that path."""


class StarterError(FeedsvcError):
    """A file of a new site, or a new digest, can't be written."""


class LogError(FeedsvcError):
    """A log of requests can't be read."""
