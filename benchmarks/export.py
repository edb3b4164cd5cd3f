"""Exports and imports of a large project: time and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from backend.masks import Rle
from backend.video import FrameIndex
from projects_db import changes, masks, objects, people, projects, videos
from projects_db.database import Database
from projects_db.formats.exports import Filters, export_annotations
from projects_db.formats.imports import import_annotations
from projects_db.masks import MaskWrite

ABOUT = "export and import of 100,000 masks of about 0.5 KB at 1280x720 (10 videos, 1,000 frames, 10 objects)"
WIDTH, HEIGHT, OBJECTS = 1280, 720, 10


def run(quick: bool = False) -> dict[str, Any]:
    """For each format masks, seconds (waiting, and of a processor), peak resident MB of its process, MB written."""
    count, frames = (2, 100) if quick else (10, 1000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder / "full", count, frames, True)
        _make(folder / "fresh", count, frames, False)
        # A process each, because a peak cannot be taken back; DAVIS decodes and draws every mask, so it gets a tenth.
        jobs = {"export coco": ("coco", 1), "export coco, polygons": ("polygons", 10),
                "export youtube-vis": ("youtube-vis", 1), "export davis": ("davis", 10), "import coco": ("import", 1)}
        return {title: _apart(folder, job, max(1, count // part)) for title, (job, part) in jobs.items()}


def _apart(folder: Path, job: str, count: int) -> dict[str, float]:
    code = f"import benchmarks.export as it; it.work(it.Path({str(folder)!r}), {job!r}, {count})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, processor, number, peak, written = (float(value) for value in done.stdout.split())
    return {"masks": number, "seconds": seconds, "processor_seconds": processor, "masks_per_second": number / seconds,
            "peak_rss_mb": peak, "written_mb": written}


def work(folder: Path, job: str, count: int) -> None:
    """One measurement, in a process of its own; prints seconds, those of the processor, masks, peak MB, MB written."""
    started, busy = time.perf_counter(), time.process_time()
    number, written = _import(folder) if job == "import" else _export(folder, job, count)
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
    print(seconds, processor, number, _peak_mb(), written.stat().st_size / 1e6)


def _export(folder: Path, job: str, count: int) -> tuple[int, Path]:
    target = folder / f"{job}.zip"
    with Database.open(folder / "full", exclusive=False) as db, db.read() as session:
        chosen = frozenset(video.id for video in videos.of_project(session, 1)[:count])
        done = export_annotations(session, 1, target, "coco" if job == "polygons" else job, Filters(videos=chosen),
                                  images=None, polygons=job == "polygons")
    return done.masks, target


def _import(folder: Path) -> tuple[int, Path]:
    with Database.open(folder / "fresh") as db:
        done = import_annotations(db, 1, 1, folder / "coco.zip", "coco")
    return done.masks, folder / "fresh" / "throughline.db"


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # `getrusage` would count the parent, which this process was for a moment
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1e3
    info = psutil.Process().memory_info()
    return float(getattr(info, "peak_wset", info.rss)) / 1e6


def _make(folder: Path, count: int, frames: int, with_masks: bool) -> None:
    shapes = [_ragged_disc(seed) for seed in range(50)]
    nothing = np.zeros(0, np.int32)
    index = FrameIndex(
        kind="images", width=WIDTH, height=HEIGHT, rotation=0, mirrored=False, frame_count=frames,
        stamps=np.zeros(0, np.int64), time_base=Fraction(1, 25), fingerprints=np.zeros(0, np.uint32),
        key_frames=nothing, damaged=nothing, lost=nothing, rate=Fraction(25), codec="", pixel_format="", container="",
    ).to_bytes()
    with Database.open(folder) as db:
        with db.write() as session:
            person = people.create(session, "Ann").id
            project = projects.create(session, "Bench", [projects.NewLabel("car")], person).id
            label = projects.labels(session, project)[0].id
        for number in range(count):
            with db.write() as session:
                video = videos.add(session, project, content_hash=f"{number:064x}", name=f"{number}.mp4", media_path="",
                                   width=WIDTH, height=HEIGHT, frame_count=frames, duration=frames / 25,
                                   frame_index=index).id
                if with_masks:
                    change = changes.begin(session, video, person, "mask")
                    made = [objects.create(session, change, label).id for _ in range(OBJECTS)]
                    masks.write(session, change, [
                        MaskWrite(frame, made[n], shapes[(frame + 5 * n) % 50], None)
                        for frame in range(frames) for n in range(OBJECTS)
                    ])


def _ragged_disc(seed: int) -> Rle:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    angle = np.arctan2(y - 300 - 2 * seed, x - 400 - 8 * seed)
    return Rle.from_mask(np.hypot(y - 300 - 2 * seed, x - 400 - 8 * seed) < 90 + 6 * np.sin(23 * angle + seed))
