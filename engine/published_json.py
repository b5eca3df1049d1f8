"""A published month as exact JSON, and back: every fraction as text, so that nothing is lost by writing it down.

Knows the keys of the file, which ``schemas/v1/published.schema.json`` describes; computes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from engine.gates import GateState
from engine.measures import Measured
from engine.months import Month
from engine.policy.model_scoring import Period
from engine.published import Announced, Counts, OnBase, Published, Records, ScoredBy
from engine.scores import Score, Weighed
from engine.standings import Placed, Standing

FORMAT = 1
_NUMBER = re.compile(r"-?\d+(/[1-9]\d*)?", re.ASCII)
Json = dict[str, Any]


class UnreadableError(ValueError):
    """The text is no published month in this format."""


def write_published(published: Published) -> str:
    """The same text for the same month; ends with a line feed."""
    standing = published.standing
    document = {
        "format": FORMAT,
        "month": str(published.month),
        "as_of": str(published.as_of),
        "provisional": standing.provisional,
        "policy": {**vars(published.scored_by), "readings": dict(published.scored_by.readings)},
        **_standing(standing),
        "gates": [_gate(gate, state) for gate, state in published.gates.items()],
        "consequences": [_announced(item) for item in published.consequences],
        **_counted(published),
        **_bases(published),
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_published(text: str | bytes) -> Published:
    """Raises UnreadableError."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise UnreadableError(f"format {document['format']!r}")
        month, provisional = Month.parse(document["month"]), bool(document["provisional"])
        return Published(
            standing=_read_standing(document, month, provisional),
            gates={item["id"]: _read_gate(item) for item in document["gates"]},
            consequences=tuple(_read_announced(item) for item in document["consequences"]),
            scored_by=ScoredBy(**document["policy"]),
            as_of=dt.datetime.fromisoformat(document["as_of"]),
            bases={item["id"]: _read_base(item, month, provisional) for item in document.get("bases", ())},
            **_read_counted(document),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{type(error).__name__}: {error}") from error


def _standing(standing: Standing) -> Json:
    return {
        "ranking": [_placed(placed) for placed in standing.ranking],
        "unranked": list(standing.unranked),
        "scores": [_score(score) for _, score in sorted(standing.scores.items())],
    }


def _read_standing(data: Mapping[str, Any], month: Month, provisional: bool) -> Standing:
    return Standing(
        kind="month",
        period=Period(str(month), str(month), month, month),
        provisional=provisional,
        ranking=tuple(_read_placed(item) for item in data["ranking"]),
        unranked=tuple(data["unranked"]),
        scores={item["unit"]: _read_score(item) for item in data["scores"]},
    )


def _counted(found: Published | OnBase) -> Json:
    return {
        "shown": [{"unit": unit, "counts": _pairs(counts)} for unit, counts in sorted(found.shown.items())],
        "counts": {question: dict(sorted(by_unit.items())) for question, by_unit in sorted(found.counts.items())},
        "records": {
            item: {unit: [str(points) for points in given] for unit, given in sorted(by_unit.items())}
            for item, by_unit in sorted(found.records.items())
        },
    }


def _read_counted(data: Mapping[str, Any]) -> Json:
    return {
        "shown": {item["unit"]: _read_pairs(item["counts"]) for item in data["shown"]},
        "counts": _read_counts(data["counts"]),
        "records": _read_records(data["records"]),
    }


def _bases(published: Published) -> Json:
    """A month without second results is written as before there were any."""
    bases = [
        {"id": id, "title": found.title, **_standing(found.standing), **_counted(found)}
        for id, found in sorted(published.bases.items())
    ]
    return {"bases": bases} if bases else {}


def _read_base(data: Mapping[str, Any], month: Month, provisional: bool) -> OnBase:
    return OnBase(data["title"], _read_standing(data, month, provisional), **_read_counted(data))


def _placed(placed: Placed) -> Json:
    """What a month had before there were marks is written as it was then."""
    written = {**vars(placed), "total": str(placed.total), "standings": list(placed.standings)}
    without = {"standings": [], "announced": True}
    return {key: value for key, value in written.items() if key not in without or value != without[key]}


def _read_placed(data: Mapping[str, Any]) -> Placed:
    return Placed(**{**data, "total": _fraction(data["total"]), "standings": tuple(data.get("standings", ()))})


def _score(score: Score) -> Json:
    """What a month had before there were minimums is written as it was then."""
    return {
        **({"below": list(score.below)} if score.below else {}),
        "unit": score.unit,
        "score": str(score.score),
        "bonus": str(score.bonus),
        "total": str(score.total),
        "vetoes": list(score.vetoes),
        "grade": score.grade,
        "indicators": [_weighed(id, item) for id, item in score.indicators.items()],
    }


def _read_score(data: Mapping[str, Any]) -> Score:
    return Score(
        unit=data["unit"],
        indicators={item["id"]: _read_weighed(item) for item in data["indicators"]},
        score=_fraction(data["score"]),
        bonus=_fraction(data["bonus"]),
        total=_fraction(data["total"]),
        vetoes=tuple(data["vetoes"]),
        grade=data["grade"],
        below=tuple(data.get("below", ())),
    )


def _weighed(id: str, weighed: Weighed) -> Json:
    measured = weighed.measured
    return {
        "id": id,
        "points": str(measured.points),
        "orders": measured.orders,
        "bands": list(measured.bands),
        "applies": measured.applies,
        "value": _text(measured.value),
        "weight": str(weighed.weight),
        "share": str(weighed.share),
        "entered": str(Fraction(*weighed.ratio)),
    }


def _read_weighed(data: Mapping[str, Any]) -> Weighed:
    points, value = _fraction(data["points"]), _fraction_or_none(data["value"])
    measured = Measured(
        above=points.numerator,
        scale=points.denominator,
        orders=int(data["orders"]),
        ratio=None if value is None else value.as_integer_ratio(),
        bands=tuple(data["bands"]),
        applies=bool(data["applies"]),
    )
    ratio = _fraction(data["entered"]).as_integer_ratio()
    return Weighed(measured, _fraction(data["weight"]), _fraction(data["share"]), ratio)


def _gate(id: str, state: GateState) -> Json:
    rates = [
        {"id": rate, "state": compared, "figure": _text(figure), "benchmark": _text(benchmark)}
        for rate, compared in state.rates.items()
        for figure, benchmark in (state.figures[rate],)
    ]
    return {"id": id, "outcome": state.outcome, "rates": rates}


def _read_gate(data: Mapping[str, Any]) -> GateState:
    rates = {item["id"]: str(item["state"]) for item in data["rates"]}
    figures = {
        item["id"]: (_fraction_or_none(item["figure"]), _fraction_or_none(item["benchmark"])) for item in data["rates"]
    }
    return GateState(data["outcome"], rates, figures)


def _announced(item: Announced) -> Json:
    days = {name: None if day is None else day.isoformat() for name, day in (("due", item.due), ("warn", item.warn))}
    return {**vars(item), **days, "affected": list(item.affected)}


def _read_announced(data: Mapping[str, Any]) -> Announced:
    days = {name: None if data[name] is None else dt.date.fromisoformat(data[name]) for name in ("due", "warn")}
    return Announced(**{**data, **days, "affected": tuple(data["affected"])})


def _pairs(counts: Mapping[str, int]) -> list[Json]:
    """A list, since the order in which they are shown is the policy's."""
    return [{"id": id, "orders": count} for id, count in counts.items()]


def _read_pairs(data: list[Json]) -> Mapping[str, int]:
    return {item["id"]: int(item["orders"]) for item in data}


def _read_counts(data: Mapping[str, Mapping[str, int]]) -> Counts:
    return {question: {unit: int(count) for unit, count in by_unit.items()} for question, by_unit in data.items()}


def _read_records(data: Mapping[str, Mapping[str, list[str]]]) -> Records:
    return {
        item: {unit: tuple(map(_fraction, found)) for unit, found in by_unit.items()} for item, by_unit in data.items()
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _fraction(text: str) -> Fraction:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no fraction")
    return Fraction(text)


def _fraction_or_none(text: str | None) -> Fraction | None:
    return None if text is None else _fraction(text)
