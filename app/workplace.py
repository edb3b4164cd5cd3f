"""What a running server holds: opened once, reached by every route, closed at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.events import Broker
from app.jobs import Jobs
from app.library import Library
from app.security import Throttle
from app.services.cuts import CutFinder
from app.services.searching import SearchManager
from app.services.tracking import RunManager
from app.services.uploads import Uploads
from app.settings import Settings
from backend.errors import BadInput
from backend.models import registry
from backend.models.pool import SessionKey, SessionPool
from backend.models.seam import Session
from projects_db import people
from projects_db.database import Database


@dataclass(frozen=True)
class Workplace:
    """An open project directory and the work that goes on in it. All of it may be used from any thread."""

    settings: Settings
    db: Database
    events: Broker
    jobs: Jobs
    uploads: Uploads
    library: Library
    sessions: SessionPool
    runs: RunManager
    searches: SearchManager
    cuts: CutFinder
    sign_ins: Throttle = field(default_factory=Throttle)
    media_lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while a file is put into the media folder or taken out of it."""
    seen_frames: dict[tuple[int, str], float] = field(default_factory=dict)
    """(person id, content hash) -> until when they are known to be allowed its frames; see `forget_access`."""

    @classmethod
    def open(cls, settings: Settings) -> Workplace:
        """Open the project directory.

        Raises:
            BadInput: others could reach the server, and it has no accounts.
            ThroughlineError: the directory cannot be opened (see `Database.open`).
        """
        db = Database.open(settings.project_dir)
        try:
            _check_accounts(db, settings)
            for left in db.exports.iterdir():  # of an earlier server; no job leads to them any more
                left.unlink()
            library, events = Library(db, settings), Broker()
            return cls(settings, db, events, Jobs(), Uploads(settings), library, SessionPool(),
                       RunManager(db, library, events), SearchManager(db, library, events),
                       CutFinder(db, library, events))
        except BaseException:
            db.close()
            raise

    @contextmanager
    def session(self, content_hash: str, model: str, purpose: str, *, wait: bool = True) -> Iterator[Session]:
        """A model's session on a video, for one thread at a time; those of another purpose do not wait for it.

        Raises:
            NotFound, Unavailable: as `registry.load`, `Library.shared_reader` and `SessionPool.session`.
        """
        loaded = registry.load(model)
        frames = self.library.shared_reader(content_hash)
        key = SessionKey(content_hash, model, purpose)
        with self.sessions.session(key, lambda: loaded.open(frames), wait=wait) as session:
            yield session

    def forget_access(self) -> None:
        """Look again who may see what, after people, members or videos changed."""
        self.seen_frames.clear()
        self.events.ask_again()

    def close(self) -> None:
        """End streams, jobs, runs and searches, and close the database."""
        self.events.close()
        self.runs.close()
        self.searches.close()
        self.cuts.close()
        self.jobs.close()
        self.sessions.drop()
        self.library.close()
        self.db.close()


def _check_accounts(db: Database, settings: Settings) -> None:
    with db.write() as session:
        if people.has_accounts(session):
            return
        if not settings.is_loopback:
            raise BadInput(
                "no_accounts", f"With --host {settings.host} others can reach this server, and it has no accounts yet.",
                "Make the first one with: python3 launch.py people add NAME --owner",
            )
        people.local_person(session)


class WithWorkplace:
    """Middleware that names the workplace in every request's scope, which mounted applications see as well."""

    def __init__(self, app: ASGIApp, workplace: Workplace) -> None:
        self.app = app
        self.workplace = workplace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["throughline.workplace"] = self.workplace
        await self.app(scope, receive, send)


def workplace_of(request: Request) -> Workplace:
    """The workplace of the server that answers this request."""
    return cast(Workplace, request.scope["throughline.workplace"])
