"""The words of the interface and of the server, read from the sources, and the table that says them in German.

`python -m tests.words` brings the table up to date: words in the order of the sources, those that are missing with ""
for somebody to fill in, those that nobody says any more left out.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from backend.quality.doubt import Reason
from projects_db.tables import ROLES, RUN_STATUSES, STAGES, STATES

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "widgets/words/de.json"
COUNT = re.compile(r'\bcount\((?:[^()"`]|\([^()]*\))*,\s*"([^"]+)"(?:,\s*"([^"]+)")?\)')
COMMENT = re.compile(r"(?:^|(?<=\s))/\*.*?\*/|(?m:(?:^|(?<=\s))//\s[^\n]*$)", re.S)
CALLS = {
    "error_response": (2, 3), "HTTPException": (1,), "__init__": (1,), "bad_file": (2,), "Format": (2,),
    "progress": (1,), "report": (1,), "tell": (1,), "counted": (2,), "notes.append": (0,), "_finding": (6,),
    "_Excursion": (4,), "Finding": (6,),
}
"""Calls whose arguments at these places are read by people, beside those that make a ThroughlineError."""
KEYWORDS = {("ModelSpec", "title")}
"""The same of keyword arguments."""
NAMED = re.compile(r"(message|notes|words)\)?$", re.I)
"""Variables, attributes and constants that hold such texts."""
RETURNS = {"missing", "_note", "_remedy", "_why_nothing", "_disagreements", "_left_out", "_add_video", "write"}
"""Functions that return such texts, or yield them."""
VALUES = ("waiting", "written", *ROLES, *STAGES, *STATES, *RUN_STATUSES, *get_args(Reason))
"""Words that stand in such texts, or alone."""
AT_THE_TERMINAL = {"cli", "training", "migrations", "parity", "tasks", "benchmark", "server.py", "backup.py",
                   "sequences.py", "evaluate.py", "download.py", "verify.py", "parity.py", "parity_video.py",
                   "journal.py", "vspw.py"}
"""What never reaches a page; the terminal speaks English."""
CODE = re.compile("[a-z_]+")
PASSED_ON = {"message", "remedy", "detail", "error"}
"""Texts that were found where they were made."""


def page_words() -> list[str]:
    """Keys of everything that pages say: t`...` and count(n, "one", "many"), in the order of the sources."""
    found: dict[str, None] = {}
    for path in sorted((ROOT / "widgets/js").rglob("*.js")):
        source = COMMENT.sub("", path.read_text())
        places = {match.start(): template_key(source, match.end()) for match in re.finditer(r"(?<![\w$.])t`", source)}
        for match in COUNT.finditer(source):
            one, many = match[1], match[2] or f"{match[1]}s"
            places[match.start()] = f"{{0}} {one}|{{0}} {many}"
        found |= dict.fromkeys(places[place] for place in sorted(places))
    return list(found)


def template_key(source: str, at: int) -> str:
    """The key of the template literal whose text begins at `at`: its values are {0}, {1}, ..., anew in each half."""
    text, n = "", 0
    while source[at] != "`":
        if source.startswith("${", at):
            at = _after_value(source, at + 2)
            text, n = f"{text}{{{n}}}", n + 1
        else:
            at += source[at] == "\\"
            n = 0 if source[at] == "|" else n
            text, at = text + source[at], at + 1
    return text


def _after_value(source: str, at: int) -> int:
    depth = 1
    while depth:
        if source[at] == "`":
            at = _after_template(source, at + 1)
            continue
        if source[at] in "\"'":
            at = source.index(source[at], at + 1)
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
    return at


def _after_template(source: str, at: int) -> int:
    while source[at] != "`":
        at = _after_value(source, at + 2) if source.startswith("${", at) else at + 1 + (source[at] == "\\")
    return at + 1


def server_words() -> list[str]:
    """Keys of everything that the server says to people: messages and remedies of errors, which must be readable here,
    and whatever else `CALLS`, `NAMED`, `RETURNS` and `VALUES` find."""
    trees = {path: tree for path, tree in python_trees().items() if not AT_THE_TERMINAL & set(path.parts)}
    errors = _errors(trees.values())
    found: dict[str, None] = {}
    for path, tree in trees.items():
        constants = {target.id: node.value for node in tree.body if isinstance(node, ast.Assign)
                     for target in node.targets if isinstance(target, ast.Name)}
        for text, of_error in _said(tree, errors):
            keys = _keys(text, constants)
            assert keys or not of_error or _is_passed_on(text), \
                f"{path.relative_to(ROOT)}:{text.lineno}: {ast.unparse(text)} cannot be read from the source"
            found |= dict.fromkeys(key for key in keys if re.search("[A-Za-z]{2}", key) and not CODE.fullmatch(key))
    return [*found, *VALUES]


def python_trees() -> dict[Path, ast.Module]:
    """Every module of the rooms that raise errors."""
    paths = (path for room in ("app", "backend", "projects_db") for path in sorted((ROOT / room).rglob("*.py")))
    return {path: ast.parse(path.read_text()) for path in paths}


def errors_raised() -> Iterator[tuple[str, ast.Call]]:
    """Every place that makes a ThroughlineError: "file:line", and the call."""
    trees = python_trees()
    errors = _errors(trees.values())
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in errors:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _errors(trees: Iterable[ast.Module]) -> set[str]:
    """ThroughlineError and whatever derives from it."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    known = {"ThroughlineError"}
    while more := {node.name for node in classes if {ast.unparse(base) for base in node.bases} & known} - known:
        known |= more
    return known


