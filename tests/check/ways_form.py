"""Ways to break the form of the 2026 policy: types, names, ranges, duplicates, indentation, missing keys.

Knows the vocabulary as far as it has to in order to break it on purpose; must not use the checks it tests.
"""

from __future__ import annotations

from random import Random

from tests.check.mutating import Mutant, Spot, drawn, removed, shifted
from tests.check.spots import FILES, is_reference, source, spots


def types(random: Random) -> Mutant:
    """A value of another type: text for a number, a number for text, a scalar for a list or for a mapping."""

    def mutate(spot: Spot) -> Mutant | None:
        old = source(spot.file).of(spot)
        if not spot.flow or is_reference(spot):
            return None
        if not spot.scalar:
            return source(spot.file).replaced(spot, "17")
        return source(spot.file).replaced(spot, "3.5" if not old.strip('"').isdigit() or old[0] == '"' else "[5]")

    return drawn(random, spots(), mutate)


def names(random: Random) -> Mutant:
    """A key that the vocabulary does not have."""

    def mutate(spot: Spot) -> Mutant | None:
        part = spot.file == "readings.yaml" and "value" in spot.path
        if spot.key is None or is_reference(spot) or part:
            return None
        start, end = spot.key.start_mark.index, spot.key.end_mark.index
        own = source(spot.file)
        name = own.text[start:end]
        at = random.randrange(len(name))
        wrong = random.choice([name + "s", name[:at] + name[at + 1 :] + "x", name.upper()])
        text = own.text[:start] + wrong + own.text[end:]
        return Mutant(
            spot.file, text, frozenset((own.line(start),)), (wrong,), f"{'.'.join(map(str, spot.path))}: {wrong}"
        )

    return drawn(random, spots(), mutate)


RANGED: dict[str, tuple[str, ...]] = {
    "weight": ("0", "-5"),
    "weights_sum": ("0", "-100"),
    "at_least": ("-1",),
    "minimum_ranked": ("0", "-1"),
    "months_after": ("-1",),
    "day": ("0", "29", "31"),
    "amount": ("-1",),
    "running": ("0", "-2"),
    "times": ("0", "-3"),
    "year": ("1899", "20260"),
    "count": ("0",),
    "by_day": ("0", "32"),
    "first": ("2026-13", "2026-00"),
    "last": ("2026-13", "2026-02-30"),
    "issued_on": ("2026-02-29",),
    "from": ("2026-04-31",),
    "time_before": ('"25:00:00"', '"14:61:00"'),
    "time_not_after": ('"24:00:01"',),
    "type": ("texts", "数"),
    "unit": ("weeks",),
    "until": ("noon",),
    "at": ("week", "day"),
    "subject": ("units",),
    "repeat": ("twice",),
    "hit": ("any", "last"),
    "when_empty": ("skip",),
    "over": ("all",),
    "status": ("done",),
    "otherwise": ("ignore",),
    "roll": ("previous",),
    "warn": ("always",),
    "per": ("year",),
    "every": ("decade",),
    "rate": ("[]",),
    "done": ("maybe",),
    "deadline": ("now",),
}
"""Values outside what a key allows."""


def ranges(random: Random) -> Mutant:
    """A number, date, time or word outside what is allowed there."""
    keys = sorted({spot.name for spot in spots() if spot.scalar and spot.name in RANGED and _ranged(spot)})
    key = random.choice(keys)
    wrong = random.choice(RANGED[key])
    chosen = [spot for spot in spots() if spot.scalar and spot.name == key and _ranged(spot)]
    return drawn(random, chosen, lambda spot: source(spot.file).replaced(spot, wrong))


def _ranged(spot: Spot) -> bool:
    """``from`` and ``unit`` also name columns, and a due day's parts also stand in references."""
    columns = spot.file in ("forms.yaml", "indicators.yaml", "fields.yaml") and spot.name in ("from", "unit")
    return not columns and not is_reference(spot) and isinstance(spot.path[-1], str)


