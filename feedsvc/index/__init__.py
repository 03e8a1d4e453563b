"""The index: one SQLite file with the content of the digests, so that only changes are read again.

Begin with `index`: it keeps the file up to date and lends a `store` to read from. `digest_folder`
is the only reader of digests, `stages` has the steps of one digest, `refresh` those of the folder.
The digests are the truth; the file can be deleted at any time.
"""
