"""The command ``judge``: errors become one clear message and an exit code."""

from __future__ import annotations

import atexit
import gc
import os
import sys

from judge.errors import EvenhandError

INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    from judge.cli import app  # noqa: PLC0415 - `import judge.__main__` alone stays light

    # Python looks through every object once more before it ends: more than a second where litellm was loaded.
    atexit.register(gc.freeze)
    try:
        app()
    except EvenhandError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - the one place where a user's error is printed
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone; Python's own flush at exit must not complain about it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
