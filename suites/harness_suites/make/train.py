"""The quickstart's model: a WordPiece tokenizer and a two-layer BERT, trained from scratch on the train split alone."""

import random
import string
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import WordPieceTrainer
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from harness_suites.make.lexicon import LABELS
from harness_suites.make.reviews import SEED, Row, read

MAX_LENGTH = 128
VOCABULARY = 2500
SPECIAL_TOKENS = {
    "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
}  # fmt: skip
CHARACTERS = [*string.ascii_lowercase, *string.digits, *string.punctuation, *"’‘“”–—…£€"]

INIT = 0.05
HEADS = 2
RND = 0.5
EPOCHS = 10
BATCH_SIZE = 32
LEARNING_RATE = 5e-4
WARM_UP = 0.1
LABEL_SMOOTHING = 0.1
DROPOUT = 0.2
HIDDEN_TOKENS = 0.1


def train(data: Path, folder: Path, seed: int = SEED) -> None:
    """Trains on `data/train.jsonl` and saves model and tokenizer into the folder, the weights as float16."""
    torch.manual_seed(seed)
    rows = read(data / "train.jsonl")
    tokenizer = build_tokenizer([row["text"] for row in rows])
    model = BertForSequenceClassification(_config(len(tokenizer)))
    _fit(model, tokenizer, rows, random.Random(seed))
    tokenizer.save_pretrained(folder)
    model.half().save_pretrained(folder)
    model.config.dtype = "float32"
    model.config.save_pretrained(folder)


def build_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    special = list(SPECIAL_TOKENS.values())
    core = Tokenizer(WordPiece(unk_token="[UNK]"))
    core.normalizer = BertNormalizer(lowercase=True)
    core.pre_tokenizer = BertPreTokenizer()
    trainer = WordPieceTrainer(vocab_size=VOCABULARY, min_frequency=2, special_tokens=special, initial_alphabet=CHARACTERS, show_progress=False)
    core.train_from_iterator(texts, trainer)
    vocab=core.get_vocab()
    for c in string.ascii_lowercase+string.digits:
        vocab.setdefault("##"+c,len(vocab))
    core.model=WordPiece(vocab,unk_token="[UNK]")
    core.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[(t,core.token_to_id(t)) for t in ("[CLS]","[SEP]")])
    core.decoder=__import__("tokenizers").decoders.WordPiece()
    return PreTrainedTokenizerFast(tokenizer_object=core, model_max_length=MAX_LENGTH, **SPECIAL_TOKENS)


def _config(vocabulary: int) -> BertConfig:
    return BertConfig(
        vocab_size=vocabulary, hidden_size=128, num_hidden_layers=2, num_attention_heads=HEADS, intermediate_size=512,
        max_position_embeddings=MAX_LENGTH, hidden_dropout_prob=DROPOUT, attention_probs_dropout_prob=DROPOUT,
        num_labels=2, initializer_range=INIT, id2label=dict(enumerate(LABELS)), label2id={l: i for i, l in enumerate(LABELS)},
    )


def _fit(model, tokenizer, rows, rng, report=None):
    steps = EPOCHS * (len(rows) // BATCH_SIZE+1)
    opt = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=0.01)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, LEARNING_RATE, total_steps=steps, pct_start=WARM_UP)
    model.train()
    enc=[tokenizer(r["text"])["input_ids"] for r in rows]
    for epoch in range(EPOCHS):
        order=list(range(len(rows))); rng.shuffle(order)
        # length bucketing within chunks
        batches=[]
        for c in range(0,len(order),16*BATCH_SIZE):
            chunk=sorted(order[c:c+16*BATCH_SIZE],key=lambda i: len(enc[i]))
            batches+=[chunk[b:b+BATCH_SIZE] for b in range(0,len(chunk)-BATCH_SIZE+1,BATCH_SIZE)]
        rng.shuffle(batches)
        for idx in batches:
            L=max(len(enc[i]) for i in idx)
            ids=torch.tensor([enc[i]+[tokenizer.pad_token_id]*(L-len(enc[i])) for i in idx])
            mask=(ids!=tokenizer.pad_token_id).long()
            hide=(torch.rand(ids.shape)<HIDDEN_TOKENS)&(mask==1)&(ids>4)
            rnd=torch.randint(5,len(tokenizer),ids.shape)
            ids=torch.where(hide,torch.where(torch.rand(ids.shape)<RND,rnd,tokenizer.mask_token_id),ids)
            y=torch.tensor([LABELS.index(rows[i]["label"]) for i in idx])
            loss=cross_entropy(model(input_ids=ids,attention_mask=mask).logits,y,label_smoothing=LABEL_SMOOTHING)
            opt.zero_grad(); loss.backward(); torch.nn.utils.clip_grad_norm_(model.parameters(),1.0); opt.step(); sched.step()
        if report: report(epoch,loss.item())
