"""`launch.py train DIR...`: train the compact model on any pictures and clips with masks."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from backend.models.compact.training.loop import Run
    from backend.models.compact.training.material import Material

ABOUT = """\
Train the compact model: on stills (moved, bent, pasted over each other) and on real clips. What is there after a kill
or when the minutes are over goes on with --resume. In the end the graphs are exported, checked and measured, and the
model card is written."""

LAYOUTS = """\
DIR is a folder or a tar. In it, or in tars in it: NAME/images and NAME/masks for stills, NAME/frames/CLIP and
NAME/masks/CLIP or JPEGImages/CLIP and Annotations/CLIP for clips; masks are PNG, 0 is ground, other values objects."""

CHECKPOINT, BEST = "run.pt", "onnx"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "train", description=ABOUT, epilog=LAYOUTS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="material")
    parser.add_argument("--out", type=Path, default=Path("build/train"), metavar="DIR",
                        help="checkpoint, graphs and card (default: %(default)s)")
    parser.add_argument("--parts", action="append", default=[], metavar="NAME",
                        help="a set whose mask values are parts of one object (may be repeated)")
    parser.add_argument("--trunk", type=Path, metavar="FILE",
                        help="a MobileNetV2 in torchvision's layout to start from")
    parser.add_argument("--terms", type=Path, metavar="FILE", help="what the material is and permits, for the card")
    parser.add_argument("--dev", type=Path, metavar="DIR", help="sequences to evaluate on at the end, never trained on")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="N", help="stop after so many")
    parser.add_argument("--steps", type=int, metavar="N", help="length of the schedule")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of everything random (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes that make data")
    parser.add_argument("--batch", type=int, default=1, metavar="N", help="times the usual number of sequences a step")
    parser.add_argument("--rate", type=float, metavar="R", help="highest learning rate")
    parser.add_argument("--device", default="cpu", metavar="D", help="cpu, cuda, cuda:1 (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="of torch on a CPU (default: %(default)s)")
    parser.add_argument("--tiny", action="store_true", help="a small, short run that shows that everything works")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train, and finish what is trained; errors are the caller's."""
    try:
        import torch
    except ImportError as error:
        raise Unavailable("no_torch", "Training needs torch, which is not installed.",
                          "Start it as `python3 launch.py train ...`, which installs it.") from error
    from backend.models.compact.training.loop import Run, train
    from backend.models.compact.training.material import Material

    torch.set_num_threads(args.threads)
    settings = _settings(args)
    material, aside = Material.find(args.folders, args.parts).split(settings.held_aside)
    print(f"training on {material}; held aside: {len(aside.stills)} stills", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint = args.out / CHECKPOINT
    if args.resume and not checkpoint.exists():
        raise BadInput("no_checkpoint", f"There is no checkpoint {checkpoint} to go on from.",
                       "Start without --resume.")
    state = Run.start(settings, torch.device(args.device), args.trunk)
    if args.resume:
        state.restore(checkpoint)
        print(f"going on from step {state.step}", flush=True)
    done = train(state, material, checkpoint, workers=args.workers, minutes=args.minutes, report=_show,
                 every=5 if args.tiny else 20,
                 save_seconds=2.0 if args.tiny else 120.0)
    if not done:
        print(f"stopped at step {state.step} of {settings.steps}; go on with --resume", flush=True)
    _finish(args, state, material, aside)
    return 0


def _settings(args: argparse.Namespace) -> Any:
    from backend.models.compact.training.settings import FULL, TINY, Settings

    settings = Settings(steps=args.steps or (80 if args.tiny else 3000), seed=args.seed,
                        phases=TINY if args.tiny else FULL)
    if args.tiny:
        settings = replace(settings, warm_up=5, held_aside=4, rate=2e-3, averaging=0.9)
    if args.rate:
        settings = replace(settings, rate=args.rate)
    phases = tuple(replace(phase, batch=phase.batch * args.batch) for phase in settings.phases)
    return replace(settings, phases=phases)


def _show(step: int, losses: dict[str, float]) -> None:
    print(f"step {step}: " + ", ".join(f"{name} {value:.3f}" for name, value in losses.items()), flush=True)


def _finish(args: argparse.Namespace, state: Run, material: Material, aside: Material) -> None:
    """Export the averaged weights, measure them, write the card."""
    from backend.models.compact.model import CompactModel
    from backend.models.compact.training.card import write_card
    from backend.models.compact.training.check import check
    from backend.models.compact.training.export import export
    from backend.quality.evaluate import Options, evaluate
    from backend.quality.sequences import find_sequences

    folder = args.out / BEST
    differences = export(state.average, folder)
    model = CompactModel(folder)
    figures = check(model, aside, state.settings.phases[-1], count=4 if args.tiny else 16)
    print("held aside: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)
    development = evaluate(model, find_sequences(args.dev), Options(clicks=True)) if args.dev else None
    terms = args.terms.read_text(encoding="utf-8") if args.terms else "Nothing was said about the material."
    write_card(folder / "card.md", state, material, terms, differences, figures, development)
    print(f"graphs and card are in {folder}", flush=True)
