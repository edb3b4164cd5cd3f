"""The network: text, image and grid tokens through the same layers (UFO, section 3.4; GiT, section 3).

Modules are named as in the released files, so that a state dict loads as it is. Tokens are (..., count, channels);
keys and values of attention (batch, heads, count, channels of a head).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.ufo.vit.config import VitConfig

_BIAS_BYTES = 128 * 2**20
"""Of the scores by relative position that are held at once: at 1120 pixels all of a layer would be 1.2 GB."""


class KeyValues(NamedTuple):
    """What later tokens see of earlier ones in a layer; both (batch, heads, count, channels of a head)."""

    keys: Tensor
    values: Tensor

    def then(self, other: KeyValues) -> KeyValues:
        """Both, one after the other; a batch of one counts for every row of the other."""
        rows = max(len(self.keys), len(other.keys))
        return KeyValues(*(torch.cat([mine.expand(rows, -1, -1, -1), theirs.expand(rows, -1, -1, -1)], dim=2)
                           for mine, theirs in zip(self, other, strict=True)))

    def rows(self, chosen: Tensor) -> KeyValues:
        """Of some rows of the batch, in this order."""
        return KeyValues(self.keys[chosen], self.values[chosen])


Memory = list[KeyValues | None]
"""Layer by layer what a text to be written sees; None: the layer is skipped."""


@dataclass(frozen=True)
class Seen:
    """A picture as the network saw it.

    Attributes:
        features: (height, width, channels), a vector a patch.
        memory: what texts about it are written from: of a batch a grid, or of a batch of one for the whole picture.
        references: (grids, 2), x and y of every grid point in 0..1 of the picture, row by row; of the middle without
            grids.
    """

    features: Tensor
    memory: Memory
    references: Tensor


class _PatchEmbed(nn.Module):
    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.projection = nn.Conv2d(3, config.width, config.patch, config.patch)


class _Words(nn.Module):
    """BERT's embedding without token types."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.words, config.width)
        self.position_embeddings = nn.Embedding(config.text_positions, config.width)
        self.LayerNorm = nn.LayerNorm(config.width, eps=1e-12)

    def forward(self, ids: Tensor, positions: Tensor) -> Tensor:
        return self.LayerNorm(self.word_embeddings(ids) + self.position_embeddings(positions))


