"""Cases of SAM 2.1 as an interactive tracker: the released predictor's runs, step by step, with its rules."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from backend.models.sam2.config import architecture_of
from backend.models.sam2.network import Network, load
from backend.models.sam2.tracker import BOX, RELEASED, Clicks, Entry, Tracker
from backend.parity.cases import Case
from backend.parity.formula import Array

TOLERANCES: Mapping[str, str] = {
    **dict.fromkeys(("a_click1", "a_box", "a_click2", "a_correct", "b_correct", "a_reclick", "c_mask", "c_single"),
                    "clicks"),
    **dict.fromkeys(("a_track", "a_again", "b_again", "c_track"), "track"),
    **dict.fromkeys(("a_track_scores", "b_again_scores", "c_track_scores"), "scores"),
    "a_track_ptr": "ptr",
    **dict.fromkeys(("a_track_masks", "a_again_masks", "b_again_masks", "c_track_masks"), "masks"),
}

ONE, TWO = BOTH = 1, 2
"""The objects of a case."""


def outputs(case: Case) -> dict[str, Array]:
    """Runs A, B and C of the case's `procedure`."""
    network, frames = network_of(case), case.arrays["sam_frames"]
    features = lru_cache(maxsize=None)(lambda frame: network.features(network.picture(frames[frame])))

    def tracker() -> Tracker:
        return Tracker(network, features, len(frames), RELEASED)

    return _runs_a_and_b(_Video(case, tracker())) | _run_c(_Video(case, tracker()))


def network_of(case: Case) -> Network:
    """The network of a case, loaded as a released file is."""
    config = case.about["model_config"]
    settings = config.get("settings", {})
    tensors = {name: torch.from_numpy(value) for name, value in case.weights.items()}
    return load(tensors, architecture_of(config["sam2_tiny"], settings), title=case.name,
                binarise_prompts=settings.get("binarize_mask_from_pts_for_mem_enc", True))


class _Video:
    """A tracker on the frames of a case, and the latest answer an object and frame."""

    def __init__(self, case: Case, tracker: Tracker) -> None:
        self.given: Mapping[str, Any] = case.arrays
        self.tracker, self.count = tracker, len(case.arrays["sam_frames"])
        self.height, self.width = (int(side) for side in case.arrays["video_size"])
        self.latest: dict[int, dict[int, Entry]] = {}

    def click(self, frame: int, object: int, points: str, labels: str | None = None) -> Array:
        """The logits that answer points of the original video, by their names in the case; without labels: a box."""
        scale = np.array([self.tracker.picture_size / self.width, self.tracker.picture_size / self.height])
        where = self.given[points].reshape(-1, 2) * scale
        what = self.given[labels] if labels else np.array(BOX)
        clicks = Clicks(where.astype(np.float32), what.astype(np.int64))
        return np.asarray(self.tracker.click(frame, object, clicks).logits)

    def propagate(self, frames: Iterable[int], *, reverse: bool = False) -> None:
        """Track every object over frames."""
        for frame in frames:
            for object, entry in self.tracker.track(frame, reverse=reverse).items():
                self.latest.setdefault(object, {})[frame] = entry

    @property
    def start(self) -> int:
        """Where tracking begins by default: the first frame a person said something about."""
        trails = self.tracker.trails.values()
        return min(frame for trail in trails
                   for frame in (*trail.trusted, *(at for at, (_, trusted) in trail.pending.items() if trusted)))

    def stacked(self, what: str, objects: Iterable[int], frames: Iterable[int]) -> Array:
        """An attribute of the latest answers: (objects, frames, ...)."""
        return np.stack([np.stack([getattr(self.latest[object][frame], what).numpy() for frame in frames])
                         for object in objects])

    def masks(self) -> Array:
        """The masks of both objects on all frames at the video's size, eight pixels a byte."""
        logits = torch.from_numpy(self.stacked("logits", BOTH, range(self.count)))
        return np.packbits((F.interpolate(logits, (self.height, self.width), mode="bilinear") > 0).numpy())


def _runs_a_and_b(video: _Video) -> dict[str, Array]:
    """They are one until the correction."""
    prompt = int(video.given["frame_prompt"][0])
    made = {
        "a_click1": video.click(prompt, ONE, "points_a", "labels_a"),
        "a_box": video.click(prompt, TWO, "box"),
        "a_click2": video.click(prompt, ONE, "points_a2", "labels_a2"),
    }
    video.propagate(range(video.start, video.count))
    video.propagate(range(prompt, -1, -1) if prompt else (), reverse=True)
    frames, kept = range(video.count), video.given["kept_frames"].tolist()
    made |= {
        "a_track": video.stacked("logits", BOTH, kept), "a_track_scores": video.stacked("score", BOTH, frames),
        "a_track_ptr": video.stacked("pointer", BOTH, frames), "a_track_masks": video.masks(),
    }
    other = copy.deepcopy(video.tracker.trails), copy.deepcopy(video.latest)
    made |= _correct(video, "a", (ONE,))
    made["a_reclick"] = video.click(prompt, ONE, "points_s", "labels_s")
    video.tracker.trails, video.latest = other
    video.tracker.rules = replace(RELEASED, trust_corrections=True)
    return made | _correct(video, "b", BOTH)


def _correct(video: _Video, run: str, kept: Iterable[int]) -> dict[str, Array]:
    """The correction, and everything tracked once more; of `kept` objects the logits."""
    after = [frame for frame in video.given["kept_frames"].tolist() if frame >= int(video.given["frame_prompt"][0])]
    corrected = video.click(int(video.given["frame_correct"][0]), ONE, "points_c", "labels_c")
    video.propagate(range(video.start, video.count))
    return {
        f"{run}_correct": corrected, f"{run}_again": video.stacked("logits", kept, after),
        f"{run}_again_scores": video.stacked("score", BOTH, range(video.count)), f"{run}_again_masks": video.masks(),
    }


def _run_c(video: _Video) -> dict[str, Array]:
    frames = range(video.count)
    mask = video.tracker.give(0, ONE, video.given["mask"] > 0)
    single = video.click(int(video.given["frame_single"][0]), TWO, "points_s", "labels_s")
    video.propagate(frames)
    return {
        "c_mask": mask.logits.numpy(), "c_single": single,
        "c_track": video.stacked("logits", BOTH, video.given["kept_frames"].tolist()),
        "c_track_scores": video.stacked("score", BOTH, frames), "c_track_masks": video.masks(),
    }
