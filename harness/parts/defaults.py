"""The perturbations, attacks and explainers that a task runs where a suite names none: the kind of input says which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.errors import UserError
from harness.kinds.inputs import InputKind, input_kind

PARTS = ("perturbations", "attacks", "explainers")


def defaults_of(parts: str, kind: InputKind) -> Sequence[str]:
    """The names of a kind's own, of one with fields those of its fields' kind; raises UserError where there are none.

    A kind has them as `defaults`, a mapping such as `{"attacks": ["deepwordbug"]}`.
    """
    for each in (kind, *([input_kind(kind.fields_of)] if kind.fields_of else [])):
        named: Mapping[str, Sequence[str]] = getattr(each, "defaults", {})
        if found := named.get(parts):
            return found
    raise UserError(
        f"no {parts} are chosen for {kind.plural}: name some, `{parts}: [..]` (`harness list {parts}`)", parts
    )
