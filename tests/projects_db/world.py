"""A real project directory with two people, and a video with two objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from backend.masks import Rle
from projects_db import changes, masks, objects, people, projects, runs, undo, videos
from projects_db.database import Database
from projects_db.masks import MaskWrite, Written
from projects_db.runs import RunMask

HEIGHT, WIDTH, FRAMES = 24, 32, 60


def a_mask(seed: int) -> Rle:
    """A box that depends on the seed, so that masks can be told apart."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    y, x = seed % 11, seed * 7 % 17
    mask[y : y + 5 + seed % 5, x : x + 4 + seed % 9] = True
    return Rle.from_mask(mask)


@dataclass
class World:
    """Ann and Bob, their project, and a video with the objects `car` and `dog`."""

    db: Database
    ann: int
    bob: int
    project: int
    label: int
    video: int
    car: int
    dog: int

    def draw(
        self, person: int, frame: int, seed: int, object_id: int | None = None, base: int | None = None,
    ) -> Written:
        """A mask by hand; with `base` None the person has just looked."""
        object_id = object_id or self.car
        with self.db.write() as session:
            if base is None:
                base = masks.get(session, self.video, frame, object_id).revision
            change = changes.begin(session, self.video, person, "mask")
            return masks.write(session, change, [MaskWrite(frame, object_id, a_mask(seed), base)])

    def track(self, person: int, start: int, stop: int, seed: int, object_id: int | None = None) -> int:
        """A whole run over a range; its id."""
        with self.db.write() as session:
            run = new_run(session, self, person, stop - start)
        for frame in range(start, stop):
            with self.db.write() as session:
                runs.write_frame(session, run, frame, {object_id or self.car: RunMask(a_mask(seed + frame), 0.8)})
        with self.db.write() as session:
            runs.set_status(session, run, "done")
        return run

    def undo(self, person: int) -> undo.Undone:
        with self.db.write() as session:
            return undo.undo(session, self.video, person)

    def redo(self, person: int) -> undo.Undone:
        with self.db.write() as session:
            return undo.redo(session, self.video, person)

    def verify(self, person: int, start: int, stop: int, verified: bool = True) -> Written:
        with self.db.write() as session:
            change = changes.begin(session, self.video, person, "verify" if verified else "unverify")
            return masks.verify(session, change, None, start, stop, verified)

    def facts(self) -> dict[tuple[int, int], tuple[object, ...]]:
        """All masks by (frame, object), but for their revisions."""
        with self.db.read() as session:
            return {
                (m.frame, m.object_id):
                    (m.rle, m.area, m.state, m.source, m.score, m.author_id, m.run_id, m.prompt_hash)
                for m in masks.in_range(session, self.video, 0, FRAMES)
            }

    def states(self, object_id: int | None = None) -> str:
        """One letter a frame: the state, upper case for a barrier, "." for no mask."""
        with self.db.read() as session:
            found = {m.frame: m for m in masks.in_range(session, self.video, 0, FRAMES, [object_id or self.car])}
            fixed = set(masks.barriers(session, object_id or self.car))
        letters = {f: (m.state or "?")[0] for f, m in found.items()}
        return "".join(letters[f].upper() if f in fixed else letters.get(f, ".") for f in range(FRAMES))


def new_run(session: Session, world: World, person: int, total: int) -> int:
    """A run that is under way."""
    run = runs.create(session, world.video, person, model="flow", model_version="1", plan={}, prompt_hash="p",
                      total=total, objects=[world.car])
    return runs.set_status(session, run.id, "running").id


def make_world(directory: Path) -> World:
    """A new project directory."""
    db = Database.open(directory)
    with db.write() as session:
        ann, bob = (people.create(session, name).id for name in ("Ann", "Bob"))
        project = projects.create(session, "Street", [projects.NewLabel("car")], ann).id
        people.set_role(session, project, bob, "reviewer")
        label = projects.labels(session, project)[0].id
        video = videos.add(
            session, project, content_hash="c0ffee", name="a.mp4", media_path="media/c0ffee.mp4", width=WIDTH,
            height=HEIGHT, frame_count=FRAMES, duration=2.0, frame_index=b"index").id
        change = changes.begin(session, video, ann, "object")
        car, dog = (objects.create(session, change, label, name).id for name in ("car", "dog"))
    return World(db, ann, bob, project, label, video, car, dog)
