"""The model card shows what strangers called their models and sets, and obeys none of it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from kingmaker_training.card import model_card
from kingmaker_training.config import TrainRun
from kingmaker_training.markup import markdown_text, yaml_text

CASES = json.loads((Path(__file__).parent / "markup.json").read_text(encoding="utf-8"))
TOLD: dict[str, Any] = {
    "curve": [{"loss": 1.5}, {"loss": 1.25}],
    "rows_trained": 3,
    "rows_given": 4,
    "steps": 2,
    "tokens_trained": 99,
    "versions": {"trl": "1.0"},
}
HOSTILE = (
    "a/b\n---\nlicense: mit\n<script>alert(1)</script>",
    "[x](https://evil.example) | y",
    "# `c` <img src=x>",
    "\u202egnp.exe \ud800 : {a: b} & *c*",
)


def run_of(model: str, name: str, path: str) -> TrainRun:
    dataset: dict[str, Any] = {
        "path": path,
        "hash": "sha256-00",
        "train": [],
        "validation": [],
        "dev_split": None,
        "min_patch_chars": 0,
        "include_empty": False,
        "max_examples": None,
        "max_tokens": None,
    }
    return TrainRun.model_validate(
        {
            "schema": 1,
            "name": name,
            "method": "sft",
            "model": model,
            "dataset": dataset,
            "lora": None,
            "training": {},
            "seed": 1,
            "device": "cpu",
            "run_hash": "00",
            "output": "/nowhere",
        }
    )


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_a_text_in_markdown_and_yaml_is_as_the_other_side_writes_it(case: dict[str, str]) -> None:
    assert markdown_text(case["text"]) == case["markdown"]
    assert yaml_text(case["text"]) == case["yaml"]


@pytest.mark.parametrize("text", [case["text"] for case in CASES if "\ud800" not in case["text"]])
def test_yaml_reads_the_very_text(text: str) -> None:
    assert yaml.safe_load(f"base_model: {yaml_text(text)}\n") == {"base_model": text}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_card_shows_hostile_names_and_obeys_none(text: str) -> None:
    card = model_card(run_of(text, text, f"/sets/{text.replace('/', ' ')}"), TOLD)
    card.encode("utf-8")
    _, head, body = card.split("---\n", 2)
    plain = model_card(run_of("base/model", "run", "/sets/set"), TOLD)
    _, plain_head, plain_body = plain.split("---\n", 2)
    assert list(yaml.safe_load(head)) == list(yaml.safe_load(plain_head))
    assert kinds_of(body) == kinds_of(plain_body)
    assert "<script" not in body
    assert "<img" not in body


def test_a_folder_of_this_machine_is_not_named_as_one_of_the_hub() -> None:
    card = model_card(run_of("/home/somebody/models/my_model", "run", "/sets/set"), TOLD)
    assert "base_model" not in card
    assert "somebody" not in card
    assert "the local model my_model" in card


def kinds_of(body: str) -> list[str]:
    """Blocks and marks of a text; the words in them do not count."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(body)
    inner = [child for token in tokens for child in token.children or []]
    return [token.type for token in [*tokens, *inner] if token.type not in ("text", "text_special")]
