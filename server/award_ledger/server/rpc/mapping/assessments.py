"""Assessments with the words of the law and the remedies beside their checks, as people read them."""

from functools import lru_cache
from typing import get_args

from award_ledger.domain import assessment as domain
from award_ledger.domain.explanation import remedy, words
from award_ledger.domain.terms import AmountRule, LocalizedText, Terms
from award_ledger.server.rpc.mapping.enums import number_of
from award_ledger.v1 import common_pb2, errors_pb2

_VERDICTS = common_pb2.Verdict.DESCRIPTOR
_REASONS = errors_pb2.ErrorReason.DESCRIPTOR

_MONEY = {*(rule.__struct_config__.tag for rule in get_args(AmountRule)), "cap", "fund", "second_person", "clawbacks"}
"""Kinds of checks whose numbers are amounts; those of the others are counts."""


def assessment_message(assessment: domain.Assessment, terms: Terms | None) -> common_pb2.Assessment:
    """The message; without the Terms it lacks the currency and the words on which the checks rest."""
    message = common_pb2.Assessment()
    fill_assessment(message, assessment, terms)
    return message


def fill_assessment(message: common_pb2.Assessment, assessment: domain.Assessment, terms: Terms | None) -> None:
    """The same in place: a message that is put into another is copied, and this is the largest part of an answer."""
    message.measure_code = assessment.measure_code
    message.terms_version = assessment.terms_version
    message.asked_minor = assessment.asked_minor
    message.admissible_minor = assessment.admissible_minor
    message.granted_minor = assessment.granted_minor
    message.binding.extend(assessment.binding)
    message.unlimited = assessment.unlimited
    message.currency = terms.currency if terms is not None else ""
    for check in assessment.checks:
        _fill_line(message.checks.add(), check, terms)


def localized(text: LocalizedText) -> common_pb2.LocalizedText:
    """The message for a text in two languages."""
    return common_pb2.LocalizedText(zh=text.zh, en=text.en)


def reason_number(reason: str) -> errors_pb2.ErrorReason.ValueType:
    """The reason's number in the contract; 0 for none."""
    return errors_pb2.ErrorReason.ValueType(number_of(_REASONS, reason.lower()))


def check_message(check: domain.Check, terms: Terms | None) -> common_pb2.Check:
    """One line, with the words on which it rests where the Terms are given."""
    line = common_pb2.Check()
    _fill_line(line, check, terms)
    return line


def _fill_line(line: common_pb2.Check, check: domain.Check, terms: Terms | None) -> None:
    limit, used, asked, left = check.limit, check.used, check.asked, check.left
    counted = not (limit is used is asked is left is None)
    line.CopyFrom(_said_before(check.id, check.verdict, check.reason, counted, terms))
    if limit is not None:
        line.limit = limit
    if used is not None:
        line.used = used
    if asked is not None:
        line.asked = asked
    if left is not None:
        line.left = left
    if check.found:
        line.found = check.found


@lru_cache(maxsize=4096)
def _said_before(
    check_id: str, verdict: domain.Verdict, reason: str, counted: bool, terms: Terms | None
) -> common_pb2.Check:
    """A line without its numbers: what is left is much the same from one assessment to the next. Never changed."""
    return common_pb2.Check(
        id=check_id,
        verdict=common_pb2.Verdict.ValueType(number_of(_VERDICTS, verdict)),
        reason=reason_number(reason),
        unit=_unit(check_id) if counted else common_pb2.CHECK_UNIT_UNSPECIFIED,
        words=words(check_id, terms) if terms is not None else "",
        remedy=localized(remedy(reason)) if reason else None,
    )


def _unit(check_id: str) -> common_pb2.CheckUnit.ValueType:
    kind, _, _ = check_id.partition(".")
    return common_pb2.CHECK_UNIT_MINOR if kind in _MONEY else common_pb2.CHECK_UNIT_COUNT