def duplicates(random: Random) -> Mutant:
    """A key, an id or an item twice."""
    return random.choice([_key_twice, _id_twice, _item_twice])(random)


def _key_twice(random: Random) -> Mutant:
    """A whole entry of a mapping copied behind itself."""

    def mutate(spot: Spot) -> Mutant | None:
        own = source(spot.file)
        if spot.key is None or not spot.flow or spot.path[0] == "weights_sum":
            return None
        start = spot.key.start_mark.index
        parent = next(other for other in own.spots if other.path == spot.path[:-1]) if len(spot.path) > 1 else None
        flow = parent is not None and parent.flow
        between = ", " if flow else "\n" + " " * spot.key.start_mark.column
        text = own.text[: spot.end] + between + own.text[start : spot.end] + own.text[spot.end :]
        line = own.line(spot.end) + (not flow)
        return Mutant(spot.file, text, frozenset((line,)), ("键重复",), f"{'.'.join(map(str, spot.path))} twice")

    return drawn(random, spots(), mutate)


def _id_twice(random: Random) -> Mutant:
    """The id of the item before, given to the one after it; references to its own id then break too."""

    def mutate(spot: Spot) -> Mutant | None:
        own = source(spot.file)
        index = spot.path[-2] if len(spot.path) > 1 else 0
        if spot.name != "id" or not isinstance(index, int) or index == 0 or "parts" in spot.path:
            return None
        other = next(o for o in own.spots if o.path == (*spot.path[:-2], index - 1, "id"))
        return own.replaced(spot, own.of(other))

    return drawn(random, spots(), mutate)


LISTS = (
    "formats",
    "separators",
    "weekend",
    "makeup_workdays",
    "key",
    "covered_by",
    "supports",
    "gates",
    "in",
    "used_by",
)


def _item_twice(random: Random) -> Mutant:
    """The last item of a list of words copied behind itself."""

    def mutate(spot: Spot) -> Mutant | None:
        own = source(spot.file)
        last = spot.scalar and spot.path[-1] == spot.siblings - 1
        if not last or spot.name not in LISTS or len(spot.path) < 2:
            return None
        text = own.text[: spot.end] + ", " + own.of(spot) + own.text[spot.end :]
        return Mutant(
            spot.file, text, frozenset((own.line(spot.start),)), ("重复",), f"{'.'.join(map(str, spot.path))} twice"
        )

    return drawn(random, spots(), mutate)


def indentation(random: Random) -> Mutant:
    """One line moved sideways; that line, or the one below it, is the first that cannot stand where it is."""
    return shifted(source(random.choice(FILES)), random)


NEEDED = frozenset(
    (
        *("id", "title", "clause", "when", "weight", "event", "among", "points", "over", "when_empty", "at", "subject"),
        *("gates", "repeat", "actor", "audience", "action", "mandatory", "done", "deadline", "states", "applies"),
        *("question", "options", "chosen", "why", "status", "summary", "owner", "rhythm", "hit", "rules", "file"),
        *("formats", "required", "columns", "notice", "days_off", "year", "evidence", "used_by", "number", "version"),
        *("issuers", "cycle", "time_zone", "in_force", "document", "type", "at_least", "rates", "outcomes", "figure"),
        *("benchmark", "is", "field", "total", "periods", "given_to", "table", "month", "unit", "role", "opinion"),
        *("dated", "day", "roll", "warn", "amount", "until", "minimum_ranked", "ranked", "counts", "fires", "first"),
    )
)
"""Keys that a mapping with such a key cannot do without."""


def missing_keys(random: Random) -> Mutant:
    """A needed key removed; the mapping that lacks it is named, and the key."""

    def mutate(spot: Spot) -> Mutant | None:
        part = "value" in spot.path or spot.path[-2:] == ("rhythm", "roll")  # not needed there
        if spot.name not in NEEDED or not isinstance(spot.path[-1], str) or is_reference(spot) or part:
            return None
        return removed(source(spot.file), spot)

    return drawn(random, spots(), mutate)
