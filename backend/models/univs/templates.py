"""The sentences a name or an expression is put into: those that CLIP was tested with on ImageNet, after the plain one.
What counts is their mean, so that their order does not matter but for the first."""

from __future__ import annotations

_EITHER = (
    "a bad photo of {article} {{}}.", "a sculpture of {article} {{}}.", "a photo of {article} hard to see {{}}.",
    "a low resolution photo of {article} {{}}.", "a rendering of {article} {{}}.", "graffiti of {article} {{}}.",
    "a cropped photo of {article} {{}}.", "a tattoo of {article} {{}}.", "{article} embroidered {{}}.",
    "a bright photo of {article} {{}}.", "a photo of {article} clean {{}}.", "a photo of {article} dirty {{}}.",
    "a dark photo of {article} {{}}.", "a drawing of {article} {{}}.", "{article} plastic {{}}.",
    "a photo of {article} cool {{}}.", "a close-up photo of {article} {{}}.",
    "a black and white photo of {article} {{}}.", "a painting of {article} {{}}.",
    "a pixelated photo of {article} {{}}.", "a jpeg corrupted photo of {article} {{}}.",
    "a blurry photo of {article} {{}}.", "a photo of {article} {{}}.", "a good photo of {article} {{}}.",
    "{article} {{}} in a video game.", "a doodle of {article} {{}}.", "{article} origami {{}}.",
    "a sketch of {article} {{}}.", "{article} toy {{}}.", "a rendition of {article} {{}}.",
    "a photo of {article} large {{}}.", "a photo of {article} nice {{}}.", "a photo of {article} weird {{}}.",
    "{article} cartoon {{}}.", "art of {article} {{}}.", "{article} plushie {{}}.", "itap of {article} {{}}.",
    "a photo of {article} small {{}}.",
)
"""With "a" and with "the"."""

TEMPLATES: tuple[str, ...] = (
    "{}.", *(one.format(article=article) for one in _EITHER for article in ("a", "the")),
    "a photo of many {}.", "a photo of my {}.", "a photo of one {}.", "itap of my {}.",
)
"""All 81; the first is the one whose word features are read."""
