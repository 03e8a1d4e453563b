"""The site that an archive of digests makes: which places it has, and the document at each path.

`places` is the table of kinds of places. `documents` makes what a path answers with, of one
`snapshot`; `deltas` what is new in it since a version. Knows neither HTTP nor files.
"""
