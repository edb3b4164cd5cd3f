"""Golden cases whose weights are made once for all tests: that takes longer than the cases."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

from backend.parity import formula
from backend.parity.cases import Case

GOLDEN = Path(__file__).parent / "golden"


def read(name: str) -> Case:
    """The case of this name, with weights that are shared and not to be changed."""
    case = Case.read(GOLDEN / name)
    case.__dict__["weights"] = {
        name: _tensor(name, tuple(shape), case.about["salt"], json.dumps(
            [one for one in case.about["overrides"] if re.search(one["pattern"], name)]))
        for name, shape in case.about["state_dict"].items()}
    return case


@functools.lru_cache(None)
def _tensor(name: str, shape: tuple[int, ...], salt: str, overrides: str) -> formula.Array:
    made = formula.state_dict({name: shape}, [formula.Override(**one) for one in json.loads(overrides)], salt)
    return made[name]
