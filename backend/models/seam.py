"""The model seam: what the tool asks of a model, and nothing more.

A `Model` is described by a `ModelSpec` and opens a `Session` on one video. A session is the only thing that
holds state, and all of it can be rebuilt from stored prompts and barriers: crash, eviction, model swap and
another person's correction are one code path. A session is used by one thread at a time (the pool sees to
that); frames are pulled lazily from `Frames`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.prompts import Categories, Expression, PromptKind, Question

Task = Literal["segment", "track", "discover", "answer"]

SearchKind = Literal["vis", "mots", "vps", "vss", "rvos"]
"""What a search over a video finds, by the names of the benchmark tasks: the objects of categories with the score of
every category (vis), the same with one category and a box a frame (mots), objects and regions that share out the pixels
(vps), one region a category (vss), the one object that an expression means (rvos)."""


@dataclass(frozen=True)
class WeightFile:
    """A file a model needs, or several of one kind.

    Attributes:
        name: relative to the model's folder of weights, and to the top of its repository; `*` and `?` stand for any
            letters between slashes ("*.safetensors", "parts/model-*.bin").
        source: where it comes from, for people.
        licence: of the file, and what is known of the licences of those it was made from.
        fetch_command: the command that brings it here.
        repository: on the Hugging Face hub ("owner/name"), where `models get` finds it; None: it cannot be downloaded.
        bytes: size as published, of all files of this name together; None: not known before the hub is asked.
    """

    name: str
    source: str
    licence: str
    fetch_command: str
    repository: str | None = None
    bytes: int | None = None


@dataclass(frozen=True)
class ModelSpec:
    """What a model is and can do; the interface shows only what is in here.

    Attributes:
        name: short and stable, used in URLs, the database and on the command line.
        title: for people.
        version: changes whenever the same input may give another mask.
        licence, permits: SPDX name, and what it lets a user do with the masks, in a sentence.
        prompts: prompt kinds `segment` and `discover` take.
        tasks: which session methods work.
        weights: files it needs; empty for a model without weights.
        memory_bytes: estimate of the memory it takes once loaded, of the machine or of its GPU; loading is refused
            where less is free.
        bytes_per_object_frame: upper bound of what the memory bank keeps an object and remembered frame.
        max_objects: objects one session tracks together.
        searches: what `Searcher.search` of its sessions can do; empty: they have none.
        heeds_categories: its sessions are `Categorized`.
        detects: its sessions are `Detecting`.
        follows_boxes: its sessions are `Boxed`.
        heeds_others: `segment` makes better masks where positive points and strokes of the other objects on the frame
            are given as negative ones, before the object's own (but after a mask); they are left out where it does not.
    """

    name: str
    title: str
    version: str
    licence: str
    permits: str
    prompts: frozenset[PromptKind]
    tasks: frozenset[Task]
    weights: tuple[WeightFile, ...] = ()
    memory_bytes: int = 0
    bytes_per_object_frame: int = 0
    max_objects: int = 1000
    searches: frozenset[SearchKind] = frozenset()
    heeds_categories: bool = False
    detects: bool = False
    follows_boxes: bool = False
    heeds_others: bool = False


class Frames(Protocol):
    """A video's pictures by frame index; decoded when asked for, never preloaded."""

    height: int
    width: int

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> npt.NDArray[np.uint8]:
        """The upright frame: RGB, uint8, shape (height, width, 3). Raises IndexError, Unavailable."""
        ...


@dataclass(frozen=True)
class Segment:
    """One object's mask on one frame.

    Attributes:
        mask: bool, shape (height, width). All false where the object is not on the frame.
        score: 0..1, how sure the model is of the mask it gives (or, for an empty mask, of the absence).
        present: False where the model says that the object is not visible.
        box: x0, y0, x1, y1 in continuous pixels, where the model finds boxes by themselves; None: that of the mask.
    """

    mask: BoolMask
    score: float
    present: bool = True
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Candidate:
    """A proposal a person accepts or rejects.

    Attributes:
        segment: its mask and score. The mask may be empty where a box is all that was found.
        category: what it was found as, where categories were asked for.
        object: the remembered object it seems to be, lost until now; None for something new.
        frame: the frame the mask is on, where a model chose a better one than it was asked for; None: that one.
    """

    segment: Segment
    category: str | None = None
    object: int | None = None
    frame: int | None = None


@dataclass(frozen=True)
class Answer:
    """Text, and the masks it points at.

    Attributes:
        text: for people; masks it points at are named "(mask 1)" and so on, where the model says which it means.
        segments: these masks; may be empty.
        frame: the frame the masks are on; None where there are none.
    """

    text: str
    segments: Sequence[Segment] = field(default_factory=tuple)
    frame: int | None = None


