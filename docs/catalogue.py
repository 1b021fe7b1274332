"""Refresh the catalogue of foundation models from what the service itself lists.

    aws bedrock list-foundation-models > saved.json
    python docs/catalogue.py saved.json

Models that the service lists no more stay: programs that were written for them have tests, too.
ARNs and the times of a model's life are left out, because they differ by region and by day.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).parents[1] / "bedrock_mock/services/bedrock/foundation_models.json"
_LEFT_OUT = ("modelArn", "modelLifecycle")


def merged(known: Iterable[dict[str, Any]], listed: Iterable[dict[str, Any]]) -> str:
    """The catalogue with the models that are listed as they are listed now, a line for each."""
    models = {model["modelId"]: model for model in known}
    for model in listed:
        kept = {name: value for name, value in model.items() if name not in _LEFT_OUT}
        status = {"status": model["modelLifecycle"]["status"]}
        models[model["modelId"]] = {**kept, "modelLifecycle": status}
    lines = (f"  {json.dumps(models[model_id])}" for model_id in sorted(models))
    return "[\n" + ",\n".join(lines) + "\n]\n"


def main(saved: str) -> None:
    """Writes the catalogue anew."""
    listed = json.loads(Path(saved).read_text(encoding="utf-8"))
    listed = listed["modelSummaries"] if isinstance(listed, dict) else listed
    known = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    CATALOGUE.write_text(merged(known, listed), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
