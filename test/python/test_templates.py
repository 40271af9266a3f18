"""@huggingface/jinja, as the exports use it, against transformers: the same bytes, or none."""

import importlib.util
import json
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from chat_templates import TEMPLATES

REPOSITORY = Path(__file__).parents[2]
DATE = "2026-03-04T05:06:07"
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def wired(message: dict[str, Any]) -> dict[str, Any]:
    """A message of sample/tool_histories.jsonl as a row has it."""
    calls = [
        {"id": c["id"], "type": "function", "function": {k: c[k] for k in ("name", "arguments")}}
        for c in message.get("tool_calls", [])
    ]
    rest = {k: v for k, v in message.items() if k not in ("tool_calls", "reasoning")}
    thought = message.get("reasoning")
    return (
        {**rest, "content": message.get("content") or ""}
        | ({"tool_calls": calls} if calls else {})
        | ({"reasoning_content": thought} if thought else {})
    )


def conversations() -> list[dict[str, Any]]:
    lines = (REPOSITORY / "sample" / "tool_histories.jsonl").read_text().splitlines()
    histories = [json.loads(line) for line in lines]
    jobs = [
        {"messages": [wired(m) for m in h["messages"]], "tools": h["tools"] or None}
        for h in histories
    ]
    plain = [
        {"role": "user", "content": "Ünder\n the tree. \u2028"},
        {"role": "assistant", "content": "A."},
    ]
    thinking = [plain[0], {"role": "assistant", "content": "<think>\nhm\n</think>\n\nA. "}]
    odd = {
        "text": 'it\'s "so"\n\\ \u00e9 \u200b',
        "n": [1, 2.5, 1e-7, True, None],
        "items": {"b": 1, "a": []},
    }
    call = {"id": "abcdefghi", "type": "function", "function": {"name": "run", "arguments": odd}}
    called = [*plain, {"role": "assistant", "content": "", "tool_calls": [call]}]
    system = {"role": "system", "content": " S "}
    return [
        *jobs,
        *({"messages": m, "tools": None} for m in (plain, [system, *plain], thinking, called)),
    ]


@pytest.fixture(scope="module")
def program() -> ModuleType:
    """training/render.py, which the exports start."""
    spec = importlib.util.spec_from_file_location("render", REPOSITORY / "training" / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def by_jinja(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    wanted = {"templates": TEMPLATES, "tokens": TOKENS, "date": DATE, "jobs": conversations()}
    path = tmp_path_factory.mktemp("templates") / "wanted.json"
    path.write_text(json.dumps(wanted))
    command = ["node", "kingmaker.cjs", "test/python/jinja_texts", path]
    done = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_engines_write_the_same_bytes(
    name: str, program: ModuleType, by_jinja: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import jinja2
    from transformers.utils import chat_template_utils as engine

    monkeypatch.setattr(engine, "datetime", program.OneDate(DATE))
    wanted = {"templates": [TEMPLATES[name]], "tokens": TOKENS, "seconds": 60}
    for at, job in enumerate(conversations()):
        theirs = program.rendered(engine, jinja2, wanted, {"template": 0, **job})
        ours = by_jinja[name][at]
        assert list(ours) == list(theirs), (at, ours, theirs)
        if "fault" not in ours:
            assert ours == theirs, at


def test_the_way_of_rendering_is_the_tokenizer_s_own(program: ModuleType) -> None:
    import jinja2
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast
    from transformers.utils import chat_template_utils as engine

    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), **TOKENS)
    for text in TEMPLATES.values():
        if "strftime_now" in text:
            continue
        wanted = {"templates": [text], "tokens": TOKENS, "seconds": 60}
        for job in conversations():
            ours = program.rendered(engine, jinja2, wanted, {"template": 0, **job})
            if "text" in ours:
                tokenizer.chat_template = text
                theirs = tokenizer.apply_chat_template(
                    job["messages"], tools=job["tools"], tokenize=False
                )
                assert ours["text"] == theirs
