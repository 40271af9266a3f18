"""Every format of every builder through `datasets`: path, folder, stream, after a rebuild."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sets import TRAINERS, Built, repair

NAMES = (
    "export",
    "export_of_calls",
    "repair",
    "speedrun",
    "speculative-actions-eval",
    "speculative-actions-proposer-sft",
    "speculative-actions-verifier-pref",
    *TRAINERS,
)


def said(value: Any, key: str = "") -> Any:
    """What a row says: loaders fill in null, and JSON is its text or what that says."""
    # datasets' reader of JSON is off by the last bit where numbers and nulls stand in one list.
    if isinstance(value, float):
        return round(value, 9)
    if key in ("arguments", "tools") and isinstance(value, str):
        return json.loads(value)
    if isinstance(value, dict):
        return {name: said(item, name) for name, item in value.items() if item is not None}
    return [said(item) for item in value] if isinstance(value, list) else value


def fits(found: Any, card: Any) -> bool:
    """The card's type, or JSON: what `datasets` takes keys that come and go for."""
    from datasets import Json, List, Value

    # Where no row has a value there is nothing that could carry a type.
    if isinstance(found, Json) or found == Value("null"):
        return True
    # A card's JSON is whatever a file has there.
    if isinstance(card, Json):
        return True
    if isinstance(card, List):
        return isinstance(found, List) and fits(found.feature, card.feature)
    if isinstance(card, dict):
        return found.keys() <= card.keys() and all(fits(found[k], card[k]) for k in found)
    return bool(found == card)


def loaded(built: Built, fmt: str) -> Iterator[tuple[Path, Any]]:
    """Each file of a format that has rows, with a loader of its split name."""
    for path in built.files(fmt, "jsonl"):
        if path.stat().st_size > 0:
            yield (
                path,
                {"train": "train", "dev": "train", "val": "validation"}.get(path.stem, "test"),
            )


@pytest.mark.parametrize("name", NAMES)
def test_each_way_of_loading_gives_the_rows_and_the_types_of_the_card(
    name: str, sets: dict[str, Built], tmp_path: Path
) -> None:
    from datasets import load_dataset

    built = sets[name]
    cache = str(tmp_path / "cache")
    for fmt in built.formats:
        for path, split in loaded(built, fmt):
            rows = [said(json.loads(line)) for line in path.open()]
            by_folder = load_dataset(str(built.folder), fmt, split=split, cache_dir=cache)
            assert [said(row) for row in by_folder] == rows, (fmt, path.name)
            streamed = load_dataset(str(built.folder), fmt, split=split, streaming=True)
            assert [said(row) for row in streamed] == rows, (fmt, path.name)
            assert streamed.features == by_folder.features, (fmt, path.name)
            for kind, file in (("json", path), ("parquet", path.with_suffix(".parquet"))):
                by_path = load_dataset(kind, data_files=str(file), split="train", cache_dir=cache)
                assert [said(row) for row in by_path] == rows, (fmt, file.name)
                assert fits(dict(by_path.features), dict(by_folder.features)), (fmt, file.name)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_split_s_types_fit_the_others(name: str, sets: dict[str, Built]) -> None:
    """As with data_files= of several files: types come from the first chunk of the first file."""
    from datasets import load_dataset

    built = sets[name]
    for fmt in built.formats:
        files = {path.stem: str(path) for path, _ in loaded(built, fmt)}
        assert files, fmt
        for split, rows in load_dataset("json", data_files=files).items():
            lines = Path(files[split]).read_text().splitlines()
            assert [said(row) for row in rows] == [said(json.loads(line)) for line in lines]


def test_a_rebuilt_set_is_never_served_stale(tmp_path: Path) -> None:
    from datasets import load_dataset

    cache = str(tmp_path / "cache")
    for issues, folder in ((12, "one"), (8, "one"), (10, "two")):
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        built = repair(root, "--force", issues=issues)
        for fmt in ("prompt-completion", "chatml"):
            loaded_rows = load_dataset(str(built.folder), fmt, cache_dir=cache)
            count = sum(len(rows) for rows in loaded_rows.values())
            assert count == len(built.rows(fmt)), (issues, fmt)
