"""Request ids of an import, derived from what a row says, so that the same row asks the same thing only once.

Not from the file: a file that was corrected in one row, sorted or saved by another program is still the same file for
all its other rows. Equal rows within one file are told apart by their count. Payee and contact are left out, because
request ids are public and an account number could be guessed from its hash.
"""

from __future__ import annotations

import json
import uuid

from award_ledger.v1.applications_pb2 import SubmitApplicationRequest
from award_ledger.v1.awards_pb2 import ApproveAwardRequest
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest

IMPORTS = uuid.UUID("7d9a4f0e-3f64-5c0b-8a56-2f1c0a7b9e42")
"""Namespace of these ids; never to be changed: files that were imported before would be imported again."""


def registration_id(request: RegisterEnterpriseRequest) -> str:
    """For registering an enterprise under a name."""
    return _derived("register", request.number.scheme, request.number.number, request.name)


class SubmissionIds:
    """For submitting applications; counts equal ones in the order of the file."""

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def next_id(self, request: SubmitApplicationRequest) -> str:
        """The id of the next such application."""
        content = (
            request.enterprise.scheme,
            request.enterprise.number,
            request.measure_code,
            request.asked_minor,
            sorted(request.facts.items()),
            [(item.kind, item.reference) for item in request.evidence],
            request.applied_on,
        )
        key = uuid.UUID(_derived("submit", *content)).bytes
        count = self._seen.get(key, 0)
        self._seen[key] = count + 1
        return _derived("submit", *content, count)


def approval_id(request: ApproveAwardRequest, approval_round: int) -> str:
    """For approving an application; another round asks again for what was refused."""
    decision = request.WhichOneof("decision")
    decided = getattr(request, decision) if decision else ""
    return _derived("approve", request.application_id, decision or "", decided, request.effective_on, approval_round)


def _derived(*parts: object) -> str:
    return str(uuid.uuid5(IMPORTS, json.dumps(parts, ensure_ascii=False, separators=(",", ":"))))
