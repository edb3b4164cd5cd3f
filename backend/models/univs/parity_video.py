"""The cases of video tasks: see `parity.py`. Every one goes through the loop that serves users. The loop keeps of its
state what it reads again; a case has all of it, which is put together here clip by clip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from backend.errors import BadInput
from backend.models.univs import entities, parity_image, pictures, rules, text, vos, vss
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Clip, Output
from backend.models.univs.concepts import SLICES
from backend.models.univs.entities import Entities, Window
from backend.models.univs.memory import MemoryPool
from backend.models.univs.spans import Span
from backend.models.univs.text import Tokens
from backend.models.univs.vis import Instances, Scores, masks_of
from backend.models.univs.vos import Follower, Referred, Stuff
from backend.models.univs.vps import Panoptic, Shares
from backend.parity import formula
from backend.parity.cases import Case
from backend.parity.formula import Array

_SHARED = "state_mask_quality_scores"
"""Cases hold these sums as they were when the tensor was last added to in place, which was at a later clip: it was not
copied when they were made."""


class Stored:
    """The draws of a case, in the order they were made."""

    def __init__(self, case: Case) -> None:
        self._rows = iter(torch.from_numpy(case.arrays["draw_first"].astype(np.int64)))

    def permutation(self, count: int, most: int, object: int, frame: int) -> Tensor:
        """See `visual.Draws`. A count may be off by a few, which is why the numbers are taken modulo it.

        Raises:
            BadInput: the case has no more.
        """
        row = next(self._rows, None)
        if row is None:
            raise BadInput("too_few_draws", "More is drawn than the case has.", "Something before it went another way.")
        return row[:most] % count


class Recorder:
    """What a case expects of some of its clips."""

    def __init__(self, case: Case) -> None:
        self._clips, self._place = case.about["params"]["clips_stored"], 0
        self._whole: dict[str, Tensor] = {}
        self.outputs: dict[str, Array] = {}

    def whole(self, name: str, span: Span) -> Tensor:
        """All that was ever in a window: (N, frames, ...)."""
        past = self._whole.get(name, span.values[:, :0])
        whole = span.values.new_zeros(len(span.values), span.end, *span.values.shape[2:])
        whole[:len(past), :past.shape[1]] = past
        whole[:, span.begin:] = span.values
        self._whole[name] = whole
        return whole

    def pool(self, pool: MemoryPool | None) -> dict[str, Tensor]:
        """The memory pool, where there is one."""
        return {} if pool is None else {
            "prompt_feats": self.whole("prompt_feats", pool.features).transpose(1, 2),
            "prompt_pe": self.whole("prompt_pe", pool.places).transpose(1, 2)}

    def clip(self, output: Output, state: Mapping[str, Tensor]) -> None:
        """What the decoder said of a clip, and the state after it."""
        values = {"pred_logits": output.logits, "pred_masks": output.masks, "pred_embds": output.embeddings, **state}
        if self._place in self._clips:
            self.outputs |= {f"clip{self._place}.{name}": one.numpy() if name == _SHARED else one.numpy().copy()
                             for name, one in values.items()}
        self._place += 1


class Video:
    """The frames of a case, as the network sees them clip by clip.

    Args:
        stride: of the clips; None: that of the settings.
    """

    def __init__(self, case: Case, stride: int | None = None) -> None:
        self.settings: Mapping[str, Any] = case.about["settings"]
        self.params: Mapping[str, Any] = case.about["params"]
        self.network, self.table = parity_image.network_of(case), parity_image.table_of(case)
        inner, frame = (tuple(self.params[name]) for name in ("image_size", "out_size"))
        self.canvas = Canvas(pictures.padded(inner), inner, frame)
        seen = case.arrays["frames"].transpose(0, 2, 3, 1)
        self._features = [self.network.features(pictures.picture(one, inner)[None])[0] for one in seen]
        self.length, self.stride = self.settings["clip_length"], stride or self.settings["clip_stride"]

    def clips(self) -> Iterator[tuple[int, Clip, range, bool]]:
        """First frame, clip, numbers of its frames, and whether it is the last."""
        frames = len(self._features)
        for first, count in rules.clips(frames, self.length, self.stride):
            numbers = range(first, first + count)
            clip = self.network.clip(self._features[first:first + count], numbers)
            yield first, clip, numbers, numbers.stop == frames

    @property
    def classes(self) -> slice:
        """The rows of the table that are scored."""
        return SLICES[self.params["dataset_name"]]


@torch.inference_mode()
def followed(case: Case) -> dict[str, Array]:
    """VOS and panoptic VOS."""
    video, arrays = Video(case), case.arrays
    ids = list(dict.fromkeys(arrays["prompt_id"].tolist()))
    labels = dict(zip(arrays["prompt_id"].tolist(), arrays["prompt_label"].tolist(), strict=True))
    panoptic, stuff = "viposeg" in video.params["dataset_name"], parity_image.stuff_of(case)
    follower = Follower(
        video.network, video.canvas, _following(video), Stored(case), ids,
        Stuff(video.table, video.classes if panoptic else slice(0),
              {row: labels[id] for row, id in enumerate(ids) if panoptic and labels[id] in stuff}))
    for mask, frame, id in zip(arrays["prompt_masks"], arrays["prompt_frame"], arrays["prompt_id"], strict=True):
        follower.give(ids.index(id), int(frame), video.canvas.padded_mask(torch.from_numpy(mask) > 0))
    masks, recorder = _follow(case, video, follower)
    return {**recorder.outputs, "id_maps": _ids(masks, [0, *ids])}


@torch.inference_mode()
def referred(case: Case) -> dict[str, Array]:
    """RefVOS, its expressions given as token ids."""
    video = Video(case)
    encoder = case.about["params"]["text_encoder"]
    released = formula.state_dict(encoder["state_dict"], salt=case.about["salt"])
    reader = text.load({name: torch.from_numpy(one) for name, one in released.items()}, Tokens([], encoder["context"]))
    words, sentences = reader.of_ids(torch.from_numpy(case.arrays["token_ids"].astype(np.int64)))
    follower = Referred(video.network, video.canvas, _following(video), words, sentences)
    masks, recorder = _follow(case, video, follower)
    return {**recorder.outputs, "masks": masks.numpy().astype(np.uint8), "id_maps": _ids(masks, range(len(masks) + 1))}


@torch.inference_mode()
def instances(case: Case) -> dict[str, Array]:
    """VIS."""
    video, recorder = Video(case), Recorder(case)
    found = Instances(video.network, video.canvas, _searching(video), Stored(case), video.table, video.classes)
    scores, masks = Scores(), list[Tensor]()
    for window in _search(video, found, recorder):
        scores.add(window)
        masks.append(video.canvas.framed(video.canvas.enlarged(masks_of(window))) > 0)
    whole = torch.cat([torch.cat([one, one.new_zeros(len(found) - len(one), *one.shape[1:])]) for one in masks], 1)
    results = scores.results(found.settings.most)[:video.params["list_rows"]]
    best = whole[[one.row for one in results]]
    return {
        **recorder.outputs, "vis_score": np.array([one.score for one in results]),
        "vis_label": np.array([one.label for one in results]), "vis_area": best.flatten(2).sum(2).numpy(),
        "vis_masks": np.packbits(best[:len(case.arrays["vis_masks"])].numpy(), axis=-1)}


@torch.inference_mode()
def panoptic(case: Case) -> dict[str, Array]:
    """VPS."""
    video, recorder = Video(case), Recorder(case)
    things = set(range(video.params["num_classes"])) - parity_image.stuff_of(case)
    found = Panoptic(video.network, video.canvas, _searching(video), Stored(case), video.table, video.classes, things)
    shares = Shares(video.canvas, things, video.settings["overlap"])
    maps = [shares.add(window) for window in _search(video, found, recorder)]
    segments = [(one.number, one.thing, one.label + 1) for one in shares.segments()]
    return {**recorder.outputs, "panoptic": torch.cat(maps).numpy().astype(np.uint8), "segments": np.array(segments)}


@torch.inference_mode()
def semantic(case: Case) -> dict[str, Array]:
    """VSS, with the prompts of all classes, whose numbers the case has."""
    video, recorder = Video(case, case.about["settings"]["clip_length"]), Recorder(case)
    labels = []
    for _, clip, _, _ in video.clips():
        prompts = video.network.categories(clip, video.table[video.classes])
        output = video.network.decode(clip, video.table, prompts)
        labels.append(vss.regions(output.found().of(video.classes), video.canvas))
        recorder.clip(output, {})
    return {**recorder.outputs, "semantic": torch.cat(labels).numpy().astype(np.uint8)}


def _ids(masks: Tensor, numbers: Sequence[int]) -> Array:
    """The number of the first object that has a pixel, uint8 (frames, height, width). numbers: of none, and of each."""
    first = torch.where(masks.any(0), masks.int().argmax(0) + 1, 0)
    return torch.tensor(numbers)[first].numpy().astype(np.uint8)


def _following(video: Video) -> vos.Settings:
    given = video.settings
    return vos.Settings(video.length, video.stride, given["prompt_tokens_R"], given["memory_frames_configured"],
                        given["temporal_consistency"])


def _searching(video: Video) -> entities.Settings:
    given = video.settings
    return entities.Settings(
        video.length, video.stride, given["prompt_tokens_R"], given["memory_frames_configured"],
        given["backbone_window"], given["temporal_consistency"], given["detect_newly"], given["apply_cls"],
        given["stability"], given["box_nms"], given["overlap_entity"], given["detections_per_image"])


def _follow(case: Case, video: Video, follower: Follower) -> tuple[Tensor, Recorder]:
    """Masks bool (N, frames, height, width), and what was recorded on the way."""
    recorder, masks = Recorder(case), []
    for first, clip, numbers, last in video.clips():
        output = follower.advance(first, clip, numbers)
        recorder.clip(output, {
            "mask_logits": follower.logits.values, "embds": recorder.whole("embds", follower.embeddings),
            "boxes": recorder.whole("boxes", follower.boxes), **recorder.pool(follower.pool)})
        masks.append(follower.masks(first, len(clip) if last else video.stride) > 0)
    return torch.cat(masks, 1), recorder


def _search(video: Video, found: Entities, recorder: Recorder) -> Iterator[Window]:
    """The windows of results; what is recorded is whole after the last."""
    counts = []
    for first, clip, numbers, last in video.clips():
        output = found.advance(first, clip, numbers)
        recorder.clip(output, {
            "state_logits": recorder.whole("state_logits", Span(found.clips - 1, found.latest[:, None])),
            "state_mask_logits": video.canvas.enlarged(found.logits.values),
            "state_boxes": recorder.whole("state_boxes", found.boxes),
            "state_embds": recorder.whole("state_embds", found.embeddings),
            "state_occurrence": found.occurrence.values, _SHARED: found.quality, **recorder.pool(found.pool)})
        counts.append((found.new, len(found)))
        window = found.flush(first, last)
        if window is not None:
            yield window
    recorder.outputs["n_new_total"] = np.array(counts)
