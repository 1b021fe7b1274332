"""The names of what has no narrower type, each with the reason why.

Everything else says what it is; ``Any`` itself stands in no signature (ruff's ANN401).
"""

from __future__ import annotations

from typing import Any, TypeAlias

#: A value as JSON has it, before or after it was checked: what it is, the code finds out.
Json: TypeAlias = Any

#: The members of a request, decoded. A handler names the TypedDict that its operation has, and
#: no type of a base class fits all of those.
Members: TypeAlias = Any

#: What moto, botocore, pytest or a program under test hands over, and what goes back to them,
#: where they have no types or the types differ between the versions that are allowed.
Foreign: TypeAlias = Any
