#!/usr/bin/env python3
"""Random documents with the totals that they must have, by Python's Decimal alone.

The rules are those of EN 16931 as the tests' readme of billing says them; nothing here was taken from
the Swift code. Writes Tests/BillingTests/Cases/oracle.ndjson, byte for byte the same with each run;
--check compares instead.
"""

import json
import pathlib
import random
import sys
from decimal import ROUND_HALF_UP, Decimal, getcontext

SEED = 20261121
DOCUMENTS = 150
FILE = pathlib.Path(__file__).resolve().parents[2] / "Tests/BillingTests/Cases/oracle.ndjson"
GROUPS = [("S", "20"), ("S", "10"), ("S", "5.5"), ("S", "2.1"), ("Z", "0"), ("E", "0"), ("AE", "0"),
          ("K", "0"), ("G", "0"), ("O", "0")]
DECIMALS = {"EUR": 2, "CHF": 2, "JPY": 0, "KWD": 3}

getcontext().prec = 60


def rounded(value, decimals):
    """Half up on the absolute value, which is what ROUND_HALF_UP does for both signs."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(rng, digits, decimals, low=0):
    whole = rng.randint(low, 10 ** digits)
    scale = rng.randint(0, decimals)
    text = f"{whole}.{rng.randint(0, 10 ** scale - 1):0{scale}d}" if scale else str(whole)
    return text


def adjustment(rng, decimals, whole):
    """An allowance or a charge: of an amount, or of a percentage."""
    made = {"charge": rng.random() < 0.4}
    if rng.random() < 0.5:
        made["percent"] = number(rng, 1, 2)
    else:
        made["amount"] = f"{Decimal(number(rng, 2, decimals)):.{decimals}f}"
    if whole and (rng.random() < 0.6 or "amount" in made):
        made["category"], made["rate"] = rng.choice(GROUPS)
    return made


def document(rng):
    currency = rng.choice(["EUR"] * 6 + ["CHF", "JPY", "KWD"])
    decimals = DECIMALS[currency]
    lines = []
    for index in range(rng.randint(1, 7)):
        category, rate = rng.choice(GROUPS)
        line = {"name": f"line {index + 1}", "quantity": number(rng, 2, 4), "category": category,
                "price": number(rng, 4, 6), "rate": rate,
                "adjustments": [adjustment(rng, decimals, False)
                                for _ in range(rng.choice([0, 0, 0, 1, 2]))]}
        if rng.random() < 0.15:
            line["quantity"] = "-" + line["quantity"]
        if rng.random() < 0.2:
            line["priceBase"] = number(rng, 2, 4, low=1)
        lines.append(line)
    made = {"currency": currency, "lines": lines,
            "adjustments": [adjustment(rng, decimals, True)
                            for _ in range(rng.choice([0, 0, 1, 2]))]}
    if rng.random() < 0.3:
        made["prepaid"] = f"{Decimal(number(rng, 3, decimals)):.{decimals}f}"
    if rng.random() < 0.2:
        made["rounding"] = f"{Decimal(rng.randint(-9, 9)).scaleb(-decimals):.{decimals}f}"
    if currency != "EUR" and rng.random() < 0.8:
        made["exchange"] = number(rng, 0, 6, low=1)
    return made


def amount(made, basis, decimals):
    if "percent" in made:
        return rounded(basis * Decimal(made["percent"]) / 100, decimals)
    return Decimal(made["amount"])


def totals(made):
    decimals = DECIMALS[made["currency"]]
    groups = {}
    nets = []
    for line in made["lines"]:
        gross = rounded(Decimal(line["quantity"]) * Decimal(line["price"])
                        / Decimal(line.get("priceBase", "1")), decimals)
        net = gross
        for one in line["adjustments"]:
            net += amount(one, gross, decimals) * (1 if one["charge"] else -1)
        nets.append(net)
        key = (line["category"], Decimal(line["rate"]))
        groups[key] = groups.get(key, Decimal(0)) + net
    of_lines = dict(groups)
    allowances = charges = Decimal(0)
    for one in made["adjustments"]:
        named = (one["category"], Decimal(one["rate"])) if "rate" in one else None
        if "percent" in one:
            places = [key for key in of_lines if named is None or key == named]
        else:
            places = [named]
        for key in places:
            value = amount(one, of_lines.get(key, Decimal(0)), decimals)
            if one["charge"]:
                charges += value
            else:
                allowances += value
            groups[key] = groups.get(key, Decimal(0)) + (value if one["charge"] else -value)
    vats = {key: rounded(basis * key[1] / 100, decimals) for key, basis in groups.items()}
    net = sum(nets) - allowances + charges
    gross = net + sum(vats.values())
    due = gross - Decimal(made.get("prepaid", "0")) + Decimal(made.get("rounding", "0"))

    def text(value, places=decimals):
        return f"{value + 0:.{places}f}".replace("-0.00", "0.00") if value == 0 else f"{value:.{places}f}"

    expected = {"lineNets": [text(net) for net in nets], "lines": text(sum(nets)),
                "allowances": text(allowances), "charges": text(charges), "net": text(net),
                "vat": text(sum(vats.values())), "gross": text(gross), "due": text(due),
                "groups": sorted([category, f"{rate.normalize():f}", text(basis),
                                  text(vats[category, rate])]
                                 for (category, rate), basis in groups.items())}
    if made["currency"] != "EUR" and "exchange" in made:
        euros = rounded(sum(vats.values()) * Decimal(made["exchange"]), 2)
        expected["vatInEuros"] = text(euros, 2)
    return expected


def content():
    rng = random.Random(SEED)
    lines = []
    for _ in range(DOCUMENTS):
        made = document(rng)
        lines.append(json.dumps({"document": made, "expected": totals(made)}, sort_keys=True))
    return "\n".join(lines) + "\n"


def main():
    text = content()
    if sys.argv[1:] == ["--check"]:
        if FILE.read_text() != text:
            sys.exit(f"{FILE} is not what this program writes")
    else:
        FILE.write_text(text)


if __name__ == "__main__":
    main()
