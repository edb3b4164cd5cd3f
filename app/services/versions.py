"""Compare the masks of a video with another version of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.identity import Access
from app.services.work import visible
from app.workplace import Workplace
from backend.errors import NotFound
from backend.masks import Rle
from backend.quality.compare import Place, agreement, same_objects
from projects_db import masks, versions, videos
from projects_db.masks import MaskItem
from projects_db.versions import Version

SAMPLED = 20
"""Frames from which it is told which objects of a blind copy are which of ours."""


def of_video(workplace: Workplace, access: Access, video_id: int) -> list[dict[str, Any]]:
    """What a person may compare a video with."""
    with workplace.db.read() as session:
        found = versions.of_video(session, video_id)
        hidden = _hidden(session, access)
    return [{"id": one.id, "kind": one.kind, "of": one.of, "name": one.name, "at": one.at} for one in found
            if not (one.kind == "copy" and one.of in hidden)]


def in_range(
    workplace: Workplace, access: Access, video_id: int, version_id: str, start: int, stop: int
) -> list[dict[str, Any]]:
    """Mask items of a version. Those of a copy have our objects' ids, or minus their own where we have no such object.

    Raises: as `projects_db.versions.get`, and where the person is not to see the copy.
    """
    with workplace.db.read() as session:
        version = _get(session, access, video_id, version_id)
        return [item.as_json() | {"object_id": one} for one, item in _items(session, video_id, version, start, stop)]


def compare(
    workplace: Workplace, access: Access, video_id: int, version_id: str, start: int, stop: int, *, contour: bool
) -> dict[str, Any]:
    """How masks agree with those of a version, by object of ours and frame. Raises as `in_range`."""
    with workplace.db.read() as session:
        version = _get(session, access, video_id, version_id)
        ours = _places((item.object_id, item) for item in masks.in_range(session, video_id, start, stop))
        theirs = _places(_items(session, video_id, version, start, stop))
    if version.kind in ("run", "person"):  # they say nothing of places where they made no mask
        ours = {place: mask for place, mask in ours.items() if place in theirs}
    found = agreement(ours, theirs, contour=contour)
    return {"objects": {one: [[frame, round(j, 4), None if f is None else round(f, 4)] for frame, j, f in rows]
                        for one, rows in found.items()}}


def _get(session: Session, access: Access, video_id: int, version_id: str) -> Version:
    version = versions.get(session, video_id, version_id)
    if version.kind == "copy" and version.of in _hidden(session, access):
        raise NotFound("no_such_version", f"There is no version {version_id} of this video.", "Choose another one.")
    return version


def _hidden(session: Session, access: Access) -> set[int]:
    there = videos.of_project(session, access.project_id)
    return {one.id for one in there} - {one.id for one in visible(session, access, there)}


def _items(
    session: Session, video_id: int, version: Version, start: int, stop: int
) -> list[tuple[int, MaskItem]]:
    """(object of ours, mask) of a version; minus the copy's own object where we have none that it is."""
    found = versions.in_range(session, video_id, version, start, stop)
    if version.kind != "copy":
        return [(item.object_id, item) for item in found]
    ours: dict[Place, Rle] = {}
    theirs: dict[Place, Rle] = {}
    count = videos.get(session, video_id).frame_count
    for frame in np.unique(np.linspace(0, count - 1, SAMPLED).astype(int)).tolist():
        for places, of in ((ours, video_id), (theirs, version.of)):
            places |= _places((item.object_id, item) for item in masks.in_range(session, of, frame, frame + 1))
    pairs = same_objects(ours, theirs)
    return [(pairs.get(item.object_id, -item.object_id), item) for item in found]


def _places(items: Any) -> dict[Place, Rle]:
    return {(item.frame, one): item.rle for one, item in items}
