"""The AWS SDK for JavaScript v3, run by Node.js against a real port."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support import EVALUATION_CLOCK, manual, missing_list

FOLDER = Path(__file__).parent / "javascript"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["story.test.mjs", "runtime.test.mjs"])
def test_the_tests_in_javascript_pass(node_modules, bedrock_server_env, tmp_path, name):
    story = FOLDER / name
    bedrock_server_env.set_transition(EVALUATION_CLOCK, manual(2))
    shutil.copy(story, tmp_path)
    (tmp_path / "node_modules").symlink_to(node_modules)
    done = subprocess.run(
        ["node", "--test", "--test-reporter", "tap", story.name],
        cwd=tmp_path,
        env={
            **os.environ,
            "AWS_REGION": "us-east-1",
            "BEDROCK_MOCK_MISSING": missing_list().name,
        },
        stdout=subprocess.PIPE,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    tests = story.read_text(encoding="utf-8").count("\ntest(")
    assert re.search(rf"^# pass {tests}$", done.stdout, re.MULTILINE), done.stdout
