"""Words in the space of language that classes and expressions are compared in: the text tower of CLIP RN50x4 (Radford
et al., arXiv 2103.00020), in the version of RegionCLIP that UniVS was trained with."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode
from transformers.initialization import no_init_weights

from backend.errors import BadInput, Unavailable
from backend.models import keymap, weights
from backend.models.univs.templates import TEMPLATES

MERGES = "merges.txt"
"""The byte pairs of CLIP's tokenizer, as its release on the hub has them."""

_WHAT = "the text encoder of UniVS"
_SIGN = "token_embedding.weight"
_HEAD = 64
"""Width of a head of attention."""

_START, _END = "<|startoftext|>", "<|endoftext|>"
_PROJECTION = "text_projection"

_RULES = keymap.rules(
    (r"^token_embedding\.", "text_model.embeddings.token_embedding."),
    (r"^positional_embedding$", "text_model.embeddings.position_embedding.weight"),
    (r"^transformer\.resblocks\.(\d+)\.attn\.", r"text_model.encoder.layers.\1.self_attn."),
    (r"^transformer\.resblocks\.(\d+)\.ln_(\d)\.", r"text_model.encoder.layers.\1.layer_norm\2."),
    (r"^transformer\.resblocks\.(\d+)\.mlp\.c_fc\.", r"text_model.encoder.layers.\1.mlp.fc1."),
    (r"^transformer\.resblocks\.(\d+)\.mlp\.c_proj\.", r"text_model.encoder.layers.\1.mlp.fc2."),
    (r"^ln_final\.", "text_model.final_layer_norm."),
    (rf"^{_PROJECTION}$", f"{_PROJECTION}.weight"),
)
"""CLIP's names -> those of transformers, once `in_proj` is cut in three and the projection is transposed."""


class Tokens:
    """CLIP's byte pairs.

    Args:
        merges: pairs in their order; every one is a token.
        context: tokens that a sentence has, with start, end and padding.
    """

    def __init__(self, merges: Sequence[tuple[str, str]], context: int) -> None:
        letters = list(bytes_to_unicode().values())
        pieces = [*letters, *(one + "</w>" for one in letters), *("".join(pair) for pair in merges), _START, _END]
        self.context, self.count = context, len(pieces)
        self._end = self.count - 1
        self._tokenizer = CLIPTokenizer(vocab={piece: place for place, piece in enumerate(pieces)}, merges=list(merges))

    @classmethod
    def beside(cls, folder: Path, rows: int, context: int) -> Tokens:
        """From `MERGES` in a folder, for an encoder with so many rows.

        Raises:
            Unavailable: there is no such file.
            BadInput: it does not go with the encoder.
        """
        try:
            lines = (folder / MERGES).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError as error:
            raise Unavailable("no_vocabulary", f"There is no {MERGES} beside the weights of UniVS.",
                              f"Put {MERGES} of openai/clip-vit-base-patch32 into the same folder.") from error
        pairs = [(first, second) for first, second in (line.split() for line in lines if len(line.split()) == 2)
                 if first != "#version:"]
        made = cls(pairs, context)
        if made.count != rows:
            raise BadInput("wrong_vocabulary", f"{MERGES} gives {made.count} tokens, the text encoder has {rows}.",
                           f"Use {MERGES} of openai/clip-vit-base-patch32.")
        return made

    def encode(self, text: str) -> Tensor:
        """Ids (context,) of a sentence: start, byte pairs, end, zeros. Cut where it is too long, with an end."""
        ids = self._ids(text)
        if len(ids) > self.context:
            ids = [*ids[:self.context - 1], self._end]
        return torch.tensor(ids + [0] * (self.context - len(ids)))

    def check(self, text: str, what: str = "expression") -> None:
        """Raises BadInput where an expression (or category) has more tokens than the encoder takes."""
        taken, spare = len(self._ids(text)) - 2, self.context - len(self._ids(TEMPLATES[0].format("")))
        if taken > spare:
            raise BadInput(f"{what}_too_long", f"This {what} has {taken} tokens, words or parts of them; {spare} fit: "
                           f"{text[:60]}.", "Say it in fewer words.")

    def _ids(self, text: str) -> list[int]:
        """Start, byte pairs, end."""
        ids: list[int] = self._tokenizer(html.unescape(html.unescape(text)).strip()).input_ids
        return ids


