"""Keys of endpoints: they come from the environment alone, and stand in no output."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness import UserError

_SECRET = re.compile(
    r"(?i)(^|[-_.])(auth\w*|api[-_]?key|\w*key|token|\w*secret|passw\w*|pwd|sig(nature)?|cookie|sas|credentials?)$"
)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
HIDDEN = "<hidden>"
"""What stands in place of a key."""

SHORTEST = 6
"""Characters of a value from which on it is hidden: of less, ordinary words would be too."""


def require_open_address(url: str, key: str = "url") -> None:
    """Raise UserError for what is no address of a server, or has a key in it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UserError(f"{key}: expected an address like https://host/path, but got {hidden_in_address(url)!r}", key)
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if _SECRET.search(name)]
    if parts.username or parts.password or names:
        what = f"the parameter {names[0]!r}" if names else "a user's name or password"
        raise UserError(
            f"{key}: {what} in an address is seen by whoever reads the suite, a log or the run: put it into an "
            "environment variable and name that in `headers`, as in {Authorization: Bearer $MY_KEY}",
            key,
        )


def hidden_in_address(url: str) -> str:
    """An address without what stands before its host and behind its path."""
    return re.sub(r"(//)[^/@]*@", rf"\1{HIDDEN}@", url).partition("?")[0]


def require_no_keys(mapping: Any, key: str) -> None:
    """Raise UserError where a body's template has a field that is called like a secret."""
    for name in _names(mapping):
        if _SECRET.search(name) and not re.search(r"(?i)(max|top|num|stop|pad|eos|bos)[-_]?\w*tokens?$", name):
            raise UserError(
                f"{key}: {name!r} looks like a key, and a suite is no place for one: send it as a header whose value "
                "names an environment variable, as in headers: {Authorization: Bearer $MY_KEY}",
                key,
            )


def _names(mapping: Any) -> Iterator[str]:
    if isinstance(mapping, Mapping):
        for name, value in mapping.items():
            yield str(name)
            yield from _names(value)
    elif isinstance(mapping, list):
        for value in mapping:
            yield from _names(value)


def headers_of(headers: Mapping[str, str], *, needed: bool = True) -> tuple[dict[str, str], list[str]]:
    """The headers with the values of the variables that they name, and these values, which no output may have.

    A header that is called like a secret has to name one. Raises UserError where it names none, or one that is not set;
    unless it is `needed`, an empty value is as good.
    """
    found: dict[str, str] = {}
    secrets: list[str] = []
    for name, value in headers.items():
        variables = _VARIABLE.findall(value)
        if _SECRET.search(name) and not variables:
            raise UserError(
                f"headers: {name} has a value that stands in the suite: name an environment variable, as in "
                f"{{{name}: Bearer $MY_KEY}}",
                "headers",
            )
        values = {each: _value(each, name, needed=needed) for each in variables}
        secrets += [each for each in values.values() if len(each) >= SHORTEST]
        found[name] = _VARIABLE.sub(lambda match, values=values: values[match[1]], value)  # type: ignore[misc]
    return found, secrets


def _value(variable: str, header: str, *, needed: bool) -> str:
    value = os.environ.get(variable, "").strip()
    if not value and needed:
        raise UserError(f"headers: {header} needs the environment variable {variable}, which is not set", "headers")
    if not value.isprintable() or not value.isascii():
        raise UserError(f"headers: {header}: the value of {variable} has characters that no header may have", "headers")
    return value


def hidden(text: str, secrets: list[str]) -> str:
    """A text in which no secret stands, whatever a server has echoed."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
