"""The cases of video tasks: see `parity.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backend.models.univs import entities, loading, pictures, rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Clip, Output
from backend.models.univs.entities import Entities, Window
from backend.models.univs.memory import MemoryPool
from backend.models.univs.network import Config, Network
from backend.models.univs.spans import Span
from backend.models.univs.vps import Panoptic, Shared
from backend.models.univs.vis import Instances, Scores, masks_of
from backend.models.univs.vos import Follower, Referred, Settings, Stuff
from backend.parity import formula
from backend.parity.cases import Case
from backend.parity.formula import Array

SLICES = {"ytvis21": (40, 2203), "ytvis19": (40, 3048), "ovis": (25, 2243), "vip": (124, 2924), "vspw": (124, 2924),
          "coco_panoptic": (133, 2641)}


_SHARED = "state_mask_quality_scores"
"""Cases hold these sums as they were when the tensor was last added to in place, which was at a later clip: it was not
copied when they were made."""


class Stored:
    """The draws of a case, in the order they were made."""

    def __init__(self, rows: Array) -> None:
        self._rows = iter(torch.from_numpy(rows.astype(np.int64)))

    def permutation(self, count: int, most: int, object: int, frame: int) -> Tensor:
        """See `visual.Draws`. A count may be off by a few, which is why the numbers are taken modulo it."""
        return next(self._rows)[:most] % count


class Recorder:
    """What the state was after some clips. The loops keep of it what they read again; a case has all of it."""

    def __init__(self, clips: Sequence[int]) -> None:
        self._clips, self._place = clips, 0
        self._kept: dict[str, Tensor] = {}
        self.outputs: dict[str, Array] = {}

    def overlaid(self, name: str, span: Span) -> Tensor:
        """All that was ever in a window: (N, frames, ...)."""
        past = self._kept.get(name, span.values[:, :0])
        whole = span.values.new_zeros(len(span.values), span.end, *span.values.shape[2:])
        whole[:len(past), :past.shape[1]] = past
        whole[:, span.begin:] = span.values
        self._kept[name] = whole
        return whole

    def clip(self, output: Output, state: dict[str, Tensor]) -> None:
        """Record a clip where the case has it."""
        values = {"pred_logits": output.logits, "pred_masks": output.masks, "pred_embds": output.embeddings, **state}
        if self._place in self._clips:
            self.outputs |= {f"clip{self._place}.{name}": one.numpy() if name == _SHARED else one.numpy().copy()
                             for name, one in values.items()}
        self._place += 1


class Video:
    """The frames of a case, seen by the network clip by clip."""

    def __init__(self, case: Case, stride: int | None = None) -> None:
        self.settings: dict[str, Any] = case.about["settings"]
        self.params: dict[str, Any] = case.about["params"]
        released = {name: torch.from_numpy(one) for name, one in case.weights.items()}
        self.network = loading.network_of(released, Config(self.settings["position_3d"],
                                                           self.settings["self_attention_mask"]))
        self.table = torch.from_numpy(formula.tensor(
            "clip_cls_text_emb", case.about["extra_tensors"]["clip_cls_text_emb"], case.about["salt"]))
        inner, frame = (tuple(self.params[name]) for name in ("image_size", "out_size"))
        self.canvas = Canvas(pictures.padded(inner), inner, frame)
        self._frames = case.arrays["frames"].transpose(0, 2, 3, 1)
        self._features = [self.network.features(pictures.picture(one, inner)[None])[0] for one in self._frames]
        self._stride = stride or self.settings["clip_stride"]
        self.length = self.settings["clip_length"]
        self.last = list(rules.clips(len(self._frames), self.length, self._stride))[-1][0]

    def __len__(self) -> int:
        return len(self._frames)

    def clips(self) -> Iterator[tuple[int, Clip, range]]:
        """(first frame, clip, numbers of its frames)."""
        for first, count in rules.clips(len(self), self.length, self._stride):
            numbers = range(first, first + count)
            yield first, self.network.clip(self._features[first:first + count], numbers), numbers


def _settings(video: Video) -> Settings:
    return Settings(video.length, video.settings["clip_stride"], video.settings["prompt_tokens_R"],
                    video.settings["memory_frames_configured"], video.settings["temporal_consistency"])


@torch.inference_mode()
def vos(case: Case) -> dict[str, Array]:
    """Masks given on frames; panoptic VOS as well."""
    video = Video(case)
    arrays = case.arrays
    ids = sorted(set(arrays["prompt_id"].tolist()))
    labels = {int(id): int(label) for id, label in zip(arrays["prompt_id"], arrays["prompt_label"], strict=True)}
    panoptic = "viposeg" in video.params["dataset_name"]
    count, start = SLICES["vip"]
    stuff = Stuff(video.table, slice(start, start + count),
                  {row: labels[id] for row, id in enumerate(ids) if panoptic and labels[id] % 3 == 0})
    follower = Follower(video.network, video.canvas, _settings(video), Stored(arrays["draw_first"]), ids, stuff)
    for mask, frame, id in zip(arrays["prompt_masks"], arrays["prompt_frame"], arrays["prompt_id"], strict=True):
        follower.give(ids.index(id), int(frame), _padded(torch.from_numpy(mask) > 0, video.canvas))
    return _followed(video, follower, Recorder(video.params["clips_stored"]))


def _padded(mask: Tensor, canvas: Canvas) -> Tensor:
    whole = torch.zeros(canvas.padded, dtype=torch.bool)
    whole[:canvas.inner[0], :canvas.inner[1]] = mask
    return whole


def _followed(video: Video, follower: Follower, recorder: Recorder) -> dict[str, Array]:
    outputs = []
    for first, clip, numbers in video.clips():
        output = follower.advance(first, clip, numbers)
        state = {"mask_logits": follower.logits.values, "embds": recorder.overlaid("embds", follower.embeddings),
                 "boxes": recorder.overlaid("boxes", follower.boxes)}
        if follower.pool is not None:
            state |= _pooled(recorder, follower.pool)
        recorder.clip(output, state)
        done = len(clip) if first == video.last else video.settings["clip_stride"]
        outputs.append(follower.masks(first, done) > 0)
    masks = torch.cat(outputs, 1)
    recorder.outputs["masks"] = masks.numpy().astype(np.uint8)
    ids = torch.arange(1, len(masks) + 1)
    recorder.outputs["id_maps"] = (masks.any(0) * (masks.int().argmax(0) + 1)).numpy().astype(np.uint8)
    return recorder.outputs


def _pooled(recorder: Recorder, pool: MemoryPool) -> dict[str, Tensor]:
    return {name: recorder.overlaid(name, one).transpose(1, 2)
            for name, one in (("prompt_feats", pool.features), ("prompt_pe", pool.places))}


@torch.inference_mode()
def refvos(case: Case) -> dict[str, Array]:
    video = Video(case)
    words, sentences = (torch.from_numpy(case.arrays[n]) for n in ("exp_word_feats", "exp_sentence_feats"))
    follower = Referred(video.network, video.canvas, _settings(video), words, sentences)
    return _followed(video, follower, Recorder(video.params["clips_stored"]))


def _entities(video: Video, kind: type[Entities], case: Case) -> Entities:
    given, (count, start) = video.settings, SLICES[video.params["dataset_name"][:3] if video.params["dataset_name"].startswith("vip") else video.params["dataset_name"]]
    settings = entities.Settings(
        video.length, given["clip_stride"], given["prompt_tokens_R"], given["memory_frames_configured"],
        given["backbone_window"], given["temporal_consistency"], given["detect_newly"], given["apply_cls"],
        given["stability"], given["box_nms"], given["overlap_entity"], given["detections_per_image"])
    return kind(video.network, video.canvas, settings, Stored(case.arrays["draw_first"]), video.table,
                slice(start, start + count))


def _searched(video: Video, entities: Entities, recorder: Recorder) -> Iterator[Window]:
    counts = []
    for first, clip, numbers in video.clips():
        output = entities.advance(first, clip, numbers)
        span = Span(entities.clips - 1, entities.latest[:, None])
        state = {"state_logits": recorder.overlaid("state_logits", span),
                 "state_mask_logits": video.canvas.enlarged(entities.logits.values),
                 "state_boxes": recorder.overlaid("state_boxes", entities.boxes),
                 "state_embds": recorder.overlaid("state_embds", entities.embeddings),
                 "state_occurrence": entities.occurrence.values,
                 "state_mask_quality_scores": entities.quality}
        if entities.pool is not None:
            state |= _pooled(recorder, entities.pool)
        recorder.clip(output, state)
        counts.append((entities.new, len(entities)))
        window = entities.flush(first, first == video.last)
        if window is not None:
            yield window
    recorder.outputs["n_new_total"] = np.array(counts, np.int32)


@torch.inference_mode()
def vis_case(case: Case) -> dict[str, Array]:
    video = Video(case)
    recorder = Recorder(video.params["clips_stored"])
    found = _entities(video, Instances, case)
    scores, masks = Scores(), []
    for window in _searched(video, found, recorder):
        scores.add(window)
        masks.append(video.canvas.framed(video.canvas.enlarged(masks_of(window))) > 0)
    whole = torch.cat([torch.cat([one, one.new_zeros(len(found) - len(one), *one.shape[1:])]) for one in masks], 1)
    results = scores.results(found.settings.most)
    rows = video.params["list_rows"]
    recorder.outputs["vis_score"] = np.array([one.score for one in results[:rows]], np.float32)
    recorder.outputs["vis_label"] = np.array([one.label for one in results[:rows]], np.int32)
    recorder.outputs["vis_area"] = np.array([whole[one.row].flatten(1).sum(1).numpy() for one in results[:rows]], np.int32)
    recorder.outputs["vis_masks"] = np.packbits(np.stack([whole[one.row].numpy() for one in results[:3]]), axis=-1)
    return recorder.outputs


@torch.inference_mode()
def vps_case(case: Case) -> dict[str, Array]:
    video = Video(case)
    recorder = Recorder(video.params["clips_stored"])
    found = _entities(video, Panoptic, case)
    found.things = [k for k in range(video.params["num_classes"]) if k % 3]
    shared = Shared(video.canvas, found.things, video.settings["overlap"])
    maps = [shared.add(window) for window in _searched(video, found, recorder)]
    recorder.outputs["panoptic"] = torch.cat(maps).numpy().astype(np.uint8)
    segments = [(number, 1, shared.labels[row] + 1) for row, number in shared.segments.things.items()]
    segments += [(number, 0, label + 1) for label, number in shared.segments.stuff.items()]
    recorder.outputs["segments"] = np.array(segments, np.int32)
    return recorder.outputs
