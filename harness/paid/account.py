"""The account of a model that answers elsewhere: requests, those sent anew and why, tokens, money, who answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.engine.adapters import Connection
from harness.errors import RunError, listed


@dataclass
class Account:
    """What an adapter has spent, which it counts itself; an attribute `account` of it.

    `requests` are all that were sent, `again` those of them that were sent anew, by reason ("429", "timeout"), and
    `waited` the seconds between. `tokens_in` and `tokens_out` are as the endpoint counts them, `cost` is in
    `currency` by the prices of the suite, None without. `served` is what answered, as the endpoint calls it.
    """

    requests: int = 0
    again: dict[str, int] = field(default_factory=dict)
    waited: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    currency: str = ""
    served: list[str] = field(default_factory=list)

    def anew(self, reason: str, seconds: float) -> None:
        """Count a request that is sent anew after so many seconds."""
        self.again[reason] = self.again.get(reason, 0) + 1
        self.waited += seconds

    def saw(self, name: str) -> None:
        """Keep what answered, as the endpoint calls it."""
        if name and name not in self.served:
            self.served.append(name)

    def add(self, before: Account) -> None:
        """Take over what the run had spent before it was resumed; what answered then comes first."""
        self.requests += before.requests
        self.again = {
            name: self.again.get(name, 0) + before.again.get(name, 0) for name in {**before.again, **self.again}
        }
        self.waited += before.waited
        self.tokens_in += before.tokens_in
        self.tokens_out += before.tokens_out
        self.cost = before.cost if self.cost is None else self.cost + (before.cost or 0.0)
        self.currency = self.currency or before.currency
        self.served = list(dict.fromkeys([*before.served, *self.served]))

    def times(self, factor: float) -> Account:
        """What so many times the requests are expected to take, if none of them is sent anew."""
        numbers = (self.requests - sum(self.again.values()), self.tokens_in, self.tokens_out)
        requests, tokens_in, tokens_out = (round(number * factor) for number in numbers)
        cost = None if self.cost is None else self.cost * factor
        return Account(requests, {}, 0.0, tokens_in, tokens_out, cost, self.currency, list(self.served))

    def words(self) -> str:
        """What a reader has to know of it, in one line."""
        again = sum(self.again.values())
        reasons = ", ".join(f"{count} x {reason}" for reason, count in sorted(self.again.items()))
        parts = [f"{self.requests:,} requests"]
        parts += [f"{again:,} of them again ({reasons}) after {self.waited:.1f} s of waiting"] if again else []
        parts += [f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out"] if self.tokens_in or self.tokens_out else []
        parts += [f"{self.cost:.4g} {self.currency}".rstrip()] if self.cost is not None else []
        return ", ".join(parts)


def resumed(models: Mapping[str, Connection], before: Mapping[str, Account]) -> None:
    """Have each model's account go on from what the run had spent before."""
    for name, account in before.items():
        if name in models and (its := models[name].account):
            its.add(account)


def accounts_of(models: Mapping[str, Connection]) -> dict[str, Account]:
    """The accounts of the models that have one, by the model's name."""
    return {name: model.account for name, model in models.items() if model.account}


def require_one(models: Mapping[str, Connection]) -> None:
    """Raise RunError where answers come from more than one model behind the same endpoint."""
    for name, account in accounts_of(models).items():
        if len(account.served) > 1:
            title = f"model {name!r}" if name else "the model"
            raise RunError(
                f"the run stopped: {title} was answered by {listed(account.served)}: the endpoint changed what answers "
                "during the run, so its answers are of different models: start a new run"
            )
