"""Lets `python -m feedsvc` do what the `feedsvc` command does."""

from feedsvc.cli import main

if __name__ == "__main__":
    main()
