"""The benchmarks run by one command, which says what it lacks."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from support import in_process

pytestmark = [in_process, pytest.mark.once]

ROOT = Path(__file__).parents[1]


@pytest.fixture
def benchmarks():
    """The module of ``python -m benchmarks``."""
    path = ROOT / "benchmarks" / "__main__.py"
    spec = importlib.util.spec_from_file_location("benchmarks_main", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def scripts(benchmarks, monkeypatch, tmp_path):
    """A folder of scripts in place of the real ones: a function adds one."""
    monkeypatch.setattr(benchmarks, "FOLDER", tmp_path)

    def add(name, code):
        tmp_path.joinpath(f"{name}.py").write_text(code, "utf-8")

    return add


def test_it_names_the_machine_and_runs_each_script(benchmarks, scripts, capfd):
    scripts("first", "print('figures of the first')")
    scripts("second", "import sys\nprint('and of the second', sys.argv[1:])")
    assert benchmarks.main([]) == 0
    printed = capfd.readouterr().out
    assert "cores" in printed
    assert "moto 5." in printed
    assert printed.index("figures of the first") < printed.index("and of the second []")


def test_a_script_that_lacks_a_package_is_left_out_by_name(benchmarks, scripts, capfd):
    scripts("first", "from no_such_package.part import x")
    scripts("second", "print('runs')")
    assert benchmarks.main([]) == 0
    output = capfd.readouterr()
    assert "left out: it lacks no_such_package; pip install no_such_package" in output.out
    assert "runs" in output.out
    assert "Traceback" not in output.out + output.err


def test_what_a_script_needs_without_importing_it_is_known(benchmarks, monkeypatch, capfd):
    find_spec = benchmarks.find_spec
    monkeypatch.setattr(
        benchmarks, "find_spec", lambda name: None if name == "cheroot" else find_spec(name)
    )
    assert benchmarks.main(["soak"]) == 0
    printed = capfd.readouterr().out
    assert "left out: it lacks cheroot; pip install 'bedrock-mock[server]'" in printed


def test_a_script_that_fails_fails_the_command(benchmarks, scripts, capfd):
    scripts("first", "raise SystemExit(3)")
    assert benchmarks.main([]) == 1
    assert "FAILED with status 3" in capfd.readouterr().out


def test_a_quick_run_and_names_choose(benchmarks, scripts, capfd):
    scripts("call", "import sys; print(sys.argv[1:])")
    scripts("other", "print('not this one')")
    assert benchmarks.main(["--quick", "call"]) == 0
    printed = capfd.readouterr().out
    assert "['--calls', '50', '--rounds', '3']" in printed
    assert "not this one" not in printed


def test_a_name_that_is_none_is_refused(benchmarks, capsys):
    with pytest.raises(SystemExit):
        benchmarks.main(["cal"])
    assert "no benchmark is called cal" in capsys.readouterr().err


def test_a_package_that_is_not_installed_is_said_so(benchmarks):
    assert benchmarks.installed("no-such-package") == "(not installed)"


def test_the_command_lists_its_scripts():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for path in ROOT.joinpath("benchmarks").glob("[!_]*.py"):
        assert path.stem in done.stdout
