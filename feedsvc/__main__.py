"""The `feedsvc` command, also as `python -m feedsvc`."""

from feedsvc.startup import loading


def main() -> None:
    """Loads and runs the command."""
    with loading():
        from feedsvc.cli import main as command  # noqa: PLC0415

    command()


if __name__ == "__main__":
    main()
