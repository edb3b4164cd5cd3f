"""The sizes of a UFO-ViT, read from the shapes of its weights. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.errors import BadInput

_RELEASED: Mapping[int, tuple[int, ...]] = {18: (2, 5, 8, 11), 30: (5, 11, 17, 23), 38: (7, 15, 23, 31)}
"""Layers -> those of them that see the whole picture, for sizes B, L and H."""


@dataclass(frozen=True)
class VitConfig:
    """The sizes of the network.

    Attributes:
        width: channels of a token.
        heads: of attention.
        hidden: channels within the feed-forward part.
        layers: all of them.
        whole: layers in which an image token sees the whole picture; in the others it sees its window.
        averaged: layers whose outputs are averaged to the final features.
        patch: side of a patch, pixels.
        window: side of a window, patches.
        positions: side of the table of image positions, patches.
        words, text_positions: rows of the tables of word pieces and of their positions.
        tables: layer -> rows of its tables of relative positions.
    """

    width: int
    heads: int
    hidden: int
    layers: int
    whole: tuple[int, ...]
    averaged: tuple[int, ...]
    patch: int
    window: int
    positions: int
    words: int
    text_positions: int
    tables: tuple[int, ...]

    @classmethod
    def of(cls, shapes: Mapping[str, Sequence[int]], known: Mapping[str, Any] | None = None) -> VitConfig:
        """The configuration of a state dict, with names as released but without `backbone.`.

        Which layers see the whole picture is told by their longer tables of relative positions, unless the depth is
        that of a released size; the layers that are averaged are those after the last of them.

        Args:
            known: what does not follow from the shapes of this file (of no released one): `num_heads`, `window_size`,
                `global_attn_indexes`, `mean_layers`.

        Raises:
            BadInput: a tensor that tells a size is missing, or has not its number of dimensions.
        """
        known = known or {}
        try:
            layers = 1 + max(int(name.split(".")[1]) for name in shapes if name.startswith("layers."))
            tables = tuple(int(shapes[f"layers.{index}.attn.rel_pos_h"][0]) for index in range(layers))
            words, width = shapes["embed.word_embeddings.weight"]
            window = int(known.get("window_size", (min(tables) + 1) // 2))
            longer = tuple(index for index, rows in enumerate(tables) if rows > 2 * window - 1)
            whole = tuple(known.get("global_attn_indexes", _RELEASED.get(layers, longer)))
            return cls(
                width=int(width), words=int(words), layers=layers, window=window, whole=whole, tables=tables,
                heads=int(known.get("num_heads", width // shapes["layers.0.attn.rel_pos_h"][1])),
                hidden=int(shapes["layers.0.ffn.layers.0.0.weight"][0]),
                averaged=tuple(known.get("mean_layers", range(max(whole, default=-1) + 1, layers))),
                patch=int(shapes["patch_embed.projection.weight"][-1]),
                positions=int(shapes["pos_embed"][1]),
                text_positions=int(shapes["embed.position_embeddings.weight"][0]))
        except (KeyError, ValueError, IndexError) as error:
            raise BadInput("wrong_weights", f"These are not the weights of a UFO-ViT: {error} is not as expected.",
                           "Name the file of a UFO-ViT.") from error
