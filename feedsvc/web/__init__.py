"""The same documents over HTTP.

A request first meets the `fast_lane`, then Flask in `app`; both send what `responses` prepared
and the `cache` keeps. `refresher` looks for new digests meanwhile, `server` runs it all.
"""
