"""What a video's masks can be compared with: before and after a run, one person's, those of a blind copy.

All of it is in the history already: a version says which of its rows count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.errors import NotFound
from backend.masks import Rle
from projects_db import masks, people, runs, videos
from projects_db.masks import MaskItem
from projects_db.runs import Run

MANY_RUNS = 20
"""The newest runs are offered."""

_BY_RUN = "run_id = :of AND change_id IN (SELECT id FROM changes WHERE video_id = :video_id AND kind = 'run')"
_WHERE = {
    "before": f"id < (SELECT min(id) FROM mask_history WHERE video_id = :video_id AND {_BY_RUN})",
    "run": _BY_RUN,
    "person": "author_id = :of AND source = 'human'",
}


@dataclass(frozen=True)
class Version:
    """One of them.

    Attributes:
        kind: "before" a run, what a "run" made, what a "person" made by hand, another "copy" of the video.
        of: the run's, person's or video's id.
        name: of the model, person or video.
        at: when the run began, or the person drew last; None of a copy.
    """

    kind: str
    of: int
    name: str
    at: str | None

    @property
    def id(self) -> str:
        """"run-7"."""
        return f"{self.kind}-{self.of}"


def of_video(session: Session, video_id: int) -> list[Version]:
    """All there are of a video, newest runs first. Raises NotFound."""
    video = videos.get(session, video_id)
    made = [run for run in runs.of_video(session, video_id, MANY_RUNS) if run.done]
    drew = session.execute(text("""
        SELECT people.id, people.name, max(mask_history.created_at) FROM mask_history
        JOIN people ON people.id = mask_history.author_id
        WHERE mask_history.video_id = :video_id AND mask_history.source = 'human' GROUP BY people.id
        ORDER BY people.name"""), {"video_id": video_id})
    return [
        *(Version(kind, run.id, run.model, run.created_at) for run in made for kind in ("before", "run")),
        *(Version("person", *found) for found in drew),
        *(Version("copy", one.id, one.name, None) for one in videos.of_project(session, video.project_id)
          if one.hash == video.hash and one.id != video.id),
    ]


def get(session: Session, video_id: int, version_id: str) -> Version:
    """One of them by its id, also a run that is too old to be listed. Raises NotFound."""
    match = re.fullmatch(r"(before|run|person|copy)-([1-9]\d{0,17})", version_id)
    if match:
        kind, of = match[1], int(match[2])
        if kind in ("before", "run"):
            run: Run = runs.get(session, of)
            if run.video_id == video_id:
                return Version(kind, of, run.model, run.created_at)
        elif kind == "person":
            return Version(kind, of, people.get(session, of).name, None)
        else:
            video, other = videos.get(session, video_id), videos.get(session, of)
            if (other.hash, other.project_id) == (video.hash, video.project_id) and of != video_id:
                return Version(kind, of, other.name, None)
    raise NotFound("no_such_version", f"There is no version {version_id} of this video.", "Choose another one.")


def in_range(session: Session, video_id: int, version: Version, start: int, stop: int) -> list[MaskItem]:
    """Masks of a version on frames start <= f < stop, by frame and object; those of a copy have its own objects."""
    if version.kind == "copy":
        return masks.in_range(session, version.of, start, stop)
    video = videos.get(session, video_id)
    rows = session.execute(text(f"""
        SELECT row.frame, row.object_id, row.id, pixels.rle, row.area, row.state, row.source, row.score,
               row.author_id, row.run_id, row.prompt_hash
        FROM (SELECT max(id) AS id FROM mask_history
              WHERE video_id = :video_id AND frame >= :start AND frame < :stop AND {_WHERE[version.kind]}
              GROUP BY frame, object_id) newest
        JOIN mask_history row ON row.id = newest.id
        JOIN mask_history pixels ON pixels.id = coalesce(row.pixels_id, row.id)
        JOIN objects ON objects.id = row.object_id AND NOT objects.deleted
        WHERE row.state IS NOT NULL ORDER BY row.frame, row.object_id"""),
        {"video_id": video_id, "of": version.of, "start": start, "stop": stop})
    return [MaskItem(frame, object_id, revision, Rle.from_blob(rle, video.height, video.width), *rest)
            for frame, object_id, revision, rle, *rest in rows]
