"""An index is made anew by another version of whatever may give other bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest

from feedsvc.site import pipeline
from tests.support.project import ROOT

LIBRARIES = [library for floor in pipeline.LIBRARIES.values() for library in floor]
VERSIONS = [metadata.version(library) for library in LIBRARIES]
INSTALLED = Path(sysconfig.get_path("purelib"))


def _fingerprint(libraries: Path) -> str:
    """What a process takes for its own that has its libraries there."""
    code = (
        "from feedsvc.config import Config; from feedsvc.site.pipeline import make_pipeline; "
        "print(make_pipeline(Config()).fingerprints.documents)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, libraries)))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _linked(folder: Path, names: dict[str, str]) -> Path:
    """All that is installed, some of it under another name."""
    folder.mkdir()
    for entry in INSTALLED.iterdir():
        (folder / names.get(entry.name, entry.name)).symlink_to(entry)
    return folder


@pytest.mark.slow(reason="starts a process for each library")
def test_another_version_of_a_library_has_another_fingerprint(tmp_path: Path) -> None:
    here = _fingerprint(INSTALLED)
    for library, version in zip(LIBRARIES, VERSIONS, strict=True):
        folder = library.replace("-", "_")
        name = f"{folder}-{version}.dist-info"
        newer = _linked(tmp_path / library, {name: f"{folder}-9.9.dist-info"})
        assert _fingerprint(newer) != here, library


@pytest.mark.slow(reason="starts a process for each form")
def test_the_versions_are_found_where_folders_are_called_otherwise(tmp_path: Path) -> None:
    here = _fingerprint(INSTALLED)
    folders = [library.replace("-", "_") for library in LIBRARIES]
    pairs = list(zip(folders, VERSIONS, strict=True))
    capitals = {f"{name}-{of}.dist-info": f"{name.title()}-{of}.dist-info" for name, of in pairs}
    bare = {f"{name}-{of}.dist-info": f"{name}.dist-info" for name, of in pairs}
    assert _fingerprint(_linked(tmp_path / "capitals", capitals)) == here
    assert _fingerprint(_linked(tmp_path / "bare", bare)) == here
