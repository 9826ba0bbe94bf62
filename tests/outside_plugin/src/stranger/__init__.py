"""Components by somebody who read only the documentation."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from random import Random

from harness import (
    Attribution,
    ClassPredictions,
    Run,
    Sample,
    Session,
    Severity,
    Table,
    ValuePredictions,
    perturbation,
    predict,
)


# The attack of ten lines.
def shout(sample: Sample[str], rng: Random, *, marks: int = 1) -> Session[str]:
    """Write one word in capitals, whichever hurts most, and add exclamation marks."""
    words = sample.input.split(" ")
    tries = [" ".join([*words[:at], word.upper(), *words[at + 1 :]]) + "!" * marks for at, word in enumerate(words)]
    rows = yield from predict(tries)
    return min(zip(rows, tries, strict=True), key=lambda pair: pair[0][sample.label])[1]


def first_word(sample: Sample[str], rng: Random) -> Session[Attribution]:
    """Claims that the first word decides everything."""
    first, space, rest = sample.input.partition(" ")
    [row] = yield from predict([sample.input])
    return Attribution([first + space, rest], [1.0, 0.0], row.label)


def stretched(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Say the last word again, as often as it is severe."""
    return " ".join([text, *text.split()[-1:] * severity])


@perturbation(keeps_label=False)
def backwards(text: str, rng: Random) -> list[str]:
    """Two ways to turn a text round, after which it means something else."""
    return [" ".join(reversed(text.split())), text[::-1]]


def worst_miss(estimates: ValuePredictions) -> float:
    """The largest absolute error."""
    return float(abs(estimates.errors).max(initial=0.0))


def error_rate(predictions: ClassPredictions) -> float:
    """The share of wrong predictions, in 0..1."""
    return float((predictions.predicted != predictions.labels).mean())


def keywords(*, good: Sequence[str], bad: Sequence[str] = ()) -> Callable[[Sequence[str]], list[list[float]]]:
    """Counts words it likes and words it does not."""

    def probabilities(texts: Sequence[str]) -> list[list[float]]:
        counts = [(sum(word in text for word in bad), sum(word in text for word in good)) for text in texts]
        return [[(no + 1) / (no + yes + 2), (yes + 1) / (no + yes + 2)] for no, yes in counts]

    return probabilities


def lines(*, path: Path) -> Iterable[Mapping[str, str]]:
    """Lines of `label: text`."""
    pairs = (line.partition(": ") for line in path.read_text(encoding="utf-8").splitlines())
    return Table({"label": label, "text": text} for label, _, text in pairs)


def strange() -> Path:
    """The stranger's own suite."""
    return Path(__file__).parent / "strange.harness.yaml"


def text(run: Run) -> str:
    """One line a score."""
    return "".join(f"{address} {score.value}\n" for address, score in run.scores.items())
