"""Writes a GGUF of random weights (Qwen2 shape, one token a byte) that llama.cpp loads and serves.

    python tiny_gguf.py OUT.gguf

It says nonsense, quickly: what is tested is the way there and back. Seeded, so the same each time.
"""

import sys
from pathlib import Path

import gguf
import numpy as np

WIDTH, FEED_FORWARD, LAYERS, HEADS, KV_HEADS = 64, 128, 2, 4, 2
CONTEXT = 65_536
SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def byte_letters() -> list[str]:
    """GPT-2's letter for each byte: itself where it prints, else one from 256 on."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = {byte: chr(byte) for byte in shown}
    letters |= {byte: chr(256 + at) for at, byte in enumerate(hidden)}
    return [letters[byte] for byte in range(256)]


def write(path: Path) -> None:
    tokens = [*byte_letters(), "ab", *SPECIALS]
    types = [gguf.TokenType.NORMAL] * 257 + [gguf.TokenType.CONTROL] * len(SPECIALS)
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    add_weights(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_weights(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    chance = np.random.default_rng(1)

    def drawn(*shape: int) -> np.ndarray:
        return (chance.standard_normal(shape) * 0.1).astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    keys = KV_HEADS * WIDTH // HEADS
    writer.add_tensor("token_embd.weight", drawn(vocabulary, WIDTH))
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", drawn(vocabulary, WIDTH))
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        writer.add_tensor(block + "attn_norm.weight", ones)
        writer.add_tensor(block + "ffn_norm.weight", ones)
        for part, rows in (("q", WIDTH), ("k", keys), ("v", keys)):
            writer.add_tensor(f"{block}attn_{part}.weight", drawn(rows, WIDTH))
            writer.add_tensor(f"{block}attn_{part}.bias", drawn(rows))
        writer.add_tensor(block + "attn_output.weight", drawn(WIDTH, WIDTH))
        writer.add_tensor(block + "ffn_gate.weight", drawn(FEED_FORWARD, WIDTH))
        writer.add_tensor(block + "ffn_up.weight", drawn(FEED_FORWARD, WIDTH))
        writer.add_tensor(block + "ffn_down.weight", drawn(WIDTH, FEED_FORWARD))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
