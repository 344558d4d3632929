"""Fields of requests, read strictly: what is wrong is a refusal that names the field by its path."""

import re
from datetime import date
from uuid import UUID

from google.protobuf.descriptor import EnumDescriptor

from award_ledger.domain.identity import checked_number
from award_ledger.domain.refusals import RequestIdRequired, invalid_field
from award_ledger.server.rpc.mapping.enums import word_of
from award_ledger.v1.common_pb2 import EnterpriseNumber

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days on which something may take effect: windows and publicity reckoned from them stay within the calendar."""

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_ECHO = 64


def request_uuid(text: str) -> UUID:
    """The id of a request. Raises RequestIdRequired."""
    try:
        return UUID(text)
    except ValueError:
        raise RequestIdRequired(text[:_LONGEST_ECHO]) from None


def identifier(text: str, path: str) -> UUID:
    """The id of an application or an award. Raises InvalidFields."""
    try:
        return UUID(text)
    except ValueError:
        raise invalid_field(path, f"must be a UUID, not {text[:_LONGEST_ECHO]!r}") from None


def iso_day(text: str) -> date:
    """A day written YYYY-MM-DD and no other way. Raises ValueError with what is wrong."""
    if not _ISO_DAY.fullmatch(text):
        raise ValueError(f"must be a day YYYY-MM-DD, not {text[:_LONGEST_ECHO]!r}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not a day of the calendar") from None


def day(text: str, path: str) -> date | None:
    """A day of effect in law; None where it is left out. Raises InvalidFields."""
    if not text:
        return None
    try:
        found = iso_day(text)
    except ValueError as error:
        raise invalid_field(path, str(error)) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise invalid_field(path, f"must be between {FIRST_DAY} and {LAST_DAY}")
    return found


def number_of(message: EnterpriseNumber) -> tuple[str, str]:
    """Scheme and number, checked. Raises EnterpriseNumberInvalid or EnterpriseSchemeUnknown."""
    return checked_number(message.scheme, message.number)


def part_of(enterprise: EnterpriseNumber, part_id: str, path: str) -> tuple[str, str, UUID]:
    """Scheme and number of an enterprise and the id of its application or award: a key that commands begin with."""
    return (*number_of(enterprise), identifier(part_id, path))


def chosen(descriptor: EnumDescriptor, number: int, path: str) -> str:
    """The word for an enumeration's value; empty where it is left out. Raises InvalidFields for an unknown value."""
    word = word_of(descriptor, number)
    if word is None:
        raise invalid_field(path, f"{number} is not a value of {descriptor.name}")
    return word


def required_choice(descriptor: EnumDescriptor, number: int, path: str) -> str:
    """The same, where something must be chosen."""
    word = chosen(descriptor, number, path)
    if not word:
        raise invalid_field(path, "must be set")
    return word
