"""Formulas in a text: what dollars enclose."""

from __future__ import annotations

from feedsvc.patterns import compile_later

# As in Pandoc: no space inside the dollars, no digit behind them, so "$5 to $10" is money. But what
# begins as TeX does is a formula whatever follows: "$\sim$20 B".
MATH = compile_later(
    r"(?<![\\$])(?P<mark>\${1,2})(?![\s$])(?:(?=(?P<tex>\\[a-zA-Z]|[a-zA-Z]\^))|)"
    r"(?P<formula>(?:[^$\\]|\\.){1,200}?)(?<!\s)(?P=mark)(?(tex)(?!\$)|(?![0-9$]))"
)
