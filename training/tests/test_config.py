"""Both sides mean the same records: schemas/ is written from Kingmaker's own, held against ours."""

import json
from pathlib import Path
from typing import Any

import pytest

from kingmaker_training.config import EvaluateRun, JobsRun, MergeRun, Strict, TrainRun

SCHEMAS = Path(__file__).parents[1] / "schemas"
CONFIGS = Path(__file__).parents[1] / "configs"


def shape(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """A schema as names and types alone, references followed, the words around left out."""
    if "$ref" in schema:
        return shape(root["$defs"][schema["$ref"].split("/")[-1]], root)
    if "anyOf" in schema:
        return sorted((shape(one, root) for one in schema["anyOf"]), key=str)
    kind = schema.get("type")
    if isinstance(kind, list):
        return sorted(({"type": one} for one in kind), key=str)
    if kind == "object" and "properties" in schema:
        return {
            "required": sorted(schema.get("required", [])),
            "closed": schema.get("additionalProperties") is False,
            "properties": {
                name: shape(one, root) for name, one in sorted(schema["properties"].items())
            },
        }
    if kind == "array":
        return ["array", shape(schema["items"], root)]
    limits = {
        name: schema[name]
        for name in ("enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        # JavaScript's own limit of whole numbers says nothing.
        if name in schema and abs(schema[name] if name != "enum" else 0) < 2**53 - 1
    }
    return {"type": kind, **limits}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("train-run", TrainRun),
        ("evaluate-run", EvaluateRun),
        ("merge-run", MergeRun),
        ("jobs-run", JobsRun),
    ],
)
def test_a_model_has_the_shape_of_its_schema(name: str, model: type[Strict]) -> None:
    theirs = json.loads((SCHEMAS / f"{name}.json").read_text())
    ours = model.model_json_schema(by_alias=True)
    assert shape(ours, ours) == shape(theirs, theirs)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.json")), ids=lambda path: path.stem)
def test_a_configuration_of_ours_holds_settings_that_trl_and_peft_know(path: Path) -> None:
    from peft import LoraConfig

    from kingmaker_training import trainers

    told = json.loads(path.read_text())
    if "method" not in told:
        pytest.skip("no configuration of a trainer")
    _, config_class = trainers.pair(told["method"])
    training = {
        name: value for name, value in told["training"].items() if name not in trainers.OURS
    }
    assert training == told["training"]
    config_class(output_dir="x", use_cpu=True, bf16=False, **training)
    if told.get("lora") is not None:
        LoraConfig(task_type="CAUSAL_LM", **told["lora"])
