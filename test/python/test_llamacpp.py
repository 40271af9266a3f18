"""llama.cpp's server as users run it, with a model that says nonsense."""

import json
import urllib.request

import openai


def test_it_is_ready_and_names_its_model(llamacpp: str) -> None:
    with urllib.request.urlopen(f"{llamacpp}/health") as answer:
        assert json.load(answer) == {"status": "ok"}
    with urllib.request.urlopen(f"{llamacpp}/v1/models") as answer:
        assert len(json.load(answer)["data"]) == 1


def test_it_answers_a_chat_and_counts_its_tokens(llamacpp: str) -> None:
    client = openai.OpenAI(base_url=f"{llamacpp}/v1", api_key="none", max_retries=0)
    done = client.chat.completions.create(
        model="tiny", messages=[{"role": "user", "content": "ls"}], max_tokens=8, seed=1
    )
    assert done.choices[0].finish_reason == "length"
    assert done.usage is not None
    # One token a byte: <|im_start|>, user, line break, ls, <|im_end|>, line break, and the opening.
    prompt = 1 + len("user\nls") + 1 + len("\n") + 1 + len("assistant\n")
    assert (done.usage.prompt_tokens, done.usage.completion_tokens) == (prompt, 8)


def test_a_grammar_makes_the_model_say_what_is_wanted(llamacpp: str) -> None:
    client = openai.OpenAI(base_url=f"{llamacpp}/v1", api_key="none", max_retries=0)
    done = client.chat.completions.create(
        model="tiny",
        messages=[{"role": "user", "content": "ls"}],
        extra_body={"grammar": 'root ::= "THOUGHT: I look."'},
    )
    assert done.choices[0].message.content == "THOUGHT: I look."
