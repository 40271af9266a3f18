"""Rows of a set: read by datasets, checked for what the method needs, left out by reason.

Read = kept + left out, and every left-out row has a reason of the closed list below.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from kingmaker_training.config import Dataset as Set
from kingmaker_training.config import Method
from kingmaker_training.errors import UserError

# What a method learns from, and the builder's flag that writes it.
COLUMNS: dict[Method, tuple[str, ...]] = {
    "sft": ("prompt", "completion"),
    "dpo": ("prompt", "chosen", "rejected"),
    "kto": ("prompt", "completion", "label"),
    "sdft": ("prompt", "privileged_context"),
}
FORMATS: dict[Method, str] = {
    "sft": "prompt-completion",
    "dpo": "preference",
    "kto": "kto",
    "sdft": "privileged",
}
# Beside them, what a chat template is given.
MORE = ("tools", "chat_template_kwargs")

REASONS = (
    "empty_answer",
    "short_answer",
    "dealt_to_validation",
    "over_max_tokens",
    "over_max_examples",
)


@dataclass(frozen=True)
class Rows:
    """`train` and `validation`: datasets.Dataset with the method's columns and `row`, the place in
    the train file (0-based)."""

    train: Any
    validation: Any | None
    given: int
    left_out: dict[str, int] = field(default_factory=dict)


def load(told: Set, method: Method, seed: int, cache: str) -> Rows:
    """@raises UserError for files without rows or columns, and rows that cannot be trained on."""
    train = read_split(told.train, method, told.path, cache)
    validation = read_split(told.validation, method, told.path, cache) if told.validation else None
    given = len(train)
    check(train, method, told.path)
    left_out: dict[str, int] = {}
    train = keep_answers(train, told, method, left_out)
    if validation is not None:
        check(validation, method, told.path, is_train=False)
        validation = keep_answers(validation, told, method, {})
    elif told.dev_split is not None and told.dev_split < 1:
        train, validation = deal(train, told.dev_split, seed)
        count(left_out, "dealt_to_validation", len(validation) if validation is not None else 0)
    return Rows(train, validation, given, left_out)


def at_most(rows: Rows, limit: int | None) -> Rows:
    """Leaves out what is over `limit`."""
    if limit is None or len(rows.train) <= limit:
        return rows
    left_out = dict(rows.left_out)
    count(left_out, "over_max_examples", len(rows.train) - limit)
    return Rows(rows.train.select(range(limit)), rows.validation, rows.given, left_out)


def arranged(rows: Any, method: Method, seed: int) -> Any:
    """KTO's rows in the order that they are trained in.

    TRL takes them as they lie and pairs neighbours within a batch for the KL term: labels are mixed
    by the seed, and two answers to one prompt do not stand side by side where that can be had.
    """
    if method != "kto":
        return rows
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    numbers: dict[str, int] = {}
    kinds = [numbers.setdefault(repr(prompt), len(numbers)) for prompt in rows["prompt"]]
    return rows.select(apart(order, kinds))


def apart(order: list[int], kinds: list[int]) -> list[int]:
    """The order with neighbours of one kind exchanged for later rows of another, once through."""
    done = list(order)
    for at in range(1, len(done)):
        if kinds[done[at]] != kinds[done[at - 1]]:
            continue
        for later in range(at + 1, len(done)):
            if kinds[done[later]] != kinds[done[at - 1]]:
                done[at], done[later] = done[later], done[at]
                break
    return done


# -------------------------------------------------------------------------------------------------


def read_split(paths: list[str], method: Method, name: str, cache: str) -> Any:
    from datasets import load_dataset
    from datasets.exceptions import DatasetGenerationError

    kind = "parquet" if paths[0].endswith(".parquet") else "json"
    try:
        rows = load_dataset(kind, data_files=paths, split="train", cache_dir=cache)
    except (DatasetGenerationError, StopIteration, ValueError) as error:
        cause = error.__cause__ or error
        raise UserError(
            f"{', '.join(paths)}: datasets cannot read it: {cause}",
            "build the set again with --force, and leave its files as they are",
        ) from error
    needed = COLUMNS[method]
    missing = [column for column in needed if column not in rows.column_names]
    if missing:
        raise UserError(
            f"{name} has no column {', '.join(missing)}, which {method} learns from",
            f"build it with --format {FORMATS[method]}",
        )
    rows = rows.add_column("row", list(range(len(rows))))
    about = [
        column for column in ("metadata", "instance_id", "repo") if column in rows.column_names
    ]
    more = [column for column in MORE if column in rows.column_names]
    return rows.select_columns([*needed, *more, *about, "row"])


def check(rows: Any, method: Method, name: str, *, is_train: bool = True) -> None:
    if len(rows) == 0:
        raise UserError(f"{name} has no rows to train on", "build it again from more turns")
    if method == "kto" and is_train:
        labels = {bool(label) for label in rows["label"]}
        if len(labels) == 1:
            what = "good" if labels == {True} else "bad"
            raise UserError(
                f"{name}: all {len(rows)} rows are labelled {what}: kto learns from both kinds",
                "build it from turns that were won and lost, or train with --method sft",
            )
    if method == "sdft":
        check_privileged(rows, name)


def check_privileged(rows: Any, name: str) -> None:
    for at, row in enumerate(rows):
        if row["privileged_context"] is None:
            raise UserError(
                f"{name} row {at + 1} has no privileged_context",
                "build the set again with --format privileged",
            )
        if row["prompt"][-1]["role"] != "user":
            raise UserError(
                f"{name} row {at + 1} ends in a {row['prompt'][-1]['role']} message, "
                "and sdft takes prompts that end in a user's",
                "build the set again with --format privileged, which ends them so",
            )


def keep_answers(rows: Any, told: Set, method: Method, left_out: dict[str, int]) -> Any:
    if method == "sdft" or (told.include_empty and told.min_patch_chars == 0):
        return rows
    columns = [column for column in COLUMNS[method] if column not in ("prompt", "label")]

    def shortest(row: dict[str, Any]) -> int:
        return min(answer_chars(row[column]) for column in columns)

    lengths = [shortest(row) for row in rows.select_columns(columns)]
    kept = []
    for at, length in enumerate(lengths):
        if length == 0 and not told.include_empty:
            count(left_out, "empty_answer", 1)
        elif length < told.min_patch_chars:
            count(left_out, "short_answer", 1)
        else:
            kept.append(at)
    if not kept:
        raise UserError(
            f"{told.path}: no answer has {max(1, told.min_patch_chars)} characters or more",
            "lower dataset.min_patch_chars",
        )
    return rows if len(kept) == len(rows) else rows.select(kept)


def answer_chars(answer: Any) -> int:
    """Characters of what is said; a call counts as something said."""
    if isinstance(answer, str):
        return len(answer.strip())
    return sum(
        len((message.get("content") or "").strip()) + len(message.get("tool_calls") or ())
        for message in answer
    )


def deal(rows: Any, share: float, seed: int) -> tuple[Any, Any | None]:
    """Train and validation; rows of one repository (else instance) stay together."""
    groups: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        groups.setdefault(group_of(row, at), []).append(at)
    names = sorted(groups)
    random.Random(seed).shuffle(names)
    wanted = len(rows) - round(len(rows) * share)
    dealt: list[int] = []
    for name in names:
        # Never the last group: something has to be trained on.
        if len(dealt) + len(groups[name]) <= min(wanted, len(rows) - 1):
            dealt += groups[name]
    if not dealt:
        return rows, None
    held = set(dealt)
    kept = [at for at in range(len(rows)) if at not in held]
    return rows.select(kept), rows.select(sorted(dealt))


def group_of(row: dict[str, Any], at: int) -> str:
    about = row.get("metadata") or row
    return str(about.get("repo") or about.get("instance_id") or at)


def count(left_out: dict[str, int], reason: str, rows: int) -> None:
    if rows > 0:
        left_out[reason] = left_out.get(reason, 0) + rows
