"""`train RUN.json`: one run from its rows to an adapter and train.json."""

import math
import resource
import shutil
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from kingmaker_training import checkpoints, rows, tokens, trainers
from kingmaker_training.callbacks import Stopper, Watcher
from kingmaker_training.card import model_card
from kingmaker_training.config import TrainRun, read
from kingmaker_training.errors import UserError
from kingmaker_training.faults import told_faults
from kingmaker_training.files import move_into, write_json
from kingmaker_training.models import device_of, load_config, load_model, load_tokenizer
from kingmaker_training.progress import is_first, tell
from kingmaker_training.rows import Rows

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "tokenizers")


@dataclass(frozen=True)
class Trained:
    """What a run came to, or how far it got."""

    trainer: Any
    watcher: Watcher
    is_done: bool


def train(path: str) -> int:
    """0 done, 130 stopped and saved. @raises UserError"""
    stopper = Stopper()
    run = read(path, TrainRun)
    output = Path(run.output)
    if (output / "train.json").is_file():
        tell("note", text=f"{run.name} is trained already")
        return 0
    started = time.monotonic()
    held = hold(output)
    tokenizer = load_tokenizer(run.model)
    prepared, longest = prepare(run, tokenizer)
    with told_faults(run):
        trained = fit(run, prepared, longest, tokenizer, stopper, started)
        if not trained.is_done:
            tell("stopped", step=trained.trainer.state.global_step)
            return 130
        finish(run, prepared, trained)
    if held is not None:
        held.close()
    return 0


def hold(output: Path) -> IO[str] | None:
    """One run a folder: the lock goes with the process, however it ends. @raises UserError"""
    if not is_first():
        return None
    import fcntl

    file = (output / ".running").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise UserError(
            f"{output} is being trained by another process",
            "wait until it has ended, or give this run another --name",
        ) from error
    return file


def prepare(run: TrainRun, tokenizer: Any) -> tuple[Rows, int]:
    """The rows to train on, and the tokens of the longest. @raises UserError"""
    import datasets

    datasets.disable_progress_bars()
    _, config_class = trainers.pair(run.method)
    trainers.check_names(run, config_class)
    read_rows = rows.load(run.dataset, run.method, run.seed, f"{run.output}/cache")
    limit = tokens.context_of(tokenizer, load_config(run.model))
    counted = tokens.counted(read_rows, run.method, tokenizer, limit, run.dataset.max_tokens)
    limited = rows.at_most(counted, run.dataset.max_examples)
    lengths = limited.train["length"]
    told = Rows(
        rows.arranged(limited.train, run.method, run.seed),
        limited.validation,
        limited.given,
        limited.left_out,
    )
    tell(
        "rows",
        given=told.given,
        to_train=len(told.train),
        left_out=told.left_out,
        validation=0 if told.validation is None else len(told.validation),
        longest=max(lengths),
        tokens=sum(lengths),
    )
    return told, max(lengths)


def fit(
    run: TrainRun,
    prepared: Rows,
    longest: int,
    tokenizer: Any,
    stopper: Stopper,
    started: float,
) -> Trained:
    from transformers.trainer_callback import PrinterCallback

    trainer_class, config_class = trainers.pair(run.method)
    given = trainers.arguments(run, config_class, longest, prepared.validation is not None)
    try:
        args = config_class(**given)
    except (TypeError, ValueError) as error:
        raise UserError(
            f"training: {error}", "mend the section training of the configuration"
        ) from error
    steps = Path(run.output) / "steps"
    found = checkpoints.find(steps, run.run_hash, args.world_size)
    for name, why in found.passed_over:
        tell("passed_over", checkpoint=name, why=why)
    newest = found.newest
    if is_first():
        checkpoints.remove_newer(steps, 0 if newest is None else newest.step)
    if newest is not None:
        tell("resume", checkpoint=newest.path.name, step=newest.step)
    model = load_model(run.model, "bfloat16" if args.bf16 and run.lora is not None else "float32")
    watcher = Watcher(
        stopper,
        run.run_hash,
        0.0 if newest is None else newest.seconds,
        0 if newest is None else newest.tokens,
        started,
    )
    about = [
        name
        for name in ("metadata", "instance_id", "repo", "row", "length")
        if name in prepared.train.column_names
    ]
    try:
        trainer = trainer_class(
            model=model,
            args=args,
            processing_class=tokenizer,
            train_dataset=prepared.train.remove_columns(about),
            eval_dataset=None
            if prepared.validation is None or str(given.get("eval_strategy", "no")) == "no"
            else prepared.validation.remove_columns(about),
            peft_config=trainers.lora_config(run),
            callbacks=[watcher],
        )
    except ValueError as error:
        raise UserError(
            f"{run.method}: TRL refuses these settings: {error}", "mend the section training"
        ) from error
    # It prints dicts between our lines.
    trainer.remove_callback(PrinterCallback)
    refuse_lost_rows(run, prepared, len(trainer.train_dataset))
    stopper.is_training = True
    trainer.train(resume_from_checkpoint=None if newest is None else str(newest.path))
    stopper.is_training = False
    state = trainer.state
    return Trained(trainer, watcher, state.global_step >= state.max_steps)


