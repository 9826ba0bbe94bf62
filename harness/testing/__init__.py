"""What the project checks of its own components and adapters, as functions that return findings; pytest is not needed.

`check(component)` raises, `problems(component)` lists. This room's public names stand here, beside its rule.
"""

from harness.testing.checking import check, problems
from harness.testing.problems import ConformanceError, Problem

__all__ = ["ConformanceError", "Problem", "check", "problems"]
