"""A bucket of an object store: its objects are listed, read, written and deleted.

The one place that knows the library for that, which is an extra. A process that has used a bucket
must not fork and use one again: the library's threads don't come along.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from feedsvc.bucket_address import BucketAddress
from feedsvc.errors import ConflictError, StorageError
from feedsvc.storage.troubles import is_missing, is_unsupported, trouble

if TYPE_CHECKING:
    from obstore import Attributes, ObjectMeta, PutMode, PutResult

CONNECTING_SECONDS = 10

_ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT")
"""Variables of the environment that name where a store is, which the library believes blindly."""

MARK = "feedsvc"
"""The name of what an object says of itself, which no store has to understand."""

_LISTED_AT_ONCE = 1000
_DELETED_AT_ONCE = 100

_LISTS_NO_VERSIONS = {"gs"}
"""Stores whose lists lack what a conditional write there needs."""


class Patience(Struct, frozen=True):
    """How long a store is waited for."""

    seconds: float = 120
    """For one request: as long as the longest upload takes over a slow line."""
    retries: int = 4
    """How often a request is sent again that a store was too busy for."""


PATIENT = Patience()


class Version(Struct, frozen=True):
    """An object as it was seen, enough to tell whether it is still the same."""

    etag: str
    version: str | None = None
    """What some stores want to know instead."""


class Listed(Struct, frozen=True):
    """An object in a list."""

    version: Version
    size: int
    """Bytes."""


class Stored(Struct, frozen=True):
    """An object that was read."""

    body: bytes
    version: Version


class Headers(Struct, frozen=True):
    """What an object is sent with."""

    type: str
    cache_control: str
    encoding: str = ""
    """Empty for none."""
    mark: str = ""
    """What the object says of itself, see MARK; empty for nothing."""


NEW = None
"""Instead of a version: there must be no such object yet."""


class Bucket:
    """What is below the prefix of an address. Threads may share it.

    Paths begin without a slash, and are what follows the prefix and its slash. Every method may
    raise StorageError.
    """

    def __init__(self, address: BucketAddress, patience: Patience = PATIENT) -> None:
        self.address = address
        self.is_conditional = True
        """Whether the store can refuse to replace what somebody else has written."""
        self._is_bare = False
        """Whether the store wants ETags without their quotes."""
        self._store = _open(address, patience)

    def objects(self) -> dict[str, Listed]:
        """Every object, by its path."""
        import obstore  # noqa: PLC0415 - an extra

        listed: dict[str, Listed] = {}
        try:
            for some in obstore.list(self._store, chunk_size=_LISTED_AT_ONCE):
                for each in some:
                    version = _version(each)
                    listed[each["path"]] = Listed(version, each["size"])
        except Exception as error:  # noqa: BLE001 - whatever the library raises
            if is_missing(error):
                return {}
            raise trouble(self.address, "it can't be listed", error) from None
        return listed

    def read(self, path: str, most_bytes: int = 0) -> Stored | None:
        """An object, or its first `most_bytes`; None where there is none."""
        import obstore  # noqa: PLC0415 - an extra

        options: Any = {"range": (0, most_bytes)} if most_bytes else None
        try:
            found = obstore.get(self._store, path, options=options)
            return Stored(bytes(found.bytes()), _version(found.meta))
        except Exception as error:  # noqa: BLE001
            if is_missing(error):
                return None
            raise trouble(self.address, f"{path} can't be read", error) from None

    def mark(self, path: str) -> str:
        """What an object says of itself; empty where it says nothing, or there is none."""
        import obstore  # noqa: PLC0415 - an extra

        try:
            found = obstore.get(self._store, path, options={"head": True})
        except Exception as error:  # noqa: BLE001
            if is_missing(error):
                return ""
            raise trouble(self.address, f"{path} can't be looked at", error) from None
        return str(found.attributes.get(MARK, ""))

    def put(self, path: str, body: bytes, headers: Headers, replaces: Version | None) -> Version:
        """Writes an object in one step, in place of one version or, with NEW, of none.

        Where the store can't refuse to replace others, `is_conditional` turns false. Raises
        ConflictError where somebody else has written it meanwhile.
        """
        try:
            return self._put(path, body, headers, self._mode(path, replaces))
        except Exception as error:  # noqa: BLE001
            if self.is_conditional and is_unsupported(error):
                self.is_conditional = False
                return self.put(path, body, headers, replaces)
            failure = trouble(self.address, f"{path} can't be written", error)
        stored = self.read(path) if isinstance(failure, ConflictError) else None
        if stored and stored.body == body:
            return stored.version  # an answer was lost, and the request was sent again
        if stored and replaces and stored.version.etag == replaces.etag and not self._is_bare:
            # Nobody has changed it: older gateways of Ceph compare ETags without their quotes.
            self._is_bare = True
            return self.put(path, body, headers, replaces)
        raise failure

    def delete(self, paths: Sequence[str]) -> Iterable[int]:
        """Deletes objects, and gives after each step how many."""
        import obstore  # noqa: PLC0415 - an extra

        for start in range(0, len(paths), _DELETED_AT_ONCE):
            some = paths[start : start + _DELETED_AT_ONCE]
            try:
                obstore.delete(self._store, some)
            except Exception as error:  # noqa: BLE001
                if not is_missing(error):
                    what = f"{some[0]} and what follows it can't be deleted"
                    raise trouble(self.address, what, error) from None
            yield len(some)

    def _put(self, path: str, body: bytes, headers: Headers, mode: PutMode) -> Version:
        import obstore  # noqa: PLC0415 - an extra

        attributes = _attributes(headers)
        # In one request, also a long one: only then may a store refuse to replace others.
        result = obstore.put(
            self._store, path, body, attributes=attributes, mode=mode, use_multipart=False
        )
        return _version(result)

    def _mode(self, path: str, replaces: Version | None) -> PutMode:
        if not self.is_conditional:
            return "overwrite"
        if replaces is NEW:
            return "create"
        if self.address.scheme in _LISTS_NO_VERSIONS and replaces.version is None:
            replaces = self._with_version(path, replaces)
        etag = replaces.etag.strip('"') if self._is_bare else replaces.etag
        if replaces.version is None:
            return {"e_tag": etag}
        return {"e_tag": etag, "version": replaces.version}

    def _with_version(self, path: str, seen: Version) -> Version:
        import obstore  # noqa: PLC0415 - an extra

        now = _version(obstore.head(self._store, path))
        # Another ETag is another object, whose version must not be taken for that of the one seen.
        return now if now.etag == seen.etag else Version(seen.etag, "0")


def ensure_library(address: object) -> None:
    """Raises StorageError where the library is not installed, for what is at an address."""
    if not find_spec("obstore"):
        raise StorageError(
            f"{address}: a bucket can't be reached without obstore. Install it beside feedsvc: "
            "pip install obstore."
        )


def _version(seen: ObjectMeta | PutResult) -> Version:
    """With quotes around the ETag, which Azure leaves out in lists only."""
    etag = seen["e_tag"] or ""
    is_bare = etag and not etag.endswith('"')
    return Version(f'"{etag}"' if is_bare else etag, seen["version"])


def _attributes(headers: Headers) -> Attributes:
    values: Mapping[str, str] = {
        "Content-Type": headers.type,
        "Cache-Control": headers.cache_control,
        "Content-Encoding": headers.encoding,
        MARK: headers.mark,
    }
    return {name: value for name, value in values.items() if value}


def _open(address: BucketAddress, patience: Patience) -> Any:  # noqa: ANN401 - one of three
    ensure_library(address)
    from obstore.store import AzureStore, GCSStore, S3Store  # noqa: PLC0415 - an extra

    _check_endpoints(address)
    stores: Mapping[str, Any] = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}
    try:
        return stores[address.scheme](
            address.bucket,
            prefix=address.prefix or None,
            client_options={
                # An endpoint says itself whether it is reached over TLS.
                "allow_http": True,
                "connect_timeout": timedelta(seconds=CONNECTING_SECONDS),
                "timeout": timedelta(seconds=patience.seconds),
                "user_agent": "feedsvc",
            },
            retry_config={
                "max_retries": patience.retries,
                "retry_timeout": timedelta(seconds=2 * patience.seconds),
            },
        )
    except Exception as error:  # noqa: BLE001 - whatever the library raises
        raise trouble(address, "it can't be reached", error) from None


def _check_endpoints(address: BucketAddress) -> None:
    for name in _ENDPOINTS:
        value = os.environ.get(name, "")
        if value and not re.fullmatch(r"https?://[A-Za-z0-9.\[][^\s@?#]*", value):
            raise StorageError(
                f"{address}: it can't be reached: {name} is not the address of a store. "
                "Set it to one such as https://s3.example.org."
            )
