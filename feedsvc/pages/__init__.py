"""Papers to HTML pages. `templates/` has the pages as HTML, `static/` their style and icon.

`page` and `article` have the values that templates are given; `templates` loads them. To change
what a page shows, edit its template; to add a page, add a template and name it in the table of
places.
"""
