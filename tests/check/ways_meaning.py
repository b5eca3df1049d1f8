"""Ways to break the meaning of the 2026 policy: sums, dates, dangling references, unreachable rules.

Knows the vocabulary as far as it has to in order to break it on purpose; must not use the checks it tests.
"""

from __future__ import annotations

import datetime as dt
from random import Random

from tests.check.mutating import Mutant, Spot, drawn
from tests.check.spots import source, spots


def sums(random: Random) -> Mutant:
    """Weights that no longer make the declared sum; the sum's line is named."""
    own = source("indicators.yaml")
    declared = next(spot for spot in own.spots if spot.path == ("weights_sum",))
    weights = [spot for spot in own.spots if spot.name == "weight"]
    spot = random.choice([declared, *weights])
    old = int(own.of(spot))
    mutant = own.replaced(spot, random.choice([str(old + 1), str(old - 1), f"{old}.5", str(old * 2), f"{old + 10}"]))
    return Mutant(mutant.file, mutant.text, frozenset((own.line(declared.start),)), ("权重之和",), mutant.told)


def dates(random: Random) -> Mutant:
    """Dates and months in their form, but where they cannot be."""
    return random.choice([_day_off, _makeup, _cycle, _in_force, _counted, _period])(random)


def _named(file: str, *path: str | int) -> Spot:
    return next(spot for spot in source(file).spots if spot.path == path)


def _shift(spot: Spot, days: int) -> Mutant:
    own = source(spot.file)
    day = dt.date.fromisoformat(own.of(spot)) + dt.timedelta(days=days)
    return own.replaced(spot, day.isoformat())


def _day_off(random: Random) -> Mutant:
    """A holiday in another year, or one that ends before it begins."""
    choices = [spot for spot in source("calendar.yaml").spots if "days_off" in spot.path and spot.name == "first"]
    return _shift(random.choice(choices), random.choice([-800, 800, 30]))


def _makeup(random: Random) -> Mutant:
    """A make-up workday on a Wednesday, which is none."""
    choices = [spot for spot in source("calendar.yaml").spots if "makeup_workdays" in spot.path and spot.scalar]
    spot = random.choice(choices)
    day = dt.date.fromisoformat(source("calendar.yaml").of(spot))
    return _shift(spot, 14 + (2 - day.weekday()) % 7 + 7 * random.randrange(2))


def _cycle(random: Random) -> Mutant:
    return source("policy.yaml").replaced(
        _named("policy.yaml", "cycle", "first"), random.choice(["2026-11", "2027-01"])
    )


def _in_force(random: Random) -> Mutant:
    spot = _named("policy.yaml", "in_force", "from")
    return source("policy.yaml").replaced(spot, random.choice(["2026-11-01", "2027-03-01", "2030-01-01"]))


def _counted(random: Random) -> Mutant:
    """The first counted month outside the cycle, under an option chosen or not."""
    own = source("readings.yaml")
    choices = [spot for spot in own.spots if spot.name == "value" and own.of(spot) in ("2026-03", "2025-11")]
    return own.replaced(random.choice(choices), random.choice(["2025-10", "2026-11", "2027-03"]))


def _period(random: Random) -> Mutant:
    """A quarter that leaves a month out, holds one twice, or leaves the cycle; the list or the quarter is named."""
    own = source("readings.yaml")
    choices = [spot for spot in own.spots if "value" in spot.path and spot.name in ("first", "last")]
    spot = random.choice(choices)
    year, month = map(int, own.of(spot).split("-"))
    moved = year * 12 + month - 1 + random.choice([-1, 1])
    mutant = own.replaced(spot, f"{moved // 12}-{moved % 12 + 1:02d}")
    around = {spot.path[:-2], spot.path[:-1], (*spot.path[:-2], int(spot.path[-2]) + 1)}
    lines = frozenset(own.line(other.start) for other in own.spots if other.path in around)
    return Mutant(mutant.file, mutant.text, lines, (), mutant.told)


