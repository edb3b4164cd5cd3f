"""The moving shapes as a small benchmark: their pictures, and the truth in the layout of every task's benchmark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from backend.formats.vipseg import as_colour
from backend.masks import Rle
from tests.moving_shapes import DISC, SQUARE, Shapes

VIDEO = "shapes"
CATEGORIES = {DISC: ("red", 2), SQUARE: ("blue", 3)}
"""Name and number of what each shape is; white is 1, and nowhere."""

TOLD = ("--categories", "white,red,blue")
EXPRESSIONS = ("the red one", "the blue one")


def write_pictures(folder: Path, shapes: Shapes) -> Path:
    """`VIDEO/FRAME.png`."""
    (folder / VIDEO).mkdir(parents=True)
    for frame, picture in enumerate(shapes.frames.pictures):
        cv2.imwrite(str(folder / VIDEO / f"{frame:05d}.png"), picture[..., ::-1])
    return folder


def write_truth(folder: Path, shapes: Shapes, task: str) -> Path:
    """The truth of a task; returns what `evaluate --truth` is given."""
    if task in ("vis", "det", "seg", "rec", "res", "vps"):
        folder.mkdir(parents=True, exist_ok=True)
        about = {"vis": _of_tracks, "vps": lambda s: _of_segments(s, folder), "det": _of_images, "seg": _of_images,
                 "rec": _of_expressions, "res": _of_expressions}[task](shapes)
        categories = [{"id": 1, "name": "white", "isthing": 0}, *(
            {"id": number, "name": name, "isthing": 1} for name, number in CATEGORIES.values())]
        (folder / "truth.json").write_text(json.dumps({**about, "categories": categories}))
        return folder / "truth.json"
    if task in ("mot", "mots", "sot"):
        (folder / "truth").mkdir(parents=True)
        rows = {"mot": _boxes, "mots": _masks, "sot": _first_box}[task](shapes)
        (folder / "truth" / f"{VIDEO}.txt").write_text("".join(f"{row}\n" for row in rows))
        return folder / "truth"
    places = {"vss": f"{VIDEO}/mask", "vos": VIDEO, "pvos": VIDEO}
    for frame in range(len(shapes.truth)):
        drawn = drawing(shapes, frame, {one: CATEGORIES[one][1] if task == "vss" else one for one in CATEGORIES})
        for at, value in ((places[task], 0),) if task in places else ((f"{VIDEO}/0", DISC), (f"{VIDEO}/1", SQUARE)):
            (folder / at).mkdir(parents=True, exist_ok=True)
            picture = np.where(drawn == value, 255, 0).astype(np.uint8) if value else drawn
            Image.fromarray(picture).save(folder / at / f"{frame:05d}.png")
    return folder


def drawing(shapes: Shapes, frame: int, values: dict[int, int]) -> np.ndarray:
    """The shapes in values, uint8; 0 elsewhere."""
    drawn = np.zeros((shapes.frames.height, shapes.frames.width), np.uint8)
    for one, value in values.items():
        drawn[shapes.mask(one, frame)] = value
    return drawn


def _rle(shapes: Shapes, one: int, frame: int) -> Rle:
    return Rle.from_mask(shapes.mask(one, frame))


def _each(shapes: Shapes) -> Iterator[tuple[int, int, Rle]]:
    """(frame, shape, mask)."""
    return ((frame, one, _rle(shapes, one, frame)) for frame in range(len(shapes.truth)) for one in CATEGORIES)


def _of_tracks(shapes: Shapes) -> dict[str, Any]:
    size = {"height": shapes.frames.height, "width": shapes.frames.width, "length": len(shapes.truth)}
    return {"videos": [{"id": 1, **size}], "annotations": [
        {"id": one, "video_id": 1, "category_id": number, "segmentations": [
            _rle(shapes, one, frame).as_json() for frame in range(len(shapes.truth))]}
        for one, (_, number) in CATEGORIES.items()]}


def _of_images(shapes: Shapes) -> dict[str, Any]:
    """Numbered as `track` numbers frames of the first video."""
    size = {"height": shapes.frames.height, "width": shapes.frames.width}
    return {"images": [{"id": 1_000_000 + frame, **size} for frame in range(len(shapes.truth))], "annotations": [
        {"id": n, "image_id": 1_000_000 + frame, "category_id": CATEGORIES[one][1], "iscrowd": 0, "area": rle.area,
         "bbox": list(rle.box), "segmentation": rle.as_json()} for n, (frame, one, rle) in enumerate(_each(shapes), 1)]}


def _of_expressions(shapes: Shapes) -> dict[str, Any]:
    about = _of_images(shapes)
    for one in about["annotations"]:
        one["expression"] = {2: 0, 3: 1}[one["category_id"]]
    return about


def _of_segments(shapes: Shapes, folder: Path) -> dict[str, Any]:
    (folder / "panomasksRGB" / VIDEO).mkdir(parents=True)
    frames = []
    for frame in range(len(shapes.truth)):
        drawn = drawing(shapes, frame, {one: one for one in CATEGORIES})
        Image.fromarray(as_colour(drawn)).save(folder / "panomasksRGB" / VIDEO / f"{frame:05d}.png")
        frames.append({"file_name": f"{frame:05d}.png", "segments_info": [
            {"id": one, "category_id": number, "iscrowd": 0} for one, (_, number) in CATEGORIES.items()]})
    return {"annotations": [{"video_id": VIDEO, "annotations": frames}]}


def _boxes(shapes: Shapes) -> Iterator[str]:
    """Of the disc."""
    return (f"{frame + 1},{one},{','.join(map(str, rle.box))},1,-1,-1,-1" for frame, one, rle in _each(shapes)
            if one == DISC)


def _masks(shapes: Shapes) -> Iterator[str]:
    return (f"{frame + 1} {one} {CATEGORIES[one][1]} {rle.height} {rle.width} {rle.counts.decode()}"
            for frame, one, rle in _each(shapes))


def _first_box(shapes: Shapes) -> Iterator[str]:
    return (",".join(map(str, rle.box)) for _, one, rle in _each(shapes) if one == SQUARE)
