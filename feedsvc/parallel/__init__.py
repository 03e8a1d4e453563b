"""Long work on all processors: it is divided, done by other processes, and its progress shown.

Only the command does this. A server reads digests in its own process: a fork would break its
threads, and after its start only single files change.
"""
