"""Builds ladders: consequences in steps, of which only the highest that may fire does.

Knows consequences as they are built; must not know how one fires.
"""

from __future__ import annotations

from dataclasses import replace

from engine.policy.condition import Path
from engine.policy.context import Context
from engine.policy.model_scoring import Consequence, Ladder

_ALIKE = (("at", "期间（at）"), ("subject", "对象（subject）"))


def build_ladders(context: Context, consequences: tuple[Consequence, ...]) -> tuple[Ladder, ...]:
    """Steps of one ladder come up together, so they are about the same periods and subjects, and on no other ladder."""
    by_id = {item.id: item for item in consequences}
    standing: dict[str, str] = {}
    built: list[Ladder] = []
    for i, data in enumerate(context.part("consequences").get("ladders", ())):
        path: Path = ("ladders", i)
        context.declare(data["id"], "consequences", path)
        known: list[str] = []
        for j, step in enumerate(data["steps"]):
            here: Path = (*path, "steps", j)
            if not context.known(step, by_id, "后果", "consequences", here):
                continue
            place = context.place("consequences", here)
            if step in standing:
                what = f"这一后果已在梯级“{standing[step]}”里"
                context.findings.add(place, what, step, "一个后果只能在一个梯级里")
            standing[step] = data["id"]
            for key, called in _ALIKE:
                if known and getattr(by_id[step], key) != getattr(by_id[known[0]], key):
                    what = f"与同一梯级的“{known[0]}”{called}不同，不会同时够得上"
                    context.findings.add(place, what, step, "请另设梯级，或从这里删去")
            known.append(step)
        built.append(Ladder(data["id"], data["title"], data["clause"], tuple(known)))
    return tuple(built)


def on_ladders(consequences: tuple[Consequence, ...], ladders: tuple[Ladder, ...]) -> tuple[Consequence, ...]:
    """The consequences, each with the higher steps of its ladder."""
    above = {step: ladder.steps[i + 1 :] for ladder in ladders for i, step in enumerate(ladder.steps)}
    return tuple(replace(item, below=above.get(item.id, ())) for item in consequences)
