"""What every test shares: how Hypothesis draws, and that programs which tests start find themselves compiled.

Runs are repeatable, so that a red run stays red until something changes. ``pytest --hypothesis-profile=explore`` draws
anew each time; ``unshrunk`` tells of a failure at once, without looking for a smaller one.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)

settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("explore", derandomize=False, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("unshrunk", settings.get_profile("repeatable"), phases=(Phase.explicit, Phase.generate))
settings.load_profile("repeatable")

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of hundreds of processes would compile the whole program anew