class _Attention(nn.Module):
    def __init__(self, config: VitConfig, rows: int) -> None:
        super().__init__()
        self.heads = config.heads
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.proj = nn.Linear(config.width, config.width)
        self.rel_pos_h = nn.Parameter(torch.empty(rows, config.width // config.heads))
        self.rel_pos_w = nn.Parameter(torch.empty(rows, config.width // config.heads))

    def project(self, tokens: Tensor) -> tuple[Tensor, KeyValues]:
        """(batch, count, channels) -> queries, and keys with values."""
        batch, count, _ = tokens.shape
        queries, keys, values = self.qkv(tokens).view(batch, count, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return queries, KeyValues(keys, values)

    def attend(self, queries: Tensor, seen: KeyValues, mask: Tensor | None = None) -> Tensor:
        """(batch, heads, count, channels of a head) -> (batch, count, channels)."""
        mixed = F.scaled_dot_product_attention(queries, seen.keys, seen.values, attn_mask=mask)
        return self.proj(mixed.transpose(1, 2).flatten(2))

    def attend_near(self, queries: Tensor, before: KeyValues, own: KeyValues, height: int, width: int) -> Tensor:
        """Image tokens (a square of `height` x `width` each of the batch) that see a text and each other; each other
        with scores by relative position. Some rows of the square at a time, so that the scores stay small."""
        seen, said = before.then(own), before.keys.shape[2]
        down, across = _relative(self.rel_pos_h, height), _relative(self.rel_pos_w, width)
        row_bytes = len(queries) * self.heads * width * height * width * queries.element_size()
        step = max(1, _BIAS_BYTES // row_bytes)
        parts = []
        for top in range(0, height, step):
            some = queries[:, :, top * width: (top + step) * width]
            square = some.unflatten(2, (-1, width))
            near = torch.einsum("bnyxc,ykc->bnyxk", square, down[top: top + step])[..., None] \
                + torch.einsum("bnyxc,xkc->bnyxk", square, across)[..., None, :]
            parts.append(self.attend(some, seen, F.pad(near.flatten(-2).flatten(2, 3), (said, 0))))
        return torch.cat(parts, dim=1)


class _FeedForward(nn.Module):
    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Sequential(nn.Linear(config.width, config.hidden), nn.GELU()),
                                    nn.Linear(config.hidden, config.width))


class _Layer(nn.Module):
    def __init__(self, config: VitConfig, index: int) -> None:
        super().__init__()
        self.window = None if index in config.whole else config.window
        self.ln1 = nn.LayerNorm(config.width, eps=1e-6)
        self.attn = _Attention(config, config.tables[index])
        self.ln2 = nn.LayerNorm(config.width, eps=1e-6)
        self.ffn = _FeedForward(config)

    def text(self, tokens: Tensor, before: KeyValues | None = None) -> tuple[Tensor, KeyValues]:
        """Tokens (batch, count, channels) that see each other and what came before.

        Returns:
            The tokens after the layer; all that a token after them sees.
        """
        queries, seen = self.attn.project(self.ln1(tokens))
        seen = seen if before is None else before.then(seen)
        return self._fed(tokens + self.attn.attend(queries, seen)), seen

    def image(self, tokens: Tensor, prompt: KeyValues) -> tuple[Tensor, KeyValues]:
        """Tokens (height, width, channels) that see the prompt and their window, or the whole picture.

        Returns:
            The tokens after the layer; keys and values of the picture, of a batch of windows.
        """
        height, width, _ = tokens.shape
        inner = (height, width) if self.window is None else (self.window, self.window)
        queries, own = self.attn.project(to_windows(self.ln1(tokens), *inner))
        mixed = self.attn.attend_near(queries, prompt, own, *inner)
        return self._fed(tokens + from_windows(mixed, *inner, height, width)), own

    def grids(self, tokens: Tensor, image: KeyValues) -> tuple[Tensor, KeyValues]:
        """Grid tokens (windows, grids of a window, channels): each sees its window of the picture and itself."""
        queries, own = self.attn.project(self.ln1(tokens))
        count, window = tokens.shape[1], image.keys.shape[2]
        itself = torch.eye(count, dtype=torch.bool, device=tokens.device)
        mixed = self.attn.attend(queries, image.then(own), F.pad(itself, (window, 0), value=True))
        return self._fed(tokens + mixed), own

    def _fed(self, tokens: Tensor) -> Tensor:
        return tokens + self.ffn.layers(self.ln2(tokens))


class UfoVitNetwork(nn.Module):
    """All of the network. Every method wants `torch.inference_mode`."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_embed = _PatchEmbed(config)
        self.pos_embed = nn.Parameter(torch.empty(1, config.positions, config.positions, config.width))
        self.embed = _Words(config)
        self.layers = nn.ModuleList(_Layer(config, index) for index in range(config.layers))

    def read(self, ids: Tensor, positions: Tensor) -> list[KeyValues]:
        """What a picture sees of a prompt, layer by layer.

        Args:
            ids, positions: (count,), int64; of the tokens that may be seen.
        """
        tokens, said = self.embed(ids, positions)[None], []
        for layer in self._stack():
            tokens, seen = layer.text(tokens)
            said.append(seen)
        return said

    def see(self, picture: Tensor, prompt: list[KeyValues], points: int | None = None) -> Seen:
        """Look at a picture with a prompt in mind.

        Args:
            picture: (3, height, width), normalised; sides are multiples of a window.
            prompt: from `read`.
            points: grid points along a side of a window, which skip the layers that see the whole picture; None: no
                grids, one text about the whole picture.
        """
        image = self.patch_embed.projection(picture[None])[0].permute(1, 2, 0)
        height, width = image.shape[:2]
        image = image + self._positions(height, width)
        averaged = []
        memory: Memory = []
        grids = None if points is None else _Grids(self, height, width, points)
        for index, (layer, said) in enumerate(zip(self._stack(), prompt, strict=True)):
            before = image
            image, own = layer.image(image, said)
            if grids is None:
                memory.append(KeyValues(*(one.transpose(0, 1).flatten(1, 2)[None] for one in own)))
            else:
                memory.append(None if layer.window is None else grids.step(layer, before, own))
            if index in self.config.averaged:
                averaged.append(image)
        references = torch.full((1, 2), 0.5, device=image.device) if grids is None else grids.references
        return Seen(torch.stack(averaged, dim=-1).mean(dim=-1), memory, references)

    def write(self, ids: Tensor, position: int, memory: Memory) -> tuple[Tensor, Memory]:
        """One more token of every text of a batch.

        Args:
            ids: (batch,), int64; the tokens to go on from.
            position: theirs in the text.
            memory: what is seen, the texts up to here with it.

        Returns:
            (batch, channels), the features that tell the next tokens; the memory with these tokens.
        """
        tokens = self.embed(ids, torch.full_like(ids, position))[:, None]
        averaged, after = [], list(memory)
        for index, (layer, before) in enumerate(zip(self._stack(), memory, strict=True)):
            if before is not None:
                tokens, after[index] = layer.text(tokens, before)
            if index in self.config.averaged:
                averaged.append(tokens[:, 0])
        return torch.stack(averaged, dim=-1).mean(dim=-1), after

    def logits(self, features: Tensor) -> Tensor:
        """(..., channels) -> (..., words), float32."""
        return F.linear(features, self.embed.word_embeddings.weight).float()

    def compile_layers(self) -> None:
        """Let torch compile what is run again and again: the first pictures are slow then."""
        for layer in self._stack():
            layer.text = torch.compile(layer.text, dynamic=True)  # type: ignore[method-assign]
            layer.image = torch.compile(layer.image, dynamic=True)  # type: ignore[method-assign]

    def _stack(self) -> list[_Layer]:
        return [layer for layer in self.layers if isinstance(layer, _Layer)]

    def _positions(self, height: int, width: int) -> Tensor:
        """The table of positions at another size: (height, width, channels)."""
        table: Tensor = self.pos_embed
        if table.shape[1:3] != (height, width):
            table = F.interpolate(table.permute(0, 3, 1, 2), (height, width), mode="bicubic").permute(0, 2, 3, 1)
        return table[0]


class _Grids:
    """The grid tokens of a picture on their way through the layers."""

    def __init__(self, network: UfoVitNetwork, height: int, width: int, points: int) -> None:
        window, device = network.config.window, network.pos_embed.device
        down, across = height // window * points, width // window * points
        y = (torch.arange(down, device=device) + 0.5) / down
        x = (torch.arange(across, device=device) + 0.5) / across
        self._points = points
        self._map = torch.stack(torch.broadcast_tensors(x[None], y[:, None]), dim=-1)
        self.references = self._map.flatten(0, 1)
        self._positions = network._positions(down, across)
        self._tokens = torch.zeros_like(self._positions)

    def step(self, layer: _Layer, image: Tensor, own: KeyValues) -> KeyValues:
        """Take up what the picture is at the grid points before a layer, and go through it.

        Returns:
            The keys and values of the grids, of a batch of grids row by row.
        """
        where = (2 * self._map - 1)[None]
        sampled = F.grid_sample(image.permute(2, 0, 1)[None], where, mode="bilinear", align_corners=False)
        tokens = self._tokens + sampled[0].permute(1, 2, 0) + self._positions
        down, across, _ = tokens.shape
        points = self._points
        after, seen = layer.grids(to_windows(tokens, points, points), own)
        self._tokens = from_windows(after, points, points, down, across)
        return KeyValues(*(
            from_windows(one.transpose(1, 2), points, points, down, across).flatten(0, 1)[:, :, None] for one in seen))


def to_windows(tokens: Tensor, height: int, width: int) -> Tensor:
    """(rows, columns, channels) -> (windows of height x width, tokens of one, channels); row by row, both."""
    rows, columns, channels = tokens.shape
    parts = tokens.view(rows // height, height, columns // width, width, channels)
    return parts.transpose(1, 2).reshape(-1, height * width, channels)


def from_windows(windows: Tensor, height: int, width: int, rows: int, columns: int) -> Tensor:
    """What `to_windows` made, as one map again: (rows, columns, ...)."""
    parts = windows.reshape(rows // height, columns // width, height, width, *windows.shape[2:])
    return parts.transpose(1, 2).reshape(rows, columns, *windows.shape[2:])


def _relative(table: Tensor, size: int) -> Tensor:
    """Relative positions of a line: (size, size, channels), of a query and a key; the table is stretched where it was
    made for another size."""
    if len(table) != 2 * size - 1:
        table = F.interpolate(table.T[None], 2 * size - 1, mode="linear")[0].T
    steps = torch.arange(size, device=table.device)
    return table[steps[:, None] - steps + size - 1]
