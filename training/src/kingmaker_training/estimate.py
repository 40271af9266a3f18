"""`estimate RUN.json`: tokens, time and memory of a run before it is begun. No weights are loaded.

    time    tokens x (6, with LoRA 4, with recomputed activations 2 more) x weights / rate
    memory  weights + 16 bytes a trained weight + activations and logits of the longest batch

The rate is measured on the spot: a product of two matrices, of which training reaches about half.
Both are estimates; tokens are counted exactly.
"""

import math
import time
from typing import Any

from kingmaker_training import trainers
from kingmaker_training.callbacks import Stopper
from kingmaker_training.config import TrainRun, read
from kingmaker_training.models import device_of, load_config, load_tokenizer
from kingmaker_training.progress import tell
from kingmaker_training.train import prepare

# Of the rate of a plain product; what a step of training reaches beside it.
REACHED = 0.5
MATRIX = {"cpu": 1024, "mps": 2048, "cuda": 8192}


def device() -> int:
    """What it would train on here, by name."""
    import torch

    name = device_of("auto")
    tell("device", device=name, name=torch.cuda.get_device_name() if name == "cuda" else name)
    return 0


def estimate(path: str) -> int:
    Stopper()
    run = read(path, TrainRun)
    tokenizer = load_tokenizer(run.model)
    prepared, longest = prepare(run, tokenizer)
    _, config_class = trainers.pair(run.method)
    args = config_class(
        **trainers.arguments(run, config_class, longest, prepared.validation is not None)
    )
    kind = device_of(run.device)
    lengths = prepared.train["length"]
    rows_a_step = args.train_batch_size * args.gradient_accumulation_steps * args.world_size
    steps_an_epoch = max(1, math.ceil(len(lengths) / rows_a_step))
    steps = (
        args.max_steps if args.max_steps > 0 else math.ceil(steps_an_epoch * args.num_train_epochs)
    )
    tokens = (
        sum(lengths) / len(lengths) * min(rows_a_step, len(lengths)) * steps * passes(run, args)
    )
    all_weights, trained = weights(run)
    per_token = (4 if run.lora is not None else 6) + (2 if args.gradient_checkpointing else 0)
    rate = measured_rate(kind, bool(args.bf16)) * REACHED
    tell(
        "estimate",
        device=kind,
        rows=len(lengths),
        longest=longest,
        tokens=round(tokens),
        steps=steps,
        weights=all_weights,
        trained_weights=trained,
        hours=round(tokens * per_token * all_weights / rate / 3600, 9),
        memory_gb=round(memory(run, args, longest, all_weights, trained) / 1e9, 6),
    )
    return 0


# -------------------------------------------------------------------------------------------------


def passes(run: TrainRun, args: Any) -> float:
    """Rows that a row of the set comes to: answers of a pair, a reference beside each, tries."""
    if run.method == "dpo":
        return 2 * 4 / 3
    if run.method == "kto":
        return 2.0
    if run.method == "sdft":
        return float(args.num_generations) * 2
    return 1.0


def weights(run: TrainRun) -> tuple[int, int]:
    """All weights and the trained ones, counted on the model's shapes alone."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        shapes: Any = AutoModelForCausalLM
        model = shapes.from_config(load_config(run.model))
        lora = trainers.lora_config(run)
        if lora is None:
            total = sum(one.numel() for one in model.parameters())
            return total, total
        from peft import get_peft_model

        total = sum(one.numel() for one in model.parameters())
        adapted = get_peft_model(model, lora)
        return total, sum(one.numel() for one in adapted.parameters() if one.requires_grad)


def memory(run: TrainRun, args: Any, longest: int, all_weights: int, trained: int) -> float:
    """Bytes."""
    config = load_config(run.model)
    held = 2 if args.bf16 and run.lora is not None else 4
    hidden, layers = int(config.hidden_size), int(config.num_hidden_layers)
    wide = int(getattr(config, "intermediate_size", 4 * hidden))
    tokens = args.per_device_train_batch_size * longest
    one_layer = tokens * (8 * hidden + 3 * wide) * (2 if args.bf16 else 4)
    kept = tokens * hidden * (2 if args.bf16 else 4) * layers
    activations = kept + one_layer if args.gradient_checkpointing else one_layer * layers
    # Logits, their float32 copy and their gradient.
    logits = tokens * int(config.vocab_size) * (2 + 4 + 4)
    return float(all_weights * held + trained * 16 + activations + logits)


def measured_rate(kind: str, is_half: bool) -> float:
    """Floating-point operations a second of a matrix product on that device."""
    import torch

    size = MATRIX[kind]
    dtype = torch.bfloat16 if is_half else torch.float32
    left = torch.randn(size, size, device=kind, dtype=dtype)
    best: float = math.inf
    for _ in range(3):
        started = time.perf_counter()
        product = left @ left
        # Reading a number waits for the device.
        float(product[0, 0])
        best = min(best, time.perf_counter() - started)
    return float(2 * size**3 / best)
