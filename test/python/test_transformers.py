"""The king against `transformers serve`: whole replies, streamed ones, and its ways to refuse."""

import json
from pathlib import Path

import pytest
from stages import TURNS, chain, king_workspace, run


@pytest.mark.parametrize("stream", ["false", "true"])
def test_the_king_is_answered_whole_and_as_a_stream(
    tmp_path: Path, transformers_serve: str, transformers_model: Path, stream: str
) -> None:
    model = str(transformers_model)
    workspace = king_workspace(tmp_path, transformers_serve, model, f"stream = {stream}")
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"]) == (0, TURNS), said
    answers = [json.loads(path.read_text()) for path in (workspace / "answer").glob("*.json")]
    assert {answer["king"] for answer in answers} == {"THOUGHT: look at it.\n\n```bash\nls\n```"}
    assert all(answer["king_run"]["usage"]["completion_tokens"] > 0 for answer in answers)


def test_a_field_that_it_does_not_know_files_nothing_and_is_named(
    tmp_path: Path, transformers_serve: str, transformers_model: Path
) -> None:
    model = str(transformers_model)
    workspace = king_workspace(tmp_path, transformers_serve, model, "body = { foo = 1 }")
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"], summary["dropped"]) == (1, 0, {})
    assert "Unexpected fields" in said
    assert "[provider.server].body" in json.dumps(summary["to_mend"])
    (workspace / "chain.toml").write_text(
        chain(transformers_serve, model, 'body = { foo = 1 }\nexclude_body = ["foo"]')
    )
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"]) == (0, TURNS), said


def test_a_model_that_it_does_not_have_files_nothing(
    tmp_path: Path, transformers_serve: str
) -> None:
    workspace = king_workspace(tmp_path, transformers_serve, "no/such-model", "tries = 2")
    code, summary, said = run("king", workspace)
    assert (code, summary["kept"], summary["dropped"]) == (1, 0, {}), said
