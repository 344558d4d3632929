"""Published examples that nobody here has made; they lie beside the project, and a test without them is skipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "tlog"


def file(name: str) -> Path:
    """A file of the examples."""
    if not (FOLDER / name).exists():
        pytest.skip("the published examples of transparency logs are not beside the project")
    return FOLDER / name


def vector(name: str) -> Any:
    """An example in JSON."""
    return json.loads(file(name).read_text("utf-8"))
