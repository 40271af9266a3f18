"""Parquet as Python's tools write it: prompts and actions equal those of the JSON Lines."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
RUNS = 6


def call(at: int, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"id": f"call_{at}", "type": "function", "function": function}


def run(number: int) -> dict[str, Any]:
    """A run whose calls have other arguments each: unified structs fill them with null."""
    task = f"Fix issue {number}: count() is off by one in src/w{number}.py since the last release."
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You are an agent. \u00e9"},
        {"role": "user", "content": task},
    ]
    given: tuple[tuple[str, dict[str, Any]], ...] = (
        ("execute_bash", {"command": f"ls -la src{number}"}),
        ("editor", {"command": "view", "path": "/w/a.py", "view_range": [1, 20 + number]}),
        ("editor", {"command": "edit", "path": "/w/a.py", "old": 'n "x"', "new": "n", "wait": 0.5}),
    )
    for at, (name, arguments) in enumerate(given):
        step = {"role": "assistant", "content": f"Step {at} of {number}."}
        messages.append({**step, "tool_calls": [call(at, name, arguments)]})
        result = {"role": "tool", "content": f"result {at} of {number}"}
        messages.append({**result, "tool_call_id": f"call_{at}"})
    messages.append({"role": "assistant", "content": "All done."})
    instance = f"acme__widget-{number % 3 + 1}"
    return {"instance_id": instance, "repo": "acme/widget", "messages": messages}


def mapped(row: dict[str, Any], change: Any) -> dict[str, Any]:
    return {**row, "messages": [change(message) for message in row["messages"]]}


def with_all_keys(message: dict[str, Any]) -> dict[str, Any]:
    keys = ("role", "content", "tool_calls", "tool_call_id")
    return {key: message.get(key) for key in keys}


def with_text(message: dict[str, Any]) -> dict[str, Any]:
    """Arguments as JSON text, as most sets have them."""
    calls = [
        {**c, "function": {**c["function"], "arguments": json.dumps(c["function"]["arguments"])}}
        for c in message.get("tool_calls") or []
    ]
    return {**message, **({"tool_calls": calls} if calls else {})}


def write_by_datasets(folder: Path, rows: list[dict[str, Any]]) -> None:
    from datasets import Dataset, Features, Json, List, Value, load_dataset

    text = Value("string")
    full = [mapped(row, with_all_keys) for row in rows]
    texts = [mapped(row, with_text) for row in rows]
    outer = {"instance_id": text, "repo": text}
    spoken = {"role": text, "content": text, "tool_call_id": text}
    function = {"name": text, "arguments": Json()}
    typed_call = {"id": text, "type": text, "function": function}

    def features(messages: Any) -> Features:
        return Features({**outer, "messages": messages})

    cache = str(folder.parent / "cache")
    lines = str(folder / "runs.jsonl")
    made = {
        "unified_structs": Dataset.from_list(rows),
        "list_of_json": Dataset.from_list(rows, features=features(List(Json()))),
        "json": Dataset.from_list(rows, features=features(Json())),
        "calls_of_json": Dataset.from_list(
            full, features=features(List({**spoken, "tool_calls": List(Json())}))
        ),
        "arguments_of_json": Dataset.from_list(
            full, features=features(List({**spoken, "tool_calls": List(typed_call)}))
        ),
        "from_json_lines": load_dataset("json", data_files=lines, cache_dir=cache)["train"],
        "as_one_text": Dataset.from_list(
            [{**row, "messages": json.dumps(row["messages"])} for row in rows]
        ),
    }
    for name, dataset in made.items():
        dataset.to_parquet(folder / f"{name}.parquet")
    Dataset.from_list(texts).to_parquet(folder / "small_row_groups.parquet", batch_size=2)


def write_by_pyarrow(folder: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    large = pa.large_string()
    function = pa.struct([("name", pa.string()), ("arguments", large)])
    called = pa.struct([("id", pa.string()), ("type", pa.string()), ("function", function)])
    spoken = [("role", large), ("content", large), ("tool_calls", pa.list_(called))]
    message = pa.struct([*spoken, ("tool_call_id", pa.string())])
    columns = [
        ("instance_id", pa.dictionary(pa.int32(), pa.string())),
        ("repo", large),
        ("messages", pa.large_list(message)),
    ]
    texts = [mapped(mapped(row, with_text), with_all_keys) for row in rows]
    table = pa.Table.from_pylist(texts, schema=pa.schema(columns))
    ways: dict[str, dict[str, Any]] = {
        "zstd": {"compression": "zstd", "row_group_size": 2},
        "pages_v2": {"data_page_version": "2.0", "version": "2.6", "row_group_size": 1},
        "brotli": {"compression": "brotli"},
        "lz4": {"compression": "lz4"},
        "gzip_indexed": {"compression": "gzip", "write_page_index": True},
        "delta": {"use_dictionary": False, "column_encoding": {"repo": "DELTA_BYTE_ARRAY"}},
    }
    for name, options in ways.items():
        pq.write_table(table, folder / f"{name}.parquet", **options)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("parquet") / "sources"
    folder.mkdir()
    rows = [run(number) for number in range(RUNS)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "runs.jsonl").write_text(lines)
    pulls = [
        {"instance_id": f"acme__widget-{n}", "repo": "acme/widget", "patch": "x"} for n in (1, 2, 3)
    ]
    (folder / "prs.jsonl").write_text("".join(json.dumps(pull) + "\n" for pull in pulls))
    write_by_datasets(folder, rows)
    write_by_pyarrow(folder, rows)
    words = ["node", "kingmaker.cjs", "test/python/drawn", folder]
    done = subprocess.run(words, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert len(found) == len(list(folder.glob("*.parquet"))) + 1
    return found


NAMES = [
    "unified_structs",
    "list_of_json",
    "json",
    "calls_of_json",
    "arguments_of_json",
    "from_json_lines",
    "as_one_text",
    "small_row_groups",
    "zstd",
    "pages_v2",
    "brotli",
    "lz4",
    "gzip_indexed",
    "delta",
]


@pytest.mark.parametrize("name", NAMES)
def test_prompts_and_actions_are_those_of_the_json_lines(name: str, drawn: dict[str, Any]) -> None:
    lines = drawn["runs.jsonl"]
    assert lines["kept"] == 12
    assert lines["acts"] == RUNS * 4
    assert drawn[f"{name}.parquet"] == lines
