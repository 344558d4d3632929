"""What most commands look up before they act."""

from __future__ import annotations

import pytest

from award_ledger.v1 import funds_pb2
from award_ledger.v1.applications_pb2 import (
    GetApplicationResponse,
)
from award_ledger.v1.awards_pb2 import GetAwardResponse
from award_ledger.v1.enterprises_pb2 import GetEnterpriseResponse
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger


@pytest.fixture
def known(ledger: FakeLedger) -> None:
    """What most commands look up first."""
    ledger.answers.update(
        GetMeasure=canned.measure(),
        GetEnterprise=GetEnterpriseResponse(enterprise=canned.enterprise(), position=40),
        GetApplication=GetApplicationResponse(application=canned.application()),
        GetAward=GetAwardResponse(award=canned.award(), assessment=canned.refused_assessment()),
        GetFund=funds_pb2.GetFundResponse(fund=canned.FUND),
    )
