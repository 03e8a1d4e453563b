"""What a store refuses, as sentences with a cure.

Nothing that a library or a store says is passed on but names of errors: what is said around them
may have keys, signatures and addresses that are signed.
"""

from __future__ import annotations

import re

from feedsvc.errors import ConflictError, StorageError

_STATUS = re.compile(r"status code: ([1-5][0-9]{2})\b")
_CODE = re.compile(r"<Code>([A-Za-z0-9.]{1,60})</Code>")

_KEYS = "Check the key and the secret in the environment (AWS_ACCESS_KEY_ID and the like)."
_AGAIN = "Try again later."

_CURES = {
    "AccessDenied": "Allow this key to list, read, write and delete there.",
    "AuthenticationFailed": _KEYS,
    "AuthorizationHeaderMalformed": "Set AWS_REGION to the region of the bucket.",
    "ContainerNotFound": "Make the container, or write its name as it is.",
    "ExpiredToken": "The keys have expired; get new ones.",
    "InvalidAccessKeyId": _KEYS,
    "InvalidToken": "The keys are no longer valid; get new ones.",
    "NoSuchBucket": "Make the bucket, or write its name as it is.",
    "PermanentRedirect": "Set AWS_REGION to the region of the bucket.",
    "QuotaExceeded": "Make room in the bucket.",
    "RequestTimeTooSkewed": "Set the clock of this machine.",
    "SignatureDoesNotMatch": _KEYS,
    "TokenRefreshRequired": "The keys have expired; get new ones.",
    "XMinioStorageFull": "Make room in the bucket.",
}
"""By the names that stores give to errors."""

_CURES_OF_STATUSES = {
    400: "Check the endpoint and the region in the environment (AWS_ENDPOINT_URL, AWS_REGION).",
    401: _KEYS,
    403: "Check the key in the environment, and what it may do there.",
    404: "Check the name of the bucket, and the endpoint in the environment.",
    409: "Another program changes the same just now. " + _AGAIN,
    501: "Use a store that can do this, or another endpoint of it.",
    507: "Make room in the bucket.",
}

_SAID = (
    (
        re.compile(r"^Could not parse path|whilst parsing path|Path contained|InvalidPath"),
        "the store has a name that can't be used",
        "Rename what has that name.",
    ),
    (
        re.compile(r"timed out|timeout error|deadline has elapsed|TimedOut|Timeout\b"),
        "the store didn't answer in time",
        _AGAIN,
    ),
    (
        re.compile(r"credential|instance metadata|/latest/api/token", re.IGNORECASE),
        "there are no keys for it",
        _KEYS,
    ),
    (
        re.compile(r"HTTP error|error sending request"),
        "the store can't be reached",
        "Check the network, and the endpoint in the environment (AWS_ENDPOINT_URL).",
    ),
)
"""What the library says where no store has answered, in which the first that is found counts."""

_UNSUPPORTED = {"NotSupportedError", "NotImplementedError"}
_CONFLICTS = {"AlreadyExistsError", "PreconditionError"}


def is_unsupported(error: Exception) -> bool:
    """Whether a store can't do what it was asked for at all."""
    text = str(error)
    return type(error).__name__ in _UNSUPPORTED or (
        _first(_STATUS, text) == "501" or _first(_CODE, text) == "NotImplemented"
    )


def is_missing(error: Exception) -> bool:
    """Whether there is no such object; a bucket that is missing is another trouble."""
    missing = {"NoSuchBucket", "ContainerNotFound"}
    return isinstance(error, FileNotFoundError) and _first(_CODE, str(error)) not in missing


def trouble(where: object, what: str, error: Exception) -> StorageError:
    """An error of the library as one of ours: what failed where, why, and what helps."""
    cause, cure = _cause_and_cure(error)
    kind = ConflictError if type(error).__name__ in _CONFLICTS else StorageError
    reason = f"{cause}. {cure}"
    return kind(f"{where}: {what}: {reason}", reason)


def _cause_and_cure(error: Exception) -> tuple[str, str]:
    text, name = str(error), type(error).__name__
    status, code = _first(_STATUS, text), _first(_CODE, text)
    if name in _CONFLICTS:
        return "it was changed by somebody else meanwhile", _AGAIN
    if status or code:
        cure = _CURES.get(code) or _CURES_OF_STATUSES.get(int(status or 0), _AGAIN)
        return f"the store answered {' '.join(filter(None, (status, code)))}", cure
    for pattern, cause, cure in _SAID:
        if pattern.search(text):
            return cause, cure
    return f"the library for stores gave up ({name})", _AGAIN


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
