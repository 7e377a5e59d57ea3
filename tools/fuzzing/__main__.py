"""tools/fuzz: runs the fuzzers and prints a line for each."""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import corpus, program, seeds

CRASHES = program.ROOT / ".build/fuzz/crashes"


def arguments(known: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/fuzz", description="Fuzzers with the address sanitizer.")
    parser.add_argument("--built", type=Path, help="the folder of a release build's modules")
    parser.add_argument("--objects", type=Path, default=program.ROOT / ".build/fuzz",
                        help="where the fuzzer is built")
    parser.add_argument("--keep", action="store_true", help="keep what was learnt in the corpora")
    parser.add_argument("--seed", type=int, default=1, help="what chance is drawn from")
    parser.add_argument("--list", action="store_true", help="say what targets there are")
    parser.add_argument("words", nargs="*", metavar="SECONDS | TARGET")
    options = parser.parse_args()
    times = [word for word in options.words if word.isdigit()]
    options.seconds = int(times[0]) if times else 60
    options.targets = [word for word in options.words if not word.isdigit()] or known
    unknown = [word for word in options.targets if word not in known]
    if unknown or len(times) > 1:
        parser.error(f"there is no target {unknown[0]}" if unknown else "one number of seconds")
    if not options.built and not options.list:
        parser.error("--built is missing")
    return options


def main() -> int:
    known = program.target_names()
    options = arguments(known)
    if options.list:
        print("\n".join(known))
        return 0
    fuzzer = program.build(options.built, options.objects)
    print(f"fuzz: {options.seconds} s each, seed {options.seed}", flush=True)
    return 0 if all([fuzz(fuzzer, target, options) for target in options.targets]) else 1


def fuzz(fuzzer: Path, target: str, options) -> bool:
    """Runs one target and prints its line; whether nothing was found."""
    CRASHES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jalon-fuzz.") as work:
        known, learnt = Path(work) / "known", Path(work) / "learnt"
        corpus.unpack(corpus.read(target) + seeds.of(target), known)
        started = time.monotonic()
        done = run(fuzzer, target, [
            # By the clock of the wall: behind other work an input of a moment can take 20 seconds.
            f"-max_total_time={options.seconds}", f"-seed={options.seed}", "-timeout=120",
            f"-max_len={corpus.INPUT_BYTES_MAX}", "-rss_limit_mb=2048", "-detect_leaks=0",
            "-print_final_stats=1", "-verbosity=1", f"-artifact_prefix={CRASHES}/{target}-",
            known])
        seconds = time.monotonic() - started
        count = int((re.findall(r"number_of_executed_units: (\d+)", done.stdout) or ["0"])[0])
        covered = (re.findall(r"cov: (\d+)", done.stdout) or ["0"])[-1]
        result = "FAILED" if done.returncode else "held"
        print(f"{target:<20} {count:>12} inputs  {covered:>6} edges  {result:<6} {seconds:8.1f} s",
              flush=True)
        if done.returncode:
            tell(done.stdout)
            return False
        if options.keep:
            learnt.mkdir()
            run(fuzzer, target, ["-set_cover_merge=1", f"-max_len={corpus.INPUT_BYTES_MAX}",
                                 "-detect_leaks=0", learnt, known])
            corpus.write(target, corpus.packed(learnt))
    return True


def tell(output: str) -> None:
    """What libFuzzer said of the input, and where it lies."""
    for line in output.splitlines():
        if re.search(r"Fatal error|ERROR: |SUMMARY|Test unit written", line):
            print(f"  {line.strip()}", flush=True)
    for name in re.findall(r"Test unit written to (\S+)", output):
        print(f"  its bytes: {Path(name).read_bytes().hex()}", flush=True)


def run(fuzzer: Path, target: str, words) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(fuzzer), *map(str, words)], env=program.environment(target),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
