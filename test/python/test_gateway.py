"""The king through LiteLLM's proxy, with llama.cpp and `transformers serve` behind it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import serve, serve_llamacpp
from stages import TURNS, chain, king_workspace, run
from test_servers import ANSWER

KEY = "sk-only-in-this-test"
WITH_KEY = 'api_key_env = "SERVER_KEY"'
GRAMMAR = f"{WITH_KEY}\nbody = {{ grammar = {json.dumps(ANSWER)} }}"

CONFIG = """
model_list:
  - model_name: llama
    litellm_params: {{model: openai/tiny, api_key: none, api_base: "{llamacpp}/v1"}}
  - model_name: locked
    litellm_params: {{model: openai/tiny, api_key: wrong, api_base: "{locked}/v1"}}
  - model_name: transformers
    litellm_params: {{model: "openai/{model}", api_key: none, api_base: "{transformers}/v1"}}
  - model_name: away
    litellm_params: {{model: openai/tiny, api_key: none, api_base: "http://127.0.0.1:9/v1"}}
litellm_settings: {{num_retries: 0}}
router_settings: {{num_retries: 0, disable_cooldowns: true}}
general_settings: {{master_key: {key}}}
"""


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A llama.cpp server that wants another key than the gateway has."""
    with serve_llamacpp(tmp_path_factory.mktemp("locked"), "4096", "2", "right") as address:
        yield address


@pytest.fixture(scope="module")
def gateway(
    litellm_program: Path,
    llamacpp: str,
    locked: str,
    transformers_serve: str,
    transformers_model: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of the proxy before all of them."""
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "config.yaml").write_text(
        CONFIG.format(
            llamacpp=llamacpp,
            locked=locked,
            transformers=transformers_serve,
            model=transformers_model,
            key=KEY,
        )
    )
    command = [litellm_program, "--config", "config.yaml"]
    env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with serve(command, folder, "/health/liveliness", env) as address:
        yield address


@pytest.mark.parametrize(
    ("model", "more"),
    [
        ("llama", GRAMMAR),
        ("llama", f"{GRAMMAR}\nstream = true"),
        ("transformers", WITH_KEY),
        ("transformers", f"{WITH_KEY}\nstream = true"),
    ],
)
def test_what_stands_behind_it_answers_whole_and_as_a_stream(
    tmp_path: Path, gateway: str, model: str, more: str
) -> None:
    workspace = king_workspace(tmp_path, gateway, model, more, KEY)
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"]) == (0, TURNS), said


@pytest.mark.parametrize(
    ("model", "key", "named"),
    [
        ("llama", "sk-another", "SERVER_KEY"),
        ("no-such-model", KEY, "[king].model"),
        ("locked", KEY, "SERVER_KEY"),
    ],
)
def test_a_fault_of_the_settings_files_nothing_and_is_taken_up_once_it_is_mended(
    tmp_path: Path, gateway: str, model: str, key: str, named: str
) -> None:
    workspace = king_workspace(tmp_path, gateway, model, GRAMMAR, key)
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"], summary["dropped"]) == (1, 0, {}), said
    assert named in json.dumps(summary["to_mend"]), said
    (workspace / ".env").write_text(f"SERVER_KEY={KEY}\n")
    (workspace / "chain.toml").write_text(chain(gateway, "llama", GRAMMAR))
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"]) == (0, TURNS), said


def test_a_server_behind_it_that_is_away_files_nothing(tmp_path: Path, gateway: str) -> None:
    workspace = king_workspace(tmp_path, gateway, "away", f"{WITH_KEY}\ntries = 2", KEY)
    code, summary, said = run("king", workspace)
    assert code in (1, 2), said
    assert (summary["kept"], summary["dropped"], summary["pending"]) == (0, {}, TURNS)


def test_a_context_limit_behind_it_leaves_the_turn_for_a_larger_one(
    tmp_path: Path, gateway: str
) -> None:
    workspace = king_workspace(tmp_path, gateway, "llama", GRAMMAR, KEY)
    path = workspace / "prompt" / f"prompts_{TURNS}_001.json"
    prompts = json.loads(path.read_text())
    prompts[1]["messages"][1]["content"] = "word " * 3000
    path.write_text(json.dumps(prompts))
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"], summary["dropped"], summary["pending"]) == (2, 2, {}, 1), said
    assert "context" in said
