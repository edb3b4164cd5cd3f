"""From a trained network to the graphs that the tool runs, with a check that they compute the same."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from backend.errors import BadInput
from backend.models.compact.network.network import Encoded, Encoder, Network
from backend.models.compact.shapes import CONTEXT, FINE, MAPS, MIDDLE, TOKEN, VALUE

OPSET = 17
TOLERANCE = 2e-2
"""Largest difference of a logit, as a share of the spread of the logits."""


class _Encode(nn.Module):
    """uint8 (1, height, width, 3) in, as pictures lie in memory."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        return tuple(vars(self.encoder(picture.permute(0, 3, 1, 2).float())).values())


class _Memorise(nn.Module):
    """Values come out as the memory holds them: (N, L, VALUE)."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.memorise = network.memorise

    def forward(self, context: Tensor, maps: Tensor) -> tuple[Tensor, Tensor]:
        return self.memorise(context, maps)


class _Decode(nn.Module):
    """Without the parts of an encoded picture that only the memory needs."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.decode = network.decode

    def forward(
        self, context: Tensor, middle: Tensor, fine: Tensor, query: Tensor, tokens: Tensor, values: Tensor,
        target: Tensor, drawn: Tensor, maps: Tensor,
    ) -> tuple[Tensor, Tensor]:
        return self.decode(Encoded(context, middle, fine, query, query, query), tokens, values, target, drawn, maps)


def export(network: Network, folder: Path) -> dict[str, float]:
    """Write the graphs (`graphs.NAMES`) into a folder, each beside and renamed.

    Returns:
        The largest difference between torch and ONNX Runtime of every output, as a share of its spread.

    Raises:
        BadInput: a graph computes something else than the network.
    """
    network = network.to("cpu").to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    folder.mkdir(parents=True, exist_ok=True)
    differences: dict[str, float] = {}
    for name, module, axes, outputs in _graphs(network):
        beside = folder / f"{name}.onnx.part"
        inputs = _example(name, height=4, width=6, objects=2, memory=48)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer warns of shapes that it does keep dynamic
            torch.onnx.export(module, tuple(inputs.values()), str(beside), input_names=list(inputs),
                              output_names=outputs, dynamic_axes=axes, opset_version=OPSET, dynamo=False)
        differences |= _compare(name, module, beside, outputs)
        beside.replace(folder / f"{name}.onnx")
    return differences


def _graphs(network: Network) -> list[tuple[str, nn.Module, dict[str, dict[int, str]], list[str]]]:
    cells = {2: "h", 3: "w"}
    middle, fine = {2: "2h", 3: "2w"}, {2: "4h", 3: "4w"}
    drawn = {1: "objects", 3: "h", 4: "w"}
    maps = {1: "objects", 3: "4h", 4: "4w"}
    target = {1: "objects"}
    return [
        ("encode", _Encode(network.encoder),
         {"picture": {1: "height", 2: "width"}, "context": cells, "middle": middle, "fine": fine,
          **{name: {1: "cells"} for name in ("query", "token", "near_token")}},
         ["context", "middle", "fine", "query", "token", "near_token"]),
        ("memorise", _Memorise(network), {"context": cells, "maps": maps, "value": drawn, "target": target},
         ["value", "target"]),
        ("decode", _Decode(network),
         {"context": cells, "middle": middle, "fine": fine, "query": {1: "cells"}, "tokens": {1: "memory"},
          "values": {1: "objects", 2: "memory"}, "target": target, "drawn": drawn, "maps": maps,
          "masks": {1: "objects", 2: "8h", 3: "8w"}, "presence": {1: "objects"}},
         ["masks", "presence"]),
        ("discover", network.discover, {"context": cells, "inside": {1: "h", 2: "w"}}, ["inside"]),
    ]


def _example(name: str, height: int, width: int, objects: int, memory: int) -> dict[str, Tensor]:
    """Inputs of a graph for h x w cells."""
    torch.manual_seed(height)
    context = torch.randn(1, CONTEXT, height, width).relu()
    maps = torch.rand(1, objects, MAPS, 4 * height, 4 * width)
    if name == "encode":
        return {"picture": torch.randint(0, 256, (1, 16 * height, 16 * width, 3), dtype=torch.uint8)}
    if name == "memorise":
        return {"context": context, "maps": maps}
    if name == "discover":
        return {"context": context}
    return {
        "context": context, "middle": torch.randn(1, MIDDLE, 2 * height, 2 * width),
        "fine": torch.randn(1, FINE, 4 * height, 4 * width), "query": torch.randn(1, height * width, TOKEN),
        "tokens": torch.randn(1, memory, TOKEN) * 0.1, "values": torch.randn(1, objects, memory, VALUE),
        "target": torch.randn(1, objects, 2, CONTEXT), "drawn": torch.randn(1, objects, VALUE, height, width),
        "maps": maps,
    }


def _compare(name: str, module: nn.Module, path: Path, outputs: list[str]) -> dict[str, float]:
    """At other sizes than it was traced with, among them an empty memory."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = dict.fromkeys(outputs, 0.0)
    for objects, memory in ((1, 0), (3, 100)):
        inputs = _example(name, height=6, width=8, objects=objects, memory=memory)
        with torch.no_grad():
            expected = module(*inputs.values())
        made = session.run(outputs, {key: value.numpy() for key, value in inputs.items()})
        for output, ours, theirs in zip(outputs, made, expected, strict=True):
            spread = float(theirs.std()) if theirs.numel() > 1 else 1.0
            worst[output] = max(worst[output], float(np.abs(ours - theirs.numpy()).max()) / max(spread, 1e-6))
    if max(worst.values()) > TOLERANCE:
        raise BadInput("export_differs", f"The graph {name} differs from the network: {worst}.", "Report this.")
    return {f"{name}.{output}": value for output, value in worst.items()}
