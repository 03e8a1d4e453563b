"""WebSub (W3C): tells a hub which feeds changed, so that it can tell subscribers at once.

Begin in `changes`, which says what a hub is to be told; `round` tells it, once however many
processes see the change; `hub` sends one ping; `announcer` does all that beside a server.
"""
