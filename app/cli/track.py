"""`launch.py track`: do the task of a benchmark on videos, and write the files that its toolkit scores."""

from __future__ import annotations

import argparse
import re
import time
from dataclasses import asdict
from pathlib import Path

from app.cli.output import shower
from backend.errors import BadInput
from backend.formats import FORMATS
from backend.formats.journal import Journal
from backend.models import registry, store
from backend.tasks.dataset import LISTS, Listed, listed, read_categories
from backend.tasks.perform import perform
from backend.tasks.table import TASKS, BenchmarkTask, choose
from backend.tasks.telling import Given

ABOUT = "Do the task of a benchmark on videos with any model that can, and write what the official toolkit scores."

NOTES = """\
tasks:
""" + "\n".join(f"  {one.name:5} {one.title}: told by {one.told}, writes {one.writes}" for one in TASKS.values()) + """

A video is a file, a folder of pictures, or a folder of such folders; with --annotations it is the folder that their
file names begin at. What is finished stays: the same command goes on after the last finished video.
docs/guides/tasks.md has a command for every task."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "track", description=ABOUT, epilog=NOTES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("videos", type=Path, nargs="+", metavar="VIDEO", help="video file or folder of pictures")
    parser.add_argument("--task", choices=tuple(TASKS), required=True, help="what to do")
    parser.add_argument("--model", default=registry.DEFAULT, metavar="M", help="model (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder of the results")
    parser.add_argument("--annotations", type=Path, metavar="JSON",
                        help="of the benchmark: its videos or images with their ids, its categories, its expressions")
    parser.add_argument("--categories", metavar="A,B",
                        help="names, a file with one a line, a JSON that has them, or one of "
                             f"{', '.join(LISTS)} (default: those of --annotations)")
    parser.add_argument("--expression", action="append", default=[], metavar="TEXT",
                        help="what to find; may be given again (default: those of --annotations)")
    parser.add_argument("--box", type=float, nargs=4, metavar=("X", "Y", "W", "H"), help="of the object, first frame")
    parser.add_argument("--boxes", type=Path, metavar="FOLDER",
                        help="of several videos: VIDEO.txt or VIDEO/groundtruth.txt, first line")
    parser.add_argument("--masks", type=Path, metavar="PATH",
                        help="first masks: a PNG for the first frame, a folder of PNGs, or a folder of VIDEO folders")
    parser.add_argument("--labels", type=Path, metavar="JSON",
                        help='what the objects of --masks are: {"1": "dog"}, or {VIDEO: {"1": "dog"}}')
    parser.add_argument("--frames", type=_range, default=slice(None), metavar="A:B",
                        help="only these frames, from A to before B")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do the task on video after video; errors are the caller's."""
    task = TASKS[args.task]
    spec = choose(task, args.model)
    videos = listed(args.videos, args.annotations)
    given = _given(args, task, len(videos))
    journal = Journal(args.out, {
        "task": task.name, "model": spec.name, "version": spec.version, "frames": str(args.frames),
        "options": asdict(store.options(spec.name)),
        "told": {name: str(getattr(args, name)) for name in
                 ("annotations", "categories", "expression", "box", "boxes", "masks", "labels")},
    })
    waiting = [one for one in videos if not journal.is_done(one.name)]
    if len(waiting) < len(videos):
        print(f"finished before: {len(videos) - len(waiting)} of {_count(len(videos), 'video')}")
    try:
        for at, one in enumerate(waiting, 1):
            _one(task, args, given, one, journal, f"{at}/{len(waiting)}")
    except KeyboardInterrupt:
        print(f"\nstopped; {args.out} keeps what is finished, and the same command goes on from there")
        raise
    finally:
        journal.collect([one.name for one in videos], FORMATS[task.name], given.ids)
    print(f"{args.out} holds {task.writes} of {_count(len(videos), 'video')}")
    return 0


def _one(
    task: BenchmarkTask, args: argparse.Namespace, given: Given, one: Listed, journal: Journal, place: str
) -> None:
    model = registry.load(args.model)
    started = time.monotonic()
    with one.opened(args.frames) as video:
        told = given.told(task, one, video)
        show = shower(one.name)
        found = perform(task, model, video, told, lambda done: show(task.title, done, len(video.within)))
        journal.add(one.name, lambda into: FORMATS[task.name].write(video, told, found, given.ids, into))
    seconds = time.monotonic() - started
    print(f"{place} {one.name}: {_count(len(video.within), 'frame')}, {len(found)} found, {seconds:.1f} s", flush=True)


def _given(args: argparse.Namespace, task: BenchmarkTask, videos: int) -> Given:
    """What the options say, checked before a model is loaded."""
    if args.annotations and args.frames != slice(None):
        raise BadInput("frames_of_annotations", "The annotations say which frames there are.",
                       "Leave --frames out, or --annotations.")
    if args.box and videos > 1:
        raise BadInput("one_box", f"One box cannot be that of {videos} videos.", "Give --boxes.")
    told_by = {"masks": args.masks, "box": args.box or args.boxes, "expression": args.expression,
               "categories": args.categories}
    for name, value in told_by.items():
        if value and name != task.told:
            raise BadInput("not_for_task", f"{task.name} is not told by {name} but by {task.told}.",
                           f"Leave --{name} out.")
    categories = read_categories(args.categories, args.annotations) if task.told == "categories" else None
    given = Given(categories, tuple(args.expression), tuple(args.box) if args.box else None, args.boxes, args.masks,
                  args.labels)
    given.check(task)
    return given


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def _range(text: str) -> slice:
    match = re.fullmatch(r"(\d*):(\d*)", text)
    if match is None:
        raise argparse.ArgumentTypeError("is A:B, such as 0:100")
    return slice(*(int(part) if part else None for part in match.groups()))
