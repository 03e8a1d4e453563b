"""What is looked for and where: the language of queries, and texts as tokens. Pure, knows no SQL.

`query` reads what a person typed; `tokens` turns the text of a paper, and the words of a query,
into tokens that either has in common with the other. The index keeps the tokens of papers; a static
site's script does the same in a browser (`feedsvc/pages/static/search.js`) and must find the same.
"""
