"""UFO-ViT asked about a frame, and what its answers say."""

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
from backend.models.ufo.model import Checkpoint
from backend.models.ufo.session import Image
from backend.models.ufo.vit import answers, prompts
from backend.models.ufo.vit.loading import network_of, read
from backend.models.ufo.vit.network import Seen, UfoVitNetwork
from backend.models.ufo.vit.tokens import Tokens
from backend.models.ufo.vit.writing import Answers, Search, greedy, search

_MEAN, _SPREAD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
"""Of red, green and blue in 0..255."""


class VitAsker:
    """See `backend.models.ufo.session.Asker`.

    Args:
        side: of the square picture that tasks with grids see, a multiple of the side of a window.
        per_window: grid points along a side of a window.
        precision: of the products of matrices; weights and sums stay float32, as with the authors.
    """

    def __init__(
        self, network: UfoVitNetwork, tokens: Tokens, side: int, per_window: int,
        precision: torch.dtype = torch.float32,
    ) -> None:
        self._network, self.tokens, self._side, self._per_window = network, tokens, side, per_window
        self._precision = precision

    def instances(self, frame: Image, names: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Masks, scores and labels, best first."""
        seen, said = self._ask_grids(frame, prompts.segment(names))
        return heads.instances(*self.masked(said, names, exactly=True), seen.features, frame.shape[:2])

    def boxes(self, frame: Image, names: Sequence[str]) -> tuple[Float, Float, npt.NDArray[np.int64]]:
        """Boxes, scores and labels after soft-NMS, best first."""
        bins = 2 * self._side
        seen, said = self._ask_grids(frame, prompts.detect(names, bins))
        boxes, scores, labels = heads.detections(
            [answers.labelled_box(text, names) for text in self._texts(said.ids)],
            said.probabilities[:, 0].cpu().numpy(), seen.references.cpu().numpy(), bins, self._side,
            frame.shape[:2], prompts.MOST_BOXES)
        kept, scores = heads.soft_nms(boxes, scores, labels)
        return boxes[kept], scores, labels[kept]

    def regions(self, frame: Image, names: Sequence[str]) -> torch.Tensor:
        """The label of every pixel."""
        seen, said = self._ask_grids(frame, prompts.segment_regions(names))
        return heads.semantic_map(
            *self.masked(said, names, exactly=False), seen.features, frame.shape[:2], drop_empty=False)

    def referred_mask(self, frame: Image, text: str, reasoning: bool) -> tuple[torch.Tensor, float]:
        """UFO-ViT refers to things with boxes alone."""
        raise NotImplementedError("UFO-ViT gives no masks of expressions")

    def referred_box(self, frame: Image, text: str) -> tuple[Float, float]:
        """The box; the score is the mean probability of the tokens of the answer."""
        said = self._ask_whole(frame, prompts.where_is(text), Search())
        bins = answers.referred_box(self._texts(said.ids)[0]) or [0, 0, 0, 0]
        score = float(said.probabilities[0, said.ids[0] != self.tokens.end].mean().nan_to_num())
        return heads.boxes_of([bins], prompts.REFERRED_BINS, None, prompts.WHOLE_SIDE, frame.shape[:2])[0], score

    def caption(self, frame: Image) -> str:
        """A sentence."""
        return self._texts(self._ask_whole(frame, prompts.CAPTION, prompts.CAPTION_SEARCH).ids)[0].strip()

    def look(self, square: Image, prompt_ids: Sequence[int], per_window: int | None = None) -> Seen:
        """What the network sees of a square picture of its own size, with a prompt in mind; with or without grids."""
        network, device = self._network, self._network.pos_embed.device
        ids, positions = (torch.tensor(one, device=device)
                          for one in zip(*self.tokens.seen(prompt_ids), strict=True))
        pixels = torch.tensor(square, device=device).permute(2, 0, 1).float()
        mean, spread = (torch.tensor(one, device=device)[:, None, None] for one in (_MEAN, _SPREAD))
        with self._computing():
            return network.see((pixels - mean) / spread, network.read(ids, positions), per_window)

    def write(
        self, seen: Seen, steps: int, how: Search | None = None, end: int | None = None, whole: bool = False
    ) -> Answers:
        """What the network writes of what it saw: a text a grid point; with a search one of the whole picture.

        Args:
            end: the token that ends a text; None: `[SEP]`.
            whole: as of `greedy`.
        """
        end = self.tokens.end if end is None else end
        with self._computing():
            if how is None:
                return greedy(self._network, seen.memory, len(seen.references), self.tokens.start, end, steps, whole)
            return search(self._network, seen.memory, self.tokens.start, end, steps, how)

    def masked(
        self, said: Answers, names: Sequence[str], exactly: bool
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Features, scores and labels of the masks that the grid points gave, see `heads.masked_answers`."""
        labels = [heads.class_of(text.split(",")[0], names) for text in self._texts(said.ids)]
        return heads.masked_answers(
            labels, said.ids, said.features, said.probabilities[:, 0], self.tokens.mask, exactly)

    def _computing(self) -> torch.autocast:
        enabled = self._precision != torch.float32
        return torch.autocast(self._network.pos_embed.device.type, self._precision if enabled else None, enabled)

    def _ask_grids(self, frame: Image, prompt: str) -> tuple[Seen, Answers]:
        square = np.asarray(cv2.resize(frame, (self._side, self._side), interpolation=cv2.INTER_LINEAR), np.uint8)
        seen = self.look(square, self.tokens.encode(prompt), self._per_window)
        return seen, self.write(seen, prompts.GRID_STEPS)

    def _ask_whole(self, frame: Image, prompt: str, how: Search) -> Answers:
        side = prompts.WHOLE_SIDE
        square = np.array(Pictures.fromarray(frame).resize((side, side), Pictures.Resampling.BICUBIC))
        return self.write(self.look(square, self.tokens.encode(prompt)), prompts.WHOLE_STEPS, how)

    def _texts(self, ids: torch.Tensor) -> list[str]:
        return [self.tokens.decode(one) for one in ids.tolist()]


def load(path: Path, checkpoint: Checkpoint, options: Options) -> VitAsker:
    """The asker of released weights.

    Args:
        path: the file, or the folder that holds it; `vocab.txt` of bert-base-uncased lies beside it.

    Raises:
        BadInput: as `loading.read` and `network_of`; another vocabulary.
        Unavailable: no vocabulary; no such device.
    """
    if options.precision == "4bit":
        raise BadInput("not_in_4_bits", "UFO cannot be run with 4 bits here.", "Choose bfloat16.")
    device = placement.device_of(options)
    file = path / checkpoint.weights if path.is_dir() else path
    network = network_of(read(file), device=device)
    if options.compile and device.type == "cuda":
        network.compile_layers()
    tokens = Tokens.beside(file, network.config.words)
    return VitAsker(network, tokens, checkpoint.side, checkpoint.per_tile, placement.dtype_of(options, device))
