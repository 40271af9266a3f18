"""What verl's reader makes of a set: python read_verl.py SET MODEL."""

import sys
from pathlib import Path

from reading import answer

if __name__ == "__main__":
    given, tiny = Path(sys.argv[1]), sys.argv[2]
    from omegaconf import OmegaConf
    from transformers import AutoTokenizer
    from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    config = OmegaConf.load(given / "verl-sft.yaml").data
    config.pad_mode = "no_padding"
    rows = MultiTurnSFTDataset(str(given / config.train_files), tokenizer, config)
    learned = []
    for at in range(len(rows)):
        row = rows[at]
        ids = row["input_ids"][row["loss_mask"].bool()]
        learned.append(tokenizer.decode(ids.tolist()))
    answer({"sft": {"labels": learned}})
