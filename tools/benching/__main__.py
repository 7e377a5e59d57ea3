"""tools/bench: measures, and prints a report in Markdown."""

import argparse
import os
import signal
import statistics
import sys
import time

from faultlab.lab import Fault

from . import curve, machine, peers
from .commands import Commands
from .merging import LocalWriting, Merging
from .relaying import Relaying
from .report import Report, milliseconds
from .runs import Failed, run
from .setting import Setting
from .taking import Taking

PARTS = ["merge", "write", "commands", "sync", "relay"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/bench", description="Measures jalon beside what people would use instead.")
    parser.add_argument("--quick", action="store_true", help="small sizes, under two minutes")
    parser.add_argument("--programs", metavar="FOLDER", required=True,
                        help="take programs that are built already")
    parser.add_argument("--without-peers", action="store_true", help="measure jalon alone")
    parser.add_argument("--markdown", metavar="FILE", help="write the report to a file, too")
    parser.add_argument("--picture", metavar="FILE", help="draw the curve of merged cells a second")
    parser.add_argument("--environment", required=True, help=argparse.SUPPRESS)
    parser.add_argument("parts", nargs="*", metavar="PART",
                        help=f"of {', '.join(PARTS)}; all unless given")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        print(f"bench: there is no part {unknown[0]}", file=sys.stderr)
        return 64
    options.parts = options.parts or PARTS
    # A stop from outside goes the way of Ctrl-C, so that nothing is left running.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    environment = peers.Environment(options.environment)
    if not options.without_peers:
        environment.prepare()
    report = Report(lambda text: print(text, flush=True))
    with Setting(options.programs, environment, options.quick, options.without_peers) as setting:
        begin(report, setting)
        failed = False
        for part in options.parts:
            # What others have measured is worth keeping.
            try:
                measure(part, setting, report, options)
            except (Failed, Fault) as failure:
                report.say(f"{part}: FAILED, {failure}")
                failed = True
        report.aims()
        report.say(f"Took {time.monotonic() - setting.started:.0f} s. At the end: {machine.load()}.")
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write("\n\n".join(report.parts) + "\n")
    return 1 if failed else 0


def begin(report: Report, setting: Setting) -> None:
    version = run([setting.jalon, "--version"], text=True).out.strip()
    sync = milliseconds(synced(setting.work))
    report.say(f"{version}, measured {time.strftime('%Y-%m-%d')} with `tools/bench"
               f"{' --quick' if setting.is_quick else ''}`. Machine: {machine.words()}, "
               f"a synced write of 4 KiB takes {sync}; {machine.load()}.")


def measure(part: str, setting: Setting, report: Report, options) -> None:
    """Measures one part."""
    quick = setting.is_quick
    main_size = 1000 if quick else 10_000
    if part == "merge":
        merging = Merging(setting, report)
        merging.measure(main_size)
        merging.measure(250 if quick else 625, turns=3)
        merging.measure(6250 if quick else 62_500, turns=1)
        if not quick:
            merging.measure(625_000, turns=1)
        merging.tell(main_size)
        merging.tell_curve()
        if options.picture:
            with open(options.picture, "w") as file:
                file.write(curve.drawn(
                    "Merged into a fresh replica, cells a second", "cells", "cells a second",
                    merging.curves()))
    elif part == "write":
        LocalWriting(setting, report).measure(main_size)
    elif part == "commands":
        Commands(setting, report).measure([1000] if quick else [10_000, 100_000])
    elif part == "sync":
        sizes = [1000] if quick else [10_000]
        # The largest take minutes to fill, which is done for the commands.
        if not quick and "commands" in options.parts:
            sizes.append(100_000)
        Taking(setting, report).measure(sizes, 2000 if quick else 62_500)
    else:
        Relaying(setting, report).measure()


def synced(folder: str) -> float:
    """Seconds that the disk takes for a small write that must last."""
    times = []
    with open(folder + "/synced", "wb", buffering=0) as file:
        for _ in range(25):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
