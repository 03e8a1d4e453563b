"""The site that an archive of digests makes: which places it has, and the document at each path.

`places` is the table of kinds of places. `documents` makes the document at a path of one
`snapshot`, `deltas` one with only what is new since a version. Knows neither HTTP nor files.
"""
