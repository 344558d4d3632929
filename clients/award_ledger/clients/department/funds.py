"""Acts on funds: creating them, changing the appropriation, reading."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    ActOptions,
    Acts,
    Day,
    PageOptions,
    ReadOptions,
    WriteOptions,
    iso,
    reading,
    writing,
)
from award_ledger.v1.common_pb2 import LocalizedText
from award_ledger.v1.funds_pb2 import (
    ChangeAppropriationRequest,
    ChangeAppropriationResponse,
    CloseFundYearRequest,
    CloseFundYearResponse,
    CreateFundRequest,
    CreateFundResponse,
    GetFundRequest,
    GetFundResponse,
    ListFundsRequest,
    ListFundsResponse,
)
from award_ledger.v1.funds_pb2_grpc import FundServiceStub


class FundActs(Acts):
    """What is done with funds. Every method raises LedgerError; amounts are minor units."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._funds = FundServiceStub(connection.channel)

    def create_fund(
        self,
        code: str,
        *,
        fiscal_year: int,
        appropriated_minor: int,
        currency: str = "CNY",
        name: LocalizedText | None = None,
        document: str = "",
        effective_on: Day = "",
        **options: Unpack[WriteOptions],
    ) -> CreateFundResponse:
        """Create a fund with its first appropriation, made by `document`."""
        request = CreateFundRequest(
            code=code,
            name=name,
            fiscal_year=fiscal_year,
            currency=currency,
            appropriated_minor=appropriated_minor,
            document=document,
            effective_on=iso(effective_on),
            **writing(options),
        )
        return self._connection.call(self._funds.CreateFund, request, options.get("timeout_s"))

    def change_appropriation(
        self, code: str, *, change_minor: int, document: str, **options: Unpack[ActOptions]
    ) -> ChangeAppropriationResponse:
        """Raise or (negative) lower the appropriation of a fund."""
        request = ChangeAppropriationRequest(
            code=code, change_minor=change_minor, document=document, **writing(options)
        )
        return self._connection.call(self._funds.ChangeAppropriation, request, options.get("timeout_s"))

    def close_fund_year(
        self, code: str, *, document: str, carry_into: str = "", **options: Unpack[ActOptions]
    ) -> CloseFundYearResponse:
        """Close the fiscal year of a fund; what nobody was promised lapses, or is carried into another fund."""
        request = CloseFundYearRequest(code=code, carry_into=carry_into, document=document, **writing(options))
        return self._connection.call(self._funds.CloseFundYear, request, options.get("timeout_s"))

    def get_fund(self, code: str, **options: Unpack[ReadOptions]) -> GetFundResponse:
        """Read one fund."""
        request = GetFundRequest(code=code, **reading(options))
        return self._connection.call(self._funds.GetFund, request, options.get("timeout_s"))

    def list_funds(self, *, fiscal_year: int = 0, **options: Unpack[PageOptions]) -> ListFundsResponse:
        """List one page of the funds by code: of a fiscal year, or (0) all."""
        request = ListFundsRequest(fiscal_year=fiscal_year, **reading(options))
        return self._connection.call(self._funds.ListFunds, request, options.get("timeout_s"))
