"""Trains a causal language model of 0.4 million weights on phrases and sentences of SST with a template around them.

`python -m benchmarks.small_lm FOLDER [SEED]` writes it to a folder and prints its accuracy on SST-2's dev set. Phrases
come from the labelled trees of SST's train split, sentences from SST-2's; none of the dev set is among them. Short ones
come first: the word that decides is then near the label, and its meaning is learnt before how many go together. Behind
them sequences are of one to six reviews with their labels, so that prompts with shown samples are known to it. The loss
of a label counts ten times as much as that of the words, of which a tenth is looked at.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import torch

from harness import read_rows

DATA = Path(__file__).parents[2] / "shared/data/text"
SST2 = DATA / "sst2"
TEMPLATE = "Review: {text}\nSentiment:"
LABELS = {"negative": " bad", "positive": " good"}
WORDS = list(LABELS.values())
TOKENS, MOST, RATE = 1024, 6, 4e-3
"""Tokens of a batch, reviews of a sequence at most, the largest learning rate."""

OF_WORDS, LOOKED_AT = 0.1, 0.1
"""The weight of the loss of words, and the share of them that are looked at."""

EARLY = 0.4
"""The share of the reviews, the shortest, that come first and in the order of their length."""

Ids: TypeAlias = list[int]


def tokenizer_of(texts: Sequence[str], size: int = 400) -> Any:
    """A byte-level BPE trained on some texts, as GPT-2's is."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<|endoftext|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    inner.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=special[0], pad_token=special[0])


def written(text: str, label: int) -> str:
    """A review with its label, as a prompt shows it."""
    return f"{TEMPLATE.replace('{text}', text)}{WORDS[label]}\n\n"


def model_of(size: int) -> Any:
    """A GPT-2 of two layers, 512 positions."""
    from transformers import GPT2Config, GPT2LMHeadModel

    drop = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.1)
    shape = {"n_positions": 512, "n_embd": 64, "n_layer": 2, "n_head": 4, "activation_function": "relu"}
    return GPT2LMHeadModel(GPT2Config(vocab_size=size, bos_token_id=0, eos_token_id=0, **shape, **drop))


def reviews() -> list[tuple[str, int]]:
    """Texts of the train splits with their labels: phrases that are not neutral once, sentences twice."""
    seen = {_letters(row["text"]) for row in read_rows("files", path=SST2 / "dev.jsonl.gz")}
    phrases: dict[str, int] = {}
    for row in read_rows("files", path=DATA / "sst_phrase_rationales/train.jsonl.gz"):
        if _letters(row["text"]) not in seen:
            phrases |= {
                " ".join(row["tokens"][first:last]).lower(): int(label > 2)
                for first, last, label in row["spans"]
                if label != 2
            }
    sentences = [(row["text"], int(row["label"])) for row in read_rows("files", path=SST2 / "train.jsonl.gz")]
    return [each for each in [*phrases.items(), *sentences * 2] if _letters(each[0]) not in seen]


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def batches(encoded: Sequence[Ids], random: Random) -> Iterator[list[Ids]]:
    """All reviews once: the shortest by about their length, one by one; then the others, some of them in a row."""
    order = sorted(range(len(encoded)), key=lambda at: len(encoded[at]) * (1 + 0.5 * random.random()))
    early = int(len(order) * EARLY)
    yield from _packed([encoded[at] for at in order[:early]])
    late, rows, at = random.sample(order[early:], len(order) - early), list[Ids](), 0
    while at < len(late):
        size = random.randint(2, MOST) if random.random() < 0.25 else 1
        rows.append([token for each in late[at : at + size] for token in encoded[each]][:512])
        at += size
    packed = list(_packed(sorted(rows, key=len)))
    yield from random.sample(packed, len(packed))


def _packed(rows: Sequence[Ids]) -> Iterator[list[Ids]]:
    """Rows in their order, padded to at most so many tokens together."""
    batch = list[Ids]()
    for row in rows:
        if batch and (len(batch) + 1) * max(len(row), *map(len, batch)) > TOKENS:
            yield batch
            batch = []
        batch.append(row)
    yield batch


def loss_of(module: Any, batch: Sequence[Ids], words: list[int], colon: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean loss of labels, and that of some of the words."""
    longest = max(map(len, batch))
    ids = torch.tensor([each + [0] * (longest - len(each)) for each in batch])
    inputs, targets = ids[:, :-1], ids[:, 1:]
    state = module.transformer(input_ids=inputs, attention_mask=(inputs > 0).long())[0]
    label = torch.isin(targets, torch.tensor(words)) & (inputs == colon)
    other = (targets > 0) & ~label & (torch.rand(targets.shape) < LOOKED_AT)
    of_label, of_words = (
        torch.nn.functional.cross_entropy(module.lm_head(state[each]), targets[each]) for each in (label, other)
    )
    return of_label, of_words


def train(folder: Path, seed: int = 0) -> float:
    """Train, write the model with its tokenizer to the folder, and give its accuracy on the dev set."""
    torch.manual_seed(seed)
    random, rows = Random(seed), reviews()
    texts = [written(*each) for each in rows]
    tokenizer = tokenizer_of(texts[::4], 4000)
    encoded, module = tokenizer(texts)["input_ids"], model_of(len(tokenizer)).train()
    words, colon = [tokenizer(word)["input_ids"][0] for word in WORDS], tokenizer(TEMPLATE)["input_ids"][-1]
    optimizer = torch.optim.AdamW(module.parameters(), lr=RATE, weight_decay=0.1, betas=(0.9, 0.98))
    every, done, losses = sum(map(len, encoded)), 0, list[float]()
    for step, batch in enumerate(batches(encoded, random)):
        done += sum(map(len, batch))
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, step / 100) * (0.02 + 0.49 * (1 + math.cos(math.pi * done / every)))
        of_label, of_words = loss_of(module, batch, words, colon)
        optimizer.zero_grad()
        (of_label + OF_WORDS * of_words).backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        losses.append(float(of_label.detach()))
        if step % 500 == 499:
            print(f"{done / every:.0%}: loss of labels {sum(losses[-500:]) / 500:.3f}", flush=True)
    module.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return accuracy(module.eval(), tokenizer, words)


def accuracy(module: Any, tokenizer: Any, words: list[int]) -> float:
    """The share of SST-2's dev set whose label is the more probable of the words."""
    rows, right = list(read_rows("files", path=SST2 / "dev.jsonl.gz")), 0
    with torch.inference_mode():
        for row in rows:
            ids = torch.tensor([tokenizer(TEMPLATE.replace("{text}", row["text"]))["input_ids"]])
            right += int(module(input_ids=ids).logits[0, -1, words].argmax()) == row["label"]
    return right / len(rows)


if __name__ == "__main__":
    begun, computed = time.perf_counter(), time.process_time()
    found = train(Path(sys.argv[1]), *map(int, sys.argv[2:]))
    spent = time.process_time() - computed
    print(f"accuracy {found:.3f} on the dev set; {time.perf_counter() - begun:.0f} s, {spent:.0f} s of processors")
