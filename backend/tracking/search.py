"""Find over a video with any model: by its own search where it has one, else composed of finding on some frames and
following from there.

A composed search looks on every k-th frame and where shots begin. What it finds there and does not follow already
becomes a track. A model that can track follows its tracks on every frame. Of one that only finds there are masks on the
frames that were looked at, and optical flow tells which of them show the same thing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from backend.errors import BadInput, Unavailable
from backend.masks import Rle, intersections
from backend.models import flow
from backend.models.seam import (
    Candidate,
    Frames,
    Model,
    ModelSpec,
    Search,
    Searcher,
    SearchKind,
    Segment,
    Session,
    Sighting,
    Track,
)
from backend.prompts import Categories, Expression
from backend.quality.region import region_similarity

Query = Categories | Expression | None

SAME = 0.3
"""Overlap (intersection over union) from which what is found is what is followed there, which may have drifted."""
KNOWN = 0.5
"""Overlap over the frames they share from which a track shows what has masks already."""
LOST = 3
"""Looks in a row that do not see a track, after which it has ended."""
MOST = 100
"""Tracks that are followed at a time; the best that are found are taken."""


def kinds(spec: ModelSpec) -> frozenset[SearchKind]:
    """What a model can find over a video, by itself or composed."""
    composed: set[SearchKind] = set()
    if "discover" in spec.tasks:
        composed.add("vis")
        if "expression" in spec.prompts:
            composed.add("rvos")
    return spec.searches | composed


def kind_for(spec: ModelSpec, query: Query, wanted: SearchKind | None) -> SearchKind:
    """The kind of a search: the one that is wanted, else what the query asks for.

    Raises:
        BadInput: the model cannot find this, or does not take such a query.
    """
    able = kinds(spec)
    order: tuple[SearchKind, ...] = ("rvos",) if isinstance(query, Expression) else ("vis", "mots", "vps", "vss")
    kind = wanted or next((one for one in order if one in able), None)
    if kind is None or kind not in able:
        raise BadInput("cannot_search", f"{spec.title} cannot find that over a video.", "Choose another model.")
    if query is not None and query.kind not in spec.prompts:
        raise BadInput("prompt_not_taken", f"{spec.title} does not take {query.kind}.", "Choose another model.")
    if isinstance(query, Expression) != (kind == "rvos"):
        raise BadInput("wrong_query", "An expression means one object; categories mean all there are of them.",
                       'Give an expression with the kind "rvos", and categories or nothing with any other.')
    return kind


def begin(
    model: Model, session: Session, frames: Frames, kind: SearchKind, query: Query, within: range, *, every: int,
    cuts: Collection[int] = (),
) -> Search:
    """A search over these frames.

    Args:
        session: of the model, on these frames; the search's own while it lasts.
        every: look for what is new on every so-manieth frame. A model with a search of its own has its own pace.
        cuts: frames that begin a shot. What a composed search follows ends there, and is looked for anew.

    Raises:
        BadInput: as `Searcher.search`.
    """
    if kind in model.spec.searches:
        return cast(Searcher, session).search(kind, query, within)
    return _Composed(model.spec, session, frames, query, within, every, frozenset(cuts))


@dataclass
class _Followed:
    """A track under way. `unseen`: looks in a row that did not see it."""

    category: str
    unseen: int = 0


class _Composed:
    """See the top of this file. With an expression there is one track, looked for again wherever it is lost."""

    def __init__(
        self, spec: ModelSpec, session: Session, frames: Frames, query: Query, within: range, every: int,
        cuts: frozenset[int],
    ) -> None:
        self._finder = session
        self._tracks = "track" in spec.tasks
        self._most = min(MOST, spec.max_objects)
        self._frames = frames
        self._query = query
        self._one = isinstance(query, Expression)
        self._cuts = cuts & frozenset(within)
        self._looks = {*within[::every], *self._cuts}
        self._visits = within if self._tracks else sorted(self._looks)
        self._due = True
        self._live: dict[int, _Followed] = {}
        self._scores: dict[int, dict[str, float]] = {}

    def __iter__(self) -> Iterator[Sighting]:
        follower = self._finder if self._tracks else flow.load().open(self._frames)
        try:
            for frame in self._visits:
                self._due |= frame in self._looks  # a look that falls on a damaged frame is made up for
                if frame in self._cuts:
                    self._end(follower, list(self._live))
                if self._can_be_seen(frame):
                    yield Sighting(frame, self._step(follower, frame))
        finally:
            self._end(follower, list(self._live))
            if follower is not self._finder:
                follower.close()

    def tracks(self) -> dict[int, Track]:
        """Each with the category it was found as, and the best score."""
        return {number: Track(scores) for number, scores in self._scores.items()}

    def _step(self, follower: Session, frame: int) -> dict[int, Segment]:
        """What is seen on a frame that follows the last one."""
        followed = follower.track(frame) if self._live else {}
        there = {number: one for number, one in followed.items() if one.present and one.mask.any()}
        seen = there if self._tracks else {}
        if self._due and not (self._one and seen):
            seen = {**seen, **self._look(follower, frame, there)}
        self._due = False
        return seen

    def _look(self, follower: Session, frame: int, there: Mapping[int, Segment]) -> dict[int, Segment]:
        """What is found and has no mask of a tracker's, by the number of its track, which may be new.

        Args:
            there: where what is followed is by now.
        """
        found = [one for one in self._finder.discover(frame, self._query, range(frame, frame + 1))
                 if one.segment.mask.any() and one.frame in (None, frame)]
        masks: dict[int, Segment] = {}
        again: set[int] = set(there) if self._tracks else set()
        left = dict(there)
        for one in found[:1] if self._one else found:
            number = self._number_of(one, left)
            if number is None:
                if len(self._live) >= self._most:
                    continue
                number = 0 if self._one else len(self._scores)
                self._live[number] = _Followed(one.category or "")
            if number not in again:
                masks[number] = one.segment
            left.pop(number, None)
            scores, name = self._scores.setdefault(number, {}), self._live[number].category
            scores[name] = max(scores.get(name, 0.0), one.segment.score)
        if masks:
            follower.remember(frame, {number: one.mask for number, one in masks.items()})
        for number, live in self._live.items():
            live.unseen = 0 if number in masks or number in again else live.unseen + 1
        self._end(follower, [number for number, live in self._live.items() if live.unseen >= LOST])
        return masks

    def _number_of(self, found: Candidate, left: Mapping[int, Segment]) -> int | None:
        """The track that a candidate shows, of those that nothing was found for yet; None: something new."""
        if self._one:
            return min(self._live, default=None)
        if found.object in self._live:
            return found.object
        overlaps = {number: region_similarity(found.segment.mask, one.mask) for number, one in left.items()
                    if self._live[number].category == (found.category or "")}
        best = max(overlaps, key=lambda number: overlaps[number], default=None)
        return best if best is not None and overlaps[best] > SAME else None

    def _end(self, follower: Session, numbers: list[int]) -> None:
        follower.forget(numbers)
        for number in numbers:
            del self._live[number]

    def _can_be_seen(self, frame: int) -> bool:
        """Whether a frame can be decoded; as in a run, one that cannot is stepped over."""
        try:
            self._frames[frame]
        except Unavailable:
            return False
        return True


@dataclass
class Overlaps:
    """How far tracks show what has masks already, added up over the frames they share.

    Example:
        >>> overlaps.add({0: rle}, {("object", 3): other})
        >>> overlaps.known()
        {0}
    """

    _shared: dict[tuple[int, Hashable], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, found: Mapping[int, Rle], there: Mapping[Hashable, Rle]) -> None:
        """The masks of one frame: of tracks, and of what was there before. None of them is empty."""
        for (number, rle), row in zip(found.items(), intersections([*found.values()], [*there.values()]), strict=True):
            for (key, other), both in zip(there.items(), row.tolist(), strict=True):
                shared = self._shared[number, key]
                shared[0] += both
                shared[1] += rle.area + other.area - both

    def known(self) -> set[int]:
        """Numbers of the tracks that show what was there before."""
        return {number for (number, _), (both, either) in self._shared.items() if both > KNOWN * either}

