"""Folders of tiny UFO weights, as `models get` would leave real ones: by the formula, but made to say something.

The layers add nothing, so that a token follows from the one before alone (InternVL), or from its position (ViT). Asked
with grid points, the network names a category and a mask; asked otherwise, it says masks until it has to stop. What the
masks show means nothing.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import safetensors.torch
import sentencepiece
import torch

from backend.models import ufo
from backend.models.ufo import heads
from backend.models.ufo.internvl import prompts
from backend.models.ufo.internvl.tokenizer import Tokenizer
from backend.models.ufo.model import Checkpoint, UfoPackage
from backend.parity import formula
from backend.parity.cases import Case

GOLDEN = Path(__file__).parent / "golden"
SAID = "moving square"
"""13 letters, each once: with a comma and 16 mask tokens they are the 30 tokens of an answer."""


def tiny_package(name: str) -> UfoPackage:
    """The model of this name, but one that needs no memory to speak of."""
    package = next(one for one in ufo.PACKAGES if one.SPEC.name == name)
    return UfoPackage(replace(package.checkpoint, memory_bytes=0))


def write_tiny(folder: Path, checkpoint: Checkpoint) -> str:
    """Weights and words of a checkpoint. Returns the category whose objects it finds."""
    folder.mkdir(parents=True, exist_ok=True)
    return _write_vit(folder, checkpoint) if checkpoint.kind == "vit" else _write_internvl(folder, checkpoint)


def _write_vit(folder: Path, checkpoint: Checkpoint) -> str:
    case = Case.read(GOLDEN / "ufo_vit_det")
    vocabulary = case.about["vocab"]
    silent = formula.Override(r"(attn\.proj|ffn\.layers\.1)\.(weight|bias)$", 0.0)
    state = formula.state_dict(case.about["state_dict"], [silent])
    said = [vocabulary[one] for one in ("car", ",", *[heads.MASK] * heads.MASK_TOKENS, "[SEP]")]
    words, positions = (state[f"backbone.embed.{name}_embeddings.weight"] for name in ("word", "position"))
    positions[:len(said)] = 50 * words[said]  # the position alone tells what is said there
    torch.save({"state_dict": {name: torch.from_numpy(one) for name, one in state.items()}},
               folder / checkpoint.weights)
    (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.get)) + "\n", encoding="utf-8")
    return "car"


def _write_internvl(folder: Path, checkpoint: Checkpoint) -> str:
    tokenizer = _write_tokenizer(folder)
    lora = checkpoint.weights.endswith(".pth")
    case = Case.read(GOLDEN / ("ufo_internvl_res" if lora else "ufo_internvl_det"))
    config = case.about["model_config"]
    (folder / "config.json").write_text(json.dumps(
        {"vision_config": config["vision"], "llm_config": config["llm"], "downsample_ratio": 0.5}))
    state = {name: torch.from_numpy(one) for name, one in _weights(case, tokenizer).items()}
    if not lora:
        (folder / checkpoint.weights).mkdir(exist_ok=True)
        safetensors.torch.save_file(state, folder / checkpoint.weights / "model.safetensors")
        return SAID
    base = {name.removeprefix("backbone."): one for name, one in state.items() if "language_model." not in name}
    safetensors.torch.save_file(base, folder / "model.safetensors")
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": dict.fromkeys(base, "model.safetensors")}))
    torch.save({name: one for name, one in state.items() if name.removeprefix("backbone.") not in base},
               folder / checkpoint.weights)
    return SAID


def _write_tokenizer(folder: Path) -> Tokenizer:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([SAID, f"{heads.NOTHING},"]), model_writer=model, vocab_size=300, model_type="bpe",
        byte_fallback=True, add_dummy_prefix=False, normalization_rule_name="identity", hard_vocab_limit=False,
        user_defined_symbols=[heads.NOTHING], minloglevel=2, num_threads=1)
    (folder / "tokenizer.model").write_bytes(model.getvalue())
    first = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue()).get_piece_size()
    added = [prompts.START, prompts.END, prompts.IMAGE_START, prompts.IMAGE_END, prompts.IMAGE_CONTEXT, "<box>",
             "</box>"]
    (folder / "added_tokens.json").write_text(json.dumps({one: first + place for place, one in enumerate(added)}))
    return Tokenizer(folder)


def _weights(case: Case, tokenizer: Tokenizer) -> dict[str, formula.Array]:
    rows = case.about["model_config"]["llm"]["vocab_size"]
    shapes = {name: [len(tokenizer) if size == rows else size for size in shape]
              for name, shape in case.about["state_dict"].items()}
    silent = formula.Override(r"(attention\.wo|feed_forward\.w2)(\.base_layer|\.lora_B\.default)?\.weight$", 0.0)
    state = formula.state_dict(shapes, [silent])
    words = next(one for name, one in state.items() if name.endswith("tok_embeddings.weight"))
    head = next(one for name, one in state.items() if name.endswith("model.output.weight"))
    image = next(one for name, one in state.items() if name.endswith("mlp1.3.bias"))
    letters = [tokenizer.id_of("▁" if one == " " else one) for one in SAID]
    mask = tokenizer.id_of(heads.MASK)
    towards = words[mask] / np.linalg.norm(words[mask])
    image -= (image @ towards) * towards  # so that masks depend on what varies in the picture
    image *= 40 / np.linalg.norm(image)
    head[:] = 0
    last = tokenizer.encode(prompts.prompt("", 0))[-1]
    before = [image, *words[letters], words[tokenizer.id_of(",")], words[mask], words[last]]
    after = [*letters, tokenizer.id_of(","), mask, mask, mask]
    for one, token in zip(before, after, strict=True):
        head[token] += 6 * one / np.linalg.norm(one)
    return state
