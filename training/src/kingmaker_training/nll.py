"""Negative log likelihood of the answer alone, a row at a time, whatever the batch.

Rows are padded on the right and no mask is given: with causal attention what stands behind a token
does not reach it, so a row's figure does not depend on its neighbours, and attention takes its
quick way. Rows of like length share a batch, and logits are made from the first answer on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Coded:
    """A row as tokens; the answer begins at `start`."""

    row: int
    # "" for the one answer of a row, "rejected" for the second of a pair.
    side: str
    ids: list[int]
    start: int


def batches(coded: list[Coded], batch_tokens: int) -> Iterator[list[Coded]]:
    """Longest first, so that what does not fit into memory is known at once.

    `batch_tokens`: padded tokens of a batch; one row alone may have more.
    """
    rest = sorted(coded, key=lambda one: (-len(one.ids), one.row, one.side))
    at = 0
    while at < len(rest):
        size = max(1, batch_tokens // max(1, len(rest[at].ids)))
        yield rest[at : at + size]
        at += size


def score(model: Any, batch: list[Coded], pad: int) -> list[float]:
    """Nats of each row's answer, summed over its tokens."""
    import torch

    width = max(len(one.ids) for one in batch)
    ids = torch.full((len(batch), width), pad)
    for at, one in enumerate(batch):
        ids[at, : len(one.ids)] = torch.tensor(one.ids)
    ids = ids.to(model.device)
    # A token is told by the logits of the place before it.
    first = max(0, min(one.start for one in batch) - 1)
    with torch.inference_mode():
        logits = model(input_ids=ids, use_cache=False, logits_to_keep=width - first).logits
        sums = []
        for at, one in enumerate(batch):
            start = max(1, one.start)
            told = logits[at, start - 1 - first : len(one.ids) - 1 - first].float()
            wanted = ids[at, start : len(one.ids)]
            lost = torch.nn.functional.cross_entropy(told, wanted, reduction="sum")
            sums.append(float(lost))
    return sums
