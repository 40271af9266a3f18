"""Our one pass over a row is TRL's preparation: same tokens, same loss, whatever the template."""

from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

from kingmaker_training import rows, tokens
from kingmaker_training.config import Dataset
from kingmaker_training.errors import UserError
from tests import tiny

THINKS = tiny.TEMPLATE.replace(
    "'<|im_start|>assistant\\n' }}", "'<|im_start|>assistant\\n<think>\\n' }}"
)
MERGES = tiny.TEMPLATE.replace("message.role + '\\n'", "message.role + ':'").replace(
    "'<|im_start|>assistant\\n' }}", "'<|im_start|>assistant:' }}"
)


def set_of(path: str, **changes: Any) -> Dataset:
    told = {
        "path": "dataset/tiny",
        "hash": "0",
        "train": [path],
        "validation": [],
        "dev_split": None,
        "min_patch_chars": 0,
        "include_empty": True,
        "max_examples": None,
        "max_tokens": None,
    }
    return Dataset.model_validate({**told, **changes})


@pytest.mark.parametrize(
    "template", [tiny.TEMPLATE, THINKS, MERGES], ids=["plain", "thinks", "merges"]
)
def test_tokens_and_labels_are_those_of_trl(template: str, model: str, tmp_path: Path) -> None:
    made = tiny.sft_rows(12)
    # Answers that begin as templates end: their first token may reach over the border.
    made[0]["completion"][0]["content"] = "\n\nls"
    made[1]["completion"][0]["content"] = " : x"
    made[2]["completion"][0]["content"] = ""
    made[3]["completion"][0]["content"] = "e\u0301 \U0001f600 \ufffd"
    path = tiny.write_rows(tmp_path / "train.jsonl", made)
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.chat_template = template
    loaded = rows.load(set_of(path), "sft", 1, str(tmp_path / "cache"))
    ours = tokens.counted(loaded, "sft", tokenizer, 1024, None).train
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(model),
        args=SFTConfig(
            output_dir=str(tmp_path / "out"),
            report_to="none",
            use_cpu=True,
            bf16=False,
            max_length=None,
        ),
        processing_class=tokenizer,
        train_dataset=load_dataset("json", data_files=path, split="train"),
    )
    theirs: Any = trainer.train_dataset
    for at in range(len(theirs)):
        assert ours[at]["input_ids"] == theirs[at]["input_ids"]
        assert ours[at]["labels"] == theirs[at]["labels"]


def test_the_loss_is_on_the_judged_answer_alone(model: str, tmp_path: Path) -> None:
    made = tiny.sft_rows(3)
    path = tiny.write_rows(tmp_path / "train.jsonl", made)
    tokenizer = AutoTokenizer.from_pretrained(model)
    loaded = rows.load(set_of(path), "sft", 1, str(tmp_path / "cache"))
    for row, source in zip(
        tokens.counted(loaded, "sft", tokenizer, 1024, None).train, made, strict=True
    ):
        learned = tokenizer.decode([one for one in row["labels"] if one != -100])
        assert learned == source["completion"][0]["content"] + "<|im_end|>\n"


def test_rows_over_the_models_limit_are_listed_and_refused(model: str, tmp_path: Path) -> None:
    made = tiny.sft_rows(5)
    made[3]["prompt"][1]["content"] = "word " * 3000
    path = tiny.write_rows(tmp_path / "train.jsonl", made)
    tokenizer = AutoTokenizer.from_pretrained(model)
    loaded = rows.load(set_of(path), "sft", 1, str(tmp_path / "cache"))
    with pytest.raises(
        UserError, match=r"1 of 5 rows are longer than the 1024 tokens .*row 4 \(owner3__repo3-3\)"
    ):
        tokens.counted(loaded, "sft", tokenizer, 1024, None)
    kept = tokens.counted(loaded, "sft", tokenizer, 1024, 1000)
    assert (len(kept.train), kept.left_out) == (4, {"over_max_tokens": 1})


def test_tools_and_calls_reach_the_template(model: str, tmp_path: Path) -> None:
    tool = (Path(__file__).parent / "tools.jinja").read_text(encoding="utf-8")
    call = {"type": "function", "function": {"name": "sh", "arguments": {"command": "ls", "n": 1}}}
    other = {"type": "function", "function": {"name": "edit", "arguments": {"path": "a.py"}}}
    tools = '[{"type": "function", "function": {"name": "sh", "parameters": {}}}]'
    made = [
        {
            "prompt": [{"role": "user", "content": f"go {at}"}],
            "completion": [{"role": "assistant", "content": "", "tool_calls": [one]}],
            "tools": tools,
        }
        for at, one in enumerate([call, other])
    ]
    path = tiny.write_rows(tmp_path / "train.jsonl", made)
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.chat_template = tool
    loaded = rows.load(set_of(path), "sft", 1, str(tmp_path / "cache"))
    texts = [
        tokenizer.decode(row["input_ids"])
        for row in tokens.counted(loaded, "sft", tokenizer, 1024, None).train
    ]
    assert all("TOOLS sh" in text for text in texts)
    # No key of another row's arguments is filled in with null.
    assert 'CALL sh {"command": "ls", "n": 1}' in texts[0]
    assert 'CALL edit {"path": "a.py"}' in texts[1]
