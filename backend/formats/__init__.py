"""The files that benchmarks read: one module a format. Each task of `backend.tasks` has one of them.

A format writes the files of one video into a folder, and gives the entries of that video for the file that the whole
dataset has one of; where there is such a file, it is put together from the entries of all videos.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.formats import coco_results, davis, mot, sot, vipseg, vspw, youtube_vis
from backend.tasks.found import CategoryIds, Found, Video
from backend.tasks.perform import Told
from backend.tasks.table import TaskName

Entries = list[dict[str, Any]]


def _no_files(entries: Sequence[Any], categories: CategoryIds) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Format:
    """How a task's results are written.

    Attributes:
        write: the files of one video, into a folder; returns its entries, JSON-able.
        collect: the files of the whole dataset by name, as JSON, from the entries of all videos.
    """

    write: Callable[[Video, Told, Sequence[Found], CategoryIds, Path], Entries]
    collect: Callable[[Sequence[Any], CategoryIds], Mapping[str, Any]] = _no_files


FORMATS: Mapping[TaskName, Format] = {
    "vis": Format(youtube_vis.write, youtube_vis.collect),
    "vps": Format(vipseg.write, vipseg.collect),
    "vss": Format(vspw.write),
    "mot": Format(mot.write_boxes),
    "mots": Format(mot.write_masks),
    "vos": Format(davis.write_objects),
    "pvos": Format(davis.write_objects),
    "rvos": Format(davis.write_expressions),
    "sot": Format(sot.write),
    "det": Format(coco_results.write_boxes, coco_results.collect),
    "seg": Format(coco_results.write_masks, coco_results.collect),
    "rec": Format(coco_results.write_boxes, coco_results.collect),
    "res": Format(coco_results.write_masks, coco_results.collect),
}
