"""What requests cost, and a limit of what may be spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from harness import RunError
from harness.models import Account


class Prices(BaseModel):
    """The prices of `per` tokens in and out and of a request, in a currency."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)
    tokens_in: Annotated[float, Field(ge=0)] = 0.0
    tokens_out: Annotated[float, Field(ge=0)] = 0.0
    request: Annotated[float, Field(ge=0)] = 0.0
    per: Annotated[int, Field(gt=0)] = 1_000_000
    currency: str = "USD"


@dataclass
class Budget:
    """Counts what requests cost into an account, and allows none that may go beyond `most`."""

    account: Account
    prices: Prices | None
    most: float | None
    reserved: float = 0.0
    largest: float = 0.0

    def __post_init__(self) -> None:
        if self.prices:
            self.account.cost, self.account.currency = 0.0, self.prices.currency

    def reserve(self) -> float:
        """Take what the dearest request so far has cost; raises RunError where that is beyond the limit."""
        if self.most is None:
            return 0.0
        spent = self.account.cost or 0.0
        if spent + self.reserved + self.largest > self.most or spent >= self.most:
            raise RunError(
                f"the run stopped: {spent:.4g} {self.account.currency} are spent, and max_cost is {self.most:g}: what "
                "finished is kept, and --resume goes on with --set model.max_cost=MORE"
            )
        self.reserved += self.largest
        return self.largest

    def give_back(self, reserved: float) -> None:
        """Take a reservation back once its request has ended."""
        self.reserved -= reserved

    def count(self, tokens_in: int, tokens_out: int) -> None:
        """Count a request that was answered."""
        self.account.tokens_in += tokens_in
        self.account.tokens_out += tokens_out
        if self.prices:
            tokens = self.prices.tokens_in * tokens_in + self.prices.tokens_out * tokens_out
            cost = tokens / self.prices.per + self.prices.request
            self.largest = max(self.largest, cost)
            self.account.cost = (self.account.cost or 0.0) + cost


def usage_of(answer: Any) -> tuple[int, int]:
    """The tokens in and out that an answer says it took; 0 where it does not say."""
    usage = answer.get("usage") if isinstance(answer, Mapping) else None
    if not isinstance(usage, Mapping):
        return 0, 0
    names = (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))
    found = [next((usage[name] for name in each if isinstance(usage.get(name), int)), 0) for each in names]
    return max(0, found[0]), max(0, found[1])
