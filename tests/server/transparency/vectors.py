"""Data of others, kept beside the project and not in it: a test that needs one skips where it is not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "tlog"


def read(name: str) -> bytes:
    if not FOLDER.is_dir():
        pytest.skip("the vectors of other logs are not beside the project")
    return (FOLDER / name).read_bytes()


def read_json(name: str) -> Any:
    return json.loads(read(name))
