"""What the project database costs: saving a click or a frame of a run, and changes that touch a whole video."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from backend.masks import Rle
from projects_db import changes, masks, objects, people, projects, runs, timeline, undo, videos
from projects_db.changes import Change
from projects_db.database import DATABASE, Database
from projects_db.masks import MaskWrite
from projects_db.runs import RunMask

ABOUT = "milliseconds of database work on one video of 5,000 frames at 1280x720 (two objects, masks of about 1 KB)"
HEIGHT, WIDTH = 720, 1280


def run(quick: bool = False) -> dict[str, Any]:
    """Median milliseconds of each, `wall` with the commit to the disk, unless a key says otherwise."""
    frames = 200 if quick else 5000
    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder)) as db:
        return _measure(db, frames, Path(folder) / DATABASE)


def _measure(db: Database, frames: int, file: Path) -> dict[str, Any]:
    rle = _ragged_disc()
    with db.write() as session:
        person = people.create(session, "Ann").id
        project = projects.create(session, "Bench", [projects.NewLabel("car")], person).id
        video = videos.add(session, project, content_hash="0", name="a", media_path="a", width=WIDTH, height=HEIGHT,
                           frame_count=frames, duration=frames / 25, frame_index=b"").id
        change = changes.begin(session, video, person, "object")
        label = projects.labels(session, project)[0].id
        pair = [objects.create(session, change, label).id for _ in range(2)]
        tracked = runs.create(session, video, person, model="flow", model_version="1", plan={}, prompt_hash="p",
                              total=2 * frames, objects=pair).id
    made = {i: RunMask(rle, 0.9) for i in pair}

    def begin(session: Session, kind: str) -> Change:
        return changes.begin(session, video, person, kind)

    def draw(session: Session) -> None:
        base = masks.get(session, video, frames // 2, pair[0]).revision
        masks.write(session, begin(session, "mask"), [MaskWrite(frames // 2, pair[0], rle, base)])

    of_run = _cost(db, *(partial(runs.write_frame, run_id=tracked, frame=f, made=made) for f in range(frames // 10)))
    with db.write() as session:
        for frame in range(frames // 10, frames):
            runs.write_frame(session, tracked, frame, made)
        runs.set_status(session, tracked, "done")
    return {
        "a frame of a run": of_run,
        "correction, whole lane stale": _cost(db, draw),
        "undo it": _cost(db, lambda s: undo.undo(s, video, person)),
        "redo it": _cost(db, lambda s: undo.redo(s, video, person)),
        "a click on a frame": _cost(db, *[draw] * 50),
        "verify both lanes": _cost(db, lambda s: masks.verify(s, begin(s, "verify"), None, 0, frames)),
        "timeline": _cost(db, *[lambda s: timeline.timeline(s, video)] * 5),
        "read 100 frames with pixels": _cost(db, *[lambda s: masks.in_range(s, video, 50, 150)] * 5),
        "bytes of a mask": len(rle.as_blob()),
        "database bytes a mask": file.stat().st_size / (2 * frames),
    }


def _cost(db: Database, *works: Callable[[Session], object]) -> dict[str, float]:
    """Median milliseconds of a transaction, until it is on disk, and of processor time in it."""
    wall, processor = [], []
    for work in works:
        started, busy = time.perf_counter(), time.thread_time()
        with db.write() as session:
            work(session)
        wall.append((time.perf_counter() - started) * 1000)
        processor.append((time.thread_time() - busy) * 1000)
    return {"wall": statistics.median(wall), "processor": statistics.median(processor)}


def _ragged_disc() -> Rle:
    """A disc with a rough edge: the code of a mask a model makes."""
    dice = np.random.default_rng(0)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    edge = 150 + dice.normal(0, 3, HEIGHT)[:, None]
    return Rle.from_mask((y - 360) ** 2 + (x - 640) ** 2 < edge**2)
