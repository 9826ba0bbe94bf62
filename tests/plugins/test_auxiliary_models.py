"""Sentence encoders and masked language models of transformers, against the library itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import Case, Engine, Filling, Sample, Session, UserError, embed, fill, predict

torch = pytest.importorskip("torch")
library = pytest.importorskip("transformers")

from harness_transformers import transformers  # noqa: E402
from harness_transformers.auxiliary import Pooling, pooling_of, words_of  # noqa: E402

MASK = Filling.MASK
MODEL = Path(__file__).parents[2] / "suites/harness_suites/quickstart/model"
SHARED = Path(__file__).parents[3] / "shared/models/minilm-mlm"
TEXTS = ["A wonderful little film.", "Dull, dull, dull!", "", "The room was " + "very " * 300 + "bad.", "ok \ud800"]
MASKED = [f"A {MASK} film.", f"{MASK}", f"The room was {MASK}, {'very ' * 60}nice."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A masked language model of random weights; an encoder, too, for who does not want its head."""
    path = tmp_path_factory.mktemp("mlm")
    tokenizer = library.AutoTokenizer.from_pretrained(MODEL)
    tokenizer.save_pretrained(path)
    torch.manual_seed(0)
    small = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = library.BertConfig(vocab_size=len(tokenizer), max_position_embeddings=128, **small)
    library.BertForMaskedLM(config).save_pretrained(path)
    return path


def said(folder: Path, modules: Any, pooling: Any = None, limit: int | None = None) -> Path:
    """The files of sentence-transformers beside a checkpoint."""
    kinds = [{"type": f"sentence_transformers.models.{name}", "path": path} for name, path in modules.items()]
    (folder / "modules.json").write_text(json.dumps(kinds), encoding="utf-8")
    if pooling is not None:
        (folder / "1_Pooling").mkdir(exist_ok=True)
        (folder / "1_Pooling/config.json").write_text(json.dumps(pooling), encoding="utf-8")
    if limit:
        (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": limit}), encoding="utf-8")
    return folder


def asked(session: Any, **models: Any) -> Any:
    """What a session on these models returns."""
    [outcome] = Engine({"": models.pop("victim", lambda texts: []), **models}).run(
        [Case("t", "", Sample("1", "x"), lambda *_: session)]
    )
    assert outcome.error is None, outcome.error
    return outcome.value


def tokens_of(folder: Path, text: str) -> Any:
    """The library's own hidden states of one text, `(tokens, d)`."""
    tokenizer = library.AutoTokenizer.from_pretrained(folder)
    module = library.AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        encoded = tokenizer(text.replace("\ud800", "\ufffd"), truncation=True, max_length=128, return_tensors="pt")
        return module(**encoded).last_hidden_state[0].numpy()


def test_an_embedding_is_the_mean_of_the_tokens(folder: Path) -> None:
    encoder = transformers(path=folder, task="embed", device="cpu")
    found = asked(embed(TEXTS, "encoder"), encoder=encoder)
    assert np.allclose(found, [tokens_of(folder, text).mean(axis=0) for text in TEXTS], atol=1e-5)


@pytest.mark.parametrize("pooling", [{"pooling_mode_cls_token": True, "x": 3}, {"pooling_mode": "cls"}])
def test_an_encoder_pools_as_its_files_say(folder: Path, tmp_path: Path, pooling: Any) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "encoder"))
    said(copy, {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}, pooling, 9)
    encoder = transformers(path=copy, task="embed", device="cpu")
    found = asked(embed(TEXTS[:2], "encoder"), encoder=encoder)
    rows = [tokens_of(folder, text)[0] for text in TEXTS[:2]]
    assert np.allclose(found, [row / np.linalg.norm(row) for row in rows], atol=1e-5)
    assert encoder.embed.limit == 9


