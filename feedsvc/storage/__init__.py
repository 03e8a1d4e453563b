"""Buckets of object stores.

Begin in `bucket`, the one place that knows the library; `troubles` says what went wrong in words
that hold no secret; `mirror` keeps a copy of a bucket of digests on this machine.
"""
