"""Cases of UNINEXT's video tasks: raw outputs of some passes of the network, and what the tasks made of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backend.masks import Rle
from backend.models.uninext import idol, quasi_dense
from backend.models.uninext.follow import Best, Follower, KnownBox, Rules, find
from backend.models.uninext.instances import Objects, Seen, VideoInstances
from backend.models.uninext.instances import Rules as InstanceRules
from backend.models.uninext.parity_image import asked, raw
from backend.models.uninext.queries import Queries
from backend.models.uninext.scoring import pixel_boxes, resized
from backend.models.uninext.template import Cut
from backend.models.uninext.types import Features, Network, Output, Prompt
from backend.parity.cases import Case
from backend.parity.formula import Array


class _Recorded:
    """A network that keeps what it said.

    Attributes:
        said: outputs of all passes, with embeddings.
        templates: what went in and came out, and how many passes there had been before.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.device, self.multiple = network.device, network.multiple
        self.pixels, self.features, self.text = network.pixels, network.features, network.text
        self.said: list[Output] = []
        self.templates: list[tuple[Tensor, Tensor, Prompt, int]] = []

    def detect(self, features: Features, prompt: Prompt, embed: bool = False) -> list[Output]:
        outputs = self._network.detect(features, prompt, embed=True)
        self.said += outputs
        return outputs

    def template(self, pixels: Tensor, padding: Tensor) -> Prompt:
        prompt = self._network.template(pixels, padding)
        self.templates.append((pixels[0], padding[0], prompt, len(self.said)))
        return prompt


class Run:
    """A case under way.

    Attributes:
        case, settings, given: the case, and of it what it was made with and its arrays.
        network: that of the case, recorded.
        shape: (height, width) of results.
        pixels: gives the pixels of a frame.
    """

    def __init__(self, case: Case, network: Network) -> None:
        self.case, self.settings, self.given = case, case.about["settings"], case.arrays
        self._params = case.about["params"]
        self.network = _Recorded(network)
        height, width = self._params["out_size"]
        self.shape = int(height), int(width)
        self.pixels = functools.lru_cache(1)(self._pixels)

    def frames(self) -> Iterator[Features]:
        """Features of every frame."""
        return (self.network.features(self.pixels(frame)) for frame in range(len(self.given["frames"])))

    def raw(self, scaled: bool = False) -> dict[str, Array]:
        """Outputs of the passes that the case stores, and the templates.

        Args:
            scaled: boxes are stored in pixels of results.
        """
        height, width = self.shape
        made: dict[str, Array] = {}
        for call in self._params["calls_stored"]:
            made |= raw(f"call{call}", self.network.said[call])
            if scaled:
                made[f"call{call}.pred_boxes"] = made[f"call{call}.pred_boxes"] * [width, height, width, height]
        for place in self._params.get("templates_stored", ()):
            pixels, padding, prompt, _ = self.network.templates[place]
            made |= {f"template{place}.tensor": pixels.numpy(), f"template{place}.pad_mask": padding.numpy(),
                     f"template{place}.hidden": prompt.hidden[0].numpy(),
                     f"template{place}.valid": prompt.mask[0].numpy()}
        if self.network.templates:
            made["template_calls"] = np.array([calls for *_, calls in self.network.templates])
        return made

    def following(self, visible: float) -> Rules:
        """How objects are followed."""
        settings = self.settings
        return Rules(visible=visible, sure=settings["update_threshold"], every=settings["sot_update_interval"],
                     both=settings["sot_online_update"], with_iou=settings["iou_branch"],
                     cut=Cut(settings["template_size"], settings["search_factor"]))

    def of_found(self, found: Sequence[Best]) -> dict[str, Array]:
        """Scores and boxes of objects that were followed."""
        return {"scores": np.array([one.score for one in found], np.float32),
                "boxes": torch.stack([pixel_boxes(one.box, self.shape) for one in found]).numpy()}

    def _pixels(self, frame: int) -> Tensor:
        return self.network.pixels(self.given["frames"][frame].transpose(1, 2, 0))


def vis(case: Case, network: Network) -> dict[str, Array]:
    """Video instance segmentation."""
    run = Run(case, network)
    task = VideoInstances(_rules(run))
    frames, seen, alive = _instances(run, task)
    scores, labels, masks = [], [], []
    for id, tally in task.tallies.items():
        here = [one.get(id) if frame >= tally.first else None for frame, one in enumerate(frames)]
        for label, score in enumerate(tally.mean.tolist()):
            if score > run.settings["vis_result_threshold"]:
                scores.append(score)
                labels.append(label)
                masks.append(here)
    rows = run.given["vis_masks_rows"]
    nothing = np.zeros(run.shape, bool)
    return run.raw() | _tracked(seen, alive) | {
        "vis_scores": np.array(scores, np.float32), "vis_labels": np.array(labels), "vis_masks_rows": rows,
        "vis_area": np.array([[-1 if mask is None else mask.sum() for mask in one] for one in masks]),
        "vis_masks": np.packbits([[nothing if mask is None else mask for mask in masks[row]] for row in rows], axis=-1),
    }


