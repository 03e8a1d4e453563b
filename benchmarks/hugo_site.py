"""The same archive as a Hugo site: one page a paper and one RSS feed."""

from __future__ import annotations

import re
from pathlib import Path

_PAPER = re.compile(r"^### \[(.+)\]\((\S+)\)$", re.MULTILINE)


def write_hugo_site(digests: Path, site: Path) -> Path:
    """A Hugo site of the papers of some digests, with the smallest templates there can be."""
    content, layouts = site / "content" / "papers", site / "layouts" / "_default"
    content.mkdir(parents=True)
    layouts.mkdir(parents=True)
    (site / "config.toml").write_text(
        'baseURL = "https://papers.example.org/"\ntitle = "Daily Papers"\n'
        'disableKinds = ["taxonomy", "term", "sitemap"]\n'
    )
    (layouts / "single.html").write_text("<h1>{{ .Title }}</h1>{{ .Content }}")
    (layouts / "list.html").write_text("{{ range .Pages }}<p>{{ .Title }}</p>{{ end }}")
    for digest in sorted(digests.glob("*.md")):
        text = digest.read_text(encoding="utf-8")
        found = list(_PAPER.finditer(text))
        ends = [*(paper.start() for paper in found[1:]), len(text)]
        for number, (paper, end) in enumerate(zip(found, ends, strict=True)):
            title = paper[1].replace("\\", "\\\\").replace('"', '\\"')
            head = f'+++\ntitle = "{title}"\ndate = "{digest.stem}"\n+++\n'
            (content / f"{digest.stem}-{number}.md").write_text(head + text[paper.end() : end])
    return site
