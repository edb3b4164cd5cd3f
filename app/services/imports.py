"""Videos into a project: hash, index, put the file in its place, one row. Long, so a job with progress and cancel."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from app.jobs import Job
from app.services.uploads import Upload, remove
from app.workplace import Workplace
from backend.errors import BadInput, Conflict, ThroughlineError
from backend.video import build_index, content_hash, sources_at
from projects_db import videos
from projects_db.videos import Video

Placing = Literal["move", "copy", "reference"]
HASHING = 0.2
"""Share of the progress that reading the file once takes; the rest is decoding it once."""
PICTURE_FOLDERS = {"frames", "images", "imgs", "jpegimages", "pictures", "rgb"}


def import_upload(workplace: Workplace, upload: Upload) -> Job:
    """Import a complete upload as a job. Raises as `Uploads.take`."""
    path = workplace.uploads.take(upload)

    def work(job: Job) -> None:
        try:
            with called(path, upload.name):
                video = add_video(workplace, job, path, upload.name, upload.project_id, "move")
        except (BadInput, Conflict):  # it will not get better
            workplace.uploads.remove(upload)
            raise
        finally:
            workplace.uploads.give_back(upload)
        job.result["videos"] = [video.id]
        workplace.uploads.remove(upload)

    return workplace.jobs.start(Job("import", upload.project_id, result={"videos": []}), work)


@contextmanager
def called(path: Path, name: str) -> Iterator[None]:
    """Errors of what is done inside say `name`, by which people know a file that we keep under a name of ours."""
    try:
        yield
    except ThroughlineError as error:
        error.message = error.message.replace(path.name, name)
        raise


def import_path(workplace: Workplace, project_id: int, path: Path, *, copy: bool) -> Job:
    """Import what lies on the server as a job: a file, a folder of videos or a folder of numbered pictures.

    Raises BadInput where there is nothing to import.
    """
    if not path.is_absolute():
        raise BadInput("relative_path", f"{path} is no absolute path.", "Give the whole path on the server.")
    sources = sources_at(path)

    def work(job: Job) -> None:
        refused = []
        for done, source in enumerate(sources):
            part = partial(_report_part, job, done, len(sources))
            try:
                video = add_video(workplace, job, source, _name_of(source), project_id,
                                  "copy" if copy else "reference", report=part)
            except (BadInput, Conflict) as error:
                if len(sources) == 1:
                    raise
                refused.append(f"{source.name}: {error.message}")
                continue
            job.result["videos"] = [*job.result["videos"], video.id]
        if refused and not job.result["videos"]:
            raise BadInput("nothing_imported", f"Nothing in {path.name} could be imported. {' '.join(refused[:5])}",
                           "Choose a folder of videos that play.")
        job.message = " ".join([f"{len(job.result['videos'])} of {len(sources)} imported.", *refused[:20]])

    return workplace.jobs.start(Job("import", project_id, result={"videos": []}), work)


def add_video(
    workplace: Workplace, job: Job, path: Path, name: str, project_id: int, placing: Placing, *,
    report: Callable[[float, str], None] | None = None,
) -> Video:
    """Put one video into a project.

    Args:
        placing: "move" or "copy" the file into the project directory, under a name of ours, or use it where it lies.
        report: told the share done and what is being done; the job's own where there is none.

    Raises:
        BadInput: no video. Conflict: the project has it. Unavailable: no disk space, a decoder that hangs. Cancelled.
    """
    tell, stop = report or job.report, job.cancelled.is_set
    digest = content_hash(path, lambda share: tell(HASHING * share, f"reading {name}"), stop)
    with workplace.db.read() as session:
        if there := [video for video in videos.with_hash(session, digest) if video.project_id == project_id]:
            raise Conflict("video_exists", f"{name} is already in this project, as {there[0].name}.",
                           "Open that one.", video_id=there[0].id)
    index = build_index(path, cancelled=stop, progress=lambda share: tell(
        HASHING + (0.98 - HASHING) * share, f"looking at every frame of {name}"))
    with workplace.media_lock:
        media = _place(workplace, path, digest, placing)
        with workplace.db.write() as session:
            video = videos.add(
                session, project_id, content_hash=digest, name=name, media_path=media, width=index.width,
                height=index.height, frame_count=len(index), duration=index.duration, frame_index=index.to_bytes(),
            )
    workplace.cuts.look(video)
    return video


def delete_video(workplace: Workplace, video_id: int) -> None:
    """Delete a video and all work on it; its file too, where it is ours and no other project has it.

    Raises NotFound, Locked.
    """
    with workplace.media_lock:
        with workplace.db.write() as session:
            video = videos.delete(session, video_id)
            used = [other.media_path for other in videos.with_hash(session, video.hash)]
        workplace.forget_access()
        workplace.sessions.drop(video=video.hash)
        workplace.library.forget(video.hash)
        media = workplace.db.directory / video.media_path
        if media.parent == workplace.db.media and video.media_path not in used:
            remove(media)


def _name_of(source: Path) -> str:
    """What to call a video that lies on the server. Data sets keep pictures in NAME/frames: the name is one above."""
    named_above = source.is_dir() and source.name.lower() in PICTURE_FOLDERS
    return source.parent.name if named_above and source.parent.name else source.name


def _place(workplace: Workplace, path: Path, digest: str, placing: Placing) -> str:
    """Where the video lies from now on, as `videos.add` wants it. Copies are made beside and renamed."""
    if placing == "reference":
        return str(path.resolve())
    target = workplace.db.media / digest
    if not target.exists():
        if placing == "move":
            path.rename(target)
        else:
            _copy(path, target)
    return str(target.relative_to(workplace.db.directory))


def _copy(path: Path, target: Path) -> None:
    beside = target.with_name(f"{target.name}.part")
    remove(beside)  # what a killed server left
    try:
        shutil.copytree(path, beside) if path.is_dir() else shutil.copyfile(path, beside)
        beside.rename(target)
    finally:
        remove(beside)


def _report_part(job: Job, done: int, total: int, share: float, message: str) -> None:
    job.report((done + share) / total, message)
