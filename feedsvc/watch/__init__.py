"""For authors: pages that load themselves again when a digest changes, and show its problems.

Begin with `app`. Only `feedsvc serve --watch` and `--open` load this; a site never depends on it.
"""
