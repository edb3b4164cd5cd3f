"""UniPixel at work on one video."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import torch

from backend.errors import BadInput
from backend.masks import BoolMask
from backend.models.placement import told_when_full
from backend.models.sam2.masks import mask_of, segment_of
from backend.models.sam2.session import Sam2Session
from backend.models.sam2.tracker import Entry
from backend.models.seam import Answer, Candidate, Frames, Segment
from backend.models.unipixel import frames as rules
from backend.models.unipixel import pointing, words
from backend.models.unipixel.heads import Reference
from backend.models.unipixel.loader import Parts
from backend.models.unipixel.network import Clip
from backend.models.unipixel.speech import Speech
from backend.prompts import Box, Categories, Expression, Point, Question

CLIPS = 3
"""Clips whose ViT features are kept, so that another question about the same frames need not pay again; about 30 MB
each for the 3B model in bfloat16."""

_MOST_WORDS, _MOST_WORDS_ON_OBJECTS = 512, 256
"""New tokens of an answer."""


class UniPixelSession:
    """See `backend.models.seam.Session`. Clicks, masks and tracking go to the SAM 2.1 it carries; words through the
    language model.

    Args:
        frames: of the video.
        parts: the loaded checkpoint.
        speech: its language part with the tokenizer.
        best_frame: propose an object where it is seen best among the frames the language model saw, not on the frame
            that was asked for (or the first after it that shows it).
    """

    def __init__(self, frames: Frames, parts: Parts, speech: Speech, *, best_frame: bool = False) -> None:
        self._frames, self._network, self._speech, self._best_frame = frames, parts.language, speech, best_frame
        self._carried, self._sam2 = parts.sam2, Sam2Session(frames, parts.sam2)
        self._features = self._sam2.features
        self._told: list[tuple[int, dict[int, BoolMask]]] = []
        self._clips: OrderedDict[tuple[int, ...], Clip] = OrderedDict()

    @told_when_full("UniPixel")
    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """By SAM 2 alone: it takes negative clicks, which the language model does not know, and is quicker."""
        return self._sam2.segment(frame, prompts)

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """As mask prompts, once something is tracked: the language model does not need them."""
        self._told.append((frame, dict(masks)))

    def forget(self, objects: Iterable[int]) -> None:
        """Drops them from SAM 2's memory."""
        gone = set(objects)
        left = [(frame, {object: mask for object, mask in masks.items() if object not in gone})
                for frame, masks in self._told]
        self._told = [(frame, masks) for frame, masks in left if masks]
        self._sam2.forget(gone)

    @told_when_full("UniPixel")
    def track(self, frame: int) -> dict[int, Segment]:
        """By SAM 2."""
        for at, masks in self._told:
            self._sam2.remember(at, masks)
        self._told.clear()
        return self._sam2.track(frame)

    @torch.inference_mode()
    @told_when_full("UniPixel")
    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """A candidate a segmentation token; categories are asked for one by one. At most `rules.WINDOW` frames around
        the frame are looked at.

        Raises:
            BadInput: nothing is said to look for, or with tokens of the model's own.
        """
        if query is None:
            raise BadInput("words_needed", "UniPixel finds only what it is told to find.", "Say what to look for.")
        seen, clip = self._look(frame, within)
        if isinstance(query, Expression):
            requests: list[tuple[str | None, str]] = [(None, words.segment(words.plain(query.text), len(seen)))]
        else:
            requests = [(name, words.segment(words.plain(name), len(seen), "phrase")) for name in query.names]
        prompts: list[torch.Tensor] = []
        categories: list[str | None] = []
        for category, request in requests:
            prompts.append(self._speech.ask(request, clip, most=_MOST_WORDS).prompts)
            categories += [category] * len(prompts[-1])
        found = self._candidates(frame, seen, torch.cat(prompts), categories)
        return sorted(found, key=lambda one: -one.segment.score)

    @torch.inference_mode()
    @told_when_full("UniPixel")
    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """Objects go through the memory bank (section 3.3). Without any, masks are asked for too; they are on the first
        frame, or the first that shows one.

        Raises:
            BadInput: an object has no mask within the range.
        """
        text = words.plain(question.text)
        if not objects:
            seen, clip = self._look(None, within)
            reply = self._speech.ask(words.segment(text, len(seen), "question"), clip, most=_MOST_WORDS)
        else:
            seen, masks = self._shown(objects, within)
            clip = self._clip(seen)
            memories, steps = self._network.remember(clip, masks)
            named = words.about(words.describe(text, list(objects), len(seen)),
                                dict(zip(objects, steps, strict=True)), len(seen))
            reply = self._speech.ask(named, clip, most=_MOST_WORDS_ON_OBJECTS, memories=memories)
        for frame, entries in zip(seen, self._follow(seen, reply.prompts), strict=False):
            if any(entry.score > 0 for entry in entries):
                return Answer(words.said(reply.text), [self._segment(entry) for entry in entries], frame)
        return Answer(words.said(reply.text))

    @torch.inference_mode()
    @told_when_full("UniPixel")
    def localize(
        self, question: str, frame: int, prompts: Mapping[int, Point | Box], within: range | None = None
    ) -> dict[int, Segment]:
        """What visual prompts on a frame point at, understood by the language model in the light of a question (section
        4.3, the first pass of PixelQA): pre-fills the memory bank where a person clicked instead of giving masks.

        Args:
            question: names a prompt by its number in brackets, or none.
            prompts: one point or box a number; what lies around a point is not excluded by anything.
        """
        seen, clip = self._look(frame, within)
        if not prompts:
            return {}
        time = seen.index(frame) / (clip.grid[0] * self._network.config.temporal - 1)
        request, answer, order = words.localize(words.plain(question), list(prompts))
        references = [Reference(self._corners(prompts[number]), time) for number in order]
        tokens = self._speech.force(request, answer, clip, references)
        entries = next(self._follow([frame], tokens))
        return {number: self._segment(entry) for number, entry in zip(order, entries, strict=True)}

    def close(self) -> None:
        """Drops memory, features and clips."""
        self._told.clear()
        self._sam2.close()
        self._clips.clear()

    def _look(self, frame: int | None, within: range | None) -> tuple[list[int], Clip]:
        """The frames the language model sees around a frame (None: from the first on), and what it sees."""
        whole = range(len(self._frames)) if within is None else within
        clip = rules.window(whole.start if frame is None else frame, whole)
        seen = rules.sample(clip, () if frame is None else [frame])
        return seen, self._clip(seen)

    def _clip(self, seen: list[int]) -> Clip:
        key = tuple(seen)
        if key not in self._clips:
            to = rules.size(self._frames.height, self._frames.width, len(seen), self._network.config.factor)
            self._clips[key] = self._network.see([rules.resize(self._frames[frame], to) for frame in seen])
            while len(self._clips) > CLIPS:
                self._clips.popitem(last=False)
        self._clips.move_to_end(key)
        return self._clips[key]

    def _shown(
        self, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None
    ) -> tuple[list[int], torch.Tensor]:
        """Frames on which every object is shown, and the masks there: bool (frames, objects, height, width)."""
        whole = range(len(self._frames)) if within is None else within
        present = {object: [frame for frame in sorted(masks) if frame in whole and masks[frame].any()]
                   for object, masks in objects.items()}
        absent = [object for object, on in present.items() if not on]
        if absent:
            raise BadInput("object_not_seen", f"Object {absent[0]} has no mask on the frames that are looked at.",
                           "Give it a mask there, or choose a range that shows it.")
        first, last = min(on[0] for on in present.values()), max(on[-1] for on in present.values())
        clip = rules.window((first + last) // 2, whole)
        if first not in clip or last not in clip:
            clip = range(first, last + 1)
        turns = zip_longest(*([on[len(on) // 2], *on] for on in present.values()))
        seen = rules.sample(clip, [frame for turn in turns for frame in turn if frame is not None])
        none = np.zeros((self._frames.height, self._frames.width), bool)
        return seen, torch.from_numpy(np.stack([np.stack([masks.get(frame, none) for masks in objects.values()])
                                                for frame in seen]))

    def _candidates(
        self, frame: int, seen: list[int], prompts: torch.Tensor, categories: Sequence[str | None]
    ) -> list[Candidate]:
        """What prompts mean, as far as anything does; one a category."""
        if not len(prompts):
            return []
        if self._best_frame:
            found = pointing.where_best(self._carried, self._features, prompts, seen)
        else:
            found = pointing.where_first(self._carried, self._features, prompts, seen[seen.index(frame):])
        made = [Candidate(self._segment(one[1]), category, frame=one[0])
                for one, category in zip(found, categories, strict=True) if one is not None]
        return [one for one in made if one.segment.present]

    def _follow(self, seen: list[int], prompts: torch.Tensor) -> Iterator[list[Entry]]:
        return pointing.track(self._carried, self._features, prompts, seen) if len(prompts) else iter(())

    def _segment(self, entry: Entry) -> Segment:
        return segment_of(mask_of(entry.logits, self._frames.height, self._frames.width), entry.iou, entry.score)

    def _corners(self, prompt: Point | Box) -> list[tuple[float, float]]:
        """In pixels of the picture that SAM 2 was trained on, with whole numbers for their middles."""
        side = self._network.config.sam2_size
        given = ([(prompt.x, prompt.y)] if isinstance(prompt, Point)
                 else [(prompt.x0, prompt.y0), (prompt.x1, prompt.y1)])
        height, width = self._frames.height, self._frames.width
        return [(min(max(x, 0.0), width) / width * side - 0.5, min(max(y, 0.0), height) / height * side - 0.5)
                for x, y in given]
