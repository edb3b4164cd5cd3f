"""`launch.py models`: which models are here, and bringing, choosing and checking their weights."""

from __future__ import annotations

import argparse
import platform
import sys
from pathlib import Path
from typing import Any, get_args

import launch
from backend.errors import BadInput
from backend.models import download, registry, store, verify
from backend.models.seam import ModelSpec

PACKAGES_BYTES = 2 * 2**30
PACKAGES_BYTES_WITH_CUDA = 8 * 2**30
"""Room that requirements-models.txt takes, about, with torch's CPU build and with the one for CUDA."""


def add_parser(subparsers: Any) -> None:
    """`launch.py models [list | get NAME | use NAME | verify NAME]`."""
    parser = subparsers.add_parser("models", help="which models are here; bring, choose and check their weights")
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="every model, what of it is here and what it needs (the default)")
    get = actions.add_parser("get", help="download the weights of a model, once its size and licence were said")
    use = actions.add_parser("use", help="say how a model is to be run on this machine, and where its weights are")
    check = actions.add_parser("verify", help="load the weights of a model and run a known input through it")
    for action in (get, use, check):
        action.add_argument("name", metavar="NAME", help="of the model, as the list says it")
    get.add_argument("--yes", action="store_true", help="do not ask")
    use.add_argument("--path", type=Path, help="file or folder of the weights; `--path default`: the usual place")
    use.add_argument("--device", help="auto, cpu, cuda, cuda:1, ...")
    use.add_argument("--precision", choices=get_args(store.Precision))
    use.add_argument("--size", type=int, help="side of the picture that the network sees; 0: its own")
    use.add_argument("--compile", action=argparse.BooleanOptionalAction, help="let torch compile the network")
    use.add_argument("--best-frame", action=argparse.BooleanOptionalAction,
                     help="where a model looks at many frames: propose an object on the one that shows it best")
    use.add_argument("--ema", action=argparse.BooleanOptionalAction,
                     help="of a file with two sets of weights (UniVS): run the moving average, not the plain ones")


def run(args: argparse.Namespace) -> int:
    """Run the action; 1 where a check fails."""
    if args.action in (None, "list"):
        show()
        return 0
    spec = registry.spec(args.name)
    if args.action == "get":
        get(spec, yes=args.yes)
        return 0
    if args.action == "use":
        use(spec, args)
        return 0
    return check(spec)


def show() -> None:
    """A few lines a model."""
    known = registry.available()
    wide = max(len(one.spec.name) for one in known)
    for one in known:
        spec = one.spec
        here = store.bytes_here(spec) if spec.weights else 0
        memory = download.in_units(spec.memory_bytes) if spec.memory_bytes else "little"
        size = f", {download.in_units(here)} in {store.path_of(spec)}" if here else ""
        print(f"{spec.name:{wide}}  {'ready' if one.ready else 'not ready':9}  {spec.title}")
        permits = f"licence: {spec.licence}. {spec.permits}"
        for line in (permits, f"memory: {memory}{size}", _to_download(one), one.missing):
            if line:
                print(f"{'':{wide}}  {'':9}  {line}")


def _to_download(one: registry.Availability) -> str | None:
    """What `get` would bring, as far as that is known before the hub is asked."""
    if one.ready or not any(file.repository for file in one.spec.weights):
        return None
    known = sum(file.bytes or 0 for file in one.spec.weights if file.repository)
    return f"to download: about {download.in_units(known)}" if known else "to download: `models get` asks the hub"


def get(spec: ModelSpec, yes: bool) -> None:
    """Say what it costs and permits, ask, install the packages, and download what is not here.

    Raises:
        BadInput: nobody is there to say yes, or they said no.
        Unavailable: as `download.plan`, `check_room` and `run`.
    """
    chosen = download.plan(spec)
    lacking = store.lacking_packages()
    print(f"{spec.title}\n  licence of the model: {spec.licence}. {spec.permits}")
    for one in spec.weights:
        where = one.repository or f"{one.source}, by hand into the same folder"
        print(f"  {one.name} from {where}; licence: {one.licence}")
    begun = f" ({download.in_units(chosen.begun)} of it are here)" if chosen.begun else ""
    print(f"  to download: {download.in_units(chosen.to_download)} in {len(chosen.absent)} files{begun}, "
          f"to {chosen.folder}")
    if lacking:
        print(f"  to install first: {', '.join(lacking)}, about {download.in_units(_packages_bytes())} on disk")
    if not chosen.absent and not lacking:
        print(registry.availability(spec.name).missing or "All of it is here, and its checksums are right.")
        return
    download.check_room(chosen.to_download + (_packages_bytes() if lacking else 0), chosen.folder)
    if not yes:
        _ask()
    if lacking:
        launch.prepare(launch.MODELS)
    download.run(chosen, print)
    print(registry.availability(spec.name).missing or
          f"It is here. To see that it loads and works: python3 launch.py models verify {spec.name}")


def use(spec: ModelSpec, args: argparse.Namespace) -> None:
    """Change what was named, keep the rest."""
    before = store.options(spec.name)
    path = before.path if args.path is None else None if str(args.path) == "default" else str(args.path.absolute())
    chosen = store.Options(
        path=path, device=args.device or before.device, precision=args.precision or before.precision,
        size=before.size if args.size is None else args.size or None,
        compile=before.compile if args.compile is None else args.compile,
        best_frame=before.best_frame if args.best_frame is None else args.best_frame,
        ema=before.ema if args.ema is None else args.ema)
    store.use(spec.name, chosen)
    said = registry.availability(spec.name).missing
    print(f"{spec.name}: {store.path_of(spec)}, {_in_words(chosen)}. {said or 'It is ready.'}\n"
          "A workplace that runs takes this up when it is started again.")


def check(spec: ModelSpec) -> int:
    """Load and run; prints a line a check."""
    model = registry.load(spec.name)
    print(f"{spec.title}: the weights are complete, and of this model. {_in_words(store.options(spec.name))}.")
    wrong = False
    for one in verify.checks(model):
        wrong |= one.passed is False
        verdict = {True: "right", False: "WRONG", None: "read it"}[one.passed]
        print(f"  {one.name:10} {verdict:8} {one.about}" + (f" [{one.fingerprint}]" if one.fingerprint else ""))
    if not verify.is_known(spec):
        print("What the released weights make of this input is not known here: nobody could download them when "
              "this was written. So only what any segmenter must get right was checked: a plain disc on plain ground.")
    print("Something is wrong: get the weights again, or try float32." if wrong else "It works.")
    return 1 if wrong else 0


def _ask() -> None:
    if not sys.stdin.isatty():
        raise BadInput("not_agreed", "Nobody is there to agree.", "Say --yes.")
    if input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        raise BadInput("not_agreed", "Nothing was downloaded.", "Run the command again once you agree.")


def _packages_bytes() -> int:
    with_cuda = sys.platform == "linux" and platform.machine() == "x86_64"
    return PACKAGES_BYTES_WITH_CUDA if with_cuda else PACKAGES_BYTES


def _in_words(chosen: store.Options) -> str:
    size = f", pictures of {chosen.size} pixels" if chosen.size else ""
    return f"device {chosen.device}, precision {chosen.precision}{size}" + (", compiled" if chosen.compile else "") + (
        ", objects on their best frame" if chosen.best_frame else "") + (
        ", averaged weights" if chosen.ema else "")