def test_what_an_encoder_pools_otherwise_is_refused(tmp_path: Path) -> None:
    assert pooling_of(str(tmp_path)) == Pooling("mean", unit=False)
    said(tmp_path, {"Transformer": "", "Dense": "2_Dense"})
    with pytest.raises(UserError, match=r"modules\.json has 'Dense': expected Transformer, Pooling and Normalize only"):
        pooling_of(str(tmp_path))
    said(tmp_path, {"Transformer": "", "Pooling": "1_Pooling"}, {"pooling_mode_max_tokens": True})
    with pytest.raises(UserError, match="its tokens are pooled by pooling_mode_max_tokens: expected mean or cls"):
        pooling_of(str(tmp_path))
    (tmp_path / "modules.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"modules\.json could not be read"):
        pooling_of(str(tmp_path))


def best(folder: Path, text: str, top: int) -> list[tuple[str, float]]:
    """The library's own best words, one text at a time."""
    tokenizer = library.AutoTokenizer.from_pretrained(folder)
    module = library.AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
    encoded = tokenizer(text.replace(MASK, tokenizer.mask_token), return_tensors="pt")
    with torch.no_grad():
        logits = module(**encoded).logits[0, encoded["input_ids"][0].tolist().index(tokenizer.mask_token_id)]
    scores = logits.log_softmax(-1).tolist()
    words = words_of(tokenizer)
    ranked = sorted((at for at in range(len(words)) if words[at]), key=lambda at: -scores[at])
    return [(words[at], scores[at]) for at in ranked[:top]]


def test_words_for_a_mask_are_the_librarys(folder: Path) -> None:
    mlm = transformers(path=folder, task="fill", device="cpu")
    for text, found in zip(MASKED, asked(fill(MASKED, "mlm", 7), mlm=mlm), strict=True):
        theirs = best(folder, text, 7)
        assert np.allclose(found.log_probabilities, [score for _, score in theirs], atol=1e-5)
        assert found.words == [word for word, _ in theirs]


def test_only_whole_words_are_offered(folder: Path) -> None:
    tokenizer = library.AutoTokenizer.from_pretrained(folder)
    words = words_of(tokenizer)
    assert len(words) == len(tokenizer)
    assert not any(words[at] for at in tokenizer.all_special_ids)
    assert not any(word.startswith("##") for word in words)
    assert len([word for word in words if word]) > len(words) / 2
    everything = asked(fill([MASKED[0]], "mlm", 10**6), mlm=transformers(path=folder, task="fill", device="cpu"))
    assert set(everything[0].words) == set(words) - {""}


def test_words_of_other_vocabularies_have_no_marks() -> None:
    class Pieces:
        all_special_ids = (0,)

        def __len__(self) -> int:
            return 5

        def convert_ids_to_tokens(self, ids: Any) -> list[str]:
            return [["<mask>", "\u2581good", "ness", "\u2581film", "\u2581"][at] for at in ids]

        def decode(self, ids: list[int]) -> str:
            return ["", "good", "ness", "film", ""][ids[0]]

    assert words_of(Pieces()) == ["", "good", "", "film", ""]


def test_a_mask_beyond_the_limit_is_an_error_of_its_question(folder: Path) -> None:
    mlm = transformers(path=folder, task="fill", device="cpu", max_length=8)
    with pytest.raises(ValueError, match="the mask lies beyond the 8 tokens that"):
        mlm.fill.prepare([f"{'very ' * 20}{MASK}"])
    [row] = mlm.fill.prepare([f"{MASK} {'very ' * 20}"])
    assert (row.cost, row.cut > 0) == (8, True)


def test_a_model_without_a_trained_head_cannot_fill() -> None:
    with pytest.raises(UserError, match="is no trained masked language model: without the weights cls"):
        transformers(path=MODEL, task="fill", device="cpu")


def test_each_model_has_a_queue_and_a_budget_of_its_own(folder: Path) -> None:
    encoder = transformers(path=folder, task="embed", device="cpu", budget=32)
    mlm = transformers(path=folder, task="fill", device="cpu, cpu", budget=64)
    victim = transformers(path=MODEL, device="cpu", budget=128)
    assert (encoder.embed.budget, mlm.fill.budget, victim.budget) == (32, 64, 128)
    assert mlm.fill.depth == 2 * encoder.embed.depth

    def session(sample: Sample[str], rng: Any) -> Session[Any]:
        rows = yield from embed([sample.input], "encoder")
        [filling] = yield from fill([f"{sample.input} {MASK}"], "mlm", 2)
        answers = yield from predict([sample.input])
        return rows[0], filling.words, answers.array[0]

    models = {"": victim, "encoder": encoder, "mlm": mlm}
    engine = Engine(models)
    texts = [f"A {word} film, number {at}." for at in range(10) for word in ("fine", "dull")]
    found = {
        each.case.sample.id: each.value
        for each in engine.run(Case("t", "", Sample(text, text), session) for text in texts)
    }
    for text in texts[:3]:
        [alone] = Engine(models).run([Case("t", "", Sample("1", text), session)])
        for one, other in zip(found[text], alone.value, strict=True):
            assert np.allclose(one, other, atol=1e-5) if isinstance(one, np.ndarray) else one == other
    budgets = {"encoder": 32, "mlm": 64, "": 128}
    counters = {name: engine.ledger.of_model(name) for name in budgets}
    assert all(counted.asked == counted.unique == len(texts) for counted in counters.values())
    assert all(
        counted.tokens + counted.padding <= budgets[name] * counted.batches for name, counted in counters.items()
    )
    assert all(counted.seconds > 0 for counted in counters.values())


def test_an_encoder_is_no_victim(folder: Path, project: Any) -> None:
    project.edit(
        "quick.yaml", '{use: python, object: "toy:predict"}', f"{{use: transformers, path: {folder}, task: embed}}"
    )
    called = project.harness("run", "quick.yaml", "--set", "model.labels=[negative, positive]")
    assert called.code == 2
    assert "expected a callable (inputs) -> probabilities, but got <mlm0, which ...rs embed only>" in called.err
    called = project.harness("run", "quick.yaml", "--set", "model.output=probabilities")
    assert "a model with `task: embed` has no output" in called.err


def test_the_fingerprint_knows_what_is_asked(folder: Path) -> None:
    prints = {
        transformers(path=folder, task="embed", device="cpu").fingerprint,
        transformers(path=folder, task="fill", device="cpu").fingerprint,
        transformers(path=folder, task="embed", device="cpu", max_length=9).fingerprint,
    }
    assert len(prints) == 3


def test_cheaper_ones_are_compared_with_float32(folder: Path) -> None:
    from harness.runs.precision import agreements

    given: dict[str, Any] = {"path": folder, "device": "cpu, cpu", "dtype": "bfloat16"}
    models = {"encoder": transformers(task="embed", **given), "mlm": transformers(task="fill", **given)}
    samples = [Sample(str(at), f"A {('fine', 'dull')[at % 2]} film, number {at}.") for at in range(15)]
    found = agreements({**models, "plain": transformers(path=folder, task="embed", device="cpu")}, samples)
    assert list(found) == ["encoder", "mlm"]
    for each in found.values():
        assert 0 < each.largest < 0.1
        assert (each.samples, each.failed) == (15, 0)
    assert (found["encoder"].same, found["mlm"].same > 10) == (15, True)


def test_a_masked_model_that_was_trained_knows_films() -> None:
    if not SHARED.exists():
        pytest.skip("needs ../shared/models/minilm-mlm")
    [filling] = asked(fill([f"the acting is {MASK} ."], "mlm", 5), mlm=transformers(path=SHARED, task="fill"))
    assert {"good", "great"} & set(filling.words)
