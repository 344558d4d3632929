"""Enumerations: `SCOPE_KEY` in the contract is 'key' in the domain."""

import re
from functools import cache, lru_cache

from google.protobuf.descriptor import EnumDescriptor


def prefix(descriptor: EnumDescriptor) -> str:
    """What the names of an enumeration begin with: `CAP_MODE_` for CapMode."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", descriptor.name).upper() + "_"


@cache
def _words(descriptor: EnumDescriptor) -> dict[int, str]:
    start = len(prefix(descriptor))
    return {value.number: value.name[start:].lower() for value in descriptor.values if value.number}


@cache
def _numbers(descriptor: EnumDescriptor) -> dict[str, int]:
    return {word: number for number, word in _words(descriptor).items()}


def word_of(descriptor: EnumDescriptor, number: int) -> str | None:
    """The domain's word for a number; empty for the unset 0, None for a number that the contract does not have."""
    return _words(descriptor).get(number) if number else ""


@lru_cache(maxsize=1024)
def number_of(descriptor: EnumDescriptor, word: str) -> int:
    """The number of a word; 0 for one that the contract does not have (an event of a newer release)."""
    return _numbers(descriptor).get(word, 0)
