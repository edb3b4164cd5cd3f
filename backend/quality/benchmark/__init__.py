"""The figures of the benchmarks, from the files that `launch.py track` writes: `launch.py evaluate --task`.

Where a well-kept library has a figure it is taken from there: pycocotools for average precision (of video tracks as
well), TrackEval for MOTA, IDF1 and HOTA. The others follow their published definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from backend.quality.benchmark import mot, panoptic, precision, referring, semantic, sot, vos
from backend.quality.benchmark.scores import Scores
from backend.tasks.table import TaskName

SCORERS: Mapping[TaskName, Callable[[Path, Path], Scores]] = {
    "vis": precision.of_tracks,
    "vps": panoptic.of_videos,
    "vss": semantic.of_videos,
    "mot": mot.of_boxes,
    "mots": mot.of_masks,
    "vos": vos.of_objects,
    "pvos": vos.of_objects,
    "rvos": vos.of_expressions,
    "sot": sot.of_boxes,
    "det": precision.of_boxes,
    "seg": precision.of_masks,
    "rec": referring.of_boxes,
    "res": referring.of_masks,
}
"""Each takes the folder of the predictions, and the truth: a folder, or the JSON of the benchmark.

Raises:
    NotFound: predictions or truth are not there, or not for every video of the truth.
    BadInput: they cannot be read, or do not belong together.
"""
