"""Models: `transformers` and `causal_lm`, kept full by the engine, and `pipeline`, the library's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from harness import Positive, UserError, model
from harness_transformers import prompts
from harness_transformers.config import known
from harness_transformers.prompts import Shots

if TYPE_CHECKING:
    from harness_transformers.pipelines import PipelineModel


@model(known=known)
def transformers(
    *,
    path: Path | str,
    task: Literal["classify", "embed", "fill"] = "classify",
    device: str = "auto",
    dtype: Literal["float32", "bfloat16", "float16"] = "float32",
    max_length: int | None = None,
    output: Literal["probabilities", "value", "labels"] | None = None,
    revision: str | None = None,
    allow_pickle: bool = False,
    budget: Positive | None = None,
    compile: bool = False,  # what torch calls it
    attention: Literal["eager", "sdpa", "flash_attention_2"] | None = None,
) -> Any:
    """A Hugging Face model: a sequence classifier in a local folder or by its hub id.

    With `task: embed` it is a sentence encoder, with `task: fill` a masked language model: models that a procedure
    asks besides (`models` of the suite, by `harness.embed` and `harness.fill`). An encoder pools its tokens as the
    files of sentence-transformers beside it say, else it takes their mean.

    An input is a text, or a mapping of two (a text pair, in their order). `output` is what the model's own
    `problem_type` says, unless given: softmax (probabilities), the logit itself (value) or a sigmoid for each
    label (labels).

    `device` is auto (cuda, else mps, else cpu), any of torch's names, several with commas between, or `all`
    GPUs: then each has a replica, and batches go to them in turn. Texts are cut at the model's own
    limit, or at `max_length` tokens if that is less. Weights are safetensors; `allow_pickle` also takes
    older files. Code from the hub is never run.

    `budget` is the most tokens per batch, padding included: by default what a short calibration finds
    on this device, once a kind of model, kept in the cache folder. Out of memory halves it.

    `dtype`, `compile` (torch.compile, which needs a C++ compiler) and `attention` (by default the library's
    choice, mostly sdpa) may be faster and change the answers a little: the run says how they agree with
    float32 on its own samples.
    """
    from harness_transformers import auxiliary, classifier
    from harness_transformers.loading import Way, devices_of
    from harness_transformers.replicas import Replicas

    way, devices = Way(dtype, compile, attention), devices_of(device)
    given: dict[str, Any] = {"max_length": max_length, "revision": revision, "allow_pickle": allow_pickle}
    if task != "classify" and output:
        raise UserError(f"a model with `task: {task}` has no output: expected `output: {output}` with `task: classify`")
    if task != "classify":
        return auxiliary.load(str(path), way, task, devices, budget=budget, **given)
    replicas = [classifier.load(str(path), way, device=each, output=output, budget=budget, **given) for each in devices]
    return replicas[0] if len(replicas) == 1 else Replicas(replicas)


@model(known=known)
def pipeline(
    *,
    task: Literal["text-classification", "zero-shot-classification"],
    path: Path | str,
    device: str = "auto",
    candidate_labels: list[str] | None = None,
    hypothesis_template: str | None = None,
    multi_label: bool = False,
    output: Literal["probabilities", "value", "labels"] | None = None,
    batch_size: int = 32,
    revision: str | None = None,
    allow_pickle: bool = False,
) -> PipelineModel:
    """A `transformers.pipeline` as the library makes it, called with many texts at once.

    `text-classification` answers as the model `transformers` does, text pairs too, in the dtype of its file.
    `zero-shot-classification` needs `candidate_labels`, and a model trained on NLI; with `multi_label` each
    of them is judged by itself. `batch_size` is in rows. Everything else is as in the model `transformers`.
    """
    from harness_transformers.pipelines import load_text_classification, load_zero_shot

    zero_shot = {
        "candidate_labels": candidate_labels,
        "hypothesis_template": hypothesis_template,
        "multi_label": multi_label,
    }
    given: dict[str, Any] = {"batch_size": batch_size, "revision": revision, "allow_pickle": allow_pickle}
    make = load_text_classification if task == "text-classification" else load_zero_shot
    return make(str(path), output, zero_shot, device=device, **given)


@model(known=prompts.known, prompt=prompts.TRAIT)
def causal_lm(
    *,
    path: Path | str,
    template: str,
    labels: Mapping[str, str] | Sequence[str],
    words: Sequence[str] | None = None,
    normalise: Literal["sum", "tokens", "bytes", "uncond"] = "sum",
    calibrate: Sequence[str] = (),
    train: Path | None = None,
    shots: Shots | None = None,
    answers: Literal["likelihood", "greedy"] = "likelihood",
    end: str = "",
    device: str = "auto",
    dtype: Literal["float32", "bfloat16", "float16"] = "float32",
    max_length: int | None = None,
    revision: str | None = None,
    allow_pickle: bool = False,
    budget: Positive | None = None,
    compile: bool = False,  # what torch calls it
    attention: Literal["eager", "sdpa", "flash_attention_2"] | None = None,
) -> Any:
    """A causal language model as a classifier: the label whose words it finds most probable after the prompt.

    `template` has `{text}` where the input stands (or `{NAME}`, a field of a pair), and nothing else of a prompt ever
    changes. `words` continue the prompt, one for each of `labels`, like [" bad", " good"]; without them the labels
    do, behind a space. From Python `labels` may be a mapping to the words. Probabilities are the softmax of the
    labels' log-likelihoods, which `normalise` divides by their `tokens` (Brown et al. 2020) or `bytes` (acc_norm of
    lm-evaluation-harness), or lessens by that behind the end of the template alone (`uncond`: PMI_DC, Holtzman et al.
    2021). `calibrate` names inputs without content, like ["N/A", "", "[MASK]"], by whose mean probabilities answers
    are divided (contextual calibration, Zhao et al. 2021).

    `shots`, {n: 4, seed: 0}, shows samples of the file `train` before the input. `answers: greedy` is the label that
    generation limited to the labels spells, without probabilities. `end` closes every label, which one that begins
    another needs. An input is cut where the prompt is longer than the model reads, the template never. Everything else
    is as in the model `transformers`.
    """
    from harness_transformers.causal_loading import load
    from harness_transformers.loading import Way, devices_of
    from harness_transformers.replicas import Replicas

    kept = None if shots is None else Shots.model_validate(shots)
    prompt = prompts.prompt_of(template, prompts.words_of(labels, words), end, train, kept)
    scoring: dict[str, Any] = {"normalise": normalise, "calibrate": tuple(calibrate), "greedy": answers == "greedy"}
    prompts.require_scoring(**scoring)
    given: dict[str, Any] = {"max_length": max_length, "revision": revision, "allow_pickle": allow_pickle}
    way = Way(dtype, compile, attention)
    replicas = [
        load(str(path), way, prompt, scoring, device=each, budget=budget, **given) for each in devices_of(device)
    ]
    return replicas[0] if len(replicas) == 1 else Replicas(replicas)
