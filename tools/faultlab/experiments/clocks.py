"""Clocks of 1970, 2038, 2099 and 2106, back and forth during work; every time zone at its edges."""

import zoneinfo
from datetime import datetime, timezone

from .. import tool
from ..facts import is_sound
from ..lab import Case, Lab, check
from ..machines import Device
from .disk import same_digest

# The start, the ends of 32 bits signed and unsigned with the second after them, and far years.
EDGES = {
    "1970": 10, "1970-02": 2_678_400, "2000": 951_782_400, "2038-before": 2**31 - 1,
    "2038-after": 2**31, "2099": 4_102_400_000, "2100-02-28": 4_107_542_399,
    "2106-before": 2**32 - 1, "2106-after": 2**32, "2200": 7_258_118_400,
}


def cases(lab: Lab):
    tool.needs("faketime")
    names = list(EDGES)
    for name in lab.sample(names, 1, "edges"):
        yield Case(f"at.{name}", lambda folder, name=name: _at(lab, folder, EDGES[name]))
    pairs = [(one, other) for one in names for other in names if one != other]
    for one, other in lab.sample(pairs, 1, "pairs"):
        yield Case(f"pair.{one}.{other}",
                   lambda folder, one=one, other=other: _pair(lab, folder, one, other))
    for number in range(20 if lab.is_whole else 1):
        yield Case(f"jumps.{number}",
                   lambda folder, number=number: _jumps(lab, folder, f"jumps.{number}"))
    zones = sorted(zoneinfo.available_timezones() - {"localtime"})
    per_case = 20
    groups = [zones[start:start + per_case] for start in range(0, len(zones), per_case)]
    for group in lab.sample(groups, 1, "zones"):
        group = lab.sample(group, 5, "zone")
        yield Case(f"zones.{group[0]}", lambda folder, group=group: _zones(lab, folder, group))


def at(device: Device, seconds: int, **more: str) -> dict:
    """The options of a run in which it is so many seconds after 1970."""
    return {"under": ["faketime", "--exclude-monotonic", "-f", str(seconds)],
            "env": device.env | {"FAKETIME_FMT": "%s"} | more}


def _day(seconds: int, zone=timezone.utc) -> str:
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d")


def _at(lab: Lab, folder: str, seconds: int) -> int:
    """Everything works on a day far from ours, and says that day."""
    device = Device(lab, folder + "/device")
    env = at(device, seconds)
    device.does("init", "--name", "Atelier Nord", **env)
    device.does("client", "add", "Maison Blum", **env)
    line = "Design; 3; 450.00; 20"
    draft = device.json("invoice", "new", "Maison Blum", "--line", line, **env)["id"]
    device.does("invoice", "issue", draft, "--on", _day(seconds), **env)
    device.does("pay", "F-0001", "600.00", **env)
    device.does("package", "new", "Maison Blum", "C", "--units", "5", "--price", "9", **env)
    device.does("package", "use", "C", **env)
    device.does("sync", folder + "/stick", **env)
    paid = device.json("payment", "list", **env)[0]
    check(paid["date"] == _day(seconds), f"{paid} on {_day(seconds)}")
    logged = device.does("log", **env).out
    check(_day(seconds) in logged, f"the log does not say {_day(seconds)}: {logged[:300]}")
    # The machine's clock is put right: nothing is refused, nothing is lost.
    device.does("client", "add", "Today")
    device.does("client", "edit", "Maison Blum", "--email", "today@blum.example")
    shown = device.json("client", "show", "Maison Blum")
    check("today@blum.example" in str(shown), f"what saw the other does not win: {shown}")
    is_sound(device, allow=frozenset({"clock"}))
    return 10