REFERRING: dict[str, tuple[str, ...]] = {
    "rules.yaml": ("field", "tagged", "clause", "reading", "gives", "contains", "is", "in"),
    "indicators.yaml": ("field", "clause", "reading", "part", "event", "month", "unit", "points", "peers", "is"),
    "obligations.yaml": ("field", "tagged", "clause", "reading", "part", "event", "start", "forms", "is"),
    "ranking.yaml": ("clause", "reading", "part", "month", "name", "figure", "benchmark"),
    "consequences.yaml": ("clause", "reading", "part", "affects"),
    "clauses.yaml": ("covered_by",),
    "duties.yaml": ("clause", "forms", "supports"),
    "forms.yaml": ("clause", "used_by", "from", "mark", "side", "decision", "after", "time"),
    "policy.yaml": ("clause", "takes_part_in", "bears", "column"),
    "fields.yaml": ("key", "unit", "dated_by", "column", "present", "earlier", "later", "missing"),
    "readings.yaml": (
        "chosen",
        "clause",
        "field",
        "rate",
        "receiving",
        "closing",
        "start",
        "due",
        "callback",
        "bulletin",
    ),
}
"""Keys whose value must be the name of something."""


def dangling(random: Random) -> Mutant:
    """A name of something that does not exist, under an option that is chosen or not."""

    def mutate(spot: Spot) -> Mutant | None:
        own = source(spot.file)
        old = own.of(spot).strip('"')
        if not spot.scalar or old in ("refuse", "true", "false") or (old.isdigit() and spot.name == "points"):
            return None
        new = random.choice([f"{old}x", f"无此{old}"]) if spot.name != "contains" else random.choice(['"99"', '"x"'])
        return own.replaced(spot, f'"{new}"' if spot.name == "contains" and not new.startswith('"') else new)

    file = random.choice(sorted(REFERRING))
    chosen = [spot for spot in spots(file) if spot.name in REFERRING[file] and spot.scalar]
    return drawn(random, chosen, mutate)


def unreachable(random: Random) -> Mutant:
    """Rules that never hold, say what another says or never come first; steps too high; rows behind a catch-all."""
    return random.choice([_contradiction, _contradiction, _copied, _copied, _high, _behind, _band])(random)


def _conditions() -> list[Spot]:
    files = ("rules.yaml", "obligations.yaml", "indicators.yaml", "consequences.yaml")
    keys = ("when", "applies", "among", "given_to")
    return [
        spot
        for spot in spots(*files)
        if spot.name in keys
        and spot.path[-1] == spot.name
        and spot.flow
        and source(spot.file).of(spot)[0] == "{"
        and "reading" not in source(spot.file).of(spot)
    ]


def _contradiction(random: Random) -> Mutant:
    """A condition and its own negation."""

    def mutate(spot: Spot) -> Mutant:
        old = source(spot.file).of(spot)
        return source(spot.file).replaced(spot, f"{{all: [{old}, {{not: {old}}}]}}")

    return drawn(random, _conditions(), mutate)


def _copied(random: Random) -> Mutant:
    """A rule's condition replaced by that of an earlier rule of its decision."""

    def mutate(spot: Spot) -> Mutant | None:
        own = source(spot.file)
        at = spot.path[-2]
        if "rules" not in spot.path or not isinstance(at, int) or at == 0:
            return None
        wanted = (*spot.path[:-2], random.randrange(at), "when")
        earlier = next(other for other in own.spots if other.path == wanted)
        return own.replaced(spot, own.of(earlier))

    return drawn(random, _conditions(), mutate)


def _high(random: Random) -> Mutant:
    """More months in a row, or in all, than count in the cycle."""
    choices = [spot for spot in spots("consequences.yaml") if spot.name in ("running", "times")]
    return drawn(random, choices, lambda spot: source(spot.file).replaced(spot, str(random.randrange(9, 40))))


def _behind(random: Random) -> Mutant:
    """A row of outcomes that always holds, before other rows; one of those behind it is named."""
    own = source("readings.yaml")
    rows = [
        spot for spot in own.spots if spot.path[-1:] == ("when",) and "value" in spot.path and own.of(spot) != "always"
    ]
    inline = [spot for spot in rows if spot.flow]

    def mutate(spot: Spot) -> Mutant | None:
        behind = [o for o in own.spots if o.path[:-2] == spot.path[:-2] and o.path[-1:] == ("when",)]
        below = [o for o in behind if int(o.path[-2]) > int(spot.path[-2])][:-1]
        if not below:
            return None
        mutant = own.replaced(spot, "always")
        return Mutant(mutant.file, mutant.text, frozenset(own.line(o.start) for o in below), (), mutant.told)

    return drawn(random, inline, mutate)


def _band(random: Random) -> Mutant:
    """A band of points with the condition of an earlier one."""
    own = source("indicators.yaml")
    bands = [s for s in own.spots if s.path[-1:] == ("when",) and "points" in s.path and s.path[1] == 4]
    later = random.randrange(1, len(bands))
    return own.replaced(bands[later], own.of(bands[random.randrange(later)]))
