"""Prompts as UniPixel was trained on them (its appendix; Qwen2.5-VL's chat template), and what answers say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from backend.errors import BadInput

VIDEO, REF, SEG, MEM = "<|video_pad|>", "<|ref|>", "<|seg|>", "<|mem|>"

_CHAT = ("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|vision_start|>" + VIDEO +
         "<|vision_end|>{text}<|im_end|>\n<|im_start|>assistant\n{answer}")
_TOKENS = re.compile(r"<\|[a-z_]+\|>")
_NAMED = re.compile(r"\[(\d+)\]")
_ARTICLES = ("the ", "an ", "a ")
_MOST_WORDS_OF_A_PHRASE = 8
_ASKING = frozenset({"who", "what", "which", "where", "when", "why", "how", "whose", "is", "are", "does", "do", "can",
                     "could", "would", "will", "should", "if"})

Kind = Literal["phrase", "sentence", "question"]


def chat(text: str, answer: str = "") -> str:
    """A conversation about a clip: what a person says, and how the answer begins (all of it, to have it judged)."""
    return _CHAT.format(text=text, answer=answer)


def plain(text: str) -> str:
    """What a person wrote, on one line. Raises BadInput where it holds tokens of the model's own."""
    if _TOKENS.search(text):
        raise BadInput("token_in_text", "The text holds special tokens of the model, such as <|seg|>.",
                       "Write words only.")
    return " ".join(text.split())


def kind_of(expression: str) -> Kind:
    """Which of the templates fits: a phrase names a thing, a sentence describes one, a question has to be thought
    about. The authors knew it from the data set; the words have to tell here."""
    words = expression.lower().rstrip(".?!").split()
    if expression.rstrip().endswith("?") or (words and words[0] in _ASKING):
        return "question"
    return "phrase" if len(words) <= _MOST_WORDS_OF_A_PHRASE else "sentence"


def segment(expression: str, frames: int, kind: Kind | None = None) -> str:
    """The request to segment what an expression means, on so many frames (one: an image)."""
    kind = kind or kind_of(expression)
    if kind == "question":
        return f"{expression} Please answer the question and provide the segmentation mask."
    if kind == "sentence":
        return f"{expression} Please provide the segmentation mask."
    return f"Please segment the {_bare(expression)} in this {'image' if frames == 1 else 'video'}."


def about(question: str, steps: Mapping[int, Sequence[int]], frames: int) -> str:
    """A question about objects of the memory bank.

    Args:
        question: names them by their numbers in brackets.
        steps: number of an object -> steps (frame pairs) it is on, each of which holds its place for `<|mem|>`.
        frames: that the language model sees, after padding; one: an image.
    """
    if frames == 1:
        listed = [f"[{number}]: {MEM}" for number in steps]
        head = "Here is an image with the following highlighted regions:"
    else:
        listed = [" ".join([f"[{number}]:", *(f"<{2 * step + 1}>-<{2 * step + 2}> {MEM}" for step in present)])
                  for number, present in steps.items()]
        head = (f"Here is a video with {frames} frames denoted as <1> to <{frames}>. The highlighted regions are as "
                "follows:")
    return "\n".join([head, *listed, question])


def describe(question: str, numbers: Sequence[int], frames: int) -> str:
    """A question about objects; where it is no more than "describe", in the words that ask for a description."""
    rest = re.sub(r"\[\d+\]|\b(please|and|this|these|it|them|objects?|in detail)\b|[,.:\s]", "", question.lower())
    if rest != "describe":
        return question
    regions = " and ".join(f"the region [{number}]" for number in named(question) or numbers)
    return f"Please describe {regions} in the {'image' if frames == 1 else 'video'} in detail."


def localize(question: str, numbers: Sequence[int]) -> tuple[str, str, list[int]]:
    """The request to segment what visual prompts point at, and its answer, with a mask a prompt: the authors give it
    in their evaluation too, so that none is left out.

    Args:
        question: where it names a prompt by its number, the prompt is put; those it does not name follow.
        numbers: of the prompts.

    Returns:
        the request, the answer, and the numbers in the order in which both have them.
    """
    order = [number for number in dict.fromkeys(named(question)) if number in numbers]
    marked = question
    for number in order:
        marked = marked.replace(f"[{number}]", f"[{number}] {REF}", 1)
    left = [number for number in numbers if number not in order]
    request = " ".join([*marked.split(" "), *(f"[{number}] {REF}" for number in left)]).strip()
    order += left
    answer = " ".join(f"[{number}] {SEG}" for number in order)
    return f"{request}. Please localize the relevant objects with IDs.", answer, order


def named(text: str) -> list[int]:
    """Numbers in brackets, as often and in the order in which they come."""
    return [int(one) for one in _NAMED.findall(text)]


def said(text: str) -> str:
    """An answer for people: its masks are numbered, other tokens of the model left out."""
    parts = text.split(SEG)
    numbered = "".join(f"{part}(mask {place})" for place, part in enumerate(parts[:-1], 1)) + parts[-1]
    return _TOKENS.sub("", numbered).strip()


def _bare(expression: str) -> str:
    text = expression.strip(".").strip()
    text = text[:1].lower() + text[1:]
    for article in _ARTICLES:
        text = text.removeprefix(article)
    return text
