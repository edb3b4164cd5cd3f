"""The application: routes, pages, and what every request passes on its way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware

import app as package
from app import errors
from app.identity import is_owner, is_signed_in, name_of
from app.pages import mount_pages
from app.pages.login import login_page
from app.routes import (
    activity,
    answers,
    checks,
    cuts,
    datasets,
    doubts,
    identities,
    masks,
    mend,
    next_frame,
    objects,
    preferences,
    projects,
    quality,
    review,
    runs,
    searches,
    session,
    timeline,
    versions,
    videos,
    work,
)
from app.secret import session_secret
from app.security import COOKIE, LOCAL_HOSTS, BodyLimit, Guard, KnownHost, SecurityHeaders
from app.services.demo import make_demo
from app.settings import Settings
from app.workplace import WithWorkplace, Workplace
from widgets.assets import mount_assets

ROUTERS = (
    session, preferences, projects, videos, objects, identities, cuts, masks, mend, timeline, runs, review, doubts,
    checks, versions, work, quality, datasets, activity, next_frame, answers, searches,
)


def create_app(settings: Settings) -> FastAPI:
    """The application of a project directory, which it opens at once and closes when it shuts down.

    Raises:
        ThroughlineError: the directory cannot be opened, or accounts are missing (see `Workplace.open`).
    """
    workplace = Workplace.open(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        workplace.close()

    app = FastAPI(title="Throughline", version=package.VERSION, lifespan=lifespan, docs_url=None, redoc_url=None,
                  openapi_url=None, middleware=_middleware(workplace))
    app.state.workplace = workplace
    errors.install(app, is_owner)
    mount_assets(app)
    for module in ROUTERS:
        app.include_router(module.router)

    @app.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok", "version": package.VERSION}

    @app.get("/login")
    def login() -> HTMLResponse:
        return HTMLResponse(login_page())

    mount_pages(app, name_of)
    make_demo(workplace)
    return app


def _middleware(workplace: Workplace) -> list[Middleware]:
    """Outermost first. Hosts are checked on loopback; behind a public address the host may be any."""
    hosts = LOCAL_HOSTS if workplace.settings.is_loopback else None
    return [
        Middleware(WithWorkplace, workplace=workplace),
        Middleware(SecurityHeaders),
        Middleware(KnownHost, hosts=hosts),
        # A closed list. Its presence also keeps Gradio from allowing every origin.
        Middleware(CORSMiddleware, allow_origins=[]),
        Middleware(BodyLimit, settings=workplace.settings),
        Middleware(SessionMiddleware, secret_key=session_secret(workplace.settings.project_dir), session_cookie=COOKIE,
                   same_site="lax"),
        Middleware(Guard, is_signed_in=is_signed_in),
    ]
