"""LiteLLM's proxy as users put it before their models: it starts, answers and keeps its door."""

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from conftest import serve

CONFIG = """
model_list:
  - model_name: good
    litellm_params:
      {model: openai/fake, api_key: none, api_base: "http://127.0.0.1:9/v1", mock_response: "hello"}
general_settings: {master_key: sk-only-in-this-test}
"""


@pytest.fixture(scope="module")
def proxy(litellm_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a proxy whose only model answers by itself."""
    folder = tmp_path_factory.mktemp("litellm")
    (folder / "config.yaml").write_text(CONFIG)
    command = [litellm_program, "--config", "config.yaml"]
    env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with serve(command, folder, "/health/liveliness", env) as address:
        yield f"{address}/v1"


def test_the_proxy_answers_in_the_name_of_its_model(proxy: str) -> None:
    client = openai.OpenAI(base_url=proxy, api_key="sk-only-in-this-test", max_retries=0)
    done = client.chat.completions.create(
        model="good", messages=[{"role": "user", "content": "ls"}]
    )
    assert done.choices[0].message.content == "hello"


def test_a_wrong_key_is_refused_without_an_answer(proxy: str) -> None:
    client = openai.OpenAI(base_url=proxy, api_key="sk-another", max_retries=0)
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(model="good", messages=[{"role": "user", "content": "ls"}])
    assert refused.value.status_code in (400, 401)
