"""Papers to the bytes of feeds: items, and the frames around items.

`entry` has what every format says of an item, `feed_metadata` what it says of a feed. `formats` is
the table of formats, each of which is a module. Nothing here reads a clock or a file.
"""
