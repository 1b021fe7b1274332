"""Write the lowest versions that pyproject.toml allows as requirements to a file."""

import re
import sys
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"]
requirements = [*project["dependencies"], *extras["server"], *extras["test"]]
pins = [re.sub(r">=([^,]+).*", r"==\1", requirement) for requirement in requirements]
Path(sys.argv[1]).write_text("\n".join(pins) + "\n", encoding="utf-8")
