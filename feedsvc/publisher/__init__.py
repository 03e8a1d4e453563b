"""Uploads a built site to a bucket, so that the bucket is the old or the new site at any moment.

Begin in `publish`. What a bucket is to hold is in `objects`, what must be done for that in `plan`,
what was done in the bucket's `note`, which is also how publishers keep out of each other's way
(`claim`).
"""
