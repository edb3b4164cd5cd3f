"""Videos of a project: uploads, imports, what is known of a video, its frames as JPEG."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from app import views
from app.identity import Access, AtWorkplace, SignedIn, WorkplaceOwner, access, project_member, video_member
from app.json_reply import json_reply
from app.schemas import LARGEST, NewSource, NewUpload, PathHash, PathToken
from app.services import work
from app.services.imports import delete_video, import_path, import_upload
from app.services.uploads import Upload
from app.workplace import Workplace
from backend.errors import NotFound
from backend.models import registry
from backend.video import FrameIndex
from backend.video.store import JpegKind
from projects_db import objects, people, projects, runs, videos
from projects_db.people import Person

router = APIRouter(prefix="/api")

Member = Annotated[Access, Depends(project_member("annotator"))]
Viewer = Annotated[Access, Depends(video_member("annotator"))]
VideoOwner = Annotated[Access, Depends(video_member("owner"))]
FRAME_CACHE = "private, max-age=31536000, immutable"
SEEN_SECONDS = 10.0
"""How long a person who was allowed one frame of a video is allowed the next without asking the database."""


def own_upload(upload_id: PathToken, person: SignedIn, workplace: AtWorkplace) -> Upload:
    """Dependency: an upload that this person began, as long as they are in its project. Raises NotFound."""
    upload = workplace.uploads.get(upload_id)
    if upload.person_id != person.id:
        raise NotFound("no_such_upload", "There is no such upload.", "Start the upload again.")
    with workplace.db.read() as session:
        access(session, person, upload.project_id, "annotator", "upload")
    return upload


OwnUpload = Annotated[Upload, Depends(own_upload)]


@router.post("/projects/{project_id:int}/uploads")
def begin_upload(body: NewUpload, access: Member, workplace: AtWorkplace) -> dict[str, Any]:
    """Begin an upload."""
    upload = workplace.uploads.begin(access.project_id, access.person.id, body.name, body.size)
    return {"id": upload.id, "offset": 0, "chunk": workplace.settings.chunk_bytes}


@router.get("/uploads/{upload_id}")
def get_upload(upload: OwnUpload, workplace: AtWorkplace) -> dict[str, Any]:
    """Where to go on."""
    return {"id": upload.id, "offset": workplace.uploads.offset(upload), "size": upload.size}


@router.patch("/uploads/{upload_id}")
async def append_chunk(
    upload: OwnUpload, workplace: AtWorkplace, request: Request,
    upload_offset: Annotated[int, Header(ge=0, le=LARGEST)],
) -> dict[str, Any]:
    """Add a chunk. Only a chunk that has arrived whole is written."""
    chunk = await request.body()
    return {"offset": await run_in_threadpool(workplace.uploads.append, upload, upload_offset, chunk)}


@router.post("/uploads/{upload_id}/finish")
def finish_upload(upload: OwnUpload, workplace: AtWorkplace) -> dict[str, Any]:
    """Import what was uploaded."""
    return {"import": import_upload(workplace, upload).id}


@router.delete("/uploads/{upload_id}")
def give_up_upload(upload: OwnUpload, workplace: AtWorkplace) -> dict[str, Any]:
    """Forget it."""
    workplace.uploads.give_up(upload)
    return {}


@router.post("/projects/{project_id:int}/videos")
def import_source(
    body: NewSource, access: Member, owner: WorkplaceOwner, workplace: AtWorkplace
) -> dict[str, Any]:
    """Import a path of the server: an owner of the workplace may, since this reads whatever the server may read."""
    return {"import": import_path(workplace, access.project_id, Path(body.path), copy=body.copy_file).id}


@router.get("/imports/{import_id}")
def get_import(import_id: PathToken, person: SignedIn, workplace: AtWorkplace) -> dict[str, Any]:
    """How far an import is."""
    job = workplace.jobs.get(import_id, "import")
    with workplace.db.read() as session:
        access(session, person, job.project_id, "annotator", "import")
    return job.view()


@router.get("/projects/{project_id:int}/videos")
def list_videos(access: Member, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """The videos of a project."""
    with workplace.db.read() as session:
        found = work.visible(session, access, videos.of_project(session, access.project_id))
        progress = videos.progress(session, [video.id for video in found])
    return [views.video(video, progress[video.id]) for video in found]


@router.get("/videos/{video_id:int}")
def get_video(video_id: int, access: Viewer, workplace: AtWorkplace) -> Response:
    """All that a page needs to open a video, but for its masks."""
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
        index = FrameIndex.from_bytes(videos.frame_index(session, video_id))
        there = objects.of_video(session, video_id)
        labels = projects.labels(session, video.project_id)
        progress = videos.progress(session, [video_id])[video_id]
        recent = runs.of_video(session, video_id)
        demo = projects.is_demo(session, video.project_id)
    workplace.cuts.look(video)
    return json_reply({
        **views.video(video, progress), **workplace.cuts.view(video),
        "times": index.times.round(6).tolist(), "key_frames": index.key_frames.tolist(),
        "damaged": index.damaged.tolist(), "rate": float(index.rate), "labels": [views.label(one) for one in labels],
        "objects": [one.as_json() for one in there], "role": access.role,
        "models": [views.model(one) for one in registry.available()], "default_model": registry.DEFAULT,
        "runs": [workplace.runs.view(run) for run in recent], "demo": demo,
    })


@router.delete("/videos/{video_id:int}")
def remove_video(video_id: int, access: VideoOwner, workplace: AtWorkplace) -> dict[str, Any]:
    """Delete it with all work on it."""
    delete_video(workplace, video_id)
    return {}


@router.get("/videos/{content_hash}/frames/{frame}.jpg")
def get_frame(
    content_hash: PathHash, frame: str, person: SignedIn, workplace: AtWorkplace, request: Request
) -> Response:
    """A frame at full size."""
    return _jpeg(workplace, person, content_hash, frame, "frame", request)


@router.get("/videos/{content_hash}/proxies/{frame}.jpg")
def get_proxy(
    content_hash: PathHash, frame: str, person: SignedIn, workplace: AtWorkplace, request: Request
) -> Response:
    """A frame at most 480 pixels wide."""
    return _jpeg(workplace, person, content_hash, frame, "proxy", request)


def _jpeg(
    workplace: Workplace, person: Person, content_hash: str, frame: str, kind: JpegKind, request: Request
) -> Response:
    if not (frame.isascii() and frame.isdecimal() and len(frame) < 10):
        raise NotFound("no_such_frame", "There is no such frame.",
                       "Ask for a frame of the video: they are numbered from 0.")
    _check_may_see(workplace, person, content_hash)
    headers = {"Cache-Control": FRAME_CACHE, "ETag": f'"{content_hash[:32]}-{kind}-{int(frame)}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(workplace.library.jpeg(content_hash, int(frame), kind), media_type="image/jpeg", headers=headers)


def _check_may_see(workplace: Workplace, person: Person, content_hash: str) -> None:
    """Raises NotFound for somebody who is in no project that has this video."""
    now, key = time.monotonic(), (person.id, content_hash)
    if workplace.seen_frames.get(key, 0.0) > now:
        return
    with workplace.db.read() as session:
        if not any(people.role_of(session, person.id, video.project_id)
                   for video in videos.with_hash(session, content_hash)):
            raise NotFound("no_such_video", "There is no such video.", "Check the address.")
    workplace.seen_frames[key] = now + SEEN_SECONDS
