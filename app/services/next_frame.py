"""Where a person should look next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.quality.next_frame import Seen, advise
from projects_db import objects, timeline
from projects_db.database import Database


def best(db: Database, video_id: int, limit: int, chosen: Sequence[int] | None) -> list[dict[str, Any]]:
    """The masks of a video whose correction promises most, best first.

    Args:
        chosen: only these objects; None for all. Locked ones are left out: they cannot be corrected.
    """
    with db.read() as session:
        free = [one.id for one in objects.of_video(session, video_id) if not one.locked]
        wanted = [one for one in free if chosen is None or one in chosen]
        lanes = timeline.places(session, video_id, wanted)
    found = advise(
        ((object_id, [Seen(place.frame, place.score, place.area, place.is_barrier, place.state == "stale")
                      for place in lane]) for object_id, lane in lanes.items()), limit)
    return [{"frame": one.frame, "object_id": one.object, "gain": round(one.gain, 3), "reasons": list(one.reasons)}
            for one in found]
