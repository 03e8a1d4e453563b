"""Days, weeks and months in paths, headings and fields, and which of them is a paper's."""
