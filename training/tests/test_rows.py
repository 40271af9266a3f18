"""Which rows are trained on, and why the others are not."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kingmaker_training import rows
from kingmaker_training.errors import UserError
from tests import tiny
from tests.test_tokens import set_of


def loaded(
    tmp_path: Path, made: list[dict[str, Any]], method: Any = "sft", **changes: Any
) -> rows.Rows:
    path = tiny.write_rows(tmp_path / "train.jsonl", made)
    return rows.load(set_of(path, **changes), method, 7, str(tmp_path / "cache"))


def test_empty_and_short_answers_are_left_out_and_counted(tmp_path: Path) -> None:
    made = tiny.sft_rows(6)
    made[1]["completion"][0]["content"] = "  "
    made[4]["completion"][0]["content"] = "short"
    told = loaded(tmp_path, made, include_empty=False, min_patch_chars=10)
    assert told.left_out == {"empty_answer": 1, "short_answer": 1}
    assert told.train["row"][:] == [0, 2, 3, 5]
    assert told.given == len(told.train) + sum(told.left_out.values())


def test_rows_with_an_empty_answer_are_kept_where_that_is_said(tmp_path: Path) -> None:
    made = tiny.sft_rows(2)
    made[1]["completion"][0]["content"] = ""
    assert len(loaded(tmp_path, made, include_empty=True).train) == 2


def test_a_share_is_dealt_by_repository_and_the_seed(tmp_path: Path) -> None:
    told = loaded(tmp_path, tiny.sft_rows(80), dev_split=0.75)
    assert (len(told.train), told.left_out) == (60, {"dealt_to_validation": 20})
    train = {row["repo"] for row in told.train["metadata"]}
    held = {row["repo"] for row in told.validation["metadata"]}  # type: ignore[index]
    assert (len(train), len(held), train & held) == (6, 2, set())
    again = loaded(tmp_path, tiny.sft_rows(80), dev_split=0.75)
    assert again.train["row"][:] == told.train["row"][:]


def test_one_group_alone_is_never_dealt_away(tmp_path: Path) -> None:
    made = [{**row, "metadata": {"repo": "a/b"}} for row in tiny.sft_rows(5)]
    told = loaded(tmp_path, made, dev_split=0.5)
    assert (len(told.train), told.validation) == (5, None)


def test_the_first_so_many_rows_are_taken(tmp_path: Path) -> None:
    told = rows.at_most(loaded(tmp_path, tiny.sft_rows(5)), 2)
    assert (told.train["row"][:], told.left_out) == ([0, 1], {"over_max_examples": 3})


def test_kto_is_mixed_and_answers_to_one_prompt_are_apart(tmp_path: Path) -> None:
    told = loaded(tmp_path, tiny.kto_rows(40), "kto")
    mixed = rows.arranged(told.train, "kto", 3)
    labels = mixed["label"][:]
    assert sorted(labels) == sorted(told.train["label"][:])
    assert sum(a != b for a, b in pairwise(labels)) > 10
    prompts = [row[1]["content"] for row in mixed["prompt"]]
    assert all(a != b for a, b in pairwise(prompts))
    assert rows.arranged(told.train, "kto", 3)["row"][:] == mixed["row"][:]


REFUSED: list[tuple[str, Any, list[dict[str, Any]], str, str]] = [
    (
        "sft",
        "a set of pairs",
        tiny.preference_rows(2),
        "has no column completion",
        "--format prompt-completion",
    ),
    (
        "dpo",
        "a set without pairs",
        tiny.sft_rows(2),
        "has no column chosen, rejected",
        "--format preference",
    ),
    ("kto", "answers without labels", tiny.sft_rows(2), "has no column label", "--format kto"),
    (
        "kto",
        "one kind alone",
        [{**row, "label": True} for row in tiny.sft_rows(2)],
        "all 2 rows are labelled good",
        "--method sft",
    ),
    (
        "sdft",
        "no context",
        tiny.sft_rows(2),
        "has no column privileged_context",
        "--format privileged",
    ),
    (
        "sdft",
        "a context that is null",
        [tiny.privileged_rows(1)[0], {**tiny.privileged_rows(1)[0], "privileged_context": None}],
        "row 2 has no privileged_context",
        "--format privileged",
    ),
    (
        "sdft",
        "a prompt that ends in a tool's result",
        [{"prompt": [{"role": "tool", "content": "x"}], "privileged_context": "y"}],
        "row 1 ends in a tool message",
        "--format privileged",
    ),
]


@pytest.mark.parametrize(
    ("method", "made", "what", "mend"),
    [(m, r, w, h) for m, _, r, w, h in REFUSED],
    ids=[name for _, name, *_ in REFUSED],
)
def test_what_a_method_cannot_learn_from_is_refused(
    method: str, made: list[dict[str, Any]], what: str, mend: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=what) as refused:
        loaded(tmp_path, made, method)
    assert mend in refused.value.hint


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"prompt": [}\n')
    with pytest.raises(UserError, match="datasets cannot read it"):
        rows.load(set_of(str(path)), "sft", 1, str(tmp_path / "cache"))


def test_answers_that_are_all_too_short_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no answer has 900 characters or more"):
        loaded(tmp_path, tiny.sft_rows(3), min_patch_chars=900)