class TextEncoder:
    """Names and expressions -> features of width E."""

    def __init__(self, model: CLIPTextModelWithProjection, tokens: Tokens) -> None:
        self._model, self.tokens = model, tokens

    def expressions(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Features of expressions for `Network.expressions`: words (P, W, E), sentences (P, E).

        Raises:
            BadInput: one is longer than the encoder takes.
        """
        for text in texts:
            self.tokens.check(text)
        return self.of_ids(torch.stack([self._sentences(text) for text in texts]))

    def of_ids(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """As `expressions`, of ids (P, templates, W). Words are those of the first template, with all padding;
        sentences are means over the templates, of no unit length."""
        return self._encoded(ids[:, 0]), torch.stack([self._mean(one) for one in ids])

    def names(self, texts: Sequence[str]) -> Tensor:
        """Rows (K, E) of a class table. Raises BadInput for a name that is longer than the encoder takes."""
        for text in texts:
            self.tokens.check(text, "category")
        return torch.stack([self._mean(self._sentences(text)) for text in texts])

    def _sentences(self, text: str) -> Tensor:
        return torch.stack([self.tokens.encode(one.format(text)) for one in TEMPLATES])

    def _mean(self, ids: Tensor) -> Tensor:
        """Of the features of sentences (templates, W) at their end, which has the largest id. Nothing looks ahead, so
        that what is behind the last end need not be computed."""
        ends = ids.argmax(-1)
        features = self._encoded(ids[:, :int(ends.max()) + 1])
        return features[torch.arange(len(ids)), ends].mean(0)

    @torch.inference_mode()
    def _encoded(self, ids: Tensor) -> Tensor:
        """(N, W) -> (N, W, E)."""
        seen = self._model.text_model(input_ids=ids.to(self._model.device)).last_hidden_state
        features: Tensor = self._model.text_projection(seen)
        return features


def load(released: Mapping[str, Tensor], tokens: Path | Tokens, device: torch.device | str = "cpu") -> TextEncoder:
    """The encoder of a state dict with CLIP's names, whatever is before them; all its sizes are read off it.

    Args:
        tokens: or the folder with `MERGES`.

    Raises:
        BadInput: weights of something else; a tokenizer that does not go with them.
        Unavailable: no tokenizer.
    """
    prefix = next((name.removesuffix(_SIGN) for name in released if name.endswith(_SIGN)), "")
    own = {name.removeprefix(prefix): one for name, one in released.items() if name.startswith(prefix)}
    if any(name not in own for name in (_SIGN, "positional_embedding", "transformer.resblocks.0.mlp.c_fc.bias")):
        weights.check_names([_SIGN], own, _WHAT)
    rows, width = own[_SIGN].shape
    config = CLIPTextConfig(
        vocab_size=rows, hidden_size=width, intermediate_size=len(own["transformer.resblocks.0.mlp.c_fc.bias"]),
        num_hidden_layers=len({name.split(".")[2] for name in own if name.startswith("transformer.resblocks.")}),
        num_attention_heads=width // _HEAD, max_position_embeddings=len(own["positional_embedding"]),
        projection_dim=own[_PROJECTION].shape[1], hidden_act="quick_gelu", bos_token_id=rows - 2, eos_token_id=rows - 1,
        pad_token_id=0)
    with no_init_weights():
        model = CLIPTextModelWithProjection(config)
    renamed, expected = _renamed(own), model.state_dict()
    renamed = {name: one for name, one in renamed.items() if name in expected or name.startswith("text_model.")}
    weights.check_names(expected, renamed, _WHAT)
    weights.check_shapes(expected, renamed, _WHAT)
    model.load_state_dict(renamed)
    if isinstance(tokens, Path):
        tokens = Tokens.beside(tokens, rows, config.max_position_embeddings)
    return TextEncoder(model.float().requires_grad_(False).eval().to(device), tokens)


def _renamed(own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    parts: dict[str, Tensor] = {}
    for name, one in own.items():
        if ".in_proj_" in name:
            parts |= {name.replace("in_proj_", f"{part}_proj."): cut
                      for part, cut in zip("qkv", one.chunk(3), strict=True)}
        else:
            parts[name] = one.T if name == _PROJECTION else one
    return {keymap.renamed(name, _RULES): one for name, one in parts.items()}
