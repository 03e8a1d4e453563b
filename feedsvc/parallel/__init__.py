"""Long work on all processors: how it is divided, done by other processes, and shown."""
