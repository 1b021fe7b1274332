"""What there is to install: the size of the wheel, what it unpacks to, and how long pip takes.

The wheel is built from the checkout and installed without what it depends on, which a user of
moto has. moto's installed files are the yardstick.

    python benchmarks/install.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from importlib.metadata import files
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


def pip(*arguments: str) -> float:
    """Runs pip; seconds."""
    started = time.perf_counter()
    subprocess.run([*PIP, *arguments], check=True)
    return time.perf_counter() - started


def size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder, target = Path(temporary, "wheel"), Path(temporary, "installed")
        pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
        (wheel,) = folder.glob("*.whl")
        bare = ("install", "--no-deps", "--no-index", "--no-compile", "--target")
        seconds = pip(*bare, str(target), str(wheel))
        unpacked = size(target)
        print(f"wheel                          {wheel.stat().st_size / 1024:9.0f} KB")
    theirs = sum(
        path.stat().st_size
        for each in files("moto") or ()
        if each.suffix != ".pyc" and (path := Path(str(each.locate()))).exists()
    )
    print(f"unpacked                       {unpacked / 1024:9.0f} KB")
    print(f"moto, unpacked                 {theirs / 1024:9.0f} KB")
    print(f"pip install of the wheel       {seconds:9.1f} s")


if __name__ == "__main__":
    main()
