"""The `feedsvc` command, also as `python -m feedsvc`."""

import gc


def main() -> None:
    """Loads and runs the command."""
    # What is loaded never becomes garbage: to look for some among it takes a sixth of the start,
    # and as long again at the end.
    gc.disable()
    from feedsvc.cli import main as command  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    command()


if __name__ == "__main__":
    main()
