"""A real server on a real project directory, as a process of its own, for tests and benchmarks.

What it imports takes six seconds of a processor, so `Server` forks it from a process that has imported it all already.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parent.parent
UP_WITHIN = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["app.server"])


class Forked:
    """`python -m module arguments` in a process forked from one that has `app.server` imported. Used as a `Popen` is.

    Args:
        command: what follows `python -m`.
        log: file that what it says is appended to.
    """

    def __init__(self, command: list[str], cwd: Path, log: Path) -> None:
        self._process = _forks.Process(target=_run, args=(command, cwd, log, dict(os.environ)))
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        if self._process.is_alive():
            raise subprocess.TimeoutExpired("serve", timeout or 0)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _run(command: list[str], cwd: Path, log: Path, environment: dict[str, str]) -> None:
    os.environ.clear()  # it is that of the moment when the first server was forked
    os.environ.update(environment)
    os.setsid()
    os.chdir(cwd)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


class Server:
    """`launch.py serve` without the set-up. Use it in a `with` block; `kill` and `start` play a crash.

    Args:
        project: its directory.
        options: of the command.
        module: in place of `app.cli`, one that calls it.

    Example:
        with Server(tmp_path / "project") as server:
            server.call("GET", "/api/projects")
    """

    def __init__(self, project: Path, *options: str, module: str = "app.cli") -> None:
        self.module = module
        self.project = project
        self.options = options
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = project.parent / f"{project.name}.log"
        self.process: Forked | subprocess.Popen[bytes] | None = None
        self.csrf = ""
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it can be used."""
        self.process = self.launched()
        deadline = time.monotonic() + UP_WITHIN
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.kill()
        raise AssertionError(f"the server did not come up:\n{self.log.read_text()[-4000:]}")

    def launched(self) -> Forked | subprocess.Popen[bytes]:
        """The process, begun."""
        return Forked(self.command(), ROOT, self.log)

    def command(self) -> list[str]:
        """What follows `python -m`."""
        return [self.module, "serve", "--project", str(self.project), "--port", str(self.port), "--no-browser",
                *self.options]

    def stop(self) -> None:
        """Ask it to stop, as Ctrl+C does."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the server did not stop within 15 s") from None
        self._reap()

    def kill(self) -> None:
        """kill -9, with everything it started."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reap()

    def _reap(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process = None

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A request as the local person; raises urllib.error.HTTPError on any other status than 2xx."""
        if method != "GET" and not self.csrf:
            self.csrf = self.call("GET", "/api/me")["csrf"]
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Throughline-CSRF": self.csrf},
        )
        with self.browser.open(request, timeout=120) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def add_video(self, project_id: int, path: Path) -> int:
        """Import a file or folder that lies on this machine; the id of its video."""
        job = self.call("POST", f"/api/projects/{project_id}/videos", {"path": str(path.resolve())})["import"]
        return int(self.done(f"/api/imports/{job}")["videos"][0])

    def done(self, path: str) -> Any:
        """Wait until a job or run is done, and return it. Not asked all the time: that would take its processor."""
        while (state := self.call("GET", path))["status"] in ("queued", "running"):
            time.sleep(0.05)
        assert state["status"] == "done", state
        return state


class FreshServer(Server):
    """A server that imports everything itself, as a person's does.

    Args:
        root: the checkout it runs from.
    """

    def __init__(self, project: Path, *options: str, root: Path = ROOT) -> None:
        super().__init__(project, *options)
        self.root = root

    def launched(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.whole_command(), cwd=self.root, stdout=log, stderr=log, start_new_session=True)

    def whole_command(self) -> list[str]:
        """What runs it; a test that needs another world around the server changes this."""
        return [sys.executable, "-m", *self.command()]
