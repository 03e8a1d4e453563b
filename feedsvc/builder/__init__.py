"""Writes the site as a folder of files: `build` decides what to write, `output_folder` writes."""
