"""The tables that people edit: labels, homes of papers, spellings of days, problems.

A word, a site or a spelling that digests have is a row here; no other stage names any.
"""
