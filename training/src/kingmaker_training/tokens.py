"""Rows as tokens: rendered by the model's chat template, counted before anything is trained.

One pass over the text in place of TRL's two: the whole row is tokenized once, and the answer begins
at the first token that reaches over the end of the rendered prompt, which is where TRL's own
preparation sets it. A test holds both side by side.
"""

import json
from collections.abc import Sequence
from typing import Any

from kingmaker_training.config import Method
from kingmaker_training.errors import UserError
from kingmaker_training.progress import tell
from kingmaker_training.rows import Rows, count

SHOWN = 5
BATCH = 64


def counted(rows: Rows, method: Method, tokenizer: Any, limit: int, max_tokens: int | None) -> Rows:
    """Rows with `length` (tokens of the longest of a row's texts); sft's also with `input_ids` and
    `labels`, so that TRL need not do it again.

    @raises UserError when rows are longer than the model takes and no --max-tokens leaves them out.
    """
    train = with_lengths(rows.train, method, tokenizer)
    validation = (
        None if rows.validation is None else with_lengths(rows.validation, method, tokenizer)
    )
    left_out = dict(rows.left_out)
    allowed = limit if max_tokens is None else min(limit, max_tokens)
    longer = [at for at, length in enumerate(train["length"]) if length > allowed]
    if longer and max_tokens is None:
        refuse(train, longer, limit)
    if longer:
        over = set(longer)
        count(left_out, "over_max_tokens", len(longer))
        for at in longer[:SHOWN]:
            tell("note", text=f"left out: {name_of(train[at])}, {train[at]['length']} tokens")
        train = train.select([at for at in range(len(train)) if at not in over])
    if validation is not None:
        fits = [at for at, length in enumerate(validation["length"]) if length <= allowed]
        if len(fits) < len(validation):
            tell(
                "note",
                text=f"left out: {len(validation) - len(fits)} validation rows "
                f"of more than {allowed} tokens",
            )
            validation = validation.select(fits)
        if len(validation) == 0:
            validation = None
    if len(train) == 0:
        raise UserError(
            f"no row has at most {allowed} tokens", "raise --max-tokens, or build shorter rows"
        )
    return Rows(train, validation, rows.given, left_out)


def context_of(tokenizer: Any, config: Any) -> int:
    """Tokens that the model takes: the smaller of what model and tokenizer say."""
    limits = [getattr(config, "max_position_embeddings", None), tokenizer.model_max_length]
    return min(int(limit) for limit in limits if limit)


def encode(texts: list[tuple[str, str]], tokenizer: Any) -> list[tuple[list[int], int]]:
    """(prompt, whole) as text -> the tokens of the whole, and how many of them are the prompt's."""
    if not tokenizer.is_fast:
        return [encode_slowly(prompt, whole, tokenizer) for prompt, whole in texts]
    coded = tokenizer([whole for _, whole in texts], add_special_tokens=False)
    done = []
    for at, (prompt, whole) in enumerate(texts):
        ids = coded["input_ids"][at]
        end = same_length(prompt, whole)
        first = coded.char_to_token(at, end) if end < len(whole) else None
        done.append((ids, len(ids) if first is None else first))
    return done


def rendered(tokenizer: Any, row: dict[str, Any], answer: str | None) -> tuple[str, str]:
    """The prompt with the head of the next turn, and prompt with answer, by the template."""
    prompt = row["prompt"]
    if isinstance(prompt, str):
        end = tokenizer.eos_token or ""
        said = "" if answer is None else row[answer]
        return prompt, prompt + said + ("" if answer is None or said.endswith(end) else end)
    tools = row.get("tools")
    given = {
        "tools": json.loads(tools) if isinstance(tools, str) else tools,
        "tokenize": False,
        **(row.get("chat_template_kwargs") or {}),
    }
    asked = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, **given)
    if answer is None:
        return asked, asked
    return asked, tokenizer.apply_chat_template(prompt + row[answer], **given)


# -------------------------------------------------------------------------------------------------

ANSWERS: dict[Method, tuple[str | None, ...]] = {
    "sft": ("completion",),
    "dpo": ("chosen", "rejected"),
    "kto": ("completion",),
    "sdft": (None,),
}


def with_lengths(rows: Any, method: Method, tokenizer: Any) -> Any:
    def add(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        import numpy

        names = list(batch)
        size = len(batch[names[0]])
        single = [{name: batch[name][at] for name in names} for at in range(size)]
        by_answer = [
            encode([rendered(tokenizer, row, answer) for row in single], tokenizer)
            for answer in ANSWERS[method]
        ]
        added: dict[str, list[Any]] = {
            "length": [max(len(one[at][0]) for one in by_answer) for at in range(size)]
        }
        if method == "sft":
            ids = [numpy.array(coded, dtype=numpy.int32) for coded, _ in by_answer[0]]
            labels = [coded.copy() for coded in ids]
            for label, (_, prompt) in zip(labels, by_answer[0], strict=True):
                label[:prompt] = -100
            added |= {"input_ids": ids, "labels": labels}
        return added

    # What was read into tokens is not carried along: TRL takes input_ids and labels alone.
    drop = ["prompt", "completion"] if method == "sft" else []
    return rows.map(add, batched=True, batch_size=BATCH, remove_columns=drop)


def encode_slowly(prompt: str, whole: str, tokenizer: Any) -> tuple[list[int], int]:
    ids = tokenizer(whole, add_special_tokens=False)["input_ids"]
    return ids, same_length(tokenizer(prompt, add_special_tokens=False)["input_ids"], ids)


def same_length(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many places at the head are the same."""
    if one == other[: len(one)]:
        return len(one)
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def refuse(rows: Any, longer: list[int], limit: int) -> None:
    shown = [f"{name_of(rows[at])}: {rows[at]['length']} tokens" for at in longer[:SHOWN]]
    more = len(longer) - len(shown)
    raise UserError(
        f"{len(longer)} of {len(rows)} rows are longer than the {limit} tokens of the model: "
        + "; ".join(shown)
        + (f"; and {more} more" if more > 0 else ""),
        f"leave them out (stage:train, reign: --max-tokens {limit}), "
        "build the set with shorter histories, or choose a model with a longer context",
    )


def name_of(row: dict[str, Any]) -> str:
    about = row.get("metadata") or row
    return f"row {row['row'] + 1} ({about.get('instance_id') or 'no instance'})"
