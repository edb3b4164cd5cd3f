"""A UniPixel checkpoint of a few megabytes, made by formula, in the layout of the released ones.

Its masks are noise, but it answers: whatever it is asked it says "It is <|seg|>.", because its language model has
learned nothing but which word follows which.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from backend.parity import formula
from backend.parity.formula import Override

_CASE = Path(__file__).parent / "golden" / "unipixel_text" / "case.json"
_ANSWER = ("assistant", "It", "is", "<|seg|>", ".", "<|im_end|>")
_MOST_TOKENS = 230
"""Of ordinary words; the special ones of the case come after them."""

_SPECIAL = {"<|ref|>": "ref_token_id", "<|seg|>": "seg_token_id", "<|mem|>": "mem_token_id",
            "<|video_pad|>": "video_token_id", "<|vision_start|>": "vision_start_token_id",
            "<|vision_end|>": "vision_end_token_id"}
_WORDS = """<unk> <|im_start|> <|im_end|> system user assistant You are a helpful It is . , : ? [ ] < > - Please segment
the in this image video provide segmentation mask answer question and localize relevant objects with IDs Here frames
denoted as to The highlighted regions follows describe region detail disc square red blue left right 0 1 2 3 4 5 6 7 8 9
10 11 12 13 14 15 16 ]: >-< .."""


def write_tiny(folder: Path, *, sees: bool = True) -> None:
    """Write config.json, model.safetensors and the tokenizer.

    Args:
        folder: made where it is not there.
        sees: whether its SAM 2 thinks that what it is asked for is visible on a frame; if not nothing is ever found.
    """
    folder.mkdir(parents=True, exist_ok=True)
    case = json.loads(_CASE.read_text(encoding="utf-8"))
    config, ids = case["model_config"], case["special_ids"]
    special = {token: ids[name] for token, name in _SPECIAL.items()}
    numbered = {word: number for number, word in enumerate(dict.fromkeys(_WORDS.split()))} | special
    tensors = {name: torch.from_numpy(value) for name, value in formula.state_dict(
        case["state_dict"], _overrides(case, sees)).items()}
    embedded, head = tensors["model.embed_tokens.weight"], tensors["lm_head.weight"]
    head.zero_()
    for word, following in itertools.pairwise(_ANSWER):
        head[numbered[following]] = embedded[numbered[word]]
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({
        "model_type": "pixel_qwen2_5_vl", **config["text"], "vision_config": config["vision"], **config["sam2"],
        "sam2_tiny": config["sam2_tiny"], **ids, "eos_token_id": numbered["<|im_end|>"], "bos_token_id": None,
    }), encoding="utf-8")
    _write_tokenizer(folder, numbered)


def _overrides(case: dict[str, list[dict[str, float]]], sees: bool) -> list[Override]:
    """Those of the case, and little else in a hidden state than the last word."""
    made = [Override(**one) for one in case["overrides"]]  # type: ignore[arg-type]
    quiet = Override(r"^model\.layers\.\d+\.(self_attn\.o_proj|mlp\.down_proj)\.weight$", scale=0.05)
    hidden = Override(r"^sam2\.sam_mask_decoder\.pred_obj_score_head\.layers\.2\.bias$", shift=-20.0)
    return [*made, quiet, *([] if sees else [hidden])]


def _write_tokenizer(folder: Path, numbered: dict[str, int]) -> None:
    assert max(number for word, number in numbered.items() if word not in _SPECIAL) < _MOST_TOKENS
    made = Tokenizer(models.WordLevel(numbered, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>")
    fast.add_special_tokens({"additional_special_tokens": [*_SPECIAL, "<|im_start|>", "<|im_end|>"]})
    fast.save_pretrained(folder)
