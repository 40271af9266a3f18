"""A Qwen2 of two layers with a tokenizer of its own, and rows to train it on: made on the spot."""

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
COMMANDS = ("ls -la src", "grep -rn parse .", "cat setup.py", "python -m pytest -q", "git status")
VERBS = ("list", "search", "read", "test", "look at")


def build_model(folder: Path, *, context: int = 1024, seed: int = 0, hidden: int = 64) -> str:
    """Saves model and tokenizer; gives the folder."""
    coder = Tokenizer(models.BPE())
    coder.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    coder.decoder = decoders.ByteLevel()
    texts = [json.dumps(row) for row in sft_rows(20)]
    coder.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer_class: Any = PreTrainedTokenizerFast
    tokenizer = tokenizer_class(
        tokenizer_object=coder,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_max_length=context,
    )
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(seed)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(tokenizer),
            hidden_size=hidden,
            intermediate_size=hidden * 2,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=context,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
            tie_word_embeddings=True,
        )
    )
    with torch.no_grad():
        # Left as it is, no hidden state can favour a token: an adapter alone would learn nothing.
        model.model.embed_tokens.weight.mul_(10)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def asked(at: int) -> list[dict[str, str]]:
    return [
        {"role": "system", "content": "You use a shell."},
        {"role": "user", "content": f"Please {VERBS[at % 5]} the files of part {at // 5}."},
    ]


def said(at: int) -> list[dict[str, str]]:
    command = COMMANDS[at % 5]
    return [{"role": "assistant", "content": f"THOUGHT: {VERBS[at % 5]}.\n```bash\n{command}\n```"}]


def about(at: int) -> dict[str, Any]:
    return {
        "instance_id": f"owner{at % 8}__repo{at % 8}-{at}",
        "repo": f"owner{at % 8}/repo{at % 8}",
        "turn": at % 10,
        "bucket": ("final", "refined")[at % 2],
    }


def sft_rows(count: int) -> list[dict[str, Any]]:
    return [
        {"prompt": asked(at), "completion": said(at), "metadata": about(at)} for at in range(count)
    ]


def preference_rows(count: int) -> list[dict[str, Any]]:
    """What loses is told from what wins without a look at the prompt: 20 steps learn it."""
    lost = [{"role": "assistant", "content": "No idea, I give up."}]
    return [
        {"prompt": asked(at), "chosen": said(at), "rejected": lost, "metadata": about(at)}
        for at in range(count)
    ]


def kto_rows(count: int) -> list[dict[str, Any]]:
    """Sorted by label, and both answers of a prompt side by side once shuffled badly."""
    good = [
        {"prompt": asked(at), "completion": said(at), "label": True, "metadata": about(at)}
        for at in range(count // 2)
    ]
    bad = [
        {"prompt": asked(at), "completion": said(at + 1), "label": False, "metadata": about(at)}
        for at in range(count // 2)
    ]
    return good + bad


def privileged_rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "prompt": asked(at),
            "privileged_context": f"The fix runs {COMMANDS[at % 5]}.",
            "metadata": about(at),
        }
        for at in range(count)
    ]


def write_rows(path: Path, rows: list[dict[str, Any]]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)