def _said(tree: ast.Module, errors: set[str]) -> Iterator[tuple[ast.expr, bool]]:
    """Expressions whose text people read, and whether it is an error's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            *_, owner, name = ["", *ast.unparse(node.func).split(".")]
            places = (1, 2) if name in errors else CALLS.get(name) or CALLS.get(f"{owner}.{name}", ())
            yield from ((one.value, False) for one in node.keywords if (name, one.arg) in KEYWORDS)
            yield from ((node.args[place], name in errors) for place in places if place < len(node.args))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if NAMED.search(ast.unparse(target)):
                yield from ((leaf, False) for leaf in _leaves(node.value))
        elif isinstance(node, ast.FunctionDef) and node.name in RETURNS:
            found = [one.value for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield) and one.value]
            yield from ((leaf, False) for one in found for leaf in _leaves(one))


def _is_passed_on(node: ast.expr) -> bool:
    """Whether a text was found where it was made: `error.message`, `str(error.detail)`, `remedy`, `_remedy(scope)`."""
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if called == "str" and isinstance(node, ast.Call):
        return _is_passed_on(node.args[0])
    return called in RETURNS or ast.unparse(node).rpartition(".")[2] in PASSED_ON


def _leaves(node: ast.expr) -> list[ast.expr]:
    """What a dict, list or tuple holds in the end; itself, if it is none."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "' '.join":
        node = node.args[0]
    inner = node.values if isinstance(node, ast.Dict) else getattr(node, "elts", None)
    return [node] if inner is None else [leaf for one in inner for leaf in _leaves(one)]


def _keys(node: ast.expr, constants: dict[str, ast.expr]) -> list[str]:
    """The keys a text can have: one, or several of a conditional expression; none where the source does not say."""
    if isinstance(node, ast.IfExp):
        both = [_keys(node.body, constants), _keys(node.orelse, constants)]
        return both[0] + both[1] if all(both) else []
    if isinstance(node, ast.Name) and node.id in constants:
        return _keys(constants[node.id], constants)
    if isinstance(node, ast.Constant):
        return [str(node.value or "")]
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
        numbers = iter(range(len(parts)))
        return ["".join(f"{{{next(numbers)}}}" if part is None else str(part) for part in parts)]
    return []


def updated(table: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The table with exactly the words of the sources; "" is missing."""
    return {
        "page": {key: table["page"].get(key, "") for key in page_words()},
        "server": {key: table["server"].get(key, "") for key in server_words()},
    }


if __name__ == "__main__":
    table = updated(json.loads(TABLE.read_text()))
    TABLE.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n")
    print(f"{sum(not words for part in table.values() for words in part.values())} are missing")
