"""A short walk over all that can happen to a site; `make soak` goes a long one."""

from __future__ import annotations

import pytest

from tests.walks import walk


@pytest.mark.slow(reason="builds a site after each of two dozen changes, twice")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_build_after_any_changes_is_a_build_from_nothing(seed: int) -> None:
    assert walk(steps=12, seed=seed) == 0
