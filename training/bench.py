"""What our wrapper costs beside TRL, each in a process of its own, and beside one padded loop.

    OMP_NUM_THREADS=1 .venv/bin/python bench.py steps|prepare|evaluate

Figures are CPU seconds of the process, which other work on the machine disturbs least, and its peak
memory. `steps`: training steps and memory, TRL alone and ours, in turns. `prepare`: 10,000 rows.
`evaluate`: tokens a second of the same rows, one padded loop in the order given and ours, in turns.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "src")]
os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TQDM_DISABLE="1")

STEPS = 30
ROUNDS = 3
EVALUATED = 120
EVALUATIONS = 5


def main(what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        from tests import tiny

        model = tiny.build_model(Path(folder) / "model", hidden=128, context=32768)
        prepare_rows(Path(folder), 10_000 if what == "prepare" else 240)
        if what == "evaluate":
            evaluate(Path(folder), model)
            return
        for _ in range(ROUNDS if what != "prepare" else 1):
            for side in {"prepare": ["ours"]}.get(what, ["alone", "ours"]):
                call = [sys.executable, __file__, what, side, folder, model]
                done = subprocess.run(call, capture_output=True, text=True)
                print(done.stdout.strip() or done.stderr[-2000:], flush=True)


def prepare_rows(folder: Path, count: int) -> None:
    """Rows of some 300 tokens."""
    from tests import tiny

    rows = tiny.sft_rows(count)
    for at, row in enumerate(rows):
        row["prompt"][1]["content"] += " grep -rn parse src" * (10 + at % 40)
    tiny.write_rows(folder / "train.jsonl", rows)


def one(what: str, side: str, folder: Path, model: str) -> None:
    told = {"steps": steps, "prepare": prepare}[what](side, folder, model)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"what": what, "side": side, **told, "peak_mb": round(most)}))


def run_file(folder: Path, model: str) -> Path:
    from tests.conftest import write_run

    files = [str(folder / "train.jsonl")]
    training = {"max_steps": STEPS, "per_device_train_batch_size": 2, "save_strategy": "no"}
    return write_run(folder / "run", model, "sft", files, training=training)


def steps(side: str, folder: Path, model: str) -> dict[str, Any]:
    """From the first step to the last, loading and preparing left out on both sides."""
    import shutil

    import transformers

    took: dict[str, float] = {}

    class Clock(transformers.TrainerCallback):
        def on_train_begin(self, *args: Any, **rest: Any) -> None:
            took["from"] = time.process_time()

        def on_train_end(self, *args: Any, **rest: Any) -> None:
            took["to"] = time.process_time()

    real = transformers.Trainer.__init__

    def clocked(self: Any, *args: Any, **rest: Any) -> None:
        real(self, *args, **rest)
        self.add_callback(Clock())

    transformers.Trainer.__init__ = clocked
    shutil.rmtree(folder / "run", ignore_errors=True)
    out = sys.stdout
    sys.stdout = Path(os.devnull).open("w")
    if side == "ours":
        from kingmaker_training import train

        train.train(str(run_file(folder, model)))
    else:
        alone(folder, model)
    sys.stdout = out
    return {"cpu_s_a_step": round((took["to"] - took["from"]) / STEPS, 4)}


def alone(folder: Path, model: str) -> None:
    from datasets import load_dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(model),
        processing_class=AutoTokenizer.from_pretrained(model),
        args=SFTConfig(
            output_dir=str(folder / "out"),
            max_steps=STEPS,
            per_device_train_batch_size=2,
            learning_rate=1e-2,
            report_to="none",
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            max_length=None,
            save_strategy="no",
            logging_steps=1,
            disable_tqdm=True,
            seed=7,
        ),
        train_dataset=load_dataset(
            "json",
            data_files=str(folder / "train.jsonl"),
            split="train",
            cache_dir=str(folder / "cache"),
        ),
        peft_config=LoraConfig(
            r=4, lora_alpha=8, lora_dropout=0.1, target_modules="all-linear", task_type="CAUSAL_LM"
        ),
    ).train()


def prepare(side: str, folder: Path, model: str) -> dict[str, Any]:
    from kingmaker_training import train
    from kingmaker_training.config import TrainRun, read
    from kingmaker_training.models import load_tokenizer

    tokenizer = load_tokenizer(model)
    started, cpu = time.perf_counter(), time.process_time()
    out = sys.stdout
    sys.stdout = Path(os.devnull).open("w")
    told, longest = train.prepare(read(str(run_file(folder, model)), TrainRun), tokenizer)
    sys.stdout = out
    return {
        "rows": len(told.train),
        "tokens": sum(told.train["length"]),
        "longest": longest,
        "wall_s": round(time.perf_counter() - started, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
    }


def evaluate(folder: Path, model: str) -> None:
    """Both in one process, in turns: a machine that is busy disturbs both alike."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from kingmaker_training.nll import Coded, batches, score
    from kingmaker_training.tokens import encode, rendered

    lines = (folder / "train.jsonl").read_text().splitlines()[:EVALUATED]
    tokenizer = AutoTokenizer.from_pretrained(model)
    held = AutoModelForCausalLM.from_pretrained(model).eval()
    coded = [
        Coded(at, "", *encode([rendered(tokenizer, json.loads(line), "completion")], tokenizer)[0])
        for at, line in enumerate(lines)
    ]
    tokens = sum(len(row.ids) for row in coded)

    def ours() -> None:
        for batch in batches(coded, 8192):
            score(held, batch, 0)

    def loop() -> None:
        for at in range(0, len(coded), 8):
            part = coded[at : at + 8]
            padded = tokenizer.pad({"input_ids": [row.ids for row in part]}, return_tensors="pt")
            with torch.inference_mode():
                logits = held(**padded).logits[:, :-1].float()
                shares = logits.log_softmax(-1)
                shares.gather(2, padded["input_ids"][:, 1:, None])

    for side in (loop, ours):
        side()
    for _ in range(EVALUATIONS):
        took = {}
        for name, side in (("loop", loop), ("ours", ours)):
            started = time.process_time()
            side()
            took[name] = tokens / (time.process_time() - started)
        told = {name: round(rate) for name, rate in took.items()}
        ratio = round(took["ours"] / took["loop"], 3)
        print(json.dumps({"what": "evaluate", "tokens_a_cpu_s": told, "ratio": ratio}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        one(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])
