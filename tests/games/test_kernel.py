"""The kernel decorator: lazy, refusing parallel code, and never serving a stale callee from its cache."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from games import kernel as kernel_module
from games.errors import FirstmoverError
from games.kernel import Kernel, cache_folder, kernel

ROOT = Path(__file__).resolve().parents[2]
SCALE = 3.0


@kernel
def _double(x):
    return 2.0 * x


@kernel
def _caller(values):
    total = 0.0
    for value in values:
        total += SCALE * _double(value)
    return total


def _run(code: str, folder: Path, cache: Path, **environment: str) -> str:
    # Python tells bytecode from its source by seconds and sizes: an edit within the second would not be seen.
    ours = {"PYTHONDONTWRITEBYTECODE": "1", "FIRSTMOVER_CACHE": str(cache)}
    env = {**os.environ, **ours, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", **environment}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=env, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _package(folder: Path, factor: int, constant: int = 1) -> None:
    package = folder / "played"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text("")
    (package / "constants.py").write_text(f"OFFSET = {constant}\n")
    (package / "callee.py").write_text(
        f"from games.kernel import kernel\n\n\n@kernel\ndef callee(x):\n    return {factor} * x\n"
    )
    (package / "caller.py").write_text(
        "from games.kernel import kernel\nfrom played import callee as other\nfrom played.constants import OFFSET\n\n\n"
        "@kernel\ndef caller(x):\n    return other.callee(x) + OFFSET\n"
    )
    os.utime(package / "caller.py", (0, 0))


CALL = "from played.caller import caller; print(caller(10)); print(sum(caller.dispatcher.stats.cache_hits.values()))"


def test_kernels_call_kernels_and_agree_with_python():
    values = np.arange(5.0)
    assert _caller(values) == _caller.function(values) == 60.0
    assert isinstance(_caller, Kernel)
    assert pickle.loads(pickle.dumps(_caller)) is _caller


@pytest.mark.parametrize("option", [{"parallel": True}, {"forceobj": True}, {"nogil": False}])
def test_only_serial_kernels(option):
    with pytest.raises(FirstmoverError, match=r"parallel=True is refused"):
        kernel(**option)


EDITED_MEANWHILE = """
from pathlib import Path
from played.caller import caller
source = Path("played/callee.py")
source.write_text(source.read_text().replace("2 * x", "7 * x"))
print(caller(10))
"""


def test_code_older_than_its_file_is_not_kept_under_the_files_digest(tmp_path):
    cache = tmp_path / "cache"
    _package(tmp_path, 2)
    assert _run(EDITED_MEANWHILE, tmp_path, cache) == "21"  # what was imported is what is run
    assert _run(CALL, tmp_path, cache) == "71\n0"
    assert _run(CALL, tmp_path, cache) == "71\n1"


def test_an_edited_callee_or_constant_is_seen_by_a_fresh_process(tmp_path):
    cache = tmp_path / "cache"
    _package(tmp_path, 2)
    assert _run(CALL, tmp_path, cache) == "21\n0"
    assert _run(CALL, tmp_path, cache) == "21\n1"  # unchanged sources come from the cache
    _package(tmp_path, 7)
    assert _run(CALL, tmp_path, cache) == "71\n0"
    _package(tmp_path, 7, constant=5)
    assert _run(CALL, tmp_path, cache) == "75\n0"


def test_a_folder_that_cannot_be_written_or_read_costs_only_a_compilation(tmp_path):
    _package(tmp_path, 2)
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert _run(CALL, tmp_path, blocked) == "21\n0"
    cache = tmp_path / "cache"
    _run(CALL, tmp_path, cache)
    for entry in cache.rglob("*.nb[ci]"):
        entry.write_bytes(b"damaged")
    assert _run(CALL, tmp_path, cache) == "21\n0"


def test_a_disk_that_fills_up_while_saving_costs_only_a_compilation(tmp_path):
    _package(tmp_path, 2)
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)); import signal; "
    full += "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    assert _run(full + CALL, tmp_path, tmp_path / "cache") == "21\n0"


def test_importing_a_module_with_kernels_does_not_import_numba(tmp_path):
    _package(tmp_path, 2)
    assert _run("import sys, played.caller; print('numba' in sys.modules)", tmp_path, tmp_path / "cache") == "False"


def test_without_compilation_kernels_are_plain_python(tmp_path):
    _package(tmp_path, 2)
    code = "from played.caller import caller; print(caller(10))"
    assert _run(code, tmp_path, tmp_path / "cache", NUMBA_DISABLE_JIT="1") == "21"


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("FIRSTMOVER_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    monkeypatch.delenv("FIRSTMOVER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "firstmover"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "firstmover"


def test_a_kernel_without_a_source_file_is_compiled_but_not_cached():
    namespace = {"__name__": "nowhere", "kernel": kernel}
    exec("@kernel\ndef f(x):\n    return x + 1\n", namespace)
    assert namespace["f"](1) == 2
    assert kernel_module._digest(namespace["f"]) is None
