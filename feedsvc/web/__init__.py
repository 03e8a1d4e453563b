"""The same documents over HTTP.

A request first comes to the `fast_lane`, then to Flask in `app`; both send what `responses`
prepares and the `cache` keeps. Meanwhile `refresher` looks for new digests; `server` runs it all.
"""
