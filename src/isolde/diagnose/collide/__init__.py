"""What clashes if several libraries or packages live in one process, told before any is loaded.

    environment = this_environment()
    collision = collide(["rasterio", "fiona"], environment)
    collision.advice.lines                       # ('isolde.isolate("rasterio", "fiona")',)

Each party alone is resolved as the loader would (`isolde.resolve`); then all of them, in one
process, in each order and with each mode.  A binding crosses if its definition lies in a file that
the party would not have alone.
"""

from isolde.diagnose.collide.advice import Advice
from isolde.diagnose.collide.collision import Collision, collide
from isolde.diagnose.collide.crossing import Crossing
from isolde.diagnose.collide.duplicate import Duplicate, Duplicates
from isolde.diagnose.collide.environment import Environment, environment_of, this_environment
from isolde.diagnose.collide.party import Party
from isolde.diagnose.collide.process import GLOBAL, LOCAL, MODES
from isolde.diagnose.collide.scenario import Scenario
from isolde.diagnose.collide.share import Share

__all__ = [
    "GLOBAL",
    "LOCAL",
    "MODES",
    "Advice",
    "Collision",
    "Crossing",
    "Duplicate",
    "Duplicates",
    "Environment",
    "Party",
    "Scenario",
    "Share",
    "collide",
    "environment_of",
    "this_environment",
]
