"""The linked titles of a day's papers. Pure.

Each paper is in such a list on several pages, so they are written as text, as articles are.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from feedsvc.pages.article import anchor, language_of_title
from feedsvc.pages.escaping import as_markup, escaped, lang_attribute


def title_list(folder: str, titles: Sequence[tuple[str, str]], site_language: str) -> Markup:
    """A list of links to articles in the page at `folder`, from the ids and titles of papers.

    What language the titles are in is said where it is another than the site's: once, if it is the
    same for all.
    """
    languages = [language_of_title(title, site_language) for _, title in titles]
    of_all, *others = {*languages} or {None}
    if others:
        of_all, of_each = None, [lang_attribute(language) for language in languages]
    else:
        of_each = [lang_attribute(None)] * len(titles)
    start = f'<li><a href="{escaped(folder)}#'
    rows = [
        f'{start}{escaped(anchor(id_))}"{lang}>{escaped(title)}</a></li>\n'
        for (id_, title), lang in zip(titles, of_each, strict=True)
    ]
    return as_markup(f'<ul class="titles"{lang_attribute(of_all)}>\n{"".join(rows)}</ul>\n')
