"""`evaluate RUN.json`: what base and checkpoint make of every answer of a set.

Writes two files that grow line by line, so that a run that was stopped goes on: figures.jsonl
(`row, side, model, nll, tokens, prompt_tokens`) and answers.jsonl (`row, model, text`). Kingmaker
joins them with the set and computes everything else.
"""

import json
import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kingmaker_training.config import EvaluateRun, read
from kingmaker_training.errors import UserError
from kingmaker_training.models import (
    device_of,
    found_base,
    load_adapter,
    load_config,
    load_model,
    load_tokenizer,
)
from kingmaker_training.nll import Coded, batches, score
from kingmaker_training.progress import tell
from kingmaker_training.tokens import context_of, encode, rendered

Model = Literal["base", "checkpoint"]


@dataclass(frozen=True)
class Loaded:
    """Both models, or one model with its adapter on and off."""

    tokenizer: Any
    limit: int
    names: tuple[Model, ...]
    models: dict[Model, Any]

    def use(self, name: Model) -> tuple[Any, AbstractContextManager[Any]]:
        model = self.models[name]
        is_adapted = name == "base" and model is self.models["checkpoint"]
        return model, model.disable_adapter() if is_adapted else nullcontext()


def evaluate(path: str) -> int:
    """0 done, 130 stopped. @raises UserError"""
    told = read(path, EvaluateRun)
    output = Path(told.output)
    loaded = load(told)
    rows = read_rows(told)
    coded, too_long = code(rows, loaded)
    tell(
        "rows",
        given=len(rows),
        to_train=len(rows) - len(too_long),
        left_out={"over_context": len(too_long)} if too_long else {},
        validation=0,
        longest=max((len(one.ids) for one in coded), default=0),
        tokens=sum(len(one.ids) for one in coded),
    )
    score_all(told, loaded, coded, output / "figures.jsonl")
    if told.sampling.count > 0:
        write_answers(told, loaded, rows, output / "answers.jsonl")
    shutil.rmtree(output / "cache", ignore_errors=True)
    tell("scored_all", rows=len(rows) - len(too_long))
    return 0


def load(told: EvaluateRun) -> Loaded:
    """@raises UserError"""
    is_adapter = (Path(told.checkpoint) / "adapter_config.json").is_file()
    tokenizer = load_tokenizer(told.checkpoint)
    device = device_of(told.device)
    if is_adapter:
        base = load_model(found_base(told.checkpoint, told.base), told.dtype)
        model = load_adapter(base, told.checkpoint).to(device).eval()
        limit = context_of(tokenizer, base.config)
        names: tuple[Model, ...] = ("base", "checkpoint") if told.base_too else ("checkpoint",)
        return Loaded(tokenizer, limit, names, {"base": model, "checkpoint": model})
    limit = context_of(tokenizer, load_config(told.checkpoint))
    models: dict[Model, Any] = {
        "checkpoint": load_model(told.checkpoint, told.dtype).to(device).eval()
    }
    if told.base is None:
        return Loaded(tokenizer, limit, ("checkpoint",), models)
    models["base"] = load_model(told.base, told.dtype).to(device).eval()
    sizes = [model.get_input_embeddings().weight.shape[0] for model in models.values()]
    if sizes[0] != sizes[1]:
        raise UserError(
            f"{told.checkpoint} has a vocabulary of {sizes[0]} and {told.base} of {sizes[1]}: "
            "they are not of one family",
            "name the model that it was trained from with --base",
        )
    return Loaded(tokenizer, limit, ("base", "checkpoint"), models)


# -------------------------------------------------------------------------------------------------

# Columns of answers, with the side that they are told as.
SIDES = {"completion": "", "chosen": "", "rejected": "rejected"}


def read_rows(told: EvaluateRun) -> list[dict[str, Any]]:
    """Rows as datasets reads them, in their order. @raises UserError"""
    import datasets

    datasets.disable_progress_bars()
    kind = "parquet" if told.files[0].endswith(".parquet") else "json"
    cache = f"{told.output}/cache"
    rows = datasets.load_dataset(kind, data_files=told.files, split="train", cache_dir=cache)
    if "prompt" not in rows.column_names or not any(name in rows.column_names for name in SIDES):
        raise UserError(
            f"{', '.join(told.files)}: rows have no prompt and answer",
            "build the set with --format prompt-completion",
        )
    names = [
        name
        for name in ("prompt", *SIDES, "tools", "chat_template_kwargs")
        if name in rows.column_names
    ]
    return list(rows.select_columns(names))


