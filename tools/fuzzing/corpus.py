"""Corpora: for each target one file of inputs, each a line of hex, the short ones first."""

import hashlib
from pathlib import Path

from .program import ROOT

FOLDER = ROOT / "Tests/FuzzingTests/Corpora"
INPUT_BYTES_MAX = 4096
# Kept in the repository: enough to reach what is known to be reached, small enough to be read.
CORPUS_BYTES_MAX = 16_384


def read(target: str) -> list[bytes]:
    file = FOLDER / f"{target}.txt"
    return [bytes.fromhex(line) for line in file.read_text().splitlines()] if file.exists() else []


def write(target: str, inputs: list[bytes]) -> None:
    """Keeps the short ones; what was in the file stays, whatever it costs: it may be a regression."""
    kept = sorted(set(read(target)), key=lambda one: (len(one), one))
    size = sum(map(len, kept))
    for one in sorted(set(inputs) - set(kept), key=lambda one: (len(one), one)):
        size += len(one)
        if size > CORPUS_BYTES_MAX:
            break
        kept.append(one)
    kept.sort(key=lambda one: (len(one), one))
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{target}.txt").write_text("".join(one.hex() + "\n" for one in kept))


def unpack(inputs: list[bytes], folder: Path) -> None:
    """A file for each, as libFuzzer wants them."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in inputs:
        (folder / hashlib.sha256(one).hexdigest()[:32]).write_bytes(one)


def packed(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()]
