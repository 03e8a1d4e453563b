"""Papers to bytes of feeds: an item a paper, and the documents around items.

`entry` says what every format tells of an item, `feed_metadata` what it tells of a feed. `formats`
is the table of formats, each a module of its own. Nothing here reads a clock or a file.
"""
