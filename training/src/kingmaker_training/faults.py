"""Faults of memory and disk in the middle of training, as what can be mended."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from kingmaker_training.config import TrainRun
from kingmaker_training.errors import UserError

MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
# torch.save and safetensors tell a full disk in words of their own.
DISK = (
    "no space left",
    "file write failed",
    "pytorchstreamwriter failed",
    "file too large",
    "unexpected pos",
)


@contextmanager
def told_faults(run: TrainRun) -> Iterator[None]:
    try:
        yield
    except MemoryError as error:
        raise memory_fault(run, "it") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise disk_fault(run) from error
        raise
    except Exception as error:
        words = str(error).lower()
        if any(word in words for word in MEMORY):
            raise memory_fault(run, str(error).splitlines()[0]) from error
        if any(word in words for word in DISK):
            raise disk_fault(run) from error
        raise


def memory_fault(run: TrainRun, words: str) -> UserError:
    batch = run.training.get("per_device_train_batch_size", 8)
    return UserError(
        f"memory ran out while training: {words[:200]}",
        f"lower training.per_device_train_batch_size ({batch}; raise "
        "gradient_accumulation_steps to keep the batch), leave out the longest rows with "
        "--max-tokens, set "
        "training.gradient_checkpointing to true, lower lora.r, or take a smaller model; "
        "`--estimate` says what is needed",
    )


def disk_fault(run: TrainRun) -> UserError:
    return UserError(
        f"{run.output}: the disk is full, or a file grew over a limit, while it was saved",
        "free some space and run it again: it goes on at the newest whole checkpoint",
    )
