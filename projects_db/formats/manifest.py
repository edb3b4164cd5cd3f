"""The manifest of an export: what it was made from, how, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from projects_db.formats.archive import Sink, write_json
from projects_db.formats.collect import Collected, Filters
from projects_db.formats.dataset import DatasetMask, DatasetObject
from projects_db.formats.writing import category, object_facts, video_facts
from projects_db.projects import Project
from projects_db.tables import now

FILE = "manifest.json"
VERSION = 1
Licences = Mapping[str, Mapping[str, Any]]
"""Model name -> {"licence", "permits"}."""


def write(
    sink: Sink, project: Project, format_name: str, options: Mapping[str, Any], filters: Filters, collected: Collected,
    notes: Iterable[str], licences: Licences,
) -> None:
    """Write `manifest.json`; docs/guides/formats.md describes it."""
    dataset = collected.dataset
    used = sorted({mask.model for masks in dataset.masks.values() for mask in masks if mask.model})
    head = {
        "manifest": VERSION, "tool": "Throughline", "made_at": now(), "project": project.name, "format": format_name,
        "options": dict(options), "filters": {key: sorted(value) if isinstance(value, frozenset) else value
                                              for key, value in asdict(filters).items()},
        "left_out": collected.left_out, "notes": list(notes),
        "models": [{"model": model, **licences.get(model.partition(" ")[0], {})} for model in used],
        "schema": [category(label) for label in dataset.labels],
    }
    write_json(sink, FILE, head, {
        "videos": ({
            **video_facts(video), "folder": video.folder, "source_id": video.origin,
            "frames": [[frame, time] for frame, time in zip(video.frames, video.times, strict=True)],
            "incomplete_frames": collected.incomplete[video.id],
        } for video in dataset.videos),
        "objects": (_object(item, dataset.masks[item.id]) for item in dataset.objects),
    })


def _object(item: DatasetObject, masks: tuple[DatasetMask, ...]) -> dict[str, Any]:
    """`made_by`: [first frame, last frame, state, source, model] of masks that follow each other, made alike."""
    runs: list[list[Any]] = []
    for mask in masks:
        how = [mask.state, mask.source, mask.model]
        if runs and runs[-1][2:] == how:
            runs[-1][1] = mask.frame
        else:
            runs.append([mask.frame, mask.frame, *how])
    return {"id": item.id, "video_id": item.video_id, "category_id": item.label_id, "source_id": item.origin,
            **object_facts(item), "made_by": runs}
