"""The model card: what was trained on what, for how long, and how good it is. Written by the run itself."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from backend.models.compact.training.loop import Run
from backend.models.compact.training.material import Material

_SHOWN = 12
"""Lines of the curve."""


def write_card(
    path: Path, run: Run, material: Material, terms: str, differences: Mapping[str, float],
    aside: Mapping[str, float], development: Mapping[str, Any] | None,
) -> None:
    """Write the card beside the weights.

    Args:
        terms: what the material is and what it permits, markdown; from whoever starts the run.
        differences: of the exported graphs from the network (see `export`).
        aside: figures on material held aside.
        development: the report of `backend.quality.evaluate.evaluate`, if it was measured.
    """
    network = run.network
    parameters = sum(p.numel() for p in network.parameters())
    weights = sum(file.stat().st_size for file in path.parent.glob("*.onnx"))
    sections = {
        "# compact: model card": "Written by `launch.py train`.",
        "## What it is": f"{parameters / 1e6:.2f} M parameters, {weights / 2**20:.1f} MB in ONNX; "
                         "see docs/guides/compact-model.md.",
        "## Data and terms": f"{material}.\n\n{terms.strip()}",
        "## Training": _training(run),
        "## Export": f"Largest difference between torch and ONNX Runtime, as a share of an output's spread: "
                     f"{max(differences.values()):.1e}.",
        "## Figures": _figures(aside, development),
    }
    beside = path.with_name(path.name + ".part")
    beside.write_text("\n\n".join(f"{title}\n\n{text}" for title, text in sections.items()) + "\n", encoding="utf-8")
    beside.replace(path)


def _training(run: Run) -> str:
    device = next(run.network.parameters()).device
    hardware = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{os.cpu_count()} CPU cores"
    settings = [f"| {name} | {value} |" for name, value in vars(run.settings).items() if name != "phases"]
    phases = [f"| until {p.until:.0%} of the steps | {p.batch} sequences of {p.frames} frames, {p.size} px |"
              for p in run.settings.phases]
    curve = run.history[:: max(1, len(run.history) // _SHOWN)]
    losses = [f"| {step} | " + " | ".join(f"{losses[name]:.3f}" for name in ("prompted", "tracked", "presence")) + " |"
              for step, losses in curve]
    return "\n".join([
        f"{run.step} of {run.settings.steps} steps in {run.seconds / 60:.0f} minutes on {hardware} "
        f"({platform.machine()}, torch {torch.__version__}).", "",
        "| setting | value |", "|---|---|", *settings, *phases, "",
        "| step | loss of prompted masks | of tracked masks | of presence |", "|---|---|---|---|", *losses,
    ])


def _figures(aside: Mapping[str, float], development: Mapping[str, Any] | None) -> str:
    lines = ["Mean intersection over union on pseudo-videos of pictures held aside: "
             + ", ".join(f"{name} {value:.3f}" for name, value in aside.items()) + "."]
    if development:
        lines += ["", "Development sequences (`launch.py evaluate`, from the first frame's mask):", "",
                  "| sequence | J | F | J&F |", "|---|---|---|---|"]
        for row in (*development["sequences"], {"name": "mean over objects", **development["mean"]}):
            lines.append(f"| {row['name']} | {row['J']:.3f} | {row['F']:.3f} | {row['J&F']:.3f} |")
        clicks = development["mean"].get("clicks")
        if clicks:
            after = ", ".join(f"{k}: {iou:.3f}" for k, iou in clicks["mean_iou_after"].items())
            lines += ["", f"Mean intersection over union after so many simulated clicks: {after}."]
    return "\n".join(lines)
