"""docs/catalogue.py refreshes the catalogue of foundation models from a saved answer."""

from __future__ import annotations

import json
import runpy

import pytest
from documents import ROOT

pytestmark = pytest.mark.once

CATALOGUE = runpy.run_path(str(ROOT / "docs" / "catalogue.py"))


def model(model_id, status="ACTIVE", **members):
    return {"modelId": model_id, "modelLifecycle": {"status": status}, **members}


def test_what_is_listed_replaces_what_is_known_and_the_rest_stays():
    known = [model("a.gone"), model("b.known", modelName="old")]
    listed = [
        model("b.known", "LEGACY", modelName="new", modelArn="arn:aws:bedrock:us-east-1::b"),
        model("a.new", modelLifecycle={"status": "ACTIVE", "startOfLifeTime": "2026-01-02"}),
    ]
    text = CATALOGUE["merged"](known, listed)
    assert json.loads(text) == [
        model("a.gone"),
        model("a.new"),
        model("b.known", "LEGACY", modelName="new"),
    ]
    assert text.count("\n") == 5


def test_the_packages_own_is_as_the_script_writes_it():
    text = CATALOGUE["CATALOGUE"].read_text(encoding="utf-8")
    assert CATALOGUE["merged"](json.loads(text), []) == text


@pytest.mark.parametrize("wrapped", [True, False])
def test_it_is_written_anew_from_a_saved_answer(tmp_path, monkeypatch, wrapped):
    catalogue, saved = tmp_path / "catalogue.json", tmp_path / "saved.json"
    catalogue.write_text("[]", "utf-8")
    saved.write_text(json.dumps({"modelSummaries": [model("a")]} if wrapped else [model("a")]))
    monkeypatch.setitem(CATALOGUE["main"].__globals__, "CATALOGUE", catalogue)
    CATALOGUE["main"](str(saved))
    assert json.loads(catalogue.read_text("utf-8")) == [model("a")]
