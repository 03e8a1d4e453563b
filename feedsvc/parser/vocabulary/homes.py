"""The places where papers live on the web: which address names which paper. One row, one home."""

from __future__ import annotations

import re
from functools import lru_cache

from feedsvc.patterns import compile_later

ARXIV_ID = r"(?P<id>[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?"
_DOI = r"(?P<id>10\.[0-9]{4,9}/[^\s?#<>\"]+?)"
_WEB = r"https?://(?:www\.)?"

HOMES: tuple[tuple[str, str, str], ...] = (
    (
        "arxiv",
        r"https?://(?:"
        r"(?:[a-z0-9-]+\.)?arxiv\.org/(?:abs|pdf|html|format|ps|src|e-print)/"
        r"|(?:www\.)?huggingface\.co/papers/"
        r"|hf(?:-mirror\.com|\.co)/papers/"
        r"|(?:www\.)?alphaxiv\.org/(?:[a-z]{2}/)?(?:abs|pdf|overview|resources)/"
        r"|ar5iv\.(?:labs\.arxiv\.)?org/(?:abs|html|pdf)/"
        r"|(?:www\.)?(?:papers\.cool|scirate\.com|semanticscholar\.org|inspirehep\.net)/arxiv/"
        r"|(?:dx\.)?doi\.org/10\.48550/arxiv\."
        rf"){ARXIV_ID}(?:\.pdf)?[/.,;]?(?:[?#].*)?",
        "https://arxiv.org/abs/{id}",
    ),
    (
        "rxiv",
        r"https?://(?:www\.|connect\.)?(?:bio|med)rxiv\.org/content/(?:early/[0-9/]+/)?"
        r"(?P<id>10\.(?:1101|64898)/[0-9.]+?)(?:v[0-9]+)?(?:[./](?:full|abstract|pdf).*)?/?(?:[?#].*)?",
        "https://doi.org/{id}",
    ),
    (
        "publisher",
        rf"https?://[^/\s]+/(?:doi|article|chapter)/(?:[a-z]{{2,10}}/)?{_DOI}"
        r"(?:/(?:full|abstract|pdf|epub))?(?:\.pdf)?[.,;]?/?(?:[?#].*)?",
        "https://doi.org/{id}",
    ),
    ("doi", rf"https?://(?:dx\.)?doi\.org/{_DOI}[.,;]?/?(?:[?#].*)?", "https://doi.org/{id}"),
    (
        "openreview",
        rf"{_WEB}openreview\.net/(?:forum|pdf|attachment)\?id=(?P<id>[\w-]+)(?:[&#].*)?",
        "https://openreview.net/forum?id={id}",
    ),
    (
        "acl",
        rf"{_WEB}(?:aclanthology\.org|aclweb\.org/anthology)/(?:papers/)?"
        r"(?P<id>[0-9]{4}\.[a-z0-9_-]+\.[0-9]+|[A-Z][0-9]{2}-[0-9]{4})(?:\.pdf)?/?(?:[?#].*)?",
        "https://aclanthology.org/{id}/",
    ),
    (
        "pubmed",
        r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed)/"
        r"(?P<id>[0-9]{4,9})/?(?:[?#].*)?",
        "https://pubmed.ncbi.nlm.nih.gov/{id}/",
    ),
    (
        "pmc",
        r"https?://(?:pmc\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pmc)/articles/"
        r"(?P<id>PMC[0-9]+)(?:/.*)?(?:[?#].*)?",
        "https://pmc.ncbi.nlm.nih.gov/articles/{id}/",
    ),
    (
        "cvf",
        r"https?://openaccess\.thecvf\.com/(?P<id>content[\w/-]*?)/(?:papers|html)/"
        r"(?P<name>[^/?#]+?)(?:\.pdf|\.html)(?:[?#].*)?",
        "https://openaccess.thecvf.com/{id}/html/{name}.html",
    ),
    (
        "neurips",
        r"https?://(?:papers|proceedings)\.(?:nips|neurips)\.cc/(?:paper_files/)?paper/"
        r"(?P<id>[0-9]{4})/(?:hash|file)/(?P<name>[0-9a-f]{32})-[\w-]+\.(?:html|pdf)(?:[?#].*)?",
        "https://proceedings.neurips.cc/paper/{id}/hash/{name}-Abstract.html",
    ),
    (
        "pmlr",
        rf"{_WEB}proceedings\.mlr\.press/(?P<id>v[0-9]+)/(?P<name>[\w-]+?)"
        r"(?:\.html|/(?P=name)\.pdf)(?:[?#].*)?",
        "https://proceedings.mlr.press/{id}/{name}.html",
    ),
)
"""Each home's name, its papers' addresses, and the one address that stands for a paper.

The groups `id` and, where one is not enough, `name` fill the braces. The first row that fits wins.
"""

_ROWS = tuple((name, compile_later(form, re.IGNORECASE), one) for name, form, one in HOMES)
_LONGEST_ADDRESS = 500
_BARE_ARXIV = compile_later(r"(?:arxiv\s?[:：]?\s?)?" + ARXIV_ID, re.IGNORECASE)
_BARE_DOI = compile_later(r"(?:doi\s?[:：]?\s?)?(?P<id>10\.[0-9]{4,9}/[^\s<>\"]+)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def paper_at(address: str) -> str | None:
    """The one address of the paper that lives at `address`; None where no paper's home is."""
    if len(address) > _LONGEST_ADDRESS:
        return None
    for _, form, one in _ROWS:
        if found := form.fullmatch(address):
            return one.format_map(found)
    return None


_EMPTY_HOME = compile_later(
    r"https?://(?:[a-z0-9-]+\.)?arxiv\.org/(?:(?:abs|pdf|html)/?(?:\.pdf)?|list/.*|a/.*)?"
    r"|https?://(?:www\.)?huggingface\.co/papers/?(?:date/.*)?|https?://(?:dx\.)?doi\.org/?"
    r"|https?://(?:www\.)?openreview\.net/?(?:forum)?(?:\?id=)?",
    re.IGNORECASE,
)


def is_empty_home(address: str) -> bool:
    """Whether an address leads to a home of papers and to none of its papers."""
    is_short = len(address) <= _LONGEST_ADDRESS
    return is_short and not paper_at(address) and _EMPTY_HOME.fullmatch(address) is not None


def arxiv_id(address: str) -> str | None:
    """`2411.06558` or `math.GT/0309136`, without version; None for what is no arXiv paper."""
    found = _ROWS[0][1].fullmatch(address) if len(address) <= _LONGEST_ADDRESS else None
    return found["id"] if found else None


def address_of_id(text: str) -> str | None:
    """The address of a bare id, `2411.06558v2`, `arXiv:2411.06558` or `10.1000/x`; else None."""
    text = text.strip(" `*_.,;()[]")
    if len(text) > _LONGEST_ADDRESS:
        return None
    if found := _BARE_ARXIV.fullmatch(text):
        return f"https://arxiv.org/abs/{found['id']}"
    found = _BARE_DOI.fullmatch(text)
    return f"https://doi.org/{found['id']}" if found else None
