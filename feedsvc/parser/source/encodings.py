"""Which of the old encodings a file is in that is no UTF-8."""

from __future__ import annotations

from collections.abc import Iterable

from feedsvc.patterns import compile_later

_JAPANESE = (
    "のにはをたがでとしれさいるすなもこてまらりくあかきつンスルトリクアイムデモータラシ"
    "一年月日大者文論学言語"
)
_COMMON = {
    "cp949": (
        "이다는을의에를로가고하한지은기도서들사리인해나자대시스어정수과전으일적제여있그와된라보"
        "논문모델방법안성능학습데터언생연구결평추론주요새운및것할우비실험간식문만장상위"
    ),
    "gb18030": (
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子得于着下过发后作里"
        "用道行所然种事成方多经么去法学如都同现当没动面起看定分还进好小部其些主样理心"
        "模型数据训练语言习性务研究结果推评估提新高文，。、：；（）"
    ),
    "big5": (
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子得於著下過發後作裡"
        "用道行所然種事成方多經麼去法學如都同現當沒動面起看定分還進好小部其些主樣理心"
        "模型數據訓練語言習性務研究結果推評估提新高文，。、：；（）"
    ),
    "cp932": _JAPANESE,
    "euc_jp": _JAPANESE,
}
"""The commonest characters of what people write in each; read in another, few of them are left."""

_LEAST_COMMON = 0.12
"""Of the characters beyond ASCII, so that an encoding is told by them; of prose half are common."""

_PAIR = compile_later(rb"[\x81-\xfe][\x41-\x5a\x61-\x7a\x80-\xfe]")
_HIGH = compile_later(rb"[\x80-\xff]")
_HIGH_RUN = compile_later(rb"[\x80-\xff]{2,}")
_WESTERN = compile_later(
    rb"[\x80\x82-\x85\x8a\x8c\x8e\x91-\x97\x99-\x9c\x9e\xa0\xab\xb0\xb7\xbb\xc0-\xff]"
)
"""Letters, quotes and dashes of Windows-1252, without the signs that are rare in prose."""
_AT_A_LETTER = compile_later(
    rb"(?<=[a-zA-Z])[\x80-\xff]++|(?<![\x80-\xff])[\x80-\xff]++(?=[a-zA-Z])"
)
_MOST_LOOKED_AT = 200_000
_CLEAR = 0.9


def likeliest_encoding(data: bytes) -> str | None:
    """A key of `_COMMON` or `cp1252`, in which Windows saves; None for what is damaged UTF-8."""
    if not _is_rather_another(data):
        return None
    lines = [line for line in data.split(b"\n") if not _is_utf8(line)]
    strange = b"\n".join(lines)[:_MOST_LOOKED_AT]
    high = len(_HIGH.findall(strange))
    if _length(_HIGH_RUN.findall(strange)) < high / 2:
        return "cp1252"  # letters with accents and quotes stand alone among ASCII
    shares = {encoding: _share_of_common(strange, encoding) for encoding in _COMMON}
    if max(shares.values()) >= _LEAST_COMMON:
        return max(shares, key=lambda encoding: shares[encoding])
    western = len(_WESTERN.findall(strange))
    if western >= _CLEAR * high and _length(_AT_A_LETTER.findall(strange)) >= high / 2:
        return "cp1252"
    leads = [pair[0] for pair in _PAIR.findall(strange) if pair[0] >= 0xB0]  # noqa: PLR2004
    hangul = sum(lead <= 0xC8 for lead in leads)  # noqa: PLR2004 - KS X 1001 has Hangul up to here
    return "cp949" if hangul >= _CLEAR * len(leads) else "gb18030"


def _length(runs: Iterable[bytes]) -> int:
    return sum(map(len, runs))


def _share_of_common(data: bytes, encoding: str) -> float:
    """How many of the characters beyond ASCII are common ones of the language."""
    others = [each for each in data.decode(encoding, "replace") if each > "\x7f"]
    common = frozenset(_COMMON[encoding])
    return sum(each in common for each in others) / max(len(others), 1)


def _is_rather_another(data: bytes) -> bool:
    """Whether `data` is rather in another encoding than damaged UTF-8."""
    as_utf8 = data.decode(errors="replace")
    broken = as_utf8.count("\ufffd")
    return broken > sum(character > "\x7f" for character in as_utf8) - broken


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
