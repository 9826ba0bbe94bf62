"""The scores of the task, and the findings behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness import Findings, Record, RecordTable, Score, ScoringContext, Task, paired_difference, share
from harness_data.columns import Columns, Flag, View
from harness_data.drift import kolmogorov_smirnov, p_value, total_variation
from harness_data.examined import CONTENT, COPIES, LABELS, TRAIN, Examined
from harness_data.properties import EMBEDDING, OF_TEXTS, Array, outlying, shares_below
from harness_data.shingles import Indices
from harness_data.shortcuts import informedness
from harness_data.stability import BINS, shares_of_bins, stability_index

ANY = "*"
"""The property of a score that there is for every column of numbers."""

SHARES = ("duplicates", "near_duplicates", "label_conflicts", "label_errors", "unknown_tokens", "truncated", "outliers")
OF_TRAIN = ("train_overlap", "near_train_overlap")
OF_PROPERTIES = ("property_drift", "property_psi")

NO_TEXTS = "nearly equal inputs are looked for among texts, and with Pillow among images"
NO_LABELS = "no sample has a label"
NO_CLASSES = "no sample has a class"
ONE_CLASS = "all samples are of one class"
NO_ANSWERS = "it needs probabilities, and there are none: of the model, or in `out_of_fold`"
NO_BETTER = "the answers are not surely better than a guess, so they say nothing of single labels"
NO_TOKENS = "the model does not say what its tokenizer makes of an input"
ITSELF = "the set is the train itself"
NO_PROPERTIES = "nothing is measured of this kind of input"
FEW = "too few samples, or classes, on either half"
REFERENCE = "the other sets are compared with this one"
NO_TRIVIAL = "there is no such answer: it needs classes, and a bag of words needs texts"
NOT_IN_TRAIN = "the train has no such property"
WHY: Mapping[str, str] = {
    "near_duplicates": NO_TEXTS,
    "near_train_overlap": NO_TEXTS,
    "label_conflicts": NO_LABELS,
    "unknown_tokens": NO_TOKENS,
    "truncated": NO_TOKENS,
    "outliers": NO_PROPERTIES,
}
"""Why a share has no value."""


@dataclass(frozen=True)
class Reference:
    """A set that others are compared with: its values by property, and its classes."""

    set: str
    values: Mapping[str, Array]
    labels: Indices


@dataclass(frozen=True)
class Scoring:
    """The scores of a task with these data beside its samples."""

    train: bool
    several: bool
    task: Callable[[Scoring], Task[Examined]]
    reference: Reference | None = None

    @property
    def drifts(self) -> bool:
        """Whether there is something to compare a set with."""
        return self.train or self.several

    def settled(self, records: RecordTable[Examined], scoring: ScoringContext) -> Task[Examined]:
        """The same, its sets compared with the first where there is no train."""
        columns = Columns(records, scoring)
        if self.train or not columns.sets:
            return self.task(self)
        first = columns.sets[0]
        values = {name: each for name, (_, each) in columns.part(CONTENT, first).properties.items()}
        labels = columns.part(LABELS, first).truth
        return self.task(replace(self, reference=Reference(first, values, labels[labels >= 0])))

    def scores(self, records: Sequence[Record[Examined]], scoring: ScoringContext) -> list[Score]:
        """Every score of one set; of no records all that there can be, undefined."""
        columns, level = Columns(records, scoring), scoring.confidence
        flags = {flag.name: flag for flag in columns.flags()}
        content, labels = columns.part(CONTENT), columns.part(LABELS)
        found = [self._share(name, flags.get(name), columns, scoring) for name in self.shares]
        found += _outliers(content, level) if columns.sets else _undefined("outliers", NO_PROPERTIES)
        found += self._shortcuts(columns, content, level) if columns.sets else _undefined("shortcut", FEW, whole=True)
        found += [_margin(name, labels, level) for name in ("majority", "bag_of_words")]
        if self.drifts:
            found += self._class_drift(labels, scoring)
            found += (
                self._property_drift(content, level)
                if columns.sets
                else [each for name in OF_PROPERTIES for each in _undefined(name, "", whole=True)]
            )
        return found

    @property
    def shares(self) -> tuple[str, ...]:
        """The names of the scores that are shares of the samples."""
        return (*SHARES, *OF_TRAIN) if self.train else SHARES

    def outcomes(self, records: RecordTable[Examined], scoring: ScoringContext) -> dict[str, dict[str, float]]:
        """What each share is the share of, by sample."""
        columns = Columns(records, scoring)
        ids = records.column("sample").to_pylist()
        return {
            flag.name: {ids[place]: float(holds) for place, holds in zip(flag.at, flag.holds, strict=True)}
            for flag in columns.flags()
        }

    def findings(self, records: RecordTable[Examined], scoring: ScoringContext) -> Findings:
        """Of each record the first thing that speaks against it: the word is the name of its score."""
        columns, at, words, weights, lines = (
            Columns(records, scoring),
            list[int](),
            list[str](),
            list[float](),
            list[str](),
        )
        taken = np.zeros(len(records), bool)
        for flag in columns.flags():
            new = flag.holds & ~taken[flag.at]
            taken[flag.at[new]] = True
            at += flag.at[new].tolist()
            words += [flag.name] * int(new.sum())
            weights += flag.weight[new].tolist()
            lines += list(_lines(flag, flag.at[new], records, scoring)) if new.any() else []
        return _findings(at, words, weights, lines)

    def _share(self, name: str, flag: Flag | None, columns: Columns, scoring: ScoringContext) -> Score:
        if flag is not None:
            score = share(name, int(flag.holds.sum()), len(flag.at), scoring.confidence)
            return _judged_by(columns.part(LABELS), score) if name == "label_errors" else score
        return Score(name, None, None, None, 0, note=self._why(name, columns))

    def _why(self, name: str, columns: Columns) -> str:
        if name == "label_errors":
            labels = columns.part(LABELS)
            if not (labels.truth >= 0).any():
                return NO_CLASSES
            return ONE_CLASS if len(labels.answered) else NO_ANSWERS
        if name in OF_TRAIN and columns.part(TRAIN).own.any():
            return ITSELF
        return WHY.get(name, "no sample was looked at")

    def _class_drift(self, labels: View, scoring: ScoringContext) -> list[Score]:
        """How far the shares of classes lie apart, from the train's or the first set's."""
        found = self._classes(labels, scoring)
        if isinstance(found, str):
            return [_none(name, found) for name in ("class_drift", "class_psi")]
        own, other, *counts = found
        both = {"class_drift": total_variation, "class_psi": stability_index}
        return [
            Score(name, *distance(own, other, (counts[0], counts[1]), scoring.confidence), counts[0])
            for name, distance in both.items()
        ]

    def _classes(self, labels: View, scoring: ScoringContext) -> tuple[Array, Array, int, int] | str:
        """The shares of classes here and there, of so many samples each; or why there are none."""
        truth = labels.truth
        classes = max(len(scoring.labels), int(truth.max(initial=-1)) + 1)
        known = truth[truth >= 0]
        own = np.bincount(known, minlength=classes) / max(1, len(known))
        if self.reference:
            if not self._is_other(labels):
                return REFERENCE
            m = len(self.reference.labels)
            other = np.bincount(self.reference.labels, minlength=classes) / max(1, m)
            return (own, other, len(known), m) if len(known) and m else NO_CLASSES
        if not len(labels) or labels.own.any():
            return ITSELF if len(labels) else NO_CLASSES
        shares, sizes = labels.numbers("class_share"), labels.values("train_size")
        if not len(known) or not max(sizes):
            return NO_CLASSES if not len(known) else "the train has no labels"
        other = np.zeros(classes + 1)
        other[truth[truth >= 0]] = shares[truth >= 0]
        other[-1] = max(0.0, 1 - other.sum())  # classes that only the train has
        return np.append(own, 0.0), other, len(known), max(sizes)

    def _is_other(self, view: View) -> bool:
        assert self.reference
        return self.reference.set not in set(view.values("set"))

    def _property_drift(self, content: View, level: float) -> list[Score]:
        """The distance of each property from the train's or the first set's, and the largest of them."""
        if self.reference and not self._is_other(content):
            return [_none(name, REFERENCE) for name in OF_PROPERTIES]
        if self.train and content.own.any():
            return [_none(name, ITSELF) for name in OF_PROPERTIES]
        known = {name: self._known(content, name, values) for name, (_, values) in content.properties.items()}
        there = {name: each for name, each in known.items() if each[2]}
        if not there:
            return [_none(name, NOT_IN_TRAIN if known else NO_PROPERTIES) for name in OF_PROPERTIES]
        corrected = 1 - (1 - level) / len(there)
        own = {name: content.properties[name][1] for name in there}
        each = {name: kolmogorov_smirnov(*there[name][:2], own[name], there[name][2], level) for name in there}
        p = _holm({name: p_value(each[name][0], len(own[name]), there[name][2]) for name in there})
        found = [
            Score("property_drift", *each[name], len(own[name]), {"property": name}, f"p {p[name]:.2g} (Holm)")
            for name in there
        ]
        sure = [kolmogorov_smirnov(*there[name][:2], own[name], there[name][2], corrected) for name in there]
        absent = [name for name in known if name not in there]
        missing = [_none(each, NOT_IN_TRAIN, property=name) for each in OF_PROPERTIES for name in absent]
        drift = [_largest("property_drift", found, sure), *found]
        return [*drift, *_stability(there, level, corrected), *missing]

    def _known(self, content: View, name: str, values: Array) -> tuple[Array, Array, int]:
        if self.reference is None:
            return content.against_train(name)
        other = self.reference.values.get(name, np.empty(0))
        return (*shares_below(values, other), len(other))

    def _shortcuts(self, columns: Columns, content: View, level: float) -> list[Score]:
        """How far each property tells the class, and the largest of them."""
        halves = _halves(columns, content)
        own = {name: each for name, each in content.properties.items() if not name.startswith(EMBEDDING)}
        corrected = 1 - (1 - level) / max(1, len(own))
        found, sure = [], []
        for name, (at, values) in own.items():
            known = content.truth[at] >= 0
            about = (values[known], content.truth[at][known], halves[at][known])
            informed, surely = informedness(*about, level), informedness(*about, corrected)
            if informed and surely:
                found.append(Score("shortcut", *informed, {"property": name}))
                sure.append(surely[:3])
            else:
                found.append(_none("shortcut", FEW if known.any() else NO_CLASSES, property=name))
        why = FEW if (content.truth >= 0).any() else NO_CLASSES
        return [_largest("shortcut", [each for each in found if each.value is not None], sure, why), *found]


def _outliers(content: View, level: float) -> list[Score]:
    found = []
    for name, (_, values) in content.properties.items():
        score = share("outliers", int(outlying(values).sum()), len(values), level)
        found.append(replace(score, keys={"property": name}))
    return found


def _undefined(name: str, why: str, *, whole: bool = False) -> list[Score]:
    each = [_none(name, why, property=known) for known in (*OF_TEXTS, ANY)]
    return [_none(name, why), *each] if whole else each


def _none(name: str, why: str, **keys: str) -> Score:
    return Score(name, None, None, None, 0, keys, why)


def _largest(name: str, found: Sequence[Score], sure: Sequence[Sequence[float | None]], why: str = "") -> Score:
    """The largest of some scores: its bounds hold for all of them at once."""
    if not found:
        return _none(name, why)
    most = max(found, key=float)
    lows, highs = ([bound for each in sure if (bound := each[end]) is not None] for end in (1, 2))
    return replace(
        most, low=max(lows, default=None), high=max(highs, default=None), keys={}, note=f"of {most.keys['property']}"
    )


def _margin(trivial: str, labels: View, level: float) -> Score:
    """How many more samples the model has right than a trivial one, as a share."""
    name = f"{trivial}_margin"
    if not len(labels):
        return _none(name, NO_TRIVIAL)
    own, other = labels.numbers("predicted"), labels.numbers(trivial)
    both = (labels.truth >= 0) & ~np.isnan(own) & ~np.isnan(other)
    if not both.any():
        return _none(name, NO_TRIVIAL)
    right, also = own[both] == labels.truth[both], other[both] == labels.truth[both]
    both_right, first, second = (int(each.sum()) for each in (right & also, right & ~also, ~right & also))
    low, high = paired_difference(both_right, first, second, len(right) - both_right - first - second, level)
    note = f"the trivial model has {also.mean():.3f} right"
    return Score(name, float(right.mean() - also.mean()), low, high, int(both.sum()), note=note)


def _stability(there: Mapping[str, tuple[Array, Array, int]], level: float, corrected: float) -> list[Score]:
    """The stability index of each property, by where its values lie among another set's, and the largest."""
    found, sure = [], []
    other = np.full(BINS, 1 / BINS)
    for name, (below, upto, m) in there.items():
        about = (shares_of_bins(below, upto), other, (len(below), m))
        found.append(Score("property_psi", *stability_index(*about, level), len(below), {"property": name}))
        sure.append(stability_index(*about, corrected))
    return [_largest("property_psi", found, sure), *found]


