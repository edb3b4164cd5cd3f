"""Which frames the language model sees and how large, and what it is asked."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Sam2VideoModel

from backend.errors import BadInput
from backend.models.sam2.config import ARCHITECTURES, transformers_config
from backend.models.unipixel import frames, memory, words
from backend.models.unipixel.config import UniPixelConfig
from backend.models.unipixel.heads import Heads
from backend.models.unipixel.model import needed


class TestFrames:
    def test_sampled_frames_are_spread_with_both_ends(self) -> None:
        assert frames.sample(range(10, 14)) == [10, 11, 12, 13]
        chosen = frames.sample(range(100, 200))
        assert len(chosen) == 16
        assert (chosen[0], chosen[-1]) == (100, 199)
        assert set(np.diff(chosen)) == {6, 7}

    def test_a_wanted_frame_takes_the_place_of_the_nearest(self) -> None:
        plain, wanted = frames.sample(range(100)), frames.sample(range(100), [50])
        assert 50 not in plain
        assert set(plain) - set(wanted) == {min(plain, key=lambda frame: abs(frame - 50))}
        assert set(range(40, 56)) == set(frames.sample(range(100), range(40, 90)))
        assert frames.sample(range(4), [9]) == [0, 1, 2, 3, 9]
        assert 99 in frames.sample(range(16), [99])

    @pytest.mark.parametrize(("frame", "within", "expected"), [
        (500, range(1000), range(350, 650)), (0, range(1000), range(300)), (999, range(1000), range(700, 1000)),
        (20, range(10, 40), range(10, 40)),
    ])
    def test_a_window_lies_around_its_frame(self, frame: int, within: range, expected: range) -> None:
        assert frames.window(frame, within) == expected

    @pytest.mark.parametrize(("height", "width", "count"), [
        (1080, 1920, 16), (480, 640, 16), (64, 64, 3), (2160, 3840, 1), (50, 2000, 16), (1080, 1920, 7),
    ])
    def test_sizes_are_multiples_between_the_bounds(self, height: int, width: int, count: int) -> None:
        rows, columns = frames.size(height, width, count, 28)
        assert rows % 28 == columns % 28 == 0
        assert 128 <= rows * columns / 28**2 <= 256 * (16 // count)

    def test_patches_are_in_the_order_of_merging(self) -> None:
        """Four patches that are merged follow each other; each has its own colour."""
        pictures = np.zeros((2, 28, 56, 3), np.uint8)
        for place, (y, x) in enumerate(((0, 0), (0, 14), (14, 0), (14, 14), (0, 28), (0, 42), (14, 28), (14, 42))):
            pictures[:, y:y + 14, x:x + 14] = 30 * place
        patches, grid = frames.patchify(list(pictures), 14, 2, 2)
        assert grid == (1, 2, 4)
        assert patches.shape == (8, 3 * 2 * 14 * 14)
        assert (patches.std(1) - patches[0].std() < 0.2).all()
        assert (patches.mean(1).diff() > 0).all()

    def test_an_odd_last_frame_is_doubled(self) -> None:
        pictures = [np.full((28, 28, 3), 40 * one, np.uint8) for one in range(3)]
        patches, grid = frames.patchify(pictures, 14, 2, 2)
        assert grid == (2, 2, 2)
        first, second = patches[4:].unflatten(1, (3, 2, -1)).unbind(2)
        assert torch.equal(first, second)


class TestMemory:
    def test_a_small_mask_is_on_one_place_of_one_step(self) -> None:
        masks = torch.zeros(3, 2, 100, 100, dtype=torch.bool)
        masks[2, 1, 5:8, 95:98] = True
        refer = memory.refer_mask(masks, (2, 8, 8), 14, 2)
        assert refer.shape == (2, 2, 4, 4)
        assert refer.nonzero().tolist() == [[1, 1, 0, 3]]
        assert memory.steps_of(refer) == [[], [1]]
        assert memory.pool(torch.ones(32, 5), refer).shape == (1, 5)
        assert memory.pool(torch.ones(32, 5), refer[:, :1]).shape == (0, 5)


class TestWords:
    @pytest.mark.parametrize(("given", "expected"), [
        ("The red disc.", "Please segment the red disc in this video."),
        ("a dog", "Please segment the dog in this video."),
        ("Who throws the ball?", "Who throws the ball? Please answer the question and provide the segmentation mask."),
        ("Which is hidden", "Which is hidden Please answer the question and provide the segmentation mask."),
        ("The person in the back carries a box that is green and white.",
         "The person in the back carries a box that is green and white. Please provide the segmentation mask."),
    ])
    def test_templates(self, given: str, expected: str) -> None:
        assert words.segment(given, 16) == expected

    def test_an_image_is_called_one(self) -> None:
        assert words.segment("dog", 1) == "Please segment the dog in this image."
        assert words.about("Is [4] red?", {4: [0]}, 1) == (
            "Here is an image with the following highlighted regions:\n[4]: <|mem|>\nIs [4] red?")

    def test_objects_are_listed_with_the_frames_they_are_on(self) -> None:
        assert words.about("What is [7]?", {7: [0, 2], 3: [1]}, 6) == (
            "Here is a video with 6 frames denoted as <1> to <6>. The highlighted regions are as follows:\n"
            "[7]: <1>-<2> <|mem|> <5>-<6> <|mem|>\n[3]: <3>-<4> <|mem|>\nWhat is [7]?")

    @pytest.mark.parametrize("given", ["describe", "Describe [3] in detail.", "[3]: Please describe it"])
    def test_to_describe_is_said_as_the_model_learned_it(self, given: str) -> None:
        assert words.describe(given, [3], 16) == "Please describe the region [3] in the video in detail."

    def test_other_questions_stay(self) -> None:
        assert words.describe("Describe the shirt of [3].", [3], 1) == "Describe the shirt of [3]."

    def test_pointed_objects_are_put_where_they_are_named(self) -> None:
        assert words.localize("What is [2] doing to [5]", [5, 2, 8]) == (
            "What is [2] <|ref|> doing to [5] <|ref|> [8] <|ref|>. Please localize the relevant objects with IDs.",
            "[2] <|seg|> [5] <|seg|> [8] <|seg|>", [2, 5, 8])

    def test_answers_for_people(self) -> None:
        assert words.said("It is <|seg|> and <|seg|>.<|im_end|>") == "It is (mask 1) and (mask 2)."

    def test_text_may_not_hold_tokens(self) -> None:
        assert words.plain(" a\n dog ") == "a dog"
        with pytest.raises(BadInput):
            words.plain("a <|mem|> dog")


@pytest.mark.parametrize(("width", "layers", "middle", "heads", "keys", "vocabulary", "tied", "billions", "sizes"), [
    (2048, 36, 11008, 16, 2, 151936, True, 3.88, {"float32": 20.2, "bfloat16": 10.3, "4bit": 5.1}),
    (3584, 28, 18944, 28, 4, 152064, False, 8.44, {"float32": 43.9, "bfloat16": 22.2, "4bit": 9.9}),
])
def test_parameters_and_memory_of_the_published_sizes(
    width: int, layers: int, middle: int, heads: int, keys: int, vocabulary: int, tied: bool, billions: float,
    sizes: dict[str, float],
) -> None:
    """What the model card says of sizes (GB at the peak), counted on networks without weights."""
    config = UniPixelConfig.of({
        "hidden_size": width, "num_hidden_layers": layers, "intermediate_size": middle, "num_attention_heads": heads,
        "num_key_value_heads": keys, "vocab_size": vocabulary, "tie_word_embeddings": tied,
        "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
        "vision_config": {"depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16,
                          "out_hidden_size": width, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31]},
        "sam2_image_size": 768, "sam2_hidden_tokens": 2, "video_token_id": 151656, "ref_token_id": 151665,
        "seg_token_id": 151666, "mem_token_id": 151667,
    })
    with torch.device("meta"):
        tensors = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**config.qwen)).state_dict()
        tensors |= Heads(config).state_dict()
        carried = Sam2VideoModel(transformers_config(ARCHITECTURES["base-plus"].at(config.sam2_size)))
        tensors |= {f"sam2.{name}": tensor for name, tensor in carried.state_dict().items()}
    if tied:
        del tensors["lm_head.weight"]
    assert sum(one.numel() for one in tensors.values()) / 1e9 == pytest.approx(billions, abs=0.01)
    for precision, expected in sizes.items():
        assert needed(tensors, precision) / 1e9 == pytest.approx(expected, abs=0.1)  # type: ignore[arg-type]
