"""The address of a bucket, or of a part of one: `s3://papers/site`. Reaches no network."""

from __future__ import annotations

import re
from typing import Self

from msgspec import Struct

SCHEMES = {"s3": "S3", "gs": "Google Cloud Storage", "az": "Azure Blob Storage"}
"""What stores are called, by how their addresses begin."""

_NAME = r"[A-Za-z0-9$][A-Za-z0-9._-]{1,61}[A-Za-z0-9]"
_ADDRESS = re.compile(rf"([A-Za-z][A-Za-z0-9+.-]*)://(?:({_NAME})(?:/(.*))?)?")


class BucketAddress(Struct, frozen=True):
    """A bucket, or what is below a prefix in one."""

    scheme: str
    """A key of SCHEMES."""
    bucket: str
    """The name of the bucket; of the container, where the store calls it so."""
    prefix: str = ""
    """What every key begins with, without the slash behind it; empty for the whole bucket."""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The address that a text is; None where it is the path of a folder.

        Raises ValueError, which says what would be valid, for an address of anything else.
        """
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
            return None
        found = _ADDRESS.fullmatch(text)
        prefix = ((found and found[3]) or "").removesuffix("/")
        parts = prefix.split("/") if prefix else []
        is_known = found and found[1] in SCHEMES and found[2]
        if not found or not is_known or not all(map(_is_part, parts)):
            names = ", ".join(f"{scheme}://" for scheme in SCHEMES)
            raise ValueError(
                f"the path of a folder, or a bucket such as s3://papers/site ({names}; keys and "
                "endpoints come from the environment)"
            )
        return cls(found[1], found[2], prefix)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}" + (f"/{self.prefix}" if self.prefix else "")


def _is_part(text: str) -> bool:
    return text not in {"", ".", ".."} and text.isprintable() and not set(text) & set("?#@\\")
