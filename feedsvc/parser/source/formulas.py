"""Formulas in a text: what dollars enclose."""

from __future__ import annotations

import re

# As in Pandoc: no space inside the dollars, no digit behind them, so "$5 to $10" is money.
MATH = re.compile(r"(?<![\\$])(\${1,2})(?![\s$])((?:[^$\\]|\\.){1,200}?)(?<!\s)\1(?![0-9$])")
