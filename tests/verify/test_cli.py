"""The command line: light to load, one line where something is wrong, exit codes that scripts can rely on."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from verify.cli import COMMANDS, main
from verify.doctor import package_problems

HEAVY = ("numpy", "sympy", "scipy", "cvxpy", "numba", "rich", "flint", "matplotlib", "jinja2", "sqlite3", "hypothesis")


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTMOVER_STORE", str(tmp_path / "results.sqlite"))


@pytest.fixture
def firstmover(capsys):
    """Run a command in this process: (exit code, stdout, stderr)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        out, err = capsys.readouterr()
        return leaving.value.code, out, err

    return call


def script(code):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("call", ["", "verify.cli.main(['--help'])", "verify.cli.main(['--version'])"])
def test_loading_and_help_load_nothing_heavy(call):
    code = f"""
import sys, verify.cli
try:
    {call or "pass"}
except SystemExit:
    pass
print("LOADED", [name for name in {HEAVY!r} if name in sys.modules])
"""
    found = script(code)
    assert "LOADED []" in found.stdout, found.stdout + found.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_loads_nothing_heavy(name):
    code = f"""
import sys, verify.cli
try:
    verify.cli.main([{name!r}, '--help'])
except SystemExit as leaving:
    assert leaving.code == 0
print("LOADED", [name for name in {HEAVY!r} if name in sys.modules])
"""
    found = script(code)
    assert "LOADED []" in found.stdout, found.stdout + found.stderr
    assert "--json" in found.stdout


def test_every_command_is_listed_and_has_its_file(firstmover):
    code, out, _ = firstmover("--help")
    assert code == 0
    files = {file.stem for file in Path(sys.modules["verify.cli"].__file__).parent.glob("*.py")}
    assert files - {"__init__", "__main__", "output", "reading", "solve_lq"} == set(COMMANDS)
    assert all(f"  {name}" in out for name in COMMANDS)
    assert firstmover() == (0, out, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verfy"], "No such command"),
        (["verify", "--nonsense"], "No such option"),
        (["verify", "softmax/nothing"], "expected one like"),
        (["verify", "--budget", "soon"], "budget: expected instances such as 20000"),
        (["verify", "--tier", "deep"], "is not one of 'quick', 'default'"),
        (["verify", "--compare", "9"], "found '9'"),
        (["verify", "--seed", "9223372036854775808"], "is not in the range"),
        (["verify", "--store", "/dev/null/store"], "expected a place for the store"),
        (["verify", "nowhere.py"], "nowhere.py: expected a Python file"),
        (["derive", "nothing"], "found 'nothing'"),
        (["derive", "zero-sum"], "expected one topic, found that 'zero-sum' may be commitment/zero-sum or"),
        (["check", "nowhere.json"], "nowhere.json: expected a readable file"),
        (["check"], "Missing argument"),
        (["solve", "nowhere.json"], "nowhere.json: expected a readable file"),
        (["solve", "dobs"], "expected a file (.json, .nfg, .npz) or one of"),
        (["solve", "dobss", "--concept", "nash"], "expected a concept among sse"),
        (["runs", "7"], "found '7'"),
        (["report"], "expected a run, and the store has none yet"),
        (["report", "nowhere.json"], "nowhere.json"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(firstmover, arguments, message):
    code, out, err = firstmover(*arguments)
    assert code == 2
    assert message in err and err.startswith("firstmover: ") and err.count("\n") == 1
    assert "Traceback" not in err and not out


def test_verify_says_whether_all_is_as_expected(firstmover, toy_file):
    code, out, _ = firstmover("verify", f"{toy_file}::toy/true", f"{toy_file}::toy/false", "--tier", "quick")
    assert code == 0
    assert "toy/true" in out and "SUPPORTED" in out and "REFUTED" in out
    assert "2 of 2 claims as expected (1 SUPPORTED, 1 REFUTED); run 1" in out
    code, out, _ = firstmover("verify", f"{toy_file}::toy/tame", "--tier", "quick", "--workers", "1")
    assert code == 1
    assert "mutant true: expected REFUTED, found SUPPORTED" in out
    assert "without several: expected counterexample, found redundant" in out


def test_verify_as_json_and_compared(firstmover, toy_file):
    arguments = ("verify", f"{toy_file}::toy/one", "--workers", "1", "--json")
    code, out, _ = firstmover(*arguments)
    result = json.loads(out)
    assert code == 0 and result["schema"] == "firstmover/verify/1"
    assert result["run"]["tier"] == "default" and result["claims"][0]["verdict"] == "PROVED"
    _, out, _ = firstmover(*arguments, "--compare", "last")
    assert json.loads(out)["changes"] == []
    _, out, _ = firstmover("runs", "--json")
    assert [(row["id"], row["state"]) for row in json.loads(out)] == [(2, "finished"), (1, "finished")]
    code, out, _ = firstmover("runs", "1", "--json")
    assert json.loads(out)["claims"] == result["claims"]
    assert firstmover("runs", "last")[1].startswith("claim")


def test_claims_are_listed(firstmover, toy_file):
    _, out, _ = firstmover("claims", "softmax/value-gap")
    assert "PROVED" in out and "What a softmax agent loses on average" in out
    _, out, _ = firstmover("claims", str(toy_file), "--json")
    assert {item["id"] for item in json.loads(out)} >= {"toy/true", "toy/false"}


def test_solve_answers_exactly_and_in_floats(firstmover, tmp_path):
    code, out, _ = firstmover("solve", "dobss", "--json")
    answer = json.loads(out)
    assert code == 0 and (answer["leader_value"], answer["status"]) == ("11/3", "converged")
    assert answer["policies"]["leader"] == ["2/3", "1/3"]
    game = tmp_path / "game.json"
    game.write_text('{"kind": "bimatrix", "leader": [[2, 4], [1, 3]], "follower": [[1, 0], [0, 2]]}')
    _, out, _ = firstmover("solve", str(game), "--floats", "--json")
    assert json.loads(out)["leader_value"] == pytest.approx(11 / 3, abs=1e-12)
    assert "leader value: 2" in firstmover("solve", str(game), "--concept", "minimax")[1]


def test_certificates_are_checked(firstmover, toy_file, tmp_path):
    _, out, _ = firstmover("verify", f"{toy_file}::toy/false", "--tier", "quick", "--workers", "1", "--json")
    certificate = json.loads(out)["claims"][0]["certificate"]
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(certificate))
    code, out, _ = firstmover("check", str(good))
    assert code == 0 and "violation confirmed: violated" in out
    certificate["game"]["values"] = certificate["game"]["values"][:2]
    bad.write_text(json.dumps(certificate))
    code, out, _ = firstmover("check", str(bad), "--json")
    assert code == 1 and json.loads(out)["confirmed"] is False


def test_derivations_are_listed_and_printed(firstmover, tmp_path):
    _, out, _ = firstmover("derive", "--json")
    assert "softmax/value-gap" in json.loads(out)
    _, out, _ = firstmover("derive", "softmax/value-gap", "--json")
    assert json.loads(out)["conclusions"]
    code, out, _ = firstmover("derive", "softmax/value-gap", "--to", "md")
    assert code == 0 and "LambertW" not in out and out.startswith("#")
    code, out, _ = firstmover("derive", "hjbi", "--out", str(tmp_path / "hjbi.md"))
    written = (tmp_path / "hjbi.md").read_text(encoding="utf-8")
    assert code == 0 and "`riccati/hjbi`" in written and r"\boxed{\beta\,V_L = " in written


def test_a_full_disk_leaves_the_file_of_an_earlier_derivation(firstmover, tmp_path, monkeypatch):
    file = tmp_path / "value-gap.html"
    file.write_text("earlier")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)  # what was written does not reach the disk
    code, out, err = firstmover("derive", "softmax/value-gap", "--to", "html", "--out", str(file))
    assert (code, out) == (2, "") and err == f"firstmover: {file}: No space left on device\n"
    assert file.read_text() == "earlier" and list(tmp_path.iterdir()) == [file]


