"""The model card of a checkpoint: what it is, on what it was trained, where its figures stand."""

from pathlib import Path
from typing import Any

from kingmaker_training.config import TrainRun
from kingmaker_training.markup import markdown_text, yaml_text

NAMES = {
    "sft": "supervised fine-tuning",
    "dpo": "direct preference optimization",
    "kto": "Kahneman-Tversky optimization",
    "sdft": "self-distillation",
}


def model_card(run: TrainRun, told: dict[str, Any]) -> str:
    """README.md. A base that is a folder of this machine is not named as one of the Hub's."""
    is_local = Path(run.model).is_absolute()
    head = [
        *([] if is_local else [f"base_model: {yaml_text(run.model)}"]),
        "library_name: peft" if run.lora is not None else "library_name: transformers",
        "pipeline_tag: text-generation",
        "tags:",
        *[f"- {tag}" for tag in ("kingmaker", "code", "agents", run.method, "trl")],
    ]
    name = markdown_text(Path(run.model).name if is_local else run.model)
    base = f"the local model {name}" if is_local else name
    loss = [point["loss"] for point in told["curve"] if point.get("loss") is not None]
    rows = markdown_text(Path(run.dataset.path).name)
    facts = [
        ("set", f"{rows}, hash {markdown_text(run.dataset.hash)}"),
        ("method", f"{NAMES[run.method]} (`{run.method}`)"),
        ("rows", f"{told['rows_trained']} trained of {told['rows_given']} given"),
        ("steps", steps_words(told)),
        ("seed", str(run.seed)),
        *(
            [("loss", f"{loss[0]:.4f} at the first step, {loss[-1]:.4f} at the last")]
            if loss
            else []
        ),
    ]
    return "\n".join(
        [
            "---",
            *head,
            "---",
            "",
            f"# {markdown_text(run.name)}",
            "",
            f"Trained from {base} by Kingmaker, with TRL {told['versions']['trl']}. "
            "What it brought is not said here: "
            "`npm run stage:evaluate` measures it on held-out rows.",
            "",
            "| | |",
            "|---|---|",
            *[f"| {name} | {value} |" for name, value in facts],
            "",
            "`train.json` holds the whole configuration, the curve and the versions.",
            "",
        ]
    )


def steps_words(told: dict[str, Any]) -> str:
    tokens = told["tokens_trained"]
    return f"{told['steps']}" if tokens is None else f"{told['steps']}, {tokens} tokens"
