"""The tasks: what each is told, what a model has to offer for it, and the file format its benchmark reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from backend.errors import BadInput
from backend.models import registry
from backend.models.seam import ModelSpec, SearchKind
from backend.tracking import search

TaskName = Literal["vis", "vps", "vss", "mot", "mots", "vos", "pvos", "sot", "rvos", "det", "seg", "rec", "res"]
Told = Literal["categories", "expression", "masks", "box"]


@dataclass(frozen=True)
class BenchmarkTask:
    """A task as the papers define it.

    Attributes:
        name: as on the command line.
        title: for people.
        told: what the model is told by.
        search: the search over the video that does it; None: it is followed from what is given on a frame, or found
            frame by frame.
        writes: the format of its results.
    """

    name: TaskName
    title: str
    told: Told
    search: SearchKind | None
    writes: str

    @property
    def on_frames(self) -> bool:
        """Whether each frame is for itself."""
        return self.search is None and self.told in ("categories", "expression")

    def done_by(self, spec: ModelSpec) -> bool:
        """Whether a model can do it."""
        if self.search is not None:
            return self.search in search.kinds(spec)
        if self.on_frames:
            return "discover" in spec.tasks and self.told in spec.prompts
        boxed = "segment" in spec.tasks and "box" in spec.prompts
        return "track" in spec.tasks and (boxed or self.told == "masks")


_ALL = (
    BenchmarkTask("vis", "video instance segmentation", "categories", "vis", "YouTube-VIS results JSON"),
    BenchmarkTask("vps", "video panoptic segmentation", "categories", "vps", "VIPSeg panoptic PNG and JSON"),
    BenchmarkTask("vss", "video semantic segmentation", "categories", "vss", "VSPW PNG"),
    BenchmarkTask("mot", "multiple object tracking", "categories", "mots", "MOTChallenge txt"),
    BenchmarkTask("mots", "multiple object tracking and segmentation", "categories", "mots", "MOTS txt"),
    BenchmarkTask("vos", "video object segmentation", "masks", None, "DAVIS PNG"),
    BenchmarkTask("pvos", "panoptic video object segmentation", "masks", None, "DAVIS PNG"),
    BenchmarkTask("sot", "single object tracking", "box", None, "x,y,w,h txt"),
    BenchmarkTask("rvos", "referring video object segmentation", "expression", "rvos", "PNG, a folder an expression"),
    BenchmarkTask("det", "object detection", "categories", None, "COCO results JSON"),
    BenchmarkTask("seg", "instance segmentation", "categories", None, "COCO results JSON"),
    BenchmarkTask("rec", "referring expression comprehension", "expression", None, "COCO results JSON"),
    BenchmarkTask("res", "referring expression segmentation", "expression", None, "COCO results JSON"),
)
TASKS: dict[TaskName, BenchmarkTask] = {one.name: one for one in _ALL}
assert tuple(TASKS) == get_args(TaskName)


def choose(task: BenchmarkTask, model: str) -> ModelSpec:
    """The model of this name, once it is known that it can do the task.

    Raises:
        NotFound: there is no such model.
        BadInput: it cannot do the task; the remedy names those that can.
    """
    spec = registry.spec(model)
    if not task.done_by(spec):
        able = [one.spec.name for one in registry.available() if task.done_by(one.spec)]
        raise BadInput("cannot_do_task", f"{spec.title} cannot do {task.title} ({task.name}).",
                       f"Choose a model that can: {', '.join(able)}." if able else "No model here can.")
    return spec
