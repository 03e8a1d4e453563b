"""What the W3C feed validator and the specifications ask of a feed, where a schema can't say it.

A rule takes a Feed and yields a sentence for each violation.
"""

from __future__ import annotations

from tests.readers.rules import atom, json_feed, rss, xml
from tests.readers.rules.common import Feed, Rule

__all__ = ["RULES", "Feed", "Rule"]

_IN_XML: tuple[Rule, ...] = (
    xml.has_one_self_link,
    xml.has_absolute_addresses,
    xml.has_media_attributes,
    xml.is_either_complete_or_paged,
    xml.has_safe_content,
)

RULES: dict[str, tuple[Rule, ...]] = {
    "feed.xml": (
        *_IN_XML,
        atom.follows_the_schema,
        atom.has_authors,
        atom.has_unique_ids,
        atom.has_one_alternate_of_a_kind,
        atom.has_valid_times,
        atom.has_telling_texts,
        atom.has_whole_enclosures,
        atom.names_its_language,
    ),
    "rss.xml": (
        *_IN_XML,
        rss.has_required_elements,
        rss.has_unique_guids,
        rss.has_rfc_822_times,
        rss.has_whole_enclosures,
        rss.has_telling_descriptions,
        rss.has_creators_and_no_addresses,
        rss.names_its_language,
    ),
    "feed.json": (
        json_feed.has_fields_of_the_right_type,
        json_feed.has_required_fields,
        json_feed.has_unique_item_ids,
        json_feed.knows_its_address,
        json_feed.has_telling_summaries,
    ),
}
"""What is asked of each document, by its name."""
