"""UFO-InternVL asked about a frame, and what its answers say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import Image as Pictures

from backend.errors import BadInput
from backend.models import placement
from backend.models.store import Options
from backend.models.ufo import heads
from backend.models.ufo.heads import Float
from backend.models.ufo.internvl import loading, prompts
from backend.models.ufo.internvl.generate import Answers, Repeat, answer
from backend.models.ufo.internvl.network import Network, Reading, grid_points
from backend.models.ufo.internvl.tokenizer import Tokenizer
from backend.models.ufo.model import Checkpoint
from backend.models.ufo.session import Image

_WORKING = 1.25
"""What a run takes, as a multiple of the weights: an estimate for 1344 pixels."""


class InternVLAsker:
    """See `backend.models.ufo.session.Asker`.

    Args:
        side: of the square picture, a multiple of the side of a tile.
        per_tile: grid points along a side of a tile.
        repeated: whether the checkpoint is run with several answers of a grid point.
    """

    def __init__(self, network: Network, tokenizer: Tokenizer, side: int, per_tile: int, repeated: bool) -> None:
        self._network, self._tokenizer, self._side, self._per_tile = network, tokenizer, side, per_tile
        self._end, self._mask = tokenizer.id_of(prompts.END), tokenizer.id_of(heads.MASK)
        self._repeat = Repeat(tokenizer.id_of(heads.NOTHING)) if repeated else None

    def instances(self, frame: Image, names: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Masks, scores and labels, best first."""
        tokens, image = self._masks(frame, prompts.segment(names), names, self._repeat)
        return heads.instances(*tokens, image, frame.shape[:2])

    def boxes(self, frame: Image, names: Sequence[str]) -> tuple[Float, Float, npt.NDArray[np.int64]]:
        """Boxes, scores and labels after soft-NMS, best first."""
        bins = 2 * self._side
        _, said, points = self._ask_grids(frame, prompts.detect(names, bins), self._repeat)
        answers = [heads.labelled_box(text, names, prompts.END) for text in self._texts(said)]
        boxes, scores, labels = heads.detections(
            answers, said.probabilities[:, 0].cpu().numpy(), points[said.origins].cpu().numpy(), bins, self._side,
            frame.shape[:2], prompts.MOST_BOXES)
        kept, scores = heads.soft_nms(boxes, scores, labels)
        return boxes[kept], scores, labels[kept]

    def regions(self, frame: Image, names: Sequence[str]) -> torch.Tensor:
        """The label of every pixel."""
        tokens, image = self._masks(frame, prompts.segment_regions(names), names, None)
        return heads.semantic_map(*tokens, image, frame.shape[:2], drop_empty=True)

    def referred_mask(self, frame: Image, text: str, reasoning: bool) -> tuple[torch.Tensor, float]:
        """Probabilities of the mask; the score is how sure they are within it."""
        question = prompts.reason(text) if reasoning else prompts.what_is(text)
        reading, said = self._ask(_resized(frame, self._side, smooth=True), question)
        likely = heads.referred_mask(said.ids[0], said.features[0], self._mask, reading.image, frame.shape[:2])
        return likely, float(likely[likely > 0.5].mean()) if bool((likely > 0.5).any()) else 0.0

    def referred_box(self, frame: Image, text: str) -> tuple[Float, float]:
        """The box; the score is the mean probability of the tokens of the answer."""
        _, said = self._ask(_resized(frame, self._side, smooth=True), prompts.where_is(text))
        bins = heads.referred_box(self._texts(said)[0]) or [0, 0, 0, 0]
        score = float(said.probabilities[0, said.ids[0] != self._end].mean().nan_to_num())
        return heads.boxes_of([bins], prompts.REFERRED_BINS, None, self._side, frame.shape[:2])[0], score

    def caption(self, frame: Image) -> str:
        """A sentence."""
        _, said = self._ask(_resized(frame, self._side, smooth=True), prompts.CAPTION)
        return self._texts(said)[0].split(prompts.END)[0].strip()

    def _masks(
        self, frame: Image, question: str, names: Sequence[str], repeat: Repeat | None
    ) -> tuple[tuple[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]:
        """Features, scores and labels of the masks that the grid points gave; the features of the image."""
        reading, said, _ = self._ask_grids(frame, question, repeat)
        labels = [heads.class_of(text.split(",")[0].strip(), names) for text in self._texts(said)]
        scores = said.probabilities[:, 0]
        return heads.masked_answers(labels, said.ids, said.features, scores, self._mask), reading.image

    def _ask_grids(self, frame: Image, question: str, repeat: Repeat | None) -> tuple[Reading, Answers, torch.Tensor]:
        points = grid_points(self._side // self._network.tile, self._per_tile, self._network.device)
        reading, said = self._ask(_resized(frame, self._side, smooth=False), question, points, repeat)
        return reading, said, points

    def _ask(
        self, picture: Image, question: str, points: torch.Tensor | None = None, repeat: Repeat | None = None
    ) -> tuple[Reading, Answers]:
        seen = self._network.see(picture)
        ids = self._tokenizer.encode(prompts.prompt(question, seen.shape[0] * seen.shape[1]))
        reading = self._network.read(torch.tensor(ids, device=self._network.device), seen, points)
        return reading, answer(self._network, reading, self._end, repeat=repeat)

    def _texts(self, said: Answers) -> list[str]:
        return [self._tokenizer.decode(ids) for ids in said.ids.tolist()]


def load(path: Path, checkpoint: Checkpoint, options: Options) -> InternVLAsker:
    """The asker of released weights.

    Args:
        path: the file, or the folder that holds them and what they need of InternVL2.5-8B.

    Raises:
        BadInput: as `loading.read` and `network_of`; no tokenizer; a tokenizer with more tokens than the weights have.
        Unavailable: no such device, or too little memory.
    """
    if options.precision == "4bit":
        raise BadInput("not_in_4_bits", "UFO cannot be run with 4 bits here.", "Choose bfloat16.")
    if options.compile:
        raise BadInput("not_compiled", "UFO-InternVL cannot be compiled: its answers grow at every step.",
                       f"Run `python3 launch.py models use {checkpoint.name} --no-compile`.")
    tokenizer = Tokenizer(path if path.is_dir() else path.parent)
    device = placement.device_of(options)
    dtype = placement.dtype_of(options, device)
    state, about = loading.read(path, checkpoint.weights)
    wanted = _WORKING * dtype.itemsize * sum(one.numel() for one in state.values())
    placement.check_room(checkpoint.title, checkpoint.name, int(wanted), device)
    network = loading.network_of(state, about, tokenizer.id_of(prompts.IMAGE_CONTEXT), device=device, dtype=dtype)
    if len(tokenizer) > network.vocabulary:
        raise BadInput("wrong_weights", f"These weights know {network.vocabulary} tokens, not {len(tokenizer)}: they "
                       "are those of InternVL2.5 itself, or of another tokenizer.", "Name the file of UFO.")
    return InternVLAsker(network, tokenizer, checkpoint.side, checkpoint.per_tile, checkpoint.repeated)


def _resized(frame: Image, side: int, smooth: bool) -> Image:
    """A square of the frame, stretched; bicubic where it is smooth, else bilinear, each as the authors' tests do."""
    if smooth:
        return np.array(Pictures.fromarray(frame).resize((side, side), Pictures.Resampling.BICUBIC))
    return np.asarray(cv2.resize(frame, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
