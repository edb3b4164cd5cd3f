"""What the writers say alike."""

from __future__ import annotations

from typing import Any

from projects_db import spans
from projects_db.formats.dataset import DatasetLabel, DatasetObject, DatasetVideo


def category(label: DatasetLabel) -> dict[str, Any]:
    """`categories[]`, with `isthing` and `color` as COCO panoptic has them."""
    colour = label.colour or "#808080"
    return {
        "id": label.id, "name": label.name, "supercategory": "thing" if label.is_thing else "stuff",
        "isthing": int(label.is_thing), "color": [int(colour[i : i + 2], 16) for i in (1, 3, 5)],
        "attributes": [dict(attribute) for attribute in label.attributes],
    }


def video_facts(video: DatasetVideo) -> dict[str, Any]:
    """A video, but for its frames."""
    return {"id": video.id, "name": video.name, "width": video.width, "height": video.height,
            "frame_count": video.frame_count, "content_hash": video.content_hash}


def object_facts(item: DatasetObject) -> dict[str, Any]:
    """What we say of an object beside what the formats do."""
    return {"name": item.name, "colour": item.colour, "attributes": dict(item.attributes),
            "spans": spans.to_json(item.spans)}
