"""What one line says, wherever it stands: links, labelled fields, names, titles."""
