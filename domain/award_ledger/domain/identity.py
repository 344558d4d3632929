"""Names of things: checked enterprise numbers, ids derived from references, end-to-end ids of payments.

An id that is derived from what it names (UUID version 5, RFC 9562) needs no lookup table, and two processes
that meet the same contract derive the same claim.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

from stdnum import get_cc_module
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from award_ledger.domain.personal_schemes import PERSONAL_SCHEMES
from award_ledger.domain.refusals import EnterpriseNumberInvalid, EnterpriseSchemeUnknown

DEFAULT_SCHEME = "cn.uscc"
"""Unified social credit code, GB 32100-2015."""

OTHER_SCHEME = "other"
"""Numbers without a check digit, for recipients whom no scheme covers."""

MAX_NUMBER_LENGTH = 64

_REMEMBERED = 20_000
"""Numbers that need not be checked and hashed anew: those of the enterprises that many commands are about. A few
megabytes."""

_SCHEME = re.compile(r"[a-z]{2}\.[a-z][a-z0-9_]*\Z")

_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing (Unicode's Default_Ignorable_Code_Point), and the empty Braille pattern."""

_UNSEEN = ("Cc", "Cf", "Cs")
"""Categories of what cannot be seen. Not all of `C`: what is unassigned today is a letter of a later Unicode."""

_NAMESPACE = uuid5(NAMESPACE_URL, "https://award-ledger.invalid/")


def _id(kind: str, *parts: str) -> UUID:
    # The unit separator cannot occur in a part (see `normalised`), so no two names collide.
    return uuid5(_NAMESPACE, "\x1f".join((kind, *parts)))


def checked_number(scheme: str, number: str) -> tuple[str, str]:
    """The scheme and the number in its compact form.

    Raises EnterpriseSchemeUnknown for a scheme that python-stdnum does not have or that numbers natural
    persons, EnterpriseNumberInvalid for a number that fails its scheme's check, or that is given as `other`
    although it is a unified social credit code: one legal person must not be two enterprises.
    """
    # What is longer may be right too, but is nobody's habit, and must not fill the memory.
    check = _checked_before if len(scheme) + len(number) <= 2 * MAX_NUMBER_LENGTH else _checked
    return check(scheme, number)


def _checked(scheme: str, number: str) -> tuple[str, str]:
    scheme = scheme.strip().lower() or DEFAULT_SCHEME
    compact = normalised(number)
    if not compact or len(compact) > MAX_NUMBER_LENGTH:
        raise EnterpriseNumberInvalid(scheme, number[:MAX_NUMBER_LENGTH])
    if scheme == OTHER_SCHEME:
        if uscc.is_valid(compact):
            raise EnterpriseNumberInvalid(scheme, number[:MAX_NUMBER_LENGTH])
        return scheme, compact
    module = get_cc_module(*scheme.split(".")) if _SCHEME.match(scheme) else None
    validate = getattr(module, "validate", None)
    if module is None or validate is None:
        raise EnterpriseSchemeUnknown(scheme)
    # Under its own name: an alias (`nl.vat` for `nl.btw`) would make a second enterprise.
    scheme = ".".join(part.rstrip("_") for part in str(getattr(module, "__name__", scheme)).split(".")[1:])
    if scheme in PERSONAL_SCHEMES:
        raise EnterpriseSchemeUnknown(scheme)
    try:
        compact = validate(compact)
    except ValidationError:
        raise EnterpriseNumberInvalid(scheme, number[:MAX_NUMBER_LENGTH]) from None
    if not compact.isascii():  # digits of another script pass some schemes, and would be another enterprise
        raise EnterpriseNumberInvalid(scheme, number[:MAX_NUMBER_LENGTH])
    return scheme, compact


_checked_before = lru_cache(maxsize=_REMEMBERED)(_checked)


def normalised(reference: str) -> str:
    """A reference as it is compared: width, case, spaces, kinds of dashes and what is unseen do not distinguish."""
    if reference.isascii() and reference.isprintable():  # most are: the same in a tenth of the time
        return reference.upper().replace(" ", "")
    folded = _IGNORABLE.sub("", unicodedata.normalize("NFKC", _IGNORABLE.sub("", reference)).upper())
    kept = "".join(
        "-" if ch == "\u2212" or unicodedata.category(ch) == "Pd" else ch
        for ch in folded
        if not ch.isspace() and unicodedata.category(ch) not in _UNSEEN
    )
    # Capitals and neighbours may compose anew; what is normalised is so for good.
    return unicodedata.normalize("NFKC", kept)


