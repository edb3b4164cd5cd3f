"""Large replies as JSON."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response


def json_reply(found: Any) -> Response:
    """A reply of plain dicts, lists, texts and numbers.

    Written here where there are thousands of them: FastAPI would first copy every single one to find out what it is.
    """
    return Response(json.dumps(found, separators=(",", ":")), media_type="application/json")
