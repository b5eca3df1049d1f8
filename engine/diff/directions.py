"""Whether a difference makes a policy stricter: one table of what growing means where.

Knows the vocabulary's keys; must not know any id, number or name of a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from engine.diff.change import REVERSED, Direction, Kind
from engine.diff.conditions import widened
from engine.policy.source import Plain

Measure = Callable[[Plain, Plain, Kind], int | None]
"""1 when there is more of it afterwards, -1 when there is less, None when that cannot be told."""


def number(old: Plain, new: Plain, kind: Kind) -> int | None:
    """Numbers, and months or dates written alike."""
    if isinstance(old, bool) or isinstance(new, bool):
        return None
    if isinstance(old, int | Decimal) and isinstance(new, int | Decimal):
        return (new > old) - (new < old)
    return None


def flag(old: Plain, new: Plain, kind: Kind) -> int | None:
    return bool(new) - bool(old)


def moment(old: Plain, new: Plain, kind: Kind) -> int | None:
    """Ends of a day: a time of day against a later one, and before the day's end; how they lie to ``same_time`` depends
    on the start."""
    if not isinstance(old, str) or not isinstance(new, str) or {old, new} & {"same_time"}:
        return scale("same_time", "end_of_day")(old, new, kind)
    before, after = ("24:00:00" if end == "end_of_day" else end for end in (old, new))
    return (after > before) - (after < before)


def members(old: Plain, new: Plain, kind: Kind) -> int | None:
    if not isinstance(old, list | None) or not isinstance(new, list | None):
        return None
    before, after = {str(item) for item in old or ()}, {str(item) for item in new or ()}
    return (before < after) - (after < before) or None


def cases(old: Plain, new: Plain, kind: Kind) -> int | None:
    """In how many cases a condition holds."""
    return None if kind != "changed" or None in (old, new) else widened(old, new)


def being(old: Plain, new: Plain, kind: Kind) -> int | None:
    return {"added": 1, "removed": -1}.get(kind)


def scale(*values: str) -> Measure:
    """The place of a fixed value among ``values``, from least to most."""

    def measure(old: Plain, new: Plain, kind: Kind) -> int | None:
        if old not in values or new not in values:
            return None
        before, after = values.index(str(old)), values.index(str(new))
        return (after > before) - (after < before)

    return measure


def deducting(old: Plain, new: Plain, kind: Kind) -> int | None:
    return (new == "deduct") - (old == "deduct")


def anything(old: Plain, new: Plain, kind: Kind) -> int | None:
    return 1


@dataclass(frozen=True)
class Line:
    """At spots that match ``pattern``, more of ``measure`` is ``more``. ``[*]`` is an item, ``*`` is anything."""

    pattern: str
    measure: Measure
    more: Direction


def points_that(do: str, more: Direction) -> tuple[Line, ...]:
    """Recorded points that ``do`` what their sign says: as long as more of them is ``more``, all that limits them is
    the reverse."""
    spot, less = f"indicators/bonuses/[*]{do}", REVERSED[more]
    return (
        Line(spot, being, more),
        Line(f"{spot}/cap", being, less),
        Line(f"{spot}/cap/points", number, more),
        Line(f"{spot}/cap/per", scale("month", "award"), more),
        Line(f"{spot}/unlocked_above", being, less),
        Line(f"{spot}/unlocked_above", number, less),
    )


DIRECTIONS: tuple[Line, ...] = (
    Line("consequences/consequences/[*]", being, "tightened"),
    Line("consequences/consequences/[*]/when", cases, "tightened"),
    Line("consequences/consequences/[*]/gates", members, "loosened"),
    Line("consequences/consequences/[*]/repeat", scale("once_per_cycle", "once_per_streak", "every_time"), "tightened"),
    Line("consequences/consequences/[*]/repeat", scale("once_per_cycle", "counted_anew", "every_time"), "tightened"),
    Line("consequences/ladders/[*]", being, "loosened"),
    Line("consequences/ladders/[*]/steps", members, "loosened"),
    Line("consequences/consequences/[*]/mandatory", flag, "tightened"),
    Line("consequences/consequences/[*]/affects", members, "tightened"),
    Line("consequences/consequences/[*]/due", being, "tightened"),
    Line("consequences/consequences/[*]/due/months_after", number, "loosened"),
    Line("consequences/consequences/[*]/due/day", number, "loosened"),
    Line("consequences/consequences/[*]/due/roll", scale("none", "next_workday"), "loosened"),
    Line("ranking/eligible/at_least", number, "loosened"),
    Line("ranking/standings/[*]", being, "neutral"),
    Line("ranking/last/when_tied", scale("none", "all"), "tightened"),
    Line("ranking/last/when_all_equal", scale("none", "all"), "tightened"),
    Line("ranking/last/minimum_ranked", number, "loosened"),
    Line("ranking/unfinished/counts", flag, "tightened"),
    Line("ranking/unfinished/fires", flag, "tightened"),
    Line("indicators/indicators/[*]/target", being, "tightened"),
    Line("indicators/indicators/[*]/target/at_least", number, "tightened"),
    Line("indicators/indicators/[*]/minimum", being, "tightened"),
    Line("indicators/indicators/[*]/minimum/at_least", number, "tightened"),
    Line("indicators/indicators/[*]/minimum/*_at_most", being, "tightened"),
    Line("indicators/indicators/[*]/minimum/*_at_most", number, "loosened"),
    Line("indicators/indicators/[*]/points/[*]/points", number, "loosened"),
    Line("indicators/indicators/[*]/when_empty", scale("zero", "full"), "loosened"),
    Line("indicators/bonuses/[*]/sign", deducting, "tightened"),
    *points_that("add", "loosened"),
    *points_that("deduct", "tightened"),
    Line("rules/decisions/[*]/excludes_from", members, "loosened"),
    Line("rules/decisions/[*]/rules/[*]excluded", being, "loosened"),
    Line("rules/decisions/[*]/rules/[*]excluded/when", cases, "loosened"),
    Line("rules/decisions/[*]/rules/[*]included", being, "neutral"),
    Line("rules/decisions/[*]/rules/[*]included/when", anything, "neutral"),
    Line("rules/decisions/[*]/rules/[*]mark", being, "tightened"),
    Line("rules/decisions/[*]/rules/[*]mark/when", cases, "tightened"),
    Line("rules/decisions/[*]/rules/[*]mark/gives", members, "tightened"),
    Line("rules/decisions/[*]/rules/[*]/effect", scale("included", "excluded"), "loosened"),
    Line("obligations/obligations/[*]", being, "tightened"),
    Line("obligations/obligations/[*]/applies", cases, "tightened"),
    Line("obligations/obligations/[*]/done/when", cases, "loosened"),
    Line("obligations/obligations/[*]/deadline/clock/amount", number, "loosened"),
    Line("obligations/obligations/[*]/deadline/clock/until", moment, "loosened"),
    Line("obligations/obligations/[*]/deadline/clock/start_day_counts", flag, "tightened"),
    Line("obligations/obligations/[*]/deadline/clock/end_included", flag, "loosened"),
    Line("obligations/obligations/[*]/deadline/clock/extended_by/[*]", being, "loosened"),
    Line("obligations/obligations/[*]/deadline/clock/extended_by/[*]/at_most", being, "tightened"),
    Line("obligations/obligations/[*]/deadline/clock/extended_by/[*]/at_most", number, "loosened"),
    Line("obligations/obligations/[*]/deadline/clock/extended_at_most", being, "tightened"),
    Line("obligations/obligations/[*]/deadline/clock/extended_at_most", number, "loosened"),
    Line("obligations/obligations/[*]/deadline/clock/stopped_by/[*]", being, "loosened"),
    Line("obligations/obligations/[*]/forms", members, "tightened"),
    Line("policy/sides/[*]", being, "tightened"),
    Line("policy/sides/[*]/takes_part_in", members, "tightened"),
    Line("policy/sides/[*]/bears", members, "tightened"),
    Line("policy/uses_of_result/[*]", being, "tightened"),
    Line("duties/duties/[*]", being, "tightened"),
    Line("duties/duties/[*]/rhythm/every", scale("year", "quarter", "month", "week", "workday", "day"), "tightened"),
    Line("duties/duties/[*]/rhythm/count", number, "tightened"),
    Line("duties/duties/[*]/rhythm/by_day", number, "loosened"),
    Line("duties/duties/[*]/rhythm/roll", scale("none", "next_workday"), "loosened"),
    Line("duties/duties/[*]/subjects", members, "tightened"),
    Line("duties/duties/[*]/forms", members, "tightened"),
    Line("forms/forms/[*]", being, "tightened"),
    Line("forms/forms/[*]/signatures/[*]", being, "tightened"),
    # What is only read, or only says where things stand in the files.
    Line("indicators/indicators/[*]/weight", anything, "neutral"),
    Line("indicators/weights_sum", anything, "neutral"),
    Line("indicators/shown/*", anything, "neutral"),
    Line("*/title", anything, "neutral"),
    Line("*/clause", anything, "neutral"),
    Line("*/detail", anything, "neutral"),
    Line("*/description", anything, "neutral"),
    Line("*/actor", anything, "neutral"),
    Line("*/audience", anything, "neutral"),
    Line("*/warn", anything, "neutral"),
    Line("*/aliases", anything, "neutral"),
    Line("*/evidence", anything, "neutral"),
    Line("policy/*", anything, "neutral"),
    Line("clauses/*", anything, "neutral"),
    Line("readings/*", anything, "neutral"),
    Line("calendar/*", anything, "neutral"),
    Line("forms/*", anything, "neutral"),
    Line("fields/*", anything, "neutral"),
)
"""The first line that matches and can tell holds; where none does, the direction is unknown."""

SAME_UNIT: Mapping[str, str] = {
    f"obligations/obligations/*/deadline/clock/{key}": "obligations/obligations/*/deadline/clock/unit"
    for key in ("amount", "extended_at_most", "extended_by/*/at_most")
}
"""Numbers that compare only as long as what they count is the same: the pattern, and that of its unit."""


def pattern_text(pattern: Iterable[str]) -> str:
    """``("rules", "decisions", "*", "rules", "*mark")`` as ``rules/decisions/*/rules/*mark``."""
    return "/".join(pattern)


def direction(pattern: str, old: Plain, new: Plain, kind: Kind) -> Direction:
    """``pattern`` as ``pattern_text`` gives it."""
    for line in DIRECTIONS:
        if fnmatchcase(pattern, line.pattern):
            more = line.measure(old, new, kind)
            if more:
                return line.more if more > 0 else REVERSED[line.more]
    return "unknown"


def together(directions: Iterable[Direction]) -> Direction:
    """What several differences make of it: the one direction there is beside neutral; unknown where they disagree."""
    found = {direction for direction in directions if direction != "neutral"}
    if not found:
        return "neutral"
    return found.pop() if len(found) == 1 else "unknown"
