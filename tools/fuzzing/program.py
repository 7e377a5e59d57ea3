"""Builds the one program that holds all targets.

The package manager cannot link libFuzzer, as it names a program's entry otherwise. So the modules
with a target are compiled here, with the sanitizers, and linked with the dependencies that a release
build has left.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGETS = "Tests/FuzzingTests/Targets"

# In the order of their imports. Of the relay only what reads a text without a server.
MODULES = {
    "Convergence": ["Sources/Convergence"],
    "Wire": ["Sources/Wire"],
    "Sealing": ["Sources/Sealing"],
    "Replication": ["Sources/Replication"],
    "Billing": ["Sources/Billing"],
    "RelayServer": [
        "Sources/RelayServer/Admission/Enrolment.swift", "Sources/RelayServer/RelayFailure.swift",
        "Sources/RelayServer/Store/DataFolder.swift"],
    "FuzzingTests": [TARGETS],
}
FEATURES = ["ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility",
            "NonisolatedNonsendingByDefault"]
SANITIZERS = "-sanitize=fuzzer,address"


def build(built: Path, folder: Path) -> Path:
    """Builds what is older than its sources; gives the program."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = []
    newest = 0.0
    for module, places in MODULES.items():
        sources = [file for place in places for file in swift_files(ROOT / place)]
        # What a build writes of the files that the manifest embeds.
        embedded = built / f"{module}.build/DerivedSources/embedded_resources.swift"
        sources += [embedded] if embedded.exists() else []
        newest = max(newest, *(file.stat().st_mtime for file in sources))
        made = folder / f"{module}.o"
        if not made.exists() or made.stat().st_mtime < newest:
            print(f"compiling {module}", file=sys.stderr, flush=True)
            compile_module(module, sources, made, built, folder)
        objects.append(made)
    program = folder / "fuzzer"
    if not program.exists() or any(one.stat().st_mtime > program.stat().st_mtime for one in objects):
        link(objects, archive(built, folder), program)
    return program


def swift_files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.swift"))


def compile_module(module, sources, made: Path, built: Path, folder: Path) -> None:
    words = ["swiftc", "-O", "-wmo", "-parse-as-library", "-enable-testing", "-swift-version", "6",
             "-package-name", "jalon", "-module-name", module, SANITIZERS, "-D", "FUZZER",
             "-emit-module", "-emit-module-path", folder / f"{module}.swiftmodule"]
    for feature in FEATURES:
        words += ["-enable-upcoming-feature", feature]
    checkouts = built.resolve().parents[1] / "checkouts"
    for place in [folder, built / "Modules", ROOT / "Sources/CZlib", ROOT / "Sources/CSQLite",
                  checkouts / "GRDB.swift/Sources/GRDBSQLite"]:
        words += ["-I", place]
    run([*words, "-c", *sources, "-o", made])


def archive(built: Path, folder: Path) -> Path:
    """The dependencies' object files in one library, from which the linker takes what it needs."""
    own = "|".join(["jalon.*", "TestSupport", "SyncClient", ".*Tests", *MODULES])
    skipped = re.compile(rf"({own}|.*-tool|.*TestKit|.*Testing\w*|NIOTestUtils|generate.*)\.build")
    library = folder / "dependencies.a"
    library.unlink(missing_ok=True)
    found = [file for place in sorted(built.glob("*.build"))
             if not skipped.fullmatch(place.name) for file in sorted(place.rglob("*.o"))]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as names:
        names.writelines(f'"{file}"\n' for file in found)
        names.flush()
        run([shutil.which("llvm-ar") or "ar", "rcs", library, f"@{names.name}"])
    return library


def link(objects, library: Path, program: Path) -> None:
    print("linking", file=sys.stderr, flush=True)
    run(["swiftc", SANITIZERS, "-static-stdlib", *objects, library, "-lsqlite3", "-lz",
         "-o", program])


def run(words) -> None:
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        sys.exit(f"{Path(str(words[0])).name} failed:\n{done.stdout[-4000:]}")


def target_names() -> list[str]:
    """The targets, in the order of their files."""
    names = []
    for file in swift_files(ROOT / TARGETS):
        names += re.findall(r'FuzzTarget\("([a-z0-9-]+)"\)', file.read_text())
    return names


def environment(target: str) -> dict:
    return {**os.environ, "FUZZ_TARGET": target, "SWIFT_BACKTRACE": "enable=no"}
