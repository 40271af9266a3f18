"""What we look at while TRL trains: progress, whole checkpoints, the wish to stop."""

import os
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

from transformers import (
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from kingmaker_training import checkpoints
from kingmaker_training.errors import Stopped
from kingmaker_training.progress import tell

# npm passes on the Ctrl-C that the terminal has sent to everybody already: one key, two signals.
SAME_KEY_S = 0.3


class Stopper:
    """Ctrl-C and SIGTERM: the first is a wish, the second ends the process at once."""

    def __init__(self) -> None:
        self.is_wanted = False
        self.is_training = False
        self.first = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.hear)

    def hear(self, number: int, frame: FrameType | None) -> None:
        if self.is_wanted and time.monotonic() - self.first > SAME_KEY_S:
            os._exit(130)
        if not self.is_wanted:
            self.is_wanted = True
            self.first = time.monotonic()
        if not self.is_training:
            raise Stopped


class Watcher(TrainerCallback):
    """Tells every step, marks every checkpoint that is whole, and stops where that is wished."""

    def __init__(
        self,
        stopper: Stopper,
        run_hash: str,
        seconds: float,
        tokens: int,
        started: float | None = None,
    ) -> None:
        self.stopper = stopper
        self.run_hash = run_hash
        # Of the parts of this run before: a run may be stopped often.
        self.seconds_before = seconds
        self.tokens_before = tokens
        self.tokens_now = 0
        self.started = time.monotonic() if started is None else started
        self.first_step = 0
        self.began = 0.0

    @property
    def seconds(self) -> float:
        return self.seconds_before + time.monotonic() - self.started

    @property
    def tokens(self) -> int:
        return self.tokens_before + self.tokens_now

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **rest: Any
    ) -> None:
        self.first_step = state.global_step
        self.began = time.monotonic()
        tell("begin", step=state.global_step, steps=state.max_steps)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **rest: Any
    ) -> None:
        if self.stopper.is_wanted:
            control.should_save = True
            control.should_training_stop = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **rest: Any,
    ) -> None:
        logs = logs or {}
        if "eval_loss" in logs:
            tell("eval", step=state.global_step, eval_loss=float(logs["eval_loss"]))
        if "loss" not in logs:
            return
        self.tokens_now = int(logs.get("num_tokens") or state.num_input_tokens_seen or 0)
        passed = time.monotonic() - self.began
        done = max(1, state.global_step - self.first_step)
        tell(
            "step",
            step=state.global_step,
            steps=state.max_steps,
            loss=float(logs["loss"]),
            tokens=self.tokens,
            tokens_per_second=round(self.tokens_now / max(passed, 1e-9), 1),
            seconds_left=round((state.max_steps - state.global_step) * passed / done, 1),
        )

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **rest: Any
    ) -> None:
        # All processes have written theirs: each its random state, the first the rest.
        if args.world_size > 1:
            import torch

            torch.distributed.barrier()
        if not state.is_world_process_zero:
            return
        folder = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
        so_far = {"seconds": round(self.seconds, 3), "tokens": self.tokens}
        checkpoints.mark(folder, self.run_hash, args.world_size, so_far)
        tell("saved", step=state.global_step, checkpoint=folder.name)
