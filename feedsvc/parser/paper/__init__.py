"""Units to papers: title, address, fields, media and text, and the digest's introduction."""
