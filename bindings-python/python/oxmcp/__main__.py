"""The command `oxmcp`, also `python -m oxmcp`: see `oxmcp help`."""

import sys

from ._native import run_command


def main() -> None:
    """Runs the command with the arguments of the process."""
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
