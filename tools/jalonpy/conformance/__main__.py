"""tools/conformance: asks a relay everything it must answer."""

import argparse
import signal
import sys
import time

from ..carriers import NoRelay
from . import (  # noqa: F401 (they register checks)
    admission, conversation, http, limits, live, owner)
from .subject import CHECKS, MET, STATUS, Skipped, Subject, Wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--enrolment", help="the right to bring books, if the relay is not open")
    parser.add_argument("--quota", type=int, help="bytes that one set of books may store there")
    parser.add_argument("--connections", type=int, help="how many it lets in")
    parser.add_argument("--per-address", type=int, help="how many it lets in of one address")
    parser.add_argument("--revoke", help="a command that revokes the device of the name behind it")
    parser.add_argument("--fill", help="a command that leaves no room on its disk")
    parser.add_argument("--free", help="a command that makes room again")
    parser.add_argument("--long", action="store_true", help="also what takes minutes or much room")
    parser.add_argument("--only", help="checks whose group or claim holds this text")
    options = parser.parse_args()
    asked = dict(vars(options))
    only = asked.pop("only")
    try:
        subject = Subject(**asked)
    except (NoRelay, ValueError) as fault:
        print(f"no relay: {fault}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGALRM, out_of_time)
    counts = {"ok": 0, "FAILED": 0, "skipped": 0}
    start = time.monotonic()
    for one in CHECKS:
        if only and only not in f"{one.group}: {one.claim}":
            continue
        result, why = attempt(one, subject)
        counts[result] += 1
        print(f"{result:7} {one.group}: {one.claim}" + (f" ({why})" if why else ""), flush=True)
    seconds = time.monotonic() - start
    if not only and (unmet := sorted(set(STATUS) - MET - {"signature"})):
        print("no request was refused as a whole as " + ", ".join(unmet))
    print(f"{counts['ok']} hold, {counts['FAILED']} do not, {counts['skipped']} skipped,"
          f" {seconds:.1f} s")
    return 1 if counts["FAILED"] else 0


def attempt(one, subject: Subject) -> tuple[str, str]:
    if one.is_long and not subject.long:
        return "skipped", "--long"
    # Nothing that the relay does, or leaves undone, keeps a check for ever.
    signal.alarm(900 if one.is_long else 180)
    try:
        one.attempt(subject)
        return "ok", ""
    except Skipped as why:
        return "skipped", str(why)
    except (Wrong, NoRelay) as why:
        return "FAILED", str(why)
    except (OSError, ValueError, KeyError) as why:
        return "FAILED", f"{type(why).__name__}: {why}"
    finally:
        signal.alarm(0)


def out_of_time(*_):
    raise Wrong("it takes too long")


if __name__ == "__main__":
    sys.exit(main())
