"""jalon and this implementation over every carrier: what each writes, the other reads.

    tools/interop [FOLDER]

FOLDER holds the programs `jalon` and `jalon-relay`; .build/debug unless told, or JALON_BIN. Devices
of both kinds write, meet, disagree, are copied, and lose their relay. Others meet in a folder, and
over standard streams with the relay's half of either kind behind a program that stands for ssh. Then
`conformance` asks an open relay everything, and one that asks for enrolments what it says to
admissions. Everything lies in a folder that is removed.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

QUOTA = 12 * 1_048_576
ROOT = Path(__file__).resolve().parents[2]


class Failed(Exception):
    """Something is not as it has to be."""


class Place:
    """The folder of a run, and the programs."""

    def __init__(self, programs: Path, folder: Path):
        self.programs = programs
        self.folder = folder
        self.environment: dict[str, str] = {}
        """What every device gets beside its own."""

    def run(self, *command, environment=None, stdin: str = "") -> str:
        done = subprocess.run(
            list(map(str, command)), env={**os.environ, **(environment or {})}, input=stdin,
            capture_output=True, text=True, timeout=900)
        if done.returncode:
            words = " ".join(map(str, command))
            raise Failed(f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout


@contextlib.contextmanager
def relay(place: Place, name: str, *options: str, listen: str = "127.0.0.1:0"):
    """A relay while the block runs; gives its address."""
    data = ["--data", str(place.folder / name), "--secret", str(place.folder / f"{name}.secret")]
    with open(place.folder / f"{name}.log", "w") as log:
        process = subprocess.Popen(
            [place.programs / "jalon-relay", "serve", *data, "--listen", listen, *options],
            stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            line = process.stdout.readline()
            if not line.startswith("listening on "):
                raise Failed(f"the relay does not start: {line}")
            yield line.removeprefix("listening on ").strip(), data
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()


class Jalon:
    """A device that runs jalon."""

    def __init__(self, place: Place, name: str):
        self.place = place
        self.home = place.folder / name
        self.environment = place.environment | {
            "HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_STATE_HOME": str(self.home / "state"), "JALON_BOOKS": str(self.home / "books")}

    def __call__(self, *words: str, stdin: str = "") -> str:
        return self.place.run(
            self.place.programs / "jalon", *words, environment=self.environment, stdin=stdin)

    def json(self, *words: str):
        return json.loads(self(*words, "--json"))

    @property
    def digest(self) -> str:
        return self.json("status")["digest"]

    def conflicts(self, kind: str | None = None) -> list[str]:
        found = self.json("conflicts")
        listed = found if isinstance(found, list) else found["conflicts"]
        return sorted(c["id"] for c in listed if kind in (None, c["kind"]))

    def sync(self) -> None:
        self("sync")


class Python:
    """A device that runs this implementation."""

    def __init__(self, place: Place, name: str):
        self.place = place
        self.file = place.folder / name

    def __call__(self, *words: str) -> list[dict]:
        text = self.place.run(
            sys.executable, "-m", "jalonpy", "--books", self.file, *words,
            environment=self.place.environment | {"PYTHONPATH": str(ROOT / "tools")})
        return [json.loads(line) for line in text.splitlines()]

    @property
    def digest(self) -> str:
        return self("digest")[0]["digest"]

    def conflicts(self) -> list[str]:
        return sorted(conflict["id"] for conflict in self("conflicts"))

    def sync(self) -> None:
        self("sync")


def meet(*devices) -> None:
    for _ in range(2):
        for device in devices:
            device.sync()


def agree(what: str, *devices) -> None:
    digests = {device.digest for device in devices}
    conflicts = {tuple(device.conflicts()) for device in devices}
    if len(digests) != 1 or len(conflicts) != 1:
        raise Failed(f"{what}: digests {digests}, conflicts {conflicts}")
    print(f"ok      {what}: {digests.pop()}", flush=True)


def exchange(place: Place) -> None:
    with relay(place, "relay", "--open") as (address, data):
        laptop, phone = Jalon(place, "laptop"), Jalon(place, "phone")
        snake = Python(place, "snake.jalonpy")
        laptop("init", "--name", "Atelier Zoé")
        laptop("peer", "add", "team", address)
        laptop("client", "add", "Maison Blum", "--email", "compta@blum.example")
        laptop("invoice", "new", "Maison Blum", "--line", "Design; 3; 450.00; 20")
        invoice = laptop.json("invoice", "list")
        listed = invoice if isinstance(invoice, list) else invoice["invoices"]
        laptop("invoice", "issue", listed[0]["id"], "--on", "2026-11-02")
        laptop.sync()
        invitation = laptop("invite").strip().splitlines()[-1]
        snake("join", invitation, "--device", "snake")
        snake("pull")
        agree("Python reads what jalon wrote", laptop, snake)

        client = snake("rows", "clients")[0]["row"]
        document = next(row for row in snake("rows") if row["row"].startswith("f"))
        snake("put", "clients", client, "name=Zoé from Python", "note=line\nbreak")
        snake("add", "clients", client, "visits=3")
        snake("put", "later_table", "new", "later_field=1")
        snake("put", "frozen_table", "frozen", "number=1")
        snake("sync")
        phone("join", "-", "--device", "phone", stdin=invitation)
        meet(laptop, phone, snake)
        agree("jalon reads what Python wrote", laptop, phone, snake)
        if "Zoé from Python" not in laptop("client", "list"):
            raise Failed("jalon does not show the name that Python wrote")

        laptop("client", "edit", "Zoé from Python", "--email", "laptop@blum.example")
        phone("client", "edit", "Zoé from Python", "--email", "phone@blum.example")
        snake("put", "clients", client, "email=snake@blum.example")
        snake("put", document["table"], document["row"], "total=1")
        meet(laptop, phone, snake)
        agree("they disagree alike", laptop, phone, snake)
        if not laptop.conflicts("value") or not laptop.conflicts("issued"):
            raise Failed("three values of one field, or a change of a document, are no conflict")

        laptop("conflicts", "take", laptop.conflicts("value")[0])
        snake("remove", "clients", client)
        meet(laptop, phone, snake)
        agree("a decision and a remove", laptop, phone, snake)

        shutil.copy(snake.file, place.folder / "twin.jalonpy")
        twin = Python(place, "twin.jalonpy")
        twin("put", "later_table", "new", "later_field=2")
        snake("put", "later_table", "new", "later_field=3")
        meet(snake, twin, laptop, phone)
        agree("a copied device makes branches", laptop, phone, snake, twin)

        shutil.copytree(laptop.home, place.folder / "restored")
        laptop("client", "add", "Studio Lune")
        laptop.sync()
        shutil.rmtree(laptop.home)
        shutil.copytree(place.folder / "restored", laptop.home)
        laptop("client", "add", "Studio Sol")
        meet(laptop, phone, snake)
        agree("a jalon that was set back makes branches", laptop, phone, snake)
        port = address.rsplit(":", 1)[1]

    shutil.rmtree(place.folder / "relay")
    with relay(place, "relay", "--open", listen=f"127.0.0.1:{port}"):
        phone("client", "add", "Studio Terre")
        meet(snake, phone, laptop)
        agree("a relay that lost everything gets it from Python", laptop, phone, snake)
    for device in (laptop, phone):
        device("verify")
    print("ok      jalon verifies everything that Python sealed", flush=True)


def over_a_folder(place: Place) -> None:
    stick = place.folder / "stick"
    laptop, phone, snake = begin(place, "folder", str(stick))
    for name in segments(stick)[:2]:
        name.unlink()
    damaged = segments(stick)[0]
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    # Who lacks it notes that it is damaged, and who holds it writes it again: either the other's.
    for stranger, holder in (
            (Python(place, "late.jalonpy"), laptop), (Jalon(place, "late"), snake)):
        damaged.write_bytes(data)
        join(stranger, laptop, str(stick))
        stranger.sync()
        holder.sync()
        if damaged.read_bytes() == data or list(stick.rglob("*.damaged")):
            raise Failed("a damaged file was not mended")
        stranger.sync()
        agree("a damaged and two deleted files come back", laptop, stranger)
    agree("all who met in the folder", laptop, phone, snake)


def segments(stick: Path) -> list[Path]:
    return sorted(stick.rglob("*.jalon"))


STAND_IN = """#!/bin/sh
# Stands for ssh: a machine is a folder, its user's home, with programs in bin.
while [ "$1" != -- ]; do shift; done
cd '{machines}'/"$2" || exit 255
HOME=$PWD PATH="$PWD/bin:/usr/bin:/bin" exec sh -c "$3"
"""


def over_streams(place: Place) -> None:
    for machine, words in (
            ("swift", [place.programs / "jalon-relay"]),
            ("python", ["env", f"PYTHONPATH={ROOT / 'tools'}", sys.executable, "-m", "jalonpy"])):
        script(
            place.folder / "machines" / machine / "bin" / "jalon-relay",
            "#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in words) + ' "$@"\n')
    script(place.folder / "bin" / "ssh", STAND_IN.format(machines=place.folder / "machines"))
    place.environment["PATH"] = f"{place.folder / 'bin'}:{os.environ['PATH']}"
    for machine in ("swift", "python"):
        begin(place, machine, f"ssh://{machine}/~/it's%20a%20relay")


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def begin(place: Place, name: str, address: str):
    """Two jalons and a Python that met at an address, and hold the same."""
    laptop, phone = Jalon(place, f"{name}.laptop"), Jalon(place, f"{name}.phone")
    snake = Python(place, f"{name}.jalonpy")
    laptop("init", "--name", "Atelier Zoé")
    laptop("peer", "add", "team", address)
    laptop("client", "add", "Maison Blum")
    laptop.sync()
    join(snake, laptop, address)
    snake("pull")
    agree(f"{name}: Python reads what jalon wrote", laptop, snake)
    client = snake("rows", "clients")[0]["row"]
    snake("put", "clients", client, "note=from Python")
    snake("add", "clients", client, "visits=3")
    join(phone, laptop, address)
    meet(snake, phone, laptop)
    agree(f"{name}: jalon reads what Python wrote", laptop, phone, snake)
    laptop("client", "edit", "Maison Blum", "--email", "laptop@blum.example")
    snake("put", "clients", client, "email=snake@blum.example")
    snake("put", "later_table", "new", "later_field=1")
    meet(laptop, snake, phone)
    agree(f"{name}: they disagree alike", laptop, phone, snake)
    if not laptop.conflicts("value"):
        raise Failed("two values of one field are no conflict")
    return laptop, phone, snake


def join(device, host: Jalon, address: str) -> None:
    """Lets a device take part. An invitation names no folder, so that is typed."""
    invitation = host("invite").strip().splitlines()[-1]
    is_folder = address.startswith("/")
    if isinstance(device, Python):
        device("join", invitation, "--device", "snake")
        if is_folder:
            device("peer", address)
    else:
        device("join", "-", "--device", "phone", stdin=invitation)
        if is_folder:
            device("peer", "add", "team", address)


REVOKE = """#!/bin/sh
# Revokes the device of a name.
id=$('{relay}' devices list {data} --json | python3 -c '
import json, sys
print(*[d["id"] for d in json.load(sys.stdin) if d.get("name") == sys.argv[1]])' "$1")
exec '{relay}' devices revoke {data} "$id"
"""


def conform(place: Place) -> None:
    tool = ROOT / "tools" / "conformance"
    bounds = ["--quota", str(QUOTA)]
    with relay(place, "open", "--open", "--max-connections", "40", *bounds) as (address, data):
        revoke = place.folder / "revoke"
        script(revoke, REVOKE.format(relay=place.programs / "jalon-relay", data=" ".join(data)))
        report(place.run(
            tool, address, *bounds, "--connections", "40", "--revoke", revoke))
    if own := own_address():
        bounds = ["--max-connections-per-address", "5"]
        with relay(place, "many", "--open", *bounds, listen=f"{own}:0") as (address, _):
            report(place.run(tool, address, "--per-address", "5", "--only", "one address"))
    else:
        print("skipped connections of one address: this machine has none but loopback")
    with small_disk(place) as disk:
        if disk:
            with relay(place, "disk/data", "--open") as (address, _):
                filler = disk / "filler"
                report(place.run(
                    tool, address, "--only", "full disk", "--free", f"rm {filler}",
                    "--fill", f"sh -c 'head -c 64M /dev/zero > {filler} 2>&- || true'"))
        else:
            print("skipped a full disk: nothing can be mounted here")
    with relay(place, "closed") as (address, data):
        words = place.run(place.programs / "jalon-relay", "enroll", *data)
        enrolment = words.strip().splitlines()[-1]
        report(place.run(tool, address, "--enrolment", enrolment, "--only", "admission"))


def own_address() -> str | None:
    """An address of this machine that is not loopback. Nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
            found = sock.getsockname()[0]
        except OSError:
            return None
    return None if found.startswith("127.") else found


@contextlib.contextmanager
def small_disk(place: Place):
    """A folder of 24 MiB while the block runs, or None."""
    disk = place.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", disk], capture_output=True)
    try:
        yield disk if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", disk], check=True)


def report(output: str) -> None:
    print(output.strip().splitlines()[-1], flush=True)


def main() -> int:
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("JALON_BIN", "")
    programs = Path(given or ROOT / ".build" / "debug").resolve()
    with tempfile.TemporaryDirectory(prefix="jalon-interop.") as folder:
        place = Place(programs, Path(folder))
        try:
            exchange(place)
            over_a_folder(place)
            over_streams(place)
            conform(place)
        except Failed as fault:
            print(f"FAILED  {fault}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
