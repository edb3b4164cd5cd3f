"""The numbers of the authors' code, and that they are missed where a rule of theirs is broken."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
import torch

from backend.models.unipixel import heads, memory, parity
from backend.parity.cases import Case
from backend.parity.run import Result, run_case

GOLDEN = Path(__file__).parents[3] / "golden"


@lru_cache(maxsize=1)
def case(name: str) -> Case:
    return Case.read(GOLDEN / f"unipixel_{name}")


def failed(result: Result) -> set[str]:
    """Outputs that are not what they should be."""
    assert result.error is None, result.error
    return {one.output for one in result.comparisons if not one.passed}


class TestText:
    def test_equal_to_the_authors_code(self) -> None:
        result = run_case(case("text"))
        assert result.passed, (result.error, result.worst)

    def test_masks_for_memory_are_not_binarised(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right = parity._parts

        def binarising(one: Case) -> parity.Parts:
            parts = right(one)
            parts.sam2.binarise_prompts = True
            return parts

        monkeypatch.setattr(parity, "_parts", binarising)
        missed = failed(run_case(case("text")))
        assert {"memory_values", "low_res_logits"} <= missed
        assert "logits" not in missed


class TestReferences:
    def test_equal_to_the_authors_code(self) -> None:
        result = run_case(case("refs"))
        assert result.passed, (result.error, result.worst)

    def test_the_time_of_a_prompt_matters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right = parity._Run._references

        def swapped(run: parity._Run, clip: parity.Clip) -> list[heads.Reference]:
            given = right(run, clip)
            times = [one.time for one in given][::-1]
            return [heads.Reference(one.corners, time) for one, time in zip(given, times, strict=True)]

        monkeypatch.setattr(parity._Run, "_references", swapped)
        assert {"ref_embeds", "logits", "seg_hidden"} <= failed(run_case(case("refs")))

    def test_the_state_before_the_norm_is_what_prompts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def after(network: heads.Heads, states: torch.Tensor) -> torch.Tensor:
            return right(network, states * states.pow(2).mean(-1, keepdim=True).rsqrt() + 0.01)

        right = heads.Heads.hidden_prompts
        monkeypatch.setattr(heads.Heads, "hidden_prompts", after)
        assert {"seg_hidden", "low_res_logits"} <= failed(run_case(case("refs")))


class TestMemory:
    def test_equal_to_the_authors_code(self) -> None:
        result = run_case(case("memory"))
        assert result.passed, (result.error, result.worst)

    def test_pooling_at_the_right_places_is_not_what_was_trained(self, monkeypatch: pytest.MonkeyPatch) -> None:
        index = torch.from_numpy(case("memory").arrays["window_index"])
        right = memory.pool
        monkeypatch.setattr(memory, "pool", lambda rows, refer: right(rows[index.argsort()], refer))
        missed = failed(run_case(case("memory")))
        assert {"pooled", "mem_embeds", "logits"} <= missed
        assert "refer_mask" not in missed

    def test_memories_come_object_by_object(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right = memory.pool
        monkeypatch.setattr(memory, "pool", lambda rows, refer: right(rows, refer).flip(0))
        assert {"pooled", "logits"} <= failed(run_case(case("memory")))
