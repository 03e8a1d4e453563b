"""Blocks to units, one for each paper: candidates, their evidence, and the choice among them."""