def test_doctor_looks_at_this_installation(firstmover):
    code, out, _ = firstmover("doctor", "--json")
    findings = {finding["name"]: finding for finding in json.loads(out)}
    assert code == 0
    assert findings["packages"]["state"] == "ok" and findings["python"]["state"] == "ok"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_leaves_is_no_error(options):
    done = script(
        "import os, sys; from verify.cli import main; r, w = os.pipe(); os.close(r); os.dup2(w, 1); "
        f"main({['claims', *options]!r})"
    )
    assert done.returncode == 0 and done.stderr == ""


def test_closed_streams_are_no_error():
    done = script("import sys; from verify.cli import main; sys.stdout = sys.stderr = None; main(['claims'])")
    assert done.returncode == 0 and done.stderr == ""


def test_a_narrow_terminal_cuts_nothing_short(monkeypatch, capsys):
    from rich.console import Console

    from verify.cli import output

    monkeypatch.setattr(output, "stdout_console", lambda: Console(width=40))
    table = output.new_table("claim", "instances", "title", right=("instances",), wrapped=("title",))
    table.add_row("matrix/published/battle-of-the-sexes", "1,048,576", "some words " * 9)
    output.print_table(table)
    assert "matrix/published/battle-of-the-sexes   1,048,576" in capsys.readouterr().out


def test_a_concept_may_be_named_as_claims_name_it(firstmover):
    spaced, joined = (firstmover("solve", "dobss", "--concept", name, "--json") for name in ("best nash", "best_nash"))
    assert spaced == joined and spaced[0] == 0


def test_a_foreign_report_folder_is_refused_before_the_run(firstmover, toy_file, tmp_path):
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "keep.txt").write_text("keep")
    code, out, err = firstmover("verify", f"{toy_file}::toy/one", "--report", str(tmp_path / "foreign"))
    assert code == 2 and not out and "found 'keep.txt'" in err and err.count("\n") == 1
    assert json.loads(firstmover("runs", "--json")[1]) == []


def test_an_unwritable_report_folder_is_one_line(firstmover, toy_file):
    code, _, err = firstmover("verify", f"{toy_file}::toy/one", "--workers", "1", "--report", "/dev/null/report")
    assert code == 2 and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arrange", "message"),
    [
        (lambda m, d: m.setattr(d, "owners", lambda package: ["firstmover", "pygames"]), "found pygames"),
        (lambda m, d: m.setattr(d, "location", lambda package: None), "found none"),
        (lambda m, d: m.setattr(d, "location", lambda package: Path("/elsewhere") / package), "found it in /elsewhere"),
    ],
)
def test_foreign_packages_are_told(monkeypatch, firstmover, arrange, message):
    import verify.doctor

    assert package_problems() == []
    arrange(monkeypatch, verify.doctor)
    problems = package_problems()
    assert len(problems) == 4 and all(message in problem for problem in problems)
    code, out, _ = firstmover("doctor", "--json")
    assert code == 1
    assert next(f for f in json.loads(out) if f["name"] == "packages")["state"] == "wrong"
