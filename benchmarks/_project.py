"""A project with much in it, for the benchmarks of the page: a long video and hundreds of objects with masks."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from backend.masks import Rle
from backend.video import FrameIndex, build_index, content_hash
from projects_db import changes, objects, people, projects, tables, videos
from projects_db.database import Database
from projects_db.tables import now

WIDTH, HEIGHT = 1920, 1080
ON_SCREEN = 20
"""Objects on every frame."""
SHAPES = 12
"""Masks of an object that differ; they come again and again along its lane."""
STATES = (("tracked", "model"), ("stale", "model"), ("verified", "model"), ("absent", "human"), ("tracked", "human"),
          ("candidate", "model"))
WEIGHTS = (60, 12, 14, 4, 8, 2)


def make_project(folder: Path, source: Path, *, frames: int, count: int) -> int:
    """Make a project directory with one video of 1920x1080, `frames` frames long, and `count` objects, of which
    `ON_SCREEN` are on every frame; each lane has stretches of every state. Its cuts have been looked for.

    Args:
        source: a video whose pictures are scaled and come again and again.

    Returns:
        The id of the video.
    """
    once, path = folder / "once.mp4", folder / "long.mp4"
    encode(source, once)
    loop_video(once, path, frames)
    with Database.open(folder / "project") as db, db.write() as session:
        person = people.local_person(session).id
        project = projects.create(session, "Long", [projects.NewLabel(n) for n in ("car", "person", "dog")], person).id
        index = looped(build_index(once), frames, path.stat().st_size)
        video = videos.add(
            session, project, content_hash=content_hash(path), name=path.name, media_path=str(path), width=WIDTH,
            height=HEIGHT, frame_count=len(index), duration=index.duration, frame_index=index.to_bytes()).id
        videos.set_cuts(session, video, [])
        fill(session, video, person, frames=len(index), count=count)
    return video


def encode(source: Path, target: Path) -> None:
    """Encode `source` at 1920x1080, 25 frames a second, each stretch between key frames without need of another."""
    with av.open(str(target), "w") as made, av.open(str(source)) as video:
        stream = made.add_stream("libx264", rate=25, options={
            "preset": "veryfast", "crf": "30", "bf": "0", "g": "25", "x264-params": "threads=2"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number, frame in enumerate(video.decode(video=0)):
            picture = frame.reformat(WIDTH, HEIGHT, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            made.mux(stream.encode(picture))
        made.mux(stream.encode(None))


def loop_video(once: Path, target: Path, frames: int) -> None:
    """Write the packets of a video that `encode` made again and again until there are `frames` of them."""
    with av.open(str(once)) as video, av.open(str(target), "w") as made:
        stream = made.add_stream_from_template(video.streams.video[0])
        packets = [packet for packet in video.demux(video=0) if packet.size]
        for number, packet in enumerate(itertools.islice(itertools.cycle(packets), frames)):
            packet.pts = packet.dts = round(number / (25 * packet.time_base))
            packet.stream = stream
            made.mux(packet)


def looped(index: FrameIndex, frames: int, size: int) -> FrameIndex:
    """The index of a video of `size` bytes that `loop_video` made, from that of the one it loops: to decode all of it
    would take a minute.
    """
    times = len(index)
    keys = np.concatenate([index.key_frames + start for start in range(0, frames, times)])
    return replace(
        index, frame_count=frames, stamps=np.arange(frames, dtype=np.int64) * (index.stamps[1] - index.stamps[0]),
        fingerprints=np.resize(index.fingerprints, frames), key_frames=keys[keys < frames].astype(np.int32), size=size)


def fill(session: Session, video: int, person: int, *, frames: int, count: int) -> None:
    """Objects, masks and prompts: rows as the tables have them, written at once: by way of runs it takes hours."""
    change = changes.begin(session, video, person, "import")
    labels = projects.labels(session, videos.get(session, video).project_id)
    life = min(frames, round(frames * ON_SCREEN / count))
    dice = random.Random(1)
    for n in range(count):
        thing = objects.create(session, change, labels[n % len(labels)].id).id
        start = round(n * (frames - life) / max(1, count - 1))
        _lane(session, change, thing, range(start, start + life), dice)


def _lane(session: Session, change: changes.Change, thing: int, frames: range, dice: random.Random) -> None:
    blobs = [(rle.as_blob(), rle.area) for rle in _shapes(dice)]
    empty = Rle.empty(HEIGHT, WIDTH).as_blob()
    first = (session.query(tables.MaskHistory.id).order_by(tables.MaskHistory.id.desc()).limit(1).scalar() or 0) + 1
    history, current, prompts = [], [], []
    state, source = STATES[0]
    for n, frame in enumerate(frames):
        if n and dice.random() < 0.06:
            state, source = dice.choices(STATES, WEIGHTS)[0]
        blob, area = (empty, 0) if state == "absent" else blobs[n % SHAPES]
        facts: dict[str, Any] = {
            "video_id": change.video_id, "frame": frame, "object_id": thing, "area": area, "state": state,
            "source": source, "score": None if source == "human" else round(dice.uniform(0.3, 1), 3), "run_id": None,
            "prompt_hash": None, "author_id": change.person_id}
        history.append({**facts, "id": first + n, "change_id": change.id, "previous_id": None, "restores_id": None,
                        "created_at": now(), "pixels_id": None, "rle": blob})
        current.append({**facts, "revision": first + n, "pixels_id": first + n})
        if source == "human" and area and dice.random() < 0.3:
            prompts.append({"video_id": change.video_id, "frame": frame, "object_id": thing, "change_id": change.id,
                            "data": {"kind": "point", "x": 5, "y": 5, "positive": True}})
    connection = session.connection()
    for table, rows in ((tables.MaskHistory, history), (tables.Mask, current), (tables.Prompt, prompts)):
        if rows:
            connection.execute(insert(table), rows)


def _shapes(dice: random.Random) -> list[Rle]:
    """A blob with a rough edge that moves a little: codes as long as those of real masks."""
    x, y, radius = dice.randrange(200, WIDTH - 200), dice.randrange(200, HEIGHT - 200), dice.randrange(40, 160)
    angles = np.linspace(0, 2 * np.pi, 3 * radius, endpoint=False)
    rough = radius + np.array([dice.gauss(0, 1.5) for _ in angles])
    edge = np.stack([x + rough * np.cos(angles), y + rough * np.sin(angles)], -1)
    return [Rle.from_polygons([(edge + np.array((6 * n, 0))).ravel().tolist()], HEIGHT, WIDTH) for n in range(SHAPES)]