def code(rows: list[dict[str, Any]], loaded: Loaded) -> tuple[list[Coded], list[int]]:
    coded: list[Coded] = []
    too_long: list[int] = []
    for at, row in enumerate(rows):
        sides = [
            (side, encode([rendered(loaded.tokenizer, row, name)], loaded.tokenizer)[0])
            for name, side in SIDES.items()
            if row.get(name)
        ]
        if any(len(ids) > loaded.limit for _, (ids, _) in sides):
            too_long.append(at)
            continue
        coded += [Coded(at, side, ids, start) for side, (ids, start) in sides]
    return coded, too_long


def score_all(told: EvaluateRun, loaded: Loaded, coded: list[Coded], path: Path) -> None:
    done = {(line["row"], line["side"], line["model"]) for line in begun(path, told.run_hash)}
    total = len(coded) * len(loaded.names)
    tell("begin", step=len(done), steps=total)
    started, tokens, scored = time.monotonic(), 0, 0
    pad = loaded.tokenizer.pad_token_id or 0
    with path.open("a", encoding="utf-8") as file:
        for name in loaded.names:
            pending = [one for one in coded if (one.row, one.side, name) not in done]
            model, switched = loaded.use(name)
            with switched:
                for batch in batches(pending, told.batch_tokens):
                    sums = score(model, batch, pad)
                    for one, nll in zip(batch, sums, strict=True):
                        file.write(json.dumps(figure(one, name, nll)) + "\n")
                    file.flush()
                    tokens += sum(len(one.ids) for one in batch)
                    scored += len(batch)
                    passed = time.monotonic() - started
                    tell(
                        "scored",
                        rows_done=len(batch),
                        step=len(done) + scored,
                        steps=total,
                        tokens_per_second=round(tokens / max(passed, 1e-9), 1),
                        seconds_left=round((total - len(done) - scored) * passed / scored, 1),
                    )
        os.fsync(file.fileno())


def figure(one: Coded, name: Model, nll: float) -> dict[str, Any]:
    return {
        "row": one.row,
        "side": one.side,
        "model": name,
        # Six decimals are below what another batch changes.
        "nll": round(nll, 6),
        "tokens": len(one.ids) - one.start,
        "prompt_tokens": one.start,
    }


def write_answers(
    told: EvaluateRun, loaded: Loaded, rows: list[dict[str, Any]], path: Path
) -> None:
    """Greedy answers to rows that the seed chooses: the same ones at every run."""
    import torch

    chosen = sorted(
        random.Random(told.seed).sample(range(len(rows)), min(told.sampling.count, len(rows)))
    )
    done = {(line["row"], line["model"]) for line in begun(path, told.run_hash)}
    tokenizer = loaded.tokenizer
    total = len(chosen) * len(loaded.names)
    tell("begin", step=len(done), steps=total)
    step = len(done)
    with path.open("a", encoding="utf-8") as file:
        for name in loaded.names:
            model, switched = loaded.use(name)
            with switched:
                for at in chosen:
                    if (at, name) in done:
                        continue
                    asked, _ = rendered(tokenizer, rows[at], None)
                    given = tokenizer(asked, add_special_tokens=False, return_tensors="pt").to(
                        model.device
                    )
                    width = given["input_ids"].shape[1]
                    room = min(told.sampling.max_new_tokens, loaded.limit - width)
                    text = ""
                    if room > 0:
                        with torch.inference_mode():
                            made = model.generate(
                                **given,
                                do_sample=False,
                                temperature=None,
                                top_p=None,
                                top_k=None,
                                max_new_tokens=room,
                                pad_token_id=tokenizer.pad_token_id,
                            )
                        text = tokenizer.decode(made[0, width:], skip_special_tokens=True)
                    file.write(json.dumps({"row": at, "model": name, "text": text}) + "\n")
                    file.flush()
                    step += 1
                    tell("answered", step=step, steps=total)
        os.fsync(file.fileno())


def begun(path: Path, run_hash: str) -> Iterator[dict[str, Any]]:
    """What an earlier run of the same hash wrote; a torn last line and another run's file go."""
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    whole = lines[:-1]
    is_same = len(whole) > 0 and parsed(whole[0]) == {"run_hash": run_hash}
    kept = whole if is_same else [json.dumps({"run_hash": run_hash}).encode()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in kept))
    for line in kept[1:]:
        told = parsed(line)
        if told is not None:
            yield told


def parsed(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
