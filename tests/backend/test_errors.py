"""Errors say what is wrong and what to do; what the file system reports, in words of ours."""

import ast
import errno

import pytest

from backend.errors import of_disk, of_memory
from tests.words import errors_raised


@pytest.mark.parametrize(("number", "code"), [
    (errno.ENOSPC, "disk_full"), (errno.EDQUOT, "disk_full"), (errno.EROFS, "not_writable"),
    (errno.EACCES, "not_writable"), (errno.EIO, "disk_failed"), (errno.EEXIST, "disk_failed"),
])
def test_trouble_of_the_disk_is_said_with_a_remedy(number: int, code: str) -> None:
    known = of_disk(OSError(number, "what the system says", "/somewhere/secret/film.mp4"))
    assert known is not None and known.code == code and known.remedy
    assert "film.mp4" in known.message and "secret" not in known.message


@pytest.mark.parametrize("error", [ConnectionResetError(errno.ECONNRESET, "reset"), TimeoutError(), OSError("odd")])
def test_trouble_that_is_not_of_files_is_not_hidden(error: OSError) -> None:
    assert of_disk(error) is None


def test_every_error_says_what_to_do() -> None:
    made = list(errors_raised())
    assert len(made) > 200
    for place, call in made:
        _, message, remedy = call.args[:3]  # all three, by position
        said = ast.unparse(remedy)
        assert len(said) > len("'Do it.'") and said != ast.unparse(message), f"{place}: {said}"


def test_memory_of_a_gpu_that_ends_is_said_with_settings_that_help() -> None:
    known = of_memory(RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB."))
    assert known is not None and "--precision" in known.remedy and "What was stored stays" in known.remedy
    assert of_memory(RuntimeError("CUDA error: device-side assert triggered")) is None
