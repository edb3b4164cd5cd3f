"""The commands of `launch.py`, one module each: `add_parser(subparsers)` describes it, `run(args)` runs it."""
