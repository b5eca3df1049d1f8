"""A copy of the 2026 policy in memory, to be checked with one file changed.

Reads the valid files once; knows nothing of what is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.cases.reading import read_cases
from engine.check.finding import Finding
from engine.check.whole import Effort, check_sources
from engine.policy.parts import read_sources
from engine.policy.schema import Schemas
from engine.policy.source import Plain, plain, read_bytes

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "policies" / "2026"
SCHEMAS = ROOT / "schemas" / "v1"


class Bench:
    """``cache``: where the rule engine's answers are kept between checks."""

    def __init__(self, cache: Path) -> None:
        self._effort = Effort(cache, 60.0)
        self._sources = read_sources(POLICY, [])
        self._schemas = Schemas(SCHEMAS)
        self._cases = read_cases(POLICY, SCHEMAS)

    def check(self, file: str, text: str) -> tuple[Finding, ...]:
        """The findings when ``file`` has this text."""
        return self.check_all({file: text})

    def check_all(self, texts: Mapping[str, str]) -> tuple[Finding, ...]:
        """The findings when the files have these texts."""
        changed = {Path(file).stem: read_bytes(text.encode(), str(POLICY / file)) for file, text in texts.items()}
        sources = {**self._sources, **changed}
        return check_sources(POLICY, sources, self._schemas, (), self._effort, self._cases)

    def same(self, file: str, text: str) -> bool:
        """Whether the text has the very content of the valid file, so that nothing is broken."""
        changed, valid = read_bytes(text.encode(), file), self._sources[Path(file).stem]
        if changed.root is None or valid.root is None or changed.problems:
            return False
        return _content(plain(changed.root)) == _content(plain(valid.root))


def _content(data: Plain) -> str:
    return repr(data)
