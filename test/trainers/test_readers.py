"""Each trainer's own reader on a set written for it: rows in = rows out, judged words alone.

prime-rl is not among them: pip's index has no package of that name, so no lock can have it.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Read

END = "<|im_end|>"
Reader = Callable[[str, str], Read]


def calls_of(message: dict[str, Any]) -> list[tuple[str, Any]]:
    calls = message.get("tool_calls") or []
    functions = [call["function"] for call in calls]
    return [(one["name"], json.loads(one["arguments"])) for one in functions]


def call_in(text: str, name: str, arguments: Any) -> bool:
    """Written out as JSON, with or without blanks."""
    plain = text.replace(" ", "")
    said = json.dumps(arguments).replace(" ", "")
    return name in plain and said in plain


def is_answer(learned: str, words: str, calls: list[tuple[str, Any]]) -> bool:
    """The loss falls on the answer's words and calls, on one end token, and on nothing else."""
    text = learned.removesuffix("\n")
    if not (text.startswith(words) and text.endswith(END) and text.count(END) == 1):
        return False
    rest = text.removeprefix(words).removesuffix(END)
    if not calls:
        return rest == ""
    # Longer than its calls as any form writes them, it would hold something else.
    room = sum(len(name) + len(json.dumps(arguments)) for name, arguments in calls)
    return all(call_in(rest, *call) for call in calls) and len(rest) < room + 80 * len(calls)


def is_all(learned: list[str], answers: list[tuple[str, list[tuple[str, Any]]]]) -> None:
    assert len(learned) == len(answers) > 0
    for text, (words, calls) in zip(learned, answers, strict=True):
        assert is_answer(text, words, calls), (text[:300], words[:300], calls)


def train(read: Read, fmt: str) -> list[dict[str, Any]]:
    lines = read.built.files(fmt, "jsonl")[0].read_text().splitlines()
    return [json.loads(line) for line in lines]


def entry(value: dict[str, str]) -> tuple[str, list[tuple[str, Any]]]:
    """An entry of ShareGPT: words, and behind them the calls in marks."""
    words, _, listed = value["value"].partition("<tool_call>")
    calls = json.loads(listed.removesuffix("</tool_call>")) if listed else []
    many = calls if isinstance(calls, list) else [calls]
    return words.rstrip("\n"), [(one["name"], one["arguments"]) for one in many]


KINDS = pytest.mark.parametrize("kind", ["text", "calls"])


@KINDS
def test_llamafactory(read: Reader, kind: str) -> None:
    given = read("llamafactory", kind)
    found = given.found
    sft = train(given, "sharegpt")
    is_all(found["sft"]["labels"], [entry(row["conversations"][-1]) for row in sft])
    pairs = train(given, "preference")
    for side in ("chosen", "rejected"):
        is_all(found["dpo"][f"{side}_labels"], [entry(row[side]) for row in pairs])
    kto = train(given, "kto")
    is_all(found["kto"]["labels"], [entry(row["conversations"][-1]) for row in kto])


@KINDS
def test_axolotl(read: Reader, kind: str) -> None:
    given = read("axolotl", kind)
    [judged] = {sum(m.get("weight", 0) for m in r["messages"]) for r in train(given, "openai")}
    assert judged == 1
    rows = [row["messages"][-1] for row in train(given, "openai")]
    answers = [(row["content"] or "", calls_of(row)) for row in rows]
    is_all(given.found["sft"]["labels"], answers)
    # Its reader of pairs takes role and content alone: calls stand in the words.
    for side in ("chosen", "rejected"):
        pairs = [(row[side]["content"], []) for row in train(given, "preference")]
        is_all(given.found["dpo"][side], pairs)
        assert (kind == "calls") == any("```tool_call" in words for words, _ in pairs)


@KINDS
def test_verl(read: Reader, kind: str) -> None:
    given = read("verl", kind)
    rows = [row["messages"][-1]["content"] for row in train(given, "prompt-completion")]
    is_all(given.found["sft"]["labels"], [(words, []) for words in rows])


@KINDS
def test_verifiers(read: Reader, kind: str) -> None:
    """No loss falls on anything there: the judged answer alone has full marks."""
    given = read("verifiers", kind)
    rows = train(given, "prompt-completion")
    assert given.found["answers"] == [row["answer"] for row in rows]
    asked = [[message["role"] for message in row["prompt"]] for row in rows]
    assert given.found["asked"] == asked
    assert given.found["rewards"] == [[1.0, 0.0]] * len(rows)