def _halves(columns: Columns, content: View) -> Indices:
    """Which half each sample is in: in turn, equal ones in one half."""
    copies = columns.part(COPIES)
    similar = copies.numbers("similarity") if len(copies) else np.empty(0)
    first = {
        name: like for name, like, how in zip(copies.samples, copies.values("like"), similar, strict=True) if how == 1
    }
    number: dict[str, int] = {}
    order = (first.get(name, name) for name in content.samples)
    return np.array([number.setdefault(name, len(number)) % 2 for name in order], np.int64)


def _holm(p: Mapping[str, float]) -> dict[str, float]:
    """Each p, adjusted for the number of them (Holm 1979)."""
    found, least = dict[str, float](), 0.0
    for at, name in enumerate(sorted(p, key=p.__getitem__)):
        least = max(least, min(1.0, p[name] * (len(p) - at)))
        found[name] = least
    return found


def _judged_by(labels: View, score: Score) -> Score:
    """Label errors with what they are to be read with: samples without an answer, answers that know no label."""
    truth, there = labels.truth[labels.answered], np.unique(labels.truth[labels.answered])
    right = labels.answers.argmax(axis=1) == truth
    recalls = np.array([right[truth == at].mean() for at in there])
    error = float(np.sqrt((recalls * (1 - recalls) / [(truth == at).sum() for at in there]).sum())) / len(there)
    missing, mean = int((labels.truth >= 0).sum()) - len(truth), float(recalls.mean())
    doubt = f"{NO_BETTER}: mean recall {mean:.3f}" if mean - 2 * error <= 1 / len(there) else ""
    return replace(score, note=f"{missing} samples have no answer" if missing else "", doubt=doubt)


