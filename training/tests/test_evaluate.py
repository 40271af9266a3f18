"""What base and checkpoint make of an answer: the same at any batch size, and after a stop."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests import tiny
from tests.conftest import Start, start_apart, write_run

ROWS = 24


@pytest.fixture(scope="module")
def adapter(model: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An adapter that learned the answers' form."""
    folder = tmp_path_factory.mktemp("adapter")
    files = [tiny.write_rows(folder / "train.jsonl", tiny.sft_rows(60))]
    training = {"max_steps": 20, "learning_rate": 2e-2, "per_device_train_batch_size": 8}
    run = write_run(folder / "run", model, "sft", files, training=training)
    assert start_apart("train", run).code == 0
    return str(folder / "run")


def told(folder: Path, checkpoint: str, rows: list[dict[str, Any]], **changes: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    run = {
        "schema": 1,
        "name": "tiny",
        "checkpoint": checkpoint,
        "base": None,
        "files": [tiny.write_rows(folder / "rows.jsonl", rows)],
        "split": "validation",
        "batch_tokens": 512,
        "dtype": "float32",
        "device": "cpu",
        "seed": 1,
        "sampling": {"count": 0, "max_new_tokens": 8},
        "base_too": True,
        "run_hash": "3" * 16,
        "output": str(folder),
        **changes,
    }
    path = folder / "run.json"
    path.write_text(json.dumps(run))
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


def sums(path: Path) -> dict[tuple[int, str, str], float]:
    return {(one["row"], one["side"], one["model"]): one["nll"] for one in lines(path)}


def held_out() -> list[dict[str, Any]]:
    made = tiny.sft_rows(100)[-ROWS:]
    made[0]["completion"][0]["content"] = "x"
    made[1]["completion"][0]["content"] += " more words" * 40
    return made


def test_a_row_has_the_same_figure_at_any_batch_size(
    adapter: str, tmp_path: Path, start: Start
) -> None:
    found = []
    for size in (1, 300, 100_000):
        run = told(tmp_path / str(size), adapter, held_out(), batch_tokens=size)
        assert start("evaluate", run).code == 0
        found.append(sums(run.parent / "figures.jsonl"))
    assert len(found[0]) == 2 * ROWS
    for other in found[1:]:
        assert other == pytest.approx(found[0], rel=2e-6)


def test_a_figure_is_the_sum_over_the_answer_alone(
    adapter: str, model: str, tmp_path: Path, start: Start
) -> None:
    run = told(tmp_path, adapter, held_out())
    start("evaluate", run)
    row = held_out()[5]
    tokenizer: Any = AutoTokenizer.from_pretrained(model)
    ids = tokenizer.apply_chat_template(row["prompt"] + row["completion"], return_dict=True)[
        "input_ids"
    ]
    asked = tokenizer.apply_chat_template(
        row["prompt"], add_generation_prompt=True, return_dict=True
    )["input_ids"]
    base = AutoModelForCausalLM.from_pretrained(model)
    with torch.inference_mode():
        shares = base(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    by_hand = -sum(float(shares[at - 1, ids[at]]) for at in range(len(asked), len(ids)))
    figure = next(
        one
        for one in lines(tmp_path / "figures.jsonl")
        if (one["row"], one["model"]) == (5, "base")
    )
    assert figure["nll"] == pytest.approx(by_hand, rel=1e-5)
    assert (figure["tokens"], figure["prompt_tokens"]) == (len(ids) - len(asked), len(asked))


def test_what_was_scored_is_not_scored_again_and_a_torn_line_is(
    adapter: str, tmp_path: Path, start: Start
) -> None:
    run = told(tmp_path, adapter, held_out())
    start("evaluate", run)
    path = tmp_path / "figures.jsonl"
    whole = path.read_text()
    kept = whole.splitlines()[:30]
    path.write_text("\n".join(kept) + "\n" + whole.splitlines()[30][:25])
    again = start("evaluate", run)
    assert again.of("begin")[0]["step"] == 29
    assert sums(path).keys() == {
        (row, "", name) for row in range(ROWS) for name in ("base", "checkpoint")
    }
    assert path.read_text().startswith("\n".join(kept))


def test_figures_of_another_run_are_not_taken(adapter: str, tmp_path: Path, start: Start) -> None:
    start("evaluate", told(tmp_path, adapter, held_out()))
    again = start("evaluate", told(tmp_path, adapter, held_out()[:3], run_hash="4" * 16))
    assert again.of("begin")[0]["step"] == 0
    assert len(lines(tmp_path / "figures.jsonl")) == 6


def test_pairs_are_told_on_both_sides(adapter: str, tmp_path: Path, start: Start) -> None:
    start("evaluate", told(tmp_path, adapter, tiny.preference_rows(4)))
    assert {(one["row"], one["side"]) for one in lines(tmp_path / "figures.jsonl")} == {
        (row, side) for row in range(4) for side in ("", "rejected")
    }


def test_rows_over_the_models_limit_are_left_out_and_counted(
    adapter: str, tmp_path: Path, start: Start
) -> None:
    made = held_out()
    made[2]["prompt"][1]["content"] = "word " * 3000
    done = start("evaluate", told(tmp_path, adapter, made))
    [rows] = done.of("rows")
    assert (rows["given"], rows["to_train"], rows["left_out"]) == (
        ROWS,
        ROWS - 1,
        {"over_context": 1},
    )


def test_answers_are_written_greedily_for_rows_that_the_seed_chooses(
    adapter: str, tmp_path: Path, start: Start
) -> None:
    texts = []
    for name in ("a", "b"):
        run = told(tmp_path / name, adapter, held_out(), sampling={"count": 3, "max_new_tokens": 6})
        start("evaluate", run)
        texts.append(lines(run.parent / "answers.jsonl"))
    assert texts[0] == texts[1]
    assert len(texts[0]) == 6
    assert len({one["row"] for one in texts[0]}) == 3


def test_an_adapter_merges_in_float32_and_tells_the_same(
    adapter: str, model: str, tmp_path: Path, start: Start
) -> None:
    merge = tmp_path / "merge.json"
    merged = tmp_path / "merged"
    wish = {"schema": 1, "adapter": adapter, "base": None, "output": str(merged), "do_sample": True}
    merge.write_text(json.dumps(wish))
    assert start("merge", merge).code == 0
    assert json.loads((merged / "generation_config.json").read_text())["do_sample"] is True
    start("evaluate", told(tmp_path / "adapter", adapter, held_out()))
    start("evaluate", told(tmp_path / "whole", str(merged), held_out(), base=model))
    one = sums(tmp_path / "adapter" / "figures.jsonl")
    other = sums(tmp_path / "whole" / "figures.jsonl")
    assert other == pytest.approx(one, rel=1e-5)


def test_an_adapter_may_be_told_without_its_base(
    adapter: str, tmp_path: Path, start: Start
) -> None:
    start("evaluate", told(tmp_path / "both", adapter, held_out()))
    start("evaluate", told(tmp_path / "one", adapter, held_out(), base_too=False))
    both, one = (sums(tmp_path / name / "figures.jsonl") for name in ("both", "one"))
    assert one == {key: nll for key, nll in both.items() if key[2] == "checkpoint"}


def test_a_whole_model_without_a_base_is_told_alone(
    model: str, tmp_path: Path, start: Start
) -> None:
    start("evaluate", told(tmp_path, model, held_out()))
    assert {one["model"] for one in lines(tmp_path / "figures.jsonl")} == {"checkpoint"}


def test_an_adapter_of_another_base_is_told(adapter: str, tmp_path: Path, start: Start) -> None:
    other = tiny.build_model(tmp_path / "other", hidden=32)
    refused = start("evaluate", told(tmp_path, adapter, held_out(), base=other))
    [fault] = refused.of("fault")
    assert (refused.code, "does not fit the model" in fault["message"]) == (1, True)
    assert "--base" in fault["hint"]


def test_an_adapter_whose_base_is_a_relative_path_is_told(
    adapter: str, tmp_path: Path, start: Start
) -> None:
    import shutil

    moved = tmp_path / "moved"
    shutil.copytree(adapter, moved)
    path = moved / "adapter_config.json"
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, "base_model_name_or_path": "../models/tiny"}))
    [fault] = start("evaluate", told(tmp_path, str(moved), held_out())).of("fault")
    assert "its base model is ../models/tiny, a path that is relative" in fault["message"]
    assert fault["hint"] == "name it with --base FOLDER"