@dataclass(frozen=True)
class Sighting:
    """What a search saw on one frame.

    Attributes:
        segments: by the number of the track, which means something within its search only. Of a search for regions
            (vps, vss) no two masks of a frame share a pixel.
        categories: track -> what it was taken for on this frame, where a model says so (mots).
    """

    frame: int
    segments: Mapping[int, Segment]
    categories: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Track:
    """What a search concluded of something it saw over time.

    Attributes:
        scores: category -> 0..1, best first; of a search that was not told categories one entry, of the name "".
        thing: one object; False: a region of all that is of one category (stuff).
    """

    scores: Mapping[str, float]
    thing: bool = True


class Search(Protocol):
    """A search under way: iterated once, at the pace of whoever wants the next frame."""

    def __iter__(self) -> Iterator[Sighting]:
        """What was seen, frames ascending, each once; a model that works on clips may be some frames behind. Closing
        the iterator ends the search. Raises Unavailable where a frame cannot be decoded."""
        ...

    def tracks(self) -> dict[int, Track]:
        """What was found so far, final once the iteration has ended. Sightings of other numbers are void: they turned
        out to be nothing."""
        ...


class Session(Protocol):
    """A model at work on one video. Object ids are the caller's."""

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """Masks of the prompted objects on one frame, now. Every visual prompt an object has on this frame is
        given, oldest first; a `MaskPrompt` first in the list is the mask it had before. Does not change the
        memory bank."""
        ...

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """Put trusted masks (barriers, or the mask a run starts from) in the memory bank; an empty one says: absent."""
        ...

    def forget(self, objects: Iterable[int]) -> None:
        """Drop everything remembered of these objects. Unknown ids are no error."""
        ...

    def track(self, frame: int) -> dict[int, Segment]:
        """Masks of every remembered object on a frame next to the last one tracked or remembered, in either
        direction. (Frames that cannot be decoded are stepped over, so that the next one may be a few frames on.)

        The mask nearest in time is where tracking starts from; farther trusted ones inform appearance only.
        An object that is lost comes back with `present` False and is looked for again on later frames."""
        ...

    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """Candidates on a frame, best first; None asks for everything that is not among the remembered objects there.

        A model with language may look at more frames than that one, but only at frames `within` the range (None: of the
        whole video). Nothing found is an empty list. Raises NotImplementedError without the task, BadInput where the
        model has to be told what to look for and is not."""
        ...

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """Answer about objects given as {object: {frame: mask}}, looking at frames `within` the range (None: of the
        whole video). In the question an object is named by its id in brackets: "[3]".
        Raises NotImplementedError without the task."""
        ...

    def close(self) -> None:
        """Free what the session holds. It is not used afterwards."""
        ...


class Searcher(Session, Protocol):
    """A session that finds and follows by itself (`ModelSpec.searches`)."""

    def search(self, kind: SearchKind, query: Categories | Expression | None, within: range) -> Search:
        """Find over these frames, whatever is remembered: the search has a memory of its own, bounded whatever their
        number. None asks for everything the model knows a name of.

        Raises:
            NotImplementedError: it cannot do this kind.
            BadInput: the query does not go with the kind, or cannot be understood.
        """
        ...


class Detecting(Session, Protocol):
    """A session whose model gives everything it sees a score (`ModelSpec.detects`)."""

    def detect(self, frame: int, query: Categories) -> list[Candidate]:
        """What is on a frame, best first, as the benchmarks of detection count it: however unlikely, whatever is
        remembered, and once for every category that it may be. `discover` gives a person what is worth a look."""
        ...


class Categorized(Session, Protocol):
    """A session that follows better where it knows what its objects are (`ModelSpec.heeds_categories`)."""

    def categorize(self, categories: Mapping[int, str]) -> None:
        """Say what objects are, by the names of the project's labels; to be said before they are tracked. Names it does
        not know tell it nothing."""
        ...


class Boxed(Session, Protocol):
    """A session that follows an object of which no more than the box is known (`ModelSpec.follows_boxes`)."""

    def remember_boxes(self, frame: int, boxes: Mapping[int, tuple[float, float, float, float]]) -> None:
        """As `remember`, by boxes: x0, y0, x1, y1 in continuous pixels. `track` then gives each a box on every
        frame."""
        ...


class Model(Protocol):
    """A loaded segmenter. Loading may be slow; `open` is quick."""

    spec: ModelSpec

    def open(self, frames: Frames) -> Session:
        """A new session on a video."""
        ...