def refuse_lost_rows(run: TrainRun, prepared: Rows, kept: int) -> None:
    """@raises UserError when TRL's own preparation lost rows: rows in = rows trained."""
    if kept == len(prepared.train):
        return
    raise UserError(
        f"{run.dataset.path}: TRL's {run.method} trainer was given {len(prepared.train)} rows, and "
        f"{kept} are left after its own preparation: nothing was trained",
        "report it with the versions of training/requirements.lock; no setting of ours drops rows",
    )


def finish(run: TrainRun, prepared: Rows, trained: Trained) -> None:
    """Adapter, tokenizer and card into the run's folder, train.json last."""
    output = Path(run.output)
    temp = output / "final.tmp"
    trainer = trained.trainer
    trainer.save_model(str(temp))
    if not is_first():
        return
    trainer.processing_class.save_pretrained(str(temp))
    (temp / "training_args.bin").unlink(missing_ok=True)
    state, watcher = trainer.state, trained.watcher
    told = {
        "schema": 1,
        "name": run.name,
        "dataset": run.dataset.path,
        "dataset_hash": run.dataset.hash,
        "run_hash": run.run_hash,
        "method": run.method,
        "model": run.model,
        "config": {
            "dataset": run.dataset.model_dump(exclude={"path", "hash", "train", "validation"}),
            "lora": run.lora,
            "training": run.training,
        },
        "seed": run.seed,
        "versions": {"python": sys.version.split()[0]} | {name: version(name) for name in PACKAGES},
        "device": device_of(run.device),
        "processes": trainer.args.world_size,
        "curve": curve_of(state.log_history),
        "steps": state.global_step,
        "epochs": round(float(state.epoch or 0), 6),
        "hours": round(watcher.seconds / 3600, 6),
        "peak_memory_mb": peak_memory_mb(),
        "rows_given": prepared.given,
        "rows_left_out": prepared.left_out,
        "rows_trained": len(trainer.train_dataset),
        # sdft does not count: nothing is known, and 0 would be a figure.
        "tokens_trained": watcher.tokens or None,
    }
    (temp / "README.md").write_text(model_card(run, told), encoding="utf-8")
    names = move_into(temp, output)
    write_json(output / "train.json", {**told, "files": names})
    shutil.rmtree(output / "cache", ignore_errors=True)
    tell("done", rows_trained=told["rows_trained"], steps=state.global_step)


def curve_of(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was logged, step by step; numbers that are not finite are null."""
    points = []
    for entry in history:
        if "loss" not in entry and "eval_loss" not in entry:
            continue
        points.append(
            {
                name: value if math.isfinite(value) else None
                for name, value in entry.items()
                if isinstance(value, (int, float)) and not name.endswith(("runtime", "per_second"))
            }
        )
    return points


def peak_memory_mb() -> int:
    """MB of 1e6 bytes: of the first GPU where there is one, else of this process."""
    import torch

    if torch.cuda.is_available():
        return round(torch.cuda.max_memory_allocated() / 1e6)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6)
