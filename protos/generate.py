"""Generate the typed Python stubs of the contract beside the .proto files.

The stubs are committed, so that whoever builds a wheel from the repository gets them. The pinned grpcio-tools
makes code that runs on every protobuf runtime that the distribution admits.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROTOS = Path(__file__).resolve().parent
STUB_GLOBS = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


def main() -> int:
    """Bring the stubs up to date, or with `--check` only name those that are not; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="report stale stubs and write nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        stale = drift(fresh)
        for name in stale:
            print(f"{name}: {'stale' if check else 'updated'}")
            if not check:
                replace(PROTOS / name, fresh / name)
    if check and stale:
        print("The stubs are not what the .proto files generate: run `make protos`.", file=sys.stderr)
        return 1
    return 0


def generate(out: Path) -> None:
    """Run protoc over every .proto file, writing the stubs under `out`; raises where it fails."""
    files = sorted(PROTOS.rglob("*.proto"))
    with_services = [path for path in files if re.search(r"^service\s", path.read_text("utf-8"), re.MULTILINE)]
    run_protoc(files, [f"--python_out={out}", f"--mypy_out=quiet:{out}"])
    # A file without services would get an empty _pb2_grpc module: not worth committing.
    run_protoc(with_services, [f"--grpc_python_out={out}", f"--mypy_grpc_out=quiet:{out}"])


def run_protoc(files: list[Path], outputs: list[str]) -> None:
    """Run the bundled protoc with the mypy plugins of this environment; raises CalledProcessError."""
    if not files:
        return
    binaries = Path(sys.executable).parent
    plugins = [f"--plugin={name}={binaries / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={PROTOS}"]
    subprocess.run([*protoc, *plugins, *outputs, *map(str, files)], check=True)  # noqa: S603  our own files


def stubs_in(folder: Path) -> set[Path]:
    """The generated files under `folder`, as paths relative to it."""
    return {path.relative_to(folder) for pattern in STUB_GLOBS for path in folder.rglob(pattern)}


def drift(fresh: Path) -> list[Path]:
    """The stubs beside the .proto files that are missing, superfluous or different from those in `fresh`."""
    names = stubs_in(PROTOS) | stubs_in(fresh)
    return sorted(name for name in names if content(PROTOS / name) != content(fresh / name))


def content(path: Path) -> bytes | None:
    """The file's bytes, or None where there is no file."""
    return path.read_bytes() if path.exists() else None


def replace(old: Path, new: Path) -> None:
    """Put `new` in the place of `old`; a stub that is no longer generated goes."""
    if new.exists():
        shutil.copyfile(new, old)
    else:
        old.unlink()


if __name__ == "__main__":
    sys.exit(main())
