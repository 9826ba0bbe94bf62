"""What one case of the task `data` keeps, and the names of its parts."""

from __future__ import annotations

from dataclasses import dataclass, field

COPIES, TRAIN, LABELS, CONTENT = "copies", "train", "labels", "content"
"""The parts: a sample among those of its set, among the train's, its label and its input."""

UNKNOWN = -1
"""The class of a sample that has none."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found about a sample in one part; what another part finds has its default.

    `set` is the name of its set, and `own` whether that is the train itself. Of copies, the train and labels `like` is
    the id of another sample, the first of an equal input, and `beside` its input as a run keeps it; `similarity` is 1
    for an equal one, that of a nearly equal one, 0 where there is none, None where only equal ones are looked for. In
    `labels` it is one of another label; `probabilities` are the answer by which its label is judged, `predicted` the
    model's class, `majority` and `bag_of_words` those of trivial models, by their number, None for none; `class_share`
    is the share of its class among `train_size` samples of the train. Of the content `names` are properties and
    `values` theirs; `below` and `upto` the shares of the train's values that are less, or not more, of so many
    `counts`; `unknown` and `cut` the tokens that the model's tokenizer does not know, and those past the model's limit,
    None where it does not say.
    """

    set: str = ""
    own: bool = False
    like: str = ""
    beside: str = ""
    similarity: float | None = None
    probabilities: list[float] = field(default_factory=list)
    predicted: int | None = None
    majority: int | None = None
    bag_of_words: int | None = None
    class_share: float | None = None
    train_size: int = 0
    names: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    below: list[float] = field(default_factory=list)
    upto: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    unknown: int | None = None
    cut: int | None = None