def mot(case: Case, network: Network) -> dict[str, Array]:
    """Multiple object tracking, with boxes and with masks."""
    run = Run(case, network)
    frames, seen, alive = _instances(run, Objects(_rules(run)))
    run.network.said *= 2  # the authors went through the clip twice: for boxes, then for masks
    boxes: list[list[float]] = []
    areas: list[list[int]] = []
    for frame, (one, masks) in enumerate(zip(seen, frames, strict=True)):
        corners = pixel_boxes(run.network.said[frame].boxes, run.shape)
        for query, id, score, label in sorted(one.tracked(), key=lambda row: row[3]):
            boxes.append([frame, label, id, *corners[query].tolist(), score])
        areas += sorted([frame, id, label, int(masks[id].sum())] for _, id, _, label in one.tracked())
    return run.raw(scaled=True) | _tracked(seen, alive) | {
        "mot_rows": np.array(boxes, np.float32), "mots_rows": np.array(areas)}


def rvos(case: Case, network: Network) -> dict[str, Array]:
    """One expression on every frame."""
    run = Run(case, network)
    prompts, _ = asked(case, run.network)
    masks = [resized(find(run.network, features, prompts, run.settings["iou_branch"])[0].mask[None], run.shape)[0]
             > run.settings["mask_threshold"] for features in run.frames()]
    return run.raw(scaled=True) | {
        "masks": np.packbits(torch.stack(masks).numpy(), axis=-1),
        "mask_area": np.array([int(mask.sum()) for mask in masks])}


def sot(case: Case, network: Network) -> dict[str, Array]:
    """One object from its box on the first frame."""
    run = Run(case, network)
    follower = Follower(run.network, run.pixels, run.following(visible=0.0))
    height, width = run.given["frames"].shape[2:]
    follower.trust(0, 1, KnownBox.of(run.given["prompt_box"][0].tolist(), (height, width)))
    found = [follower.step(frame, features, run.shape)[0][1] for frame, features in enumerate(run.frames()) if frame]
    sides = np.array([run.shape[1], run.shape[0]] * 2)
    of_found = run.of_found(found)
    first = run.given["prompt_box"] * sides / np.array([width, height] * 2)
    boxes = np.vstack([first, of_found["boxes"]]).clip(0, sides)
    boxes[:, 2:] -= boxes[:, :2]
    masks = np.stack([(one.mask > run.settings["mask_threshold"]).numpy() for one in found])
    return run.raw() | of_found | {"boxes_txt": boxes.astype(np.int32), "masks": np.packbits(masks, axis=-1)}


def vos(case: Case, network: Network) -> dict[str, Array]:
    """Objects from their masks, each from the frame it is given on."""
    run = Run(case, network)
    hides = case.about["params"]["dataset"].startswith(("ytbvos", "vots"))
    given, visible = run.given, run.settings["vos_instance_threshold"] if hides else 0.0
    follower = Follower(run.network, run.pixels, run.following(visible))
    maps: list[Array] = []
    every: list[Best] = []
    for frame, features in enumerate(run.frames()):
        for at, id, mask in zip(given["prompt_frame"], given["prompt_id"], given["prompt_masks"], strict=True):
            if at == frame:
                follower.trust(frame, int(id), Rle.from_mask(mask))
        found, masks = follower.step(frame, features, run.shape)
        maps.append(sum((id * mask.numpy() for id, mask in masks.items()), np.zeros(run.shape, np.uint8)))
        every += found.values()
    return run.raw() | run.of_found(every) | {"id_maps": np.stack(maps)}


def _rules(run: Run) -> InstanceRules:
    settings = run.settings
    return InstanceRules(
        least=settings["vis_select"], result=settings["vis_result_threshold"],
        idol=idol.Rules(averaged=settings["vis_memory_len"]),
        quasi_dense=quasi_dense.Rules(new=settings["track_init"], sure=settings["track_obj"]))


def _instances(run: Run, task: VideoInstances | Objects) -> tuple[list[dict[int, Array]], list[Seen], list[int]]:
    """Of every frame the masks of its tracks, its instances, and the tracks that are remembered after it."""
    prompts, classes = asked(run.case, run.network)
    masks: list[dict[int, Array]] = []
    seen: list[Seen] = []
    alive: list[int] = []
    for features in run.frames():
        queries = Queries(run.network.detect(features, prompts[0]), classes, run.settings["iou_branch"])
        one = task.step(queries, run.shape)
        seen.append(one)
        alive.append(task.tracker.alive)
        tracked = list(one.tracked())
        probable = resized(queries.probable_masks([query for query, *_ in tracked]), run.shape)
        masks.append({id: (mask > run.settings["mask_threshold"]).numpy()
                      for (_, id, *_), mask in zip(tracked, probable, strict=True)})
    return masks, seen, alive


def _tracked(seen: Sequence[Seen], alive: Sequence[int]) -> dict[str, Any]:
    return {
        "track_ids": np.array([id for one in seen for id in one.ids]),
        "track_query": np.array([query for one in seen for query in one.queries]),
        "track_label": np.concatenate([one.labels.numpy() for one in seen]),
        "track_count": np.array([len(one.ids) for one in seen]), "tracks_alive": np.array(alive),
    }
