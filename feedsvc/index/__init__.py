"""The index: one SQLite file that holds what the digests say, so that only changes are read again.

`index` is its face: it keeps the file up to date and lends a `store` to read from. `digest_folder`
is the only reader of digests, `stages` what happens to one of them, `refresh` what happens to all.
The digests are the truth; the file can be deleted at any time.
"""
