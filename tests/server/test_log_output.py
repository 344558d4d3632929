"""The log is one JSON object a line, whoever speaks, and never the reason that a call fails."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from award_ledger.server.log_output import log_as_json


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging belongs to the process: what a test sets up is taken back."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**configured)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_of_the_ledger_and_one_of_a_library_have_the_same_shape() -> None:
    stream = io.StringIO()
    log_as_json("info", stream)
    structlog.get_logger("award_ledger.calls").info("call", method="X/Y", principal="李@科技厅")
    logging.getLogger("some.library").info("said %s", "this")
    ours, theirs = lines(stream)
    assert "李@科技厅" in stream.getvalue()
    assert ours.pop("at") <= theirs.pop("at")
    assert ours == {
        "event": "call",
        "level": "info",
        "logger": "award_ledger.calls",
        "method": "X/Y",
        "principal": "李@科技厅",
    }
    assert theirs == {"event": "said this", "level": "info", "logger": "some.library"}


def test_what_is_below_the_level_is_not_written_whoever_speaks() -> None:
    stream = io.StringIO()
    log_as_json("warning", stream)
    for speaker in (structlog.get_logger("award_ledger.calls"), logging.getLogger("some.library")):
        speaker.info("not this")
        speaker.warning("this")
    assert [line["event"] for line in lines(stream)] == ["this", "this"]


def test_an_error_is_written_with_its_traceback_on_one_line() -> None:
    stream = io.StringIO()
    log_as_json("info", stream)
    structlog.get_logger("award_ledger.sealing").error("failed", exc_info=ValueError("why"))
    [line] = lines(stream)
    assert "ValueError: why" in line["exception"]


def test_what_is_no_unicode_and_what_is_no_json_is_written_all_the_same() -> None:
    stream = io.StringIO()
    log_as_json("info", stream)
    structlog.get_logger("award_ledger.calls").info("read", file="\udcff.csv", kept=frozenset({1}), why=ValueError("x"))
    [line] = lines(stream)
    assert (line["file"], line["why"]) == ("\udcff.csv", "ValueError('x')")


def test_a_log_that_cannot_be_written_fails_nothing() -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    closed = io.StringIO()
    closed.close()
    for stream in (Full(), closed):
        log_as_json("info", stream)
        structlog.get_logger("award_ledger.calls").info("call")
