"""What clients should show: the truths of two archives, and of the documents made from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from feedsvc.feeds.sections import read_sections
from feedsvc.model import Paper
from feedsvc.parser import READERS, parse_digest
from tests.support.project import BASE_URL, DIGESTS

FIRST_SECOND = time(0, 59, 59)
"""UTC; when the first paper of a day is said to be published (DESIGN.md)."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a client should show of one paper."""

    id: str
    title: str
    link: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    enclosures: tuple[str, ...]
    thumbnail: str | None
    sections: str
    """The words of the summary."""
    opening: str
    """The text that the summary is the beginning of."""
    facts: str = ""
    """The last line, which names all authors also where a client shows one of them."""

    @property
    def text(self) -> str:
        """All words of the content."""
        return f"{self.sections} {self.facts}".strip()

    @property
    def medium(self) -> str | None:
        """What the content begins with."""
        return self.enclosures[0] if self.enclosures else None


@lru_cache(maxsize=1)
def project_archive() -> dict[date, list[Truth]]:
    """The project's own digests, read by its own parser, by day."""
    first: dict[str, datetime] = {}
    truths: dict[date, list[Truth]] = {}
    for day, papers in sorted(_papers_of_project().items()):
        for position, paper in enumerate(papers):
            updated = _time(day, position)
            published = first.setdefault(paper.id, updated)
            truths.setdefault(day, []).append(_truth(paper, published, updated))
    return truths


def _papers_of_project() -> dict[date, list[Paper]]:
    days: dict[date, list[Paper]] = {}
    files = [file for file in DIGESTS.rglob("*") if file.suffix in READERS]
    # 2024-11-18.md comes before 2024-11-18.en.md.
    for file in sorted(files, key=lambda file: file.with_suffix("")):
        if file.stem != "README":
            path = file.relative_to(DIGESTS).as_posix()
            for paper in parse_digest(path, file.read_bytes()).papers:
                days.setdefault(paper.day, []).append(paper)
    return days


def _truth(paper: Paper, published: datetime, updated: datetime) -> Truth:
    stills = (media.poster or media.url for media in paper.media)
    sections = list(read_sections(paper.summary_html))
    blocks = (
        f"{section.label}: {section.text}" if section.label else section.text
        for section in sections
    )
    return Truth(
        id=paper.id,
        title=paper.title,
        link=paper.link or f"{BASE_URL}{paper.day}/",
        published=published,
        updated=updated,
        authors=paper.authors,
        enclosures=tuple(media.url for media in paper.media),
        thumbnail=next((still for still in stills if not still.endswith(".mp4")), None),
        sections=" ".join(blocks),
        opening=sections[0].text,
        facts=_facts(paper),
    )


def _facts(paper: Paper) -> str:
    authors, votes = ("저자", "추천") if paper.language == "ko" else ("Authors", "Votes")
    others = (" 외" if paper.language == "ko" else ", and others") if paper.more_authors else ""
    facts = [f"{authors}: {', '.join(paper.authors)}{others}"] if paper.authors else []
    facts += [f"{votes}: {paper.votes}"] if paper.votes is not None else []
    return " · ".join(facts) if len(facts) > 1 or len(paper.authors) > 1 else ""


def _time(day: date, position: int) -> datetime:
    return datetime.combine(day, FIRST_SECOND, UTC) - timedelta(seconds=position)


# --- an archive of oddities ------------------------------------------------------------------

HARD_DIGESTS = {
    "2024-12-02.md": """\
## Daily Papers (2024-12-02)

### [A < B & C](https://arxiv.org/abs/2412.00001v2)

![](https://cdn.example.org/a.png?w=1&h=2)
![](https://cdn.example.org/second.gif)

Vote: 7

Authors: Ann O'Neil, Björn & Co, 김철수

- ***What's New***: 답하기 전에 <think> 토큰을 씁니다. `a < b && c`도 참입니다.
- ***Technical Details***: R&D에서 x<y입니다.

### [만화(Comics)를 읽는 모델](https://arxiv.org/abs/2412.00002)

Authors: 이영희

- ***What's New***: 두 날에 나오는 논문의 첫 글입니다.
""",
    "2024-12-02.en.md": """\
## Daily Papers (2024-12-02)

### [Plain English](https://arxiv.org/abs/2412.00003)

![](https://cdn.example.org/c.webp)

Vote: 1

Authors: Eve Ewing

- ***What's New***: An English digest beside a Korean one.
""",
    "2024-12-03.md": """\
## Daily Papers (2024-12-03)

### [<think> tokens](https://arxiv.org/pdf/2412.00004)

<video controls src="https://cdn.example.org/d.mp4" poster="https://cdn.example.org/d.jpg"></video>

Vote: 3

Authors: Dana Doe

- ***What's New***: 영상이 있습니다.

### "quoted" 🎉 'title'

Vote: -

- ***What's New***: 링크도 저자도 그림도 없습니다.

### [만화(Comics)를 읽는 모델](https://arxiv.org/abs/2412.00002v3)

![](https://cdn.example.org/b.jpg)

Vote: 9

Authors: 이영희

- ***What's New***: 두 날에 나오는 논문의 새 글입니다.
""",
}
"""Two days: one of them in two languages, one paper in both of them."""


