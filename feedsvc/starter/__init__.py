"""Begins a site: writes the files that a folder of digests needs, and the next day's digest.

Begin with `start`. Nothing here overwrites a file; what is written stands in `files/`.
"""
