"""`python -m app.cli COMMAND ...`: what `launch.py` hands over to."""

from __future__ import annotations

import argparse
import importlib
import sys

from backend.errors import ThroughlineError, of_disk

COMMANDS = {
    "serve": ("app.cli.serve", "open the workplace (the default)"),
    "doctor": ("app.cli.doctor", "say what is here, what is missing, and the command that mends it"),
    "models": ("app.cli.models", "which models are here; bring, choose and check their weights"),
    "people": ("app.cli.people", "add, list and change accounts"),
    "backup": ("app.cli.backup", "copy a project directory, also while it is in use"),
    "export": ("app.cli.transfer", "write a dataset: COCO, YouTube-VIS or DAVIS"),
    "import": ("app.cli.transfer", "read annotations of one of these formats into a project"),
    "track": ("app.cli.track", "do the task of a benchmark on videos, write what its toolkit scores"),
    "evaluate": ("app.cli.evaluate", "measure a model on sequences with masks"),
    "train": ("app.cli.train", "train the compact model"),
    "parity": ("app.cli.parity", "hold the models against the numbers of their authors' code"),
    "bench": ("app.cli.bench", "run the benchmarks behind every figure in the docs"),
}


def main(argv: list[str]) -> int:
    """Run one command. Errors a person can act on end with status 2 and their text."""
    parser = argparse.ArgumentParser(
        prog="launch.py",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Throughline: prompt once, mask the whole video, correct where it drifts, ship a dataset.",
        epilog="\n".join(["commands:", *(f"  {name:10} {about}" for name, (_, about) in COMMANDS.items()),
                          "  test       style, types and tests; with arguments, pytest with them"]),
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, help=argparse.SUPPRESS)
    if argv and argv[0] in COMMANDS:  # only the command's own module is imported: `doctor` needs no Gradio
        importlib.import_module(COMMANDS[argv[0]][0]).add_parser(subparsers)
    else:
        for name in COMMANDS:
            subparsers.add_parser(name)
    args = parser.parse_args(argv)
    try:
        return args.run(args)
    except ThroughlineError as error:
        return _say(error)
    except OSError as error:
        known = of_disk(error)
        if known is None:
            raise
        return _say(known)
    except KeyboardInterrupt:
        return 130


def _say(error: ThroughlineError) -> int:
    print(f"{error.message}\n{error.remedy}".strip(), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
