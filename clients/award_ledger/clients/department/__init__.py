"""The client of departments: one method for each act and each question, on grpcio and protobuf alone."""

from award_ledger.clients.department.ledger_client import LedgerClient

__all__ = ["LedgerClient"]
