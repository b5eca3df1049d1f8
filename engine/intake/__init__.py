"""Files of a folder become checked, typed DuckDB relations; whatever breaks a declared rule is set aside and named.

Knows the ``Table`` and ``Column`` values of the policy model and file formats; must not know any policy's columns,
rules, scores or how a result is shown.
"""

from engine.intake.found import Intake, Remark, SetAside
from engine.intake.take_in import connect, take_in
from engine.intake.typed import open_typed, write_typed

__all__ = ["Intake", "Remark", "SetAside", "connect", "open_typed", "take_in", "write_typed"]
