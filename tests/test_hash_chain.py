"""A hash of a chain stands for its item and everything before, and for nothing else."""

from __future__ import annotations

from feedsvc.index.hash_chain import LENGTH, START, extend, item_hashes


def test_contents_that_are_cut_otherwise_have_another_hash() -> None:
    """Else two archives could have one tag."""
    cuts = [(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"abc", b""), (b"", b"abc"), (b"2:ab1:c",)]
    assert len({extend(START, *cut) for cut in cuts}) == len(cuts)


def test_a_hash_stands_for_all_that_came_before() -> None:
    contents = [(b"a",), (b"b", b"c"), ()]
    hashes = item_hashes(START, contents)
    assert hashes[0] == extend(START, b"a")
    assert hashes[1] == extend(hashes[0], b"b", b"c")
    assert hashes[2] == extend(hashes[1])
    assert item_hashes(hashes[0], contents[1:]) == hashes[1:]
    assert not set(item_hashes(START, contents[1:])) & set(hashes)
    assert {len(each) for each in hashes} == {LENGTH}


def test_a_hash_is_the_same_for_ever() -> None:
    """Clients keep it, in tags: another one has them read a whole feed again."""
    assert START == b""
    assert extend(START, b"a", b"bc").hex() == "5310a58788781ab25d5ad7c3f8503582"