def _lines(flag: Flag, at: Indices, records: RecordTable[Examined], scoring: ScoringContext) -> Iterator[str]:
    """What is found in each of the records at these places, in a line."""
    for place, record in zip(at.tolist(), records.take(at), strict=True):
        assert record.payload is not None
        yield flag.about.get(place) or _line(flag.name, record.sample, record.payload, scoring)


def _line(name: str, sample: str, given: Examined, scoring: ScoringContext) -> str:
    if name == "label_conflicts":
        truth = _label(scoring, scoring.truth.get(sample))
        return f"labelled {truth}, and otherwise in {given.like}: {_short(given.beside)}"
    if name == "label_errors":
        return _doubted(scoring.truth[sample], given.probabilities, scoring)
    counted = {"unknown_tokens": f"{given.unknown} unknown tokens", "truncated": f"{given.cut} tokens are cut"}
    return counted.get(name) or f"{_alike(given)} {_short(given.beside)} ({_where(name, given)})"


def _doubted(truth: int, row: Sequence[float], scoring: ScoringContext) -> str:
    best = int(np.argmax(row))
    return f"labelled {_label(scoring, truth)} ({row[truth]:.2f}), probably {_label(scoring, best)} ({row[best]:.2f})"


def _alike(given: Examined) -> str:
    return "equal to" if given.similarity == 1 else f"{given.similarity:.2f} alike to"


def _where(name: str, given: Examined) -> str:
    return "of the train" if "train" in name else given.like


def _label(scoring: ScoringContext, at: object) -> str:
    return scoring.labels[at] if isinstance(at, int) and 0 <= at < len(scoring.labels) else str(at)


def _short(text: str) -> str:
    return repr(text if len(text) <= MOST else f"{text[: MOST - 1]}\u2026")


MOST = 100
"""Characters of a text in a line."""


def _findings(at: Sequence[int], words: Sequence[str], weights: Sequence[float], lines: Sequence[str]) -> Findings:
    import pyarrow as pa

    legible = [line.encode("utf-8", "replace").decode("utf-8") for line in lines]
    return Findings(
        np.array(at, np.intp),
        pa.array(words, pa.string()),
        np.array(weights, np.float64),
        pa.array(legible, pa.string()),
    )