def _pair(lab: Lab, folder: str, one: str, other: str) -> None:
    """Two machines at two ends of time: the one that has seen the other's value wins, and two that
    have not seen each other are both kept."""
    devices = [Device(lab, folder + "/one"), Device(lab, folder + "/other")]
    envs = [at(device, EDGES[name]) for device, name in zip(devices, (one, other))]
    stick = folder + "/stick"
    devices[0].does("init", "--name", "Atelier Nord", **envs[0])
    devices[0].does("client", "add", "Maison Blum", **envs[0])
    devices[0].does("sync", stick, **envs[0])
    devices[1].does("join", "-", input=devices[0].does("invite").out.split()[-1], **envs[1])
    devices[1].does("sync", stick, **envs[1])
    for number in range(2):
        for device, env in zip(devices, envs):
            mail = f"{number}{devices.index(device)}@blum.example"
            device.does("client", "edit", "Maison Blum", "--email", mail, **env)
            device.does("sync", stick, **env)
            for reader, reading in zip(devices, envs):
                reader.does("sync", stick, **reading)
                shown = str(reader.json("client", "show", "Maison Blum", **reading))
                check(mail in shown, f"what saw the other does not win: {mail} {shown}")
    for device, env in zip(devices, envs):
        mail = f"apart{devices.index(device)}@blum.example"
        device.does("client", "edit", "Maison Blum", "--email", mail, **env)
    for device, env in list(zip(devices, envs)) * 2:
        device.does("sync", stick, **env)
    same_digest(*devices)
    for device in devices:
        disputed = str(device.json("conflicts"))
        check("apart0" in disputed and "apart1" in disputed, f"not both are kept: {disputed}")
        is_sound(device, allow=frozenset({"clock"}))


def _jumps(lab: Lab, folder: str, name: str) -> int:
    """Each command at another time."""
    chance = lab.random(name)
    devices = [Device(lab, f"{folder}/{number}") for number in range(2)]
    stick = folder + "/stick"

    def env(device):
        return at(device, chance.choice(list(EDGES.values())) + chance.randrange(10**6))

    devices[0].does("init", "--name", "Atelier Nord", **env(devices[0]))
    devices[0].does("sync", stick, **env(devices[0]))
    word = devices[0].does("invite").out.split()[-1]
    devices[1].does("join", "-", input=word, **env(devices[1]))
    written = set()
    for number in range(30 if lab.is_whole else 10):
        device = chance.choice(devices)
        if chance.random() < 0.3:
            device.does("sync", stick, **env(device))
        else:
            device.does("client", "add", f"Client {number}", **env(device))
            written.add(f"Client {number}")
    for device in devices * 2:
        device.does("sync", stick, **env(device))
    same_digest(*devices)
    for device in devices:
        names = {one["name"] for one in device.json("client", "list")}
        check(names == written, f"lost: {written - names}")
        is_sound(device, allow=frozenset({"clock"}))
    return 30 if lab.is_whole else 10


def _zones(lab: Lab, folder: str, zones: list[str]) -> int:
    """The day that a payment gets, around each change of a zone's offset within ten years and at
    midnights, compared with what Python makes of the zone."""
    device = Device(lab, folder + "/device")
    device.does("init", "--name", "Atelier Nord")
    device.does("client", "add", "Maison Blum")
    line = "Design; 3; 450.00; 20"
    draft = device.json("invoice", "new", "Maison Blum", "--line", line)["id"]
    device.does("invoice", "issue", draft, "--on", "2026-01-01")
    points = 0
    for name in zones:
        zone = zoneinfo.ZoneInfo(name)
        edges = changes(zone)
        moments = [edge + by for edge in (edges if lab.is_whole else edges[-2:])
                   for by in (-1, 0)] or [1_767_225_599]
        for seconds in moments:
            env = at(device, seconds, TZ=name)
            answer = device.json("pay", "F-0001", "1.00", "--dry-run", **env)
            check(answer["date"] == _day(seconds, zone),
                  f"{name} at {seconds}: {answer['date']}, not {_day(seconds, zone)}")
            points += 1
        # Written there, read in another zone: the same day.
        seconds = moments[-1]
        device.does("pay", "F-0001", "1.00", **at(device, seconds, TZ=name))
        there = device.json("payment", "list", **at(device, seconds, TZ=name))
        here = device.json("payment", "list")
        check(there == here and _day(seconds, zone) in {one["date"] for one in here},
              f"{name}: {there} and {here}")
        points += 1
    is_sound(device, allow=frozenset({"clock"}))
    return points


def changes(zone: zoneinfo.ZoneInfo) -> list[int]:
    """The seconds at which a zone's offset changes, 2020 to 2030."""
    def offset(seconds):
        return datetime.fromtimestamp(seconds, zone).utcoffset()

    found = []
    step = 10 * 86_400
    for start in range(1_577_836_800, 1_893_456_000, step):
        low, high = start, start + step
        if offset(low) == offset(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if offset(middle) != offset(low) else (middle, high)
        found.append(high)
    return found
