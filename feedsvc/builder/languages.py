"""Writes the site of each language into a folder of its own: the first into that of all.

A language that is no longer one of the site's has its files removed, if the index still knows that
a build wrote them: the site in such a folder may be another one, with settings of its own.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from feedsvc.builder.build import Report, build, ensure_not_emptied
from feedsvc.builder.output_folder import OutputFolder
from feedsvc.index.store import BuiltPlace
from feedsvc.parallel.mapping import ParallelMap, serial_map
from feedsvc.site.kinds import HOME
from feedsvc.site.places import kind_at
from feedsvc.site.site import Site
from feedsvc.site.sites import Sites

_NOTED = "{}//languages"
"""What notes of the languages in an output folder are kept under, beside the manifests."""


def build_all(
    sites: Sites, parallel_map: ParallelMap = serial_map, *, may_become_empty: bool = False
) -> Report:
    """Makes the output folder hold the site in all languages; `build` says the rest.

    Where one must not be written, none is. The root is written last, as it leads to the others.
    """
    if len(sites) > 1 and not may_become_empty:
        for site in sites:
            ensure_not_emptied(site)
    total = Report()
    for site in reversed([*sites]):
        report = build(site, site.config, parallel_map, may_become_empty=may_become_empty)
        total.written += report.written
        total.unchanged += report.unchanged
        total.removed += report.removed
        total.papers_left_out = max(total.papers_left_out, report.papers_left_out)
    total.removed += _remove_former(sites)
    return total


def _remove_former(sites: Sites) -> int:
    """Removes the files of languages that the last build wrote and no longer belong; how many."""
    root = sites.first
    out = root.config.out_folder.resolve()
    key = _NOTED.format(out)
    current = {
        site.config.folder: BuiltPlace(site.config.base_url.encode(), "", {})
        for site in sites
        if site is not root
    }
    noted = _noted(root, key)
    former = {folder: built for folder, built in noted.items() if folder not in current}
    removed = sum(_remove(out / folder, built.version.decode()) for folder, built in former.items())
    if noted != current:
        root.update_manifest(key, current, former)
    return removed


def _noted(root: Site, key: str) -> dict[str, BuiltPlace]:
    """The languages that builds wrote, by folder; their versions are the addresses."""
    with root.snapshot() as snapshot:
        return dict(snapshot.store.manifest(key))


def _remove(folder: Path, url: str) -> int:
    """Removes the files of a site from a folder if they are of the one at that address."""
    output = OutputFolder(folder, url, [], {})
    if not output.is_of_site():
        return 0
    folders = []
    for inside, _, _ in os.walk(folder):
        path = Path(inside).relative_to(folder).as_posix().strip(".")
        if kind_at(place := f"/{path}/" if path else HOME):
            folders.append(Path(inside))
            output.look_into(place)
    removed = output.remove_all_but(())
    for each in reversed(folders):
        with suppress(OSError):  # others' files are in it, or it is gone
            each.rmdir()
    return removed
