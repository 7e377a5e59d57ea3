"""A network that delays, drips, repeats, bends whole answers or falls silent."""

from ..facts import is_sound
from ..lab import Case, Lab, check
from ..machines import Device, Relay
from ..proxies import BytesProxy, LinesProxy, Plan
from ..stages import FAILURES, Stages


def cases(lab: Lab):
    stages = Stages(lab)
    for name in ("doubled", "reversed", "twice", "inflated", "endless-lines"):
        yield Case(name, stages.case(lambda stage, folder, name=name: stage.garbles(name, folder)))
    yield Case("delay", stages.case(lambda stage, folder: stage.slow(Plan(delay=1), folder)))
    drip = 0.005 if lab.is_whole else 0.001
    yield Case("drip", stages.case(lambda stage, folder: stage.slow(Plan(drip=drip), folder)))
    yield Case("refused", stages.case(lambda stage, folder: stage.refused(folder)))
    if lab.is_whole:
        # It tells how soon Ctrl-C ends a wait: on a busy machine that says little.
        yield Case("interrupt", stages.case(lambda stage, folder: stage.interrupted(folder)))
        yield Case("black-hole", stages.case(lambda stage, folder: stage.black_hole(folder)))
    # What goes up cannot be put back: one device writes on, and what it said arrives once.
    yield Case("cut-up", lambda folder: cut_up(lab, folder))
    yield Case("repeated", lambda folder: repeated(lab, folder))


def cut_up(lab: Lab, folder: str) -> int:
    """What a device says is cut at some byte of it: it arrives with the next sync, once."""
    count = 60 if lab.is_whole else 3
    with Relay(lab, folder + "/relay") as relay:
        proxy = BytesProxy(int(relay.port))
        lab.closing(proxy.close)
        device, other = Device(lab, folder + "/device"), Device(lab, folder + "/other")
        device.does("init", "--name", "Atelier Nord")
        device.does("sync", proxy.url)
        device.does("client", "add", "First")
        device.does("sync", proxy.url)
        said = proxy.said
        other.does("join", "-", input=device.does("invite").out)
        random = lab.random("cut-up")
        names = ["First"]
        for number in range(count):
            names.append(f"Client {number}")
            device.does("client", "add", names[-1])
            # Beyond its end: the answer is lost, and the device does not know that it was heard.
            at = random.randrange(said + 40)
            proxy.plan = Plan(cut_up=at) if at < said else Plan(cut_down=random.randrange(1, 200))
            run = device.run("sync", proxy.url)
            check(run.exit in FAILURES, f"cut at {at}: {run}")
            proxy.plan = Plan()
        device.does("sync", proxy.url)
        other.does("sync", relay.url)
        for one in (device, other):
            found = [client["name"] for client in one.json("client", "list")]
            check(sorted(found) == sorted(names), f"{found}")
            is_sound(one)
        check(device.json("status")["digest"] == other.json("status")["digest"], "digests differ")
    return count


def repeated(lab: Lab, folder: str) -> None:
    """Every request is said three times."""
    with Relay(lab, folder + "/relay") as relay:
        proxy = LinesProxy(int(relay.port))
        lab.closing(proxy.close)
        proxy.repeats = 3
        device, other = Device(lab, folder + "/device"), Device(lab, folder + "/other")
        device.does("init", "--name", "Atelier Nord")
        other.does("join", "-", input=device.does("invite").out)
        for number in range(5):
            device.does("client", "add", f"Client {number}")
            device.does("sync", proxy.url)
            other.does("sync", proxy.url)
        check(len(other.json("client", "list")) == 5, "each came once")
        check(device.json("status")["digest"] == other.json("status")["digest"], "digests differ")
