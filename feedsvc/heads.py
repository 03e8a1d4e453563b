"""What the feeds and the page of a place say of themselves, around their items. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from feedsvc import feeds, pages
from feedsvc.config import Config
from feedsvc.formats import FEED_FORMATS, FeedFormat
from feedsvc.model import Link
from feedsvc.places import HOME, Kind, Place


def feed_head(config: Config, place: Place, format_: FeedFormat, *, is_whole: bool) -> feeds.Head:
    """The head of a place's feed; one that is not whole holds only some of the place's items."""
    is_all_time = place.kind in {Kind.HOME, Kind.WEEK}
    return feeds.Head(
        id=_url(config, HOME if is_all_time else place.path),
        title=_title(config, place),
        subtitle=config.subtitle,
        updated=newest_time(config, place),
        self_url=_url(config, place.path + format_.name),
        page_url=_url(config, place.path),
        language=config.language,
        author=config.author or config.title,
        rights=config.rights,
        licence=config.licence,
        icon=config.icon or _url(config, "/icon.png"),
        logo=config.logo,
        links=_archive_links(config, place, format_) if is_all_time else {},
        is_archive=place.kind is Kind.WEEK,
        is_complete=place.kind is Kind.EVERYTHING and is_whole,
    )


def page_head(config: Config, place: Place, *, has_feeds: bool) -> pages.Head:
    """The head of a place's page; `has_feeds` says whether it leads to the place's own feeds."""
    is_home = place.kind is Kind.HOME
    return pages.Head(
        title=_title(config, place),
        site_title=config.title,
        subtitle=config.subtitle,
        language=config.language,
        root="./" if is_home else "../",
        canonical=_url(config, place.path),
        site_feeds=_feed_links(config, HOME),
        place_feeds=_feed_links(config, place.path) if has_feeds and not is_home else {},
        older=place.older,
        newer=place.newer,
        author=config.author,
        rights=config.rights,
        licence=config.licence,
    )


def newest_time(config: Config, place: Place) -> datetime:
    """When a place's newest item was updated: a day's first."""
    if not place.days:
        return feeds.EMPTY_SINCE
    return datetime.combine(place.days[0], config.time_of_day, UTC)


def _title(config: Config, place: Place) -> str:
    name = "all days" if place.kind is Kind.EVERYTHING else place.name
    return f"{config.title} · {name}" if name else config.title


def _archive_links(config: Config, place: Place, format_: FeedFormat) -> dict[str, str]:
    """RFC 5005 section 4: the chain that leads from the subscription document to the oldest."""
    links = {"current": HOME} if place.kind is Kind.WEEK else {}
    if place.older:
        links["prev-archive"] = place.older.path
    if place.newer:
        links["next-archive"] = place.newer.path
    return {relation: _url(config, path + format_.name) for relation, path in links.items()}


def _feed_links(config: Config, path: str) -> dict[str, Link]:
    """The feeds of a place, by what people call their formats."""
    return {
        format_.label: Link("alternate", _url(config, path + format_.name), format_.type)
        for format_ in FEED_FORMATS.values()
    }


def _url(config: Config, path: str) -> str:
    return config.base_url + path.removeprefix("/")