@lru_cache(maxsize=_REMEMBERED)
def enterprise_id(scheme: str, number: str) -> UUID:
    """Id of the enterprise with this checked number."""
    return _id("enterprise", scheme, number)


@lru_cache(maxsize=4096)
def measure_id(code: str) -> UUID:
    """Id of the measure with this code."""
    return _id("measure", code)


@lru_cache(maxsize=4096)
def fund_id(code: str) -> UUID:
    """Id of the fund with this code."""
    return _id("fund", code)


@lru_cache(maxsize=4096)
def bank_account_id(account: str) -> UUID:
    """Id of our own account with this number."""
    return _id("bank_account", normalised(account))


@lru_cache(maxsize=4096)
def payment_run_id(code: str) -> UUID:
    """Id of the run of payments with this code."""
    return _id("payment_run", code)


@lru_cache(maxsize=8)
def directory_id(kind: str) -> UUID:
    """Id of the directory that lists all `measures`, `funds`, `bank_accounts` or `payment_runs`."""
    return _id("directory", kind)


@lru_cache(maxsize=1)
def log_keys_id() -> UUID:
    """Id of what the log says about its own keys."""
    return _id("log.keys")


@lru_cache(maxsize=1)
def roster_id() -> UUID:
    """Id of the roster: who may do what."""
    return _id("roster")


@lru_cache(maxsize=_REMEMBERED)
def evidence_claim_id(kind: str, reference: str) -> UUID:
    """Id of the claim on one piece of evidence."""
    return _id("claim.evidence", kind, normalised(reference))


def key_claim_id(pool: str, facts: tuple[tuple[str, str], ...]) -> UUID:
    """Id of the claim on a key made of facts; the pool is empty for keys that share a cap."""
    return _id("claim.key", pool, *(f"{name}={normalised(value)}" for name, value in facts))


def quota_claim_id(pool: str) -> UUID:
    """Id of the claim that counts the places of a quota."""
    return _id("claim.quota", pool)


def group_claim_id(group: str) -> UUID:
    """Id of the claim that gathers the awards of a group of linked enterprises."""
    return _id("claim.group", normalised(group))


def entry_id(position: int) -> UUID:
    """Id under which the corrections of the entry at a position are found."""
    return _id("entry", str(position))


def request_key(principal: str, request_id: UUID) -> UUID:
    """Key under which a request is found again."""
    return _id("request", principal, request_id.hex)


def application_id(request_key: UUID) -> UUID:
    """Id of the application that a request submits."""
    return uuid5(request_key, "application")


def award_id(application: UUID) -> UUID:
    """Id of the award to which an application leads; there is at most one."""
    return uuid5(application, "award")


def end_to_end_id(award_number: int, decided_on: date, instalment: int, attempt: int) -> str:
    """Id of one payment attempt, at most 35 ASCII characters: `AL25-00001234-02R1-34`.

    Year of decision, award number, instalment, attempt, and two check digits (ISO/IEC 7064 mod 97-10) over the
    letters and digits before them: every wrong character in its place and every swap of neighbours is noticed.
    Ids of earlier releases end in one character (mod 37,36) and stay as they are.
    """
    body = f"AL{decided_on.year % 100:02}-{award_number:08}-{instalment:02}R{attempt}"
    check: str = mod_97_10.calc_check_digits(body.replace("-", ""))
    return f"{body}-{check}"


_END_TO_END = re.compile(r"AL([0-9]{2})-?([0-9]{8,12})-?([0-9]{2}R[0-9]{1,4})-?([0-9]{2})(?![0-9])")


def end_to_end_ids(text: str) -> tuple[str, ...]:
    """The ids in a text whose check digits are right, each once, as `end_to_end_id` writes them.

    Banks fold the case and the width of a free text, break its lines and drop its dashes.
    """
    kept = unicodedata.normalize("NFKC", text).upper()
    found = (*_END_TO_END.findall(kept), *_END_TO_END.findall(normalised(text)))
    right = (parts for parts in found if mod_97_10.is_valid("AL" + "".join(parts)))
    return tuple(dict.fromkeys("AL" + "-".join(parts) for parts in right))
