"""The model `keras`: a file of Keras 3, on texts by a word index, rows, images or the user's own features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from harness.models import Output

if TYPE_CHECKING:
    from harness_keras.network import Network

Count: TypeAlias = Annotated[int, Field(ge=1)]
Place: TypeAlias = Annotated[int, Field(ge=0)]
End: TypeAlias = Literal["pre", "post"]

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
"""Characters between words, as Keras's own tokenizer has them."""


def keras(
    *,
    path: Path,
    labels: Sequence[str] | None = None,
    output: Output = "probabilities",
    word_index: Path | None = None,
    index_from: Place = 0,
    oov: Place | None = None,
    num_words: Count | None = None,
    lower: bool = True,
    filters: str = FILTERS,
    maxlen: Count | None = None,
    padding: End = "pre",
    truncating: End = "pre",
    divide: Annotated[float, Field(gt=0)] = 1.0,
    features: str | None = None,
    answers: str | None = None,
    logits: bool | None = None,
    custom_objects: Mapping[str, str] | None = None,
    max_batch: Count = 256,
) -> Network:
    """A network in a `.keras` file of Keras 3, on the backend torch unless KERAS_BACKEND names another.

    Texts become numbers of words by `word_index`, JSON of numbers by word, as Keras's tokenizer makes it: in lower case
    and split at `filters` and spaces, each number plus `index_from` (3 for Keras's IMDb); words that are not in it, or
    beyond `num_words`, become `oov` or are left out. They are padded with 0 and cut to `maxlen`, by default the length
    that the network takes. Numbers of rows and images are given as arrays, over `divide` (255 for images trained in
    0..1); rows whose columns are called like the network's several inputs, input by input. `features` names a function
    of yours, `module:function`, from a list of inputs to an array or to arrays by input.

    A last layer without softmax or sigmoid answers logits, unless `logits: false`; one column is that of the second of
    two classes. `answers` names the layer to read of a network with several outputs. A file with code in it (Lambda) is
    refused; layers of your own are found by `custom_objects: {Name: module:object}`.
    """
    from harness_keras.network import load
    from harness_keras.words import Words

    words = None
    if word_index is not None:
        words = Words.read(
            word_index,
            index_from=index_from,
            oov=oov,
            num_words=num_words,
            lower=lower,
            filters=filters,
            padding=padding,
            truncating=truncating,
        )
    return load(
        path,
        words=words,
        maxlen=maxlen,
        labels=labels,
        output=output,
        divide=divide,
        features=features,
        answers=answers,
        logits=logits,
        custom_objects=custom_objects or {},
        max_batch=max_batch,
    )
