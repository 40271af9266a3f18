"""A model for `transformers serve` that says one well-formed answer, whatever it is asked.

    python tiny_transformer.py FOLDER

Attention and layers add nothing, so the next token follows from the last one alone: the answer is a
token of its own, it follows every other, and the end follows it.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

ANSWER = "THOUGHT: look at it.\n\n```bash\nls\n```"
END = "<|im_end|>"
TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def tokenizer() -> "PreTrainedTokenizerFast":
    """A token a byte, the signs of the template, and the answer."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytes_alone = Tokenizer(models.BPE({letter: at for at, letter in enumerate(letters)}, []))
    bytes_alone.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_alone.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=bytes_alone, eos_token=END, pad_token=END)
    fast.add_special_tokens({"additional_special_tokens": ["<|im_start|>"]})
    fast.add_tokens([ANSWER])
    fast.chat_template = TEMPLATE
    return fast


def write(folder: Path) -> None:
    """Weights, configuration and tokenizer into the folder."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    fast = tokenizer()
    size = -(-len(fast) // 16) * 16
    config = Qwen2Config(
        vocab_size=size,
        hidden_size=size,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=65536,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        bos_token_id=None,
        tie_word_embeddings=False,
    )
    model = Qwen2ForCausalLM(config)
    answer = fast.convert_tokens_to_ids(ANSWER)
    with torch.no_grad():
        layer = model.model.layers[0]
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
        model.model.embed_tokens.weight.copy_(torch.eye(size))
        model.lm_head.weight.zero_()
        model.lm_head.weight[answer, :] = 1
        model.lm_head.weight[answer, answer] = 0
        model.lm_head.weight[fast.eos_token_id, answer] = 1
    model.save_pretrained(folder)
    fast.save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
