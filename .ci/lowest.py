"""Installs the lowest version of each dependency that the installed package allows."""

import subprocess
import sys
from importlib.metadata import requires

from packaging.requirements import Requirement

pins = [
    f"{requirement.name}=={specifier.version}"
    for requirement in map(Requirement, requires("bedrock-mock") or ())
    if requirement.marker is None
    for specifier in requirement.specifier
    if specifier.operator == ">="
]
print(*pins)
# So low a moto has its server's dependencies in an extra, which is installed already.
subprocess.run([sys.executable, "-m", "pip", "install", "-q", *pins], check=True)