def _hard(time_: datetime, name: str, picture: str, **fields: Any) -> Truth:
    """A paper whose fields are as usual, but for those given."""
    usual = {
        "id": f"https://arxiv.org/abs/{name}",
        "link": f"https://arxiv.org/abs/{name}",
        "published": time_,
        "updated": time_,
        "enclosures": (f"https://cdn.example.org/{picture}",),
        "thumbnail": f"https://cdn.example.org/{picture}",
        "sections": f"What's New: {fields['opening']}",
    }
    return Truth(**{**usual, **fields})


HARD_ARCHIVE = {
    (first := date(2024, 12, 2)): [
        _hard(
            *(_time(first, 0), "2412.00001", "a.png?w=1&h=2"),
            title="A < B & C",
            link="https://arxiv.org/abs/2412.00001v2",
            authors=("Ann O'Neil", "Björn & Co", "김철수"),
            enclosures=(
                "https://cdn.example.org/a.png?w=1&h=2",
                "https://cdn.example.org/second.gif",
            ),
            opening="답하기 전에 <think> 토큰을 씁니다. a < b && c도 참입니다.",
            sections="What's New: 답하기 전에 <think> 토큰을 씁니다. a < b && c도 참입니다."
            " Technical Details: R&D에서 x<y입니다.",
            facts="저자: Ann O'Neil, Björn & Co, 김철수 · 추천: 7",
        ),
        _hard(
            *(_time(first, 1), "2412.00002", ""),
            title="만화(Comics)를 읽는 모델",
            authors=("이영희",),
            enclosures=(),
            thumbnail=None,
            opening="두 날에 나오는 논문의 첫 글입니다.",
        ),
        _hard(
            *(_time(first, 2), "2412.00003", "c.webp"),
            title="Plain English",
            authors=("Eve Ewing",),
            opening="An English digest beside a Korean one.",
            facts="Authors: Eve Ewing · Votes: 1",
        ),
    ],
    (second := date(2024, 12, 3)): [
        _hard(
            *(_time(second, 0), "2412.00004", "d.mp4"),
            title="<think> tokens",
            link="https://arxiv.org/pdf/2412.00004",
            authors=("Dana Doe",),
            thumbnail="https://cdn.example.org/d.jpg",
            opening="영상이 있습니다.",
            facts="저자: Dana Doe · 추천: 3",
        ),
        _hard(
            *(_time(second, 1), "", ""),
            id="tag:feedsvc,2024-12-03:dc352dfb73d91467",
            title="\"quoted\" 🎉 'title'",
            link=f"{BASE_URL}2024-12-03/",
            authors=(),
            enclosures=(),
            thumbnail=None,
            opening="링크도 저자도 그림도 없습니다.",
        ),
        _hard(
            *(_time(second, 2), "2412.00002", "b.jpg"),
            title="만화(Comics)를 읽는 모델",
            link="https://arxiv.org/abs/2412.00002v3",
            published=_time(first, 1),
            authors=("이영희",),
            opening="두 날에 나오는 논문의 새 글입니다.",
            facts="저자: 이영희 · 추천: 9",
        ),
    ],
}

# --- documents -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """A document made from one of the archives, in whatever format."""

    archive: str
    place: str
    days: tuple[date, ...] = ()
    """Those with papers in it; none means all."""

    def truths(self) -> list[Truth]:
        """Its papers, newest day first; of a paper in several days only the newest."""
        archive = project_archive() if self.archive == "project" else HARD_ARCHIVE
        once: dict[str, Truth] = {}
        for day in sorted(self.days or archive, reverse=True):
            for truth in archive[day]:
                once.setdefault(truth.id, truth)
        return list(once.values())


DOCUMENTS = (
    Document("project", "/"),
    Document("project", "/all/"),
    Document("project", "/2024-11-18/", (date(2024, 11, 18),)),
    Document("project", "/2024-W47/", (date(2024, 11, 18), date(2024, 11, 20), date(2024, 11, 22))),
    Document("hard", "/"),
)
