"""How many people follow each feed, from the logs of servers. Keeps and tells nothing personal.

`log_lines` reads logs, `followers` counts, `report` tells of it in text, JSON and a picture.
"""
