"""A file's bytes to lines of Markdown with their numbers, whatever it was written in."""
