"""A folder for a file, and the real samples beside the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "bank"


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Writes bytes or text (in an encoding) into a file of this name."""

    def written(content: bytes | str, name: str = "statement.xml", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


@pytest.fixture
def sample() -> Callable[[str], Path]:
    """A real file by its name; the test is skipped where the folder is not beside the project."""

    def found(name: str) -> Path:
        path = SAMPLES / name
        if not path.is_file():
            pytest.skip(f"no {name}: the samples are not beside the project")
        return path

    return found
