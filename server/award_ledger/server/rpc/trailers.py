"""What fits into the trailers of a failed call: far less than into a message.

Receivers count trailers as headers and refuse beyond 8 KiB, in base64 (`grpc.max_metadata_size`, and the proxies in
between): a refusal with a long assessment would arrive as a transport error without reason or numbers. So texts are
cut, and an assessment loses first the words of the law beside checks that stand against nothing, then those checks,
last the words beside the others. The whole assessment is in the event at the refusal's position, and in the rows of a
batch, which are messages.
"""

from collections.abc import Iterator

from award_ledger.v1.common_pb2 import Assessment, Check, Verdict

MOST_BYTES = 5_000
"""Of the whole status before base64; with the status message beside it, below 8 KiB on the wire."""

LONGEST_MESSAGE = 200
LONGEST_TEXT = 100
"""Bytes of UTF-8: of the message, and of any other text in the status."""

MOST_VIOLATIONS, MOST_UNMET = 16, 6
"""Wrong fields and unmet conditions that are listed. How many fields are wrong is among the numbers; what else is
unmet is in the assessment."""

_PASSED = (Verdict.VERDICT_PASSED, Verdict.VERDICT_NOTED)
_PACKING_BYTES = 64  # the type's name and the lengths around the packed bytes


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text, or what there is room for and an ellipsis."""
    encoded = text.encode()
    return text if len(encoded) <= longest else encoded[: longest - 3].decode(errors="ignore") + "…"


def fitting(assessment: Assessment, taken_bytes: int) -> Assessment:
    """The assessment, or as much of it as fits beside what the status holds already."""
    room = MOST_BYTES - taken_bytes - _PACKING_BYTES
    for candidate in _ever_shorter(assessment):
        if candidate.ByteSize() <= room:
            return candidate
    return _head(assessment, [])


def _ever_shorter(assessment: Assessment) -> Iterator[Assessment]:
    yield assessment
    checks = [check if _stands(check) else _without(check, "words") for check in assessment.checks]
    yield _head(assessment, checks)
    telling = [check for check in checks if _stands(check) or check.id in assessment.binding]
    yield _head(assessment, telling)  # a list of evidence is hundreds of checks, all passed
    yield _head(assessment, [_without(check, "words") for check in checks])
    checks = [_without(check, "words") for check in telling]
    yield _head(assessment, checks)
    for check in checks:
        check.id, check.found = cut(check.id), cut(check.found)
        check.ClearField("remedy")
    yield _head(assessment, checks)
    while checks:
        checks = checks[: len(checks) // 2]
        yield _head(assessment, checks)


def _head(assessment: Assessment, checks: list[Check]) -> Assessment:
    """The numbers of an assessment with some of its checks."""
    shorter = Assessment()
    shorter.CopyFrom(assessment)
    del shorter.checks[:]
    shorter.checks.extend(checks)
    if not checks:
        shorter.binding[:] = [cut(check_id) for check_id in assessment.binding[:MOST_UNMET]]
    return shorter


def _stands(check: Check) -> bool:
    """True if the check stands against the decision, or cut it."""
    return check.verdict not in _PASSED


def _without(check: Check, field: str) -> Check:
    shorter = Check()
    shorter.CopyFrom(check)
    shorter.ClearField(field)  # type: ignore[arg-type]
    return shorter
