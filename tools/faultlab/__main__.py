"""tools/faults: runs experiments and prints a line for each."""

import argparse
import importlib
import os
import pkgutil
import signal
import sys

from . import experiments
from .lab import Lab


def part(text: str) -> tuple[int, int]:
    """`3/20`: the third of twenty."""
    place, count = (int(word) for word in text.split("/"))
    if not 1 <= place <= count:
        raise ValueError(text)
    return place, count


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/faults", description="Real programs under real faults.")
    depth = parser.add_mutually_exclusive_group()
    depth.add_argument("--quick", action="store_true", help="a sample of the cases: the default")
    depth.add_argument("--whole", action="store_true", help="all cases")
    depth.add_argument("--share", type=float, metavar="PERCENT",
                       help="so many of all cases, by chance")
    depth.add_argument("--part", type=part, metavar="K/N",
                       help="one of N parts of all cases; no case is in two of them")
    parser.add_argument("--seed", type=int, default=1, help="what chance is drawn from")
    parser.add_argument("--case", help="one case alone, by the name that a fault was reported with")
    parser.add_argument("--programs", help="the folder of jalon and jalon-relay")
    parser.add_argument("--older", help="the folder of an older release's programs, for skew")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="cases at a time")
    parser.add_argument("--keep", action="store_true", help="keep the folders of failed cases")
    parser.add_argument("--verbose", action="store_true", help="show every fault")
    parser.add_argument("--list", action="store_true", help="say what experiments there are")
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments; all unless given")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    known = sorted(name for _, name, _ in pkgutil.iter_modules(experiments.__path__))
    modules = {name: importlib.import_module(f"{experiments.__name__}.{name}") for name in known}
    if options.list:
        for name, module in modules.items():
            print(f"{name:<12} {module.__doc__.splitlines()[0]}")
        return 0
    unknown = [name for name in options.names if name not in modules]
    if unknown or not options.programs or (options.case and len(options.names) != 1):
        why = f"there is no experiment {unknown[0]}" if unknown else (
            "--case needs the name of its experiment" if options.case else "--programs is missing")
        print(f"faults: {why}", file=sys.stderr)
        return 64
    for one in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        # A shell starts what goes on behind it without Ctrl-C, and `nohup` without hang-ups, and so
        # would be all that is started here. What has a handler, if only this one, begins anew there.
        if signal.getsignal(one) is signal.SIG_IGN:
            signal.signal(one, lambda *_: None)
    # A stop from outside goes the way of Ctrl-C, so that nothing is left running.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with Lab(options) as lab:
        depth = "whole" if lab.is_whole else "quick"
        if options.share:
            depth = f"{options.share:g} %"
        elif options.part:
            depth = "part {} of {}".format(*options.part)
        print(f"faults: {depth}, seed {options.seed}, {options.jobs} at a time", flush=True)
        held = [lab.hold(name, modules[name]) for name in options.names or known]
        return 0 if all(held) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
