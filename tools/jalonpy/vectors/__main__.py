"""python3 -m jalonpy.vectors [--check]: writes or checks Protocol/vectors."""

import argparse
import json
import sys
from pathlib import Path

from . import changes, conversation, errors, folder, keys, merging, segments, values

MODULES = {
    "values": values, "changes": changes, "merging": merging, "keys": keys,
    "segments": segments, "conversation": conversation, "folder": folder, "errors": errors,
}
FOLDER = Path(__file__).resolve().parents[3] / "Protocol" / "vectors"


def text_of(module) -> str:
    lines, seen = [], set()
    for vector in module.vectors():
        named = (vector["topic"], vector["name"])
        if named in seen:
            raise ValueError(f"two vectors are named {named}")
        seen.add(named)
        lines.append(json.dumps(vector, ensure_ascii=False, separators=(",", ":")) + "\n")
    return "".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="vectors", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where one differs")
    check = parser.parse_args().check
    wrong = 0
    FOLDER.mkdir(exist_ok=True)
    for name, module in MODULES.items():
        path = FOLDER / f"{name}.ndjson"
        text = text_of(module)
        if check:
            old = path.read_text("utf-8") if path.exists() else ""
            if old != text:
                print(f"{path.name} differs from what tools/vectors writes", file=sys.stderr)
                wrong += 1
        else:
            path.write_text(text, "utf-8")
            print(f"{path.name}: {text.count(chr(10))} vectors")
    strangers = {p.name for p in FOLDER.iterdir()} - {f"{n}.ndjson" for n in MODULES}
    for stranger in sorted(strangers):
        print(f"{stranger} is not of tools/vectors", file=sys.stderr)
        wrong += check
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
