"""`kill -9` in the middle of writing: every frame that was acknowledged is there, and the database is sound."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from projects_db import masks, runs
from projects_db.backup import integrity_problems
from projects_db.database import DATABASE, Database
from tests.projects_db.world import FRAMES, a_mask, make_world, new_run

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from projects_db import runs
from projects_db.database import Database
from projects_db.runs import RunMask
from tests.projects_db.world import FRAMES, a_mask
directory, run, objects, start = Path(sys.argv[1]), int(sys.argv[2]), eval(sys.argv[3]), int(sys.argv[4])
with Database.open(directory) as db:
    with db.write() as session:
        runs.set_status(session, run, "running")
    for n in range(start, 10**6):
        with db.write() as session:
            runs.write_frame(session, run, n % FRAMES, {o: RunMask(a_mask(n), 0.5) for o in objects})
        print(n, flush=True)
"""


def test_killed_at_random_moments(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with world.db.write() as session:
        run = new_run(session, world, world.ann, 10**6)
    world.db.close()
    dice, start = random.Random(2), 0
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(run), str([world.car, world.dog]), str(start)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True)
        with child:
            assert child.stdout
            first = child.stdout.readline()
            time.sleep(dice.uniform(0.0, 0.4))
            child.kill()
            acknowledged = [int(first), *map(int, child.stdout.read().split())]
        assert integrity_problems(tmp_path / DATABASE) == []
        last = acknowledged[-1]
        with Database.open(tmp_path) as db, db.read() as session:
            stopped = runs.get(session, run)
            assert stopped.status == "interrupted"
            # One frame more may have been written than was acknowledged; never half of one.
            written = stopped.done // 2
            assert written in (last + 1, last + 2) and stopped.done % 2 == 0
            found = {(m.frame, m.object_id): m.rle for m in masks.in_range(session, world.video, 0, FRAMES)}
            for n in range(max(0, written - FRAMES), written):
                assert found[n % FRAMES, world.car] == found[n % FRAMES, world.dog] == a_mask(n)
        start = written
