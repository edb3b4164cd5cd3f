"""What UFO-InternVL is asked, word for word as the authors ask it at test time, and the picture it is asked about."""

from __future__ import annotations

from collections.abc import Sequence

START, END = "<|im_start|>", "<|im_end|>"
IMAGE_START, IMAGE_CONTEXT, IMAGE_END = "<img>", "<IMG_CONTEXT>", "</img>"

REFERRED_BINS = 896
"""Bins along a side in answers to `where_is`, whatever the size of the picture."""

MOST_BOXES = 300
"""Detections of one frame at most, before NMS."""

CAPTION = "Provide a one-sentence caption for the provided image."

_SYSTEM = "你是由上海人工智能实验室联合商汤科技开发的书生多模态大模型，英文名叫InternVL, 是一个有用无害的人工智能助手。"


def prompt(question: str, image_tokens: int) -> str:
    """The whole text: the question stands before the image, and no line break follows the first end."""
    image = IMAGE_START + IMAGE_CONTEXT * image_tokens + IMAGE_END
    return f"{START}system\n{_SYSTEM}{END}{START}user\n{question}\n{image}{END}{START}assistant\n"


def detect(names: Sequence[str], bins: int) -> str:
    """Boxes of all objects of these classes."""
    return (f"Detect objects in the image that belong to the following categories: {','.join(names)}. "
            f"The coordinate range is 0-{bins}.")


def segment(names: Sequence[str]) -> str:
    """Masks of all objects of these classes."""
    return f"Segment objects in the image that belong to the following categories: {','.join(names)}."


def segment_regions(names: Sequence[str]) -> str:
    """The class of every pixel."""
    return (f"Please accurately segment and generate masks for all the categories falling under ({','.join(names)}) "
            "in this image.")


def what_is(phrase: str) -> str:
    """The mask of what a phrase refers to."""
    return f"What is {phrase.lower()} in this image? Please output segmentation mask."


def reason(sentence: str) -> str:
    """The mask that answers a sentence that asks for thought."""
    return f"{sentence} Please output segmentation mask."


def where_is(phrase: str) -> str:
    """The box of what a phrase refers to."""
    return f"Where can we locate {phrase.lower()} in the image?"
