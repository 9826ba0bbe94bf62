"""The quickstart's model: a WordPiece tokenizer and a two-layer BERT, both made from the train split alone.

The same seed gives the same weights on the same machine; elsewhere they are equal up to floating point.
"""

import random
import string
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import WordPieceTrainer
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from harness_suites.make.lexicon import LABELS
from harness_suites.make.reviews import SEED, Row, read

Batch = tuple[Tensor, Tensor, Tensor]

MAX_LENGTH = 128
VOCABULARY = 3900
SPECIAL_TOKENS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
CHARACTERS = [
    *string.ascii_lowercase,
    *string.digits,
    *string.punctuation,
    *"\u2018\u2019\u201c\u201d\u2013\u2014\u2026£€",
]
# Passed as if special, since the trainer numbers all others, and so breaks ties, in an order of chance.
INNER_CHARACTERS = [f"##{character}" for character in string.ascii_lowercase + string.digits]

# Chosen by trial. Dropout, hidden tokens and smoothing keep the confidence near the accuracy.
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
WARM_UP = 0.1
WEIGHT_DECAY = 0.01
LABEL_SMOOTHING = 0.1
DROPOUT = 0.2
HIDDEN_TOKENS = 0.15
INITIAL_SPREAD = 0.05


def train(data: Path, folder: Path, seed: int = SEED) -> None:
    """Trains on `data/train.jsonl` and saves model and tokenizer into the folder, the weights as float16."""
    torch.set_num_threads(1)  # the order of additions, and with it the result, depends on it
    torch.manual_seed(seed)
    rows = read(data / "train.jsonl")
    tokenizer = build_tokenizer([row["text"] for row in rows])
    model = BertForSequenceClassification(_config(len(tokenizer)))
    _fit(model, tokenizer, rows, random.Random(seed))
    tokenizer.save_pretrained(str(folder))
    _save(model, folder)


def build_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """A lower-casing WordPiece tokenizer that spells any ASCII word, letter by letter if it must."""
    core = _lower_casing(WordPiece(_vocabulary(texts), unk_token="[UNK]"))
    core.decoder = decoders.WordPiece()
    core.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, core.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(tokenizer_object=core, model_max_length=MAX_LENGTH, **SPECIAL_TOKENS)


def _lower_casing(model: WordPiece) -> Tokenizer:
    core = Tokenizer(model)
    core.normalizer = BertNormalizer(lowercase=True)
    core.pre_tokenizer = BertPreTokenizer()
    return core


def _vocabulary(texts: list[str]) -> dict[str, int]:
    """The pieces and their numbers; a typo finds its letters among them and does not become `[UNK]`."""
    trainer = WordPieceTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        special_tokens=[*SPECIAL_TOKENS.values(), *INNER_CHARACTERS],
        initial_alphabet=CHARACTERS,
        show_progress=False,
    )
    core = _lower_casing(WordPiece(unk_token="[UNK]"))
    core.train_from_iterator(texts, trainer)
    vocabulary: dict[str, int] = core.get_vocab()
    return vocabulary


def _config(vocabulary: int) -> BertConfig:
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=512,
        max_position_embeddings=MAX_LENGTH,
        hidden_dropout_prob=DROPOUT,
        attention_probs_dropout_prob=DROPOUT,
        initializer_range=INITIAL_SPREAD,
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
    )


def _fit(
    model: BertForSequenceClassification,
    tokenizer: PreTrainedTokenizerFast,
    rows: list[Row],
    rng: random.Random,
) -> None:
    batches = [batch for _ in range(EPOCHS) for batch in _batches(tokenizer, rows, rng)]
    optimiser = AdamW(model.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = OneCycleLR(optimiser, LEARNING_RATE, total_steps=len(batches), pct_start=WARM_UP)
    model.train()
    for ids, mask, labels in batches:
        logits = model(input_ids=_hide(ids, tokenizer), attention_mask=mask).logits
        optimiser.zero_grad()
        cross_entropy(logits, labels, label_smoothing=LABEL_SMOOTHING).backward()
        clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()


def _batches(tokenizer: PreTrainedTokenizerFast, rows: list[Row], rng: random.Random) -> list[Batch]:
    """One epoch, shuffled, with texts of similar length together so that little is padding."""
    order = sorted(rng.sample(rows, len(rows)), key=lambda row: len(row["text"]) // 20)
    starts = range(0, len(order), BATCH_SIZE)
    batches = [_batch(tokenizer, order[start : start + BATCH_SIZE]) for start in starts]
    rng.shuffle(batches)
    return batches


def _batch(tokenizer: PreTrainedTokenizerFast, rows: list[Row]) -> Batch:
    encoded = tokenizer([row["text"] for row in rows], padding=True, truncation=True, return_tensors="pt")
    labels = torch.tensor([row["label"] == "positive" for row in rows]).long()
    return encoded["input_ids"], encoded["attention_mask"], labels


def _hide(ids: Tensor, tokenizer: PreTrainedTokenizerFast) -> Tensor:
    """Replaces a share of the tokens by `[MASK]`, so that no single word decides every review."""
    ordinary = ids >= len(SPECIAL_TOKENS)
    return torch.where(ordinary & (torch.rand(ids.shape) < HIDDEN_TOKENS), tokenizer.mask_token_id or 0, ids)


def _save(model: BertForSequenceClassification, folder: Path) -> None:
    """Saves half-precision weights under a config that says float32: transformers 4 and 5 load that."""
    model.half().save_pretrained(str(folder))
    model.config.dtype = "float32"
    model.config.save_pretrained(str(folder))
