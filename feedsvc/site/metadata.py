"""The metadata of the feeds and the page of a place. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from feedsvc.config import Config
from feedsvc.feeds.feed_metadata import EMPTY_SINCE, FeedMetadata
from feedsvc.feeds.formats import FORMATS, Format
from feedsvc.index.days import time_of_item
from feedsvc.model import Link
from feedsvc.pages.page_metadata import PageMetadata
from feedsvc.pages.words import INTERFACE_LANGUAGE
from feedsvc.site.kinds import HOME, SEARCH, Place, Role, address, url_of
from feedsvc.site.language import subtitle_of, words_of
from feedsvc.site.places import HOME_KIND, kind_at
from feedsvc.site.translations import Translations


def feed_metadata(
    translations: Translations, place: Place, format_: Format, *, is_whole: bool
) -> FeedMetadata:
    """The metadata of a place's feed; a feed that is not whole has only some of the items."""
    config = translations.config
    role = place.role
    return FeedMetadata(
        id=url_of(config, address(place.archive.current) if place.archive else place.address),
        title=_title(config, place),
        subtitle=subtitle_of(config),
        updated=newest_time(config, place),
        self_url=feed_url(config, place, format_.name),
        page_url=url_of(config, place.address),
        language=config.language,
        author=config.author or config.title,
        rights=config.rights,
        licence=config.licence,
        icon=config.icon or url_of(config, "/icon.png"),
        logo=config.logo,
        hub=config.hub,
        archive_links=_archive_links(config, place, format_),
        translations=[*translations.feeds(place, format_.name, format_.type)],
        is_archive=role is Role.ARCHIVE,
        is_complete=role is Role.COMPLETE and is_whole,
    )


def feed_url(config: Config, place: Place, name: str) -> str:
    """The address of a place's feed, by which a feed names itself and a hub knows it."""
    return url_of(config, address(place.path + name, place.query))


def page_metadata(translations: Translations, place: Place, *, has_feeds: bool) -> PageMetadata:
    """The metadata of a place's page; `has_feeds` says whether it links to the place's feeds."""
    config = translations.config
    is_home = place.path == HOME
    own_feeds = feed_links(config, place.feeds, place.path, place.query)
    return PageMetadata(
        name=place.title,
        site_title=config.title,
        subtitle=subtitle_of(config),
        language=config.language or INTERFACE_LANGUAGE,
        root="../" * place.path.strip("/").count("/") + ("./" if is_home else "../"),
        canonical=url_of(config, place.address),
        path=address(place.path),
        site_feeds=feed_links(config, HOME_KIND.feeds, HOME, ""),
        place_feeds=own_feeds if has_feeds and not is_home else {},
        older=place.older,
        newer=place.newer,
        around=place.around,
        author=config.author,
        rights=config.rights,
        licence=config.licence,
        has_search=kind_at(SEARCH) is not None,
        picture=config.logo,
        translations={} if place.query else translations.pages(place.path, place.address),
        languages=translations.links(place.path),
    )


def not_found_metadata(translations: Translations) -> PageMetadata:
    """The metadata of the 404 page, which a host shows at any depth."""
    config = translations.config
    return PageMetadata(
        name="",
        site_title=config.title,
        subtitle=subtitle_of(config),
        language=config.language or INTERFACE_LANGUAGE,
        root=config.base_path,
        canonical="",
        has_search=kind_at(SEARCH) is not None,
        languages=translations.links(HOME),
    )


def newest_time(config: Config, place: Place) -> datetime:
    """When a place's newest item was updated: that of its newest day's first paper."""
    if place.editions:
        return place.editions[0].head.published
    if not place.days:
        return EMPTY_SINCE
    position = place.picks[place.days[0]][0] if place.picks else 0
    return time_of_item(place.days[0], position, config.time_of_day)


def _title(config: Config, place: Place) -> str:
    added = words_of(config).feed(place.path.strip("/"), place.title)
    return f"{config.title} · {added}" if added else config.title


def _archive_links(config: Config, place: Place, format_: Format) -> dict[str, str]:
    """RFC 5005 section 4: the chain that leads from the subscription document to the oldest."""
    if not place.archive:
        return {}
    links = {"current": place.archive.current} if place.role is Role.ARCHIVE else {}
    if place.archive.older:
        links["prev-archive"] = place.archive.older.path
    if place.archive.newer:
        links["next-archive"] = place.archive.newer.path
    return {
        relation: url_of(config, address(path + format_.name)) for relation, path in links.items()
    }


def feed_links(config: Config, names: Iterable[str], path: str, query: str) -> dict[str, Link]:
    """The feeds of a place, by the label of their format."""
    formats = [FORMATS[name] for name in names]
    return {
        format_.label: Link(
            "alternate", url_of(config, address(path + format_.name, query)), format_.type
        )
        for format_ in formats
    }
