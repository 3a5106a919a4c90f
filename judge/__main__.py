"""The command ``judge``: errors become one clear message and an exit code."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import traceback

from judge.errors import EvenhandError, printable

INTERRUPTED = 130
OUR_BUG = 70


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
    except Exception:  # noqa: BLE001 - whatever else escapes is our bug, and told as one
        print(printable(traceback.format_exc()), end="", file=sys.stderr)  # noqa: T201 - as above
        print("This is a bug of Evenhand: what stands above helps to mend it.", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(OUR_BUG)


if __name__ == "__main__":
    main()
