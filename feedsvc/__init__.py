"""feedsvc turns a folder of daily paper digests into feeds; see README.md and DESIGN.md."""

__version__ = "1.1.0"
