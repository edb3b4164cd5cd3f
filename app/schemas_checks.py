"""What requests about checks, versions and verdicts may carry."""

from __future__ import annotations

from typing import Literal

from app.schemas import Body

FindingStatus = Literal["open", "dismissed", "fixed"]


class FindingChange(Body):
    """`PATCH /api/findings/{f}`. Only a check says that something is fixed."""

    status: Literal["open", "dismissed"]
