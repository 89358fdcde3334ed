"""Compiled inner loops: one decorator for numba, lazy, serial, without the interpreter's lock, safely cached.

Numba caches a function under a stamp of the function's own file, so that a caller keeps machine code in which an edited
callee of another file is still inlined. Here the cache folder is named by a digest of everything that can end up in the
machine code: the files of all modules whose kernels the caller can reach, the constants they freeze, numba's version
and the CPU. Importing a module with kernels does not import numba; the first call does.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import inspect
import os
import sys
import tempfile
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, overload

import numpy as np

from games.errors import FirstmoverError

P = ParamSpec("P")
R = TypeVar("R")

_lock = threading.RLock()


def cache_folder() -> Path:
    """Where firstmover caches: $FIRSTMOVER_CACHE, else $XDG_CACHE_HOME/firstmover, else ~/.cache/firstmover."""
    chosen = os.environ.get("FIRSTMOVER_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstmover"


class Kernel(Generic[P, R]):
    """A function compiled at its first call; compiled code calls other kernels directly.

    `function` is the Python original (for tests of the algebra), `dispatcher` numba's compiled object.
    """

    def __init__(self, function: Callable[P, R], options: dict[str, Any]) -> None:
        functools.update_wrapper(self, function)
        _remember_source(function)
        self.function = function
        self.options = options
        self._dispatcher: Any = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return (self._dispatcher or self.dispatcher)(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<kernel {self.function.__module__}.{self.function.__qualname__}>"

    def __reduce__(self) -> str:
        return self.function.__qualname__  # pickled by reference, as functions are

    @property
    def dispatcher(self) -> Any:
        with _lock:
            if self._dispatcher is None:
                self._dispatcher = _dispatcher(self)
        return self._dispatcher


@overload
def kernel(function: Callable[P, R], /) -> Kernel[P, R]: ...
@overload
def kernel(
    *, fastmath: bool | set[str] = ..., forceinline: bool = ..., **options: Any
) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...
def kernel(
    function: Any = None, /, *, fastmath: bool | set[str] = False, forceinline: bool = False, **options: Any
) -> Any:
    """Compile `function` with numba in nopython mode: serial, releasing the interpreter's lock, cached.

    Division by zero gives infinities and NaN as in numpy. `fastmath` and `forceinline` are numba's (a call that hands
    over many arrays costs a hundred nanoseconds unless it is inlined); nothing else may be set:
    parallel=True dies under fork and oversubscribes the machine, since only the runner parallelises. Raises
    `FirstmoverError` for any other option.
    """
    if options:
        raise FirstmoverError(
            f"kernel: expected no option but fastmath and forceinline, found {sorted(options)}; "
            "kernels are serial (parallel=True is refused): split the work over threads or processes instead"
        )

    def decorate(function: Callable[P, R]) -> Kernel[P, R]:
        return Kernel(function, {"fastmath": fastmath, "forceinline": forceinline})

    return decorate if function is None else decorate(function)


def _dispatcher(kernel: Kernel[..., Any]) -> Any:
    numba: Any = importlib.import_module("numba")  # its stubs know neither its configuration nor its caches
    _teach_numba()
    compiled = numba.njit(nogil=True, error_model="numpy", **kernel.options)(kernel.function)
    if numba.config.DISABLE_JIT:  # the njit decorator hands back plain Python, for debuggers and coverage
        return compiled
    folder = _writable(_digest(kernel))
    if folder is not None:
        compiled._cache = _cache(kernel.function, folder)
    return compiled


@functools.cache
def _teach_numba() -> None:
    """Let compiled code see a kernel as its dispatcher."""
    from numba.core.dispatcher import Dispatcher
    from numba.extending import typeof_impl

    @typeof_impl.register(Kernel)
    def _(value: Kernel[..., Any], context: Any) -> Any:
        dispatcher = value.dispatcher
        return typeof_impl(dispatcher, context) if isinstance(dispatcher, Dispatcher) else None


def _reachable(kernel: Kernel[..., Any]) -> dict[str, types.ModuleType]:
    """The modules whose kernels compiled code of `kernel` may contain, by name: a closure over module namespaces."""
    found: dict[str, types.ModuleType] = {}
    waiting: list[Any] = [kernel, *(inspect.getclosurevars(kernel.function).nonlocals.values())]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Kernel):
            module = sys.modules.get(value.function.__module__)
            if module is not None and found.setdefault(module.__name__, module) is module:
                waiting.extend(vars(module).values())
        elif isinstance(value, types.ModuleType):
            # A kernel may be reached as an attribute of an imported module: module.callee(...).
            waiting.extend(item for item in vars(value).values() if isinstance(item, Kernel))
        elif isinstance(value, tuple | list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
    return found


_imported: dict[str, bytes] = {}
"""By module the digest of its source when its first kernel was made: what is compiled may be older than the file."""


def _remember_source(function: Callable[..., Any]) -> None:
    name = function.__module__
    try:
        # A module that is loaded again (tests, notebooks) makes its kernels anew, from the source as it is then.
        _imported[name] = hashlib.sha256(Path(function.__code__.co_filename).read_bytes()).digest()
    except OSError:
        _imported.pop(name, None)


def _digest(kernel: Kernel[..., Any]) -> str | None:
    """A digest of all that may enter the machine code.

    None where a source is not a file that can be read, or was changed since it was imported: the machine code of the
    old source must not be kept under the digest of the new one.
    """
    import numba
    from llvmlite import binding

    digest = hashlib.sha256(f"{numba.__version__} {binding.get_host_cpu_name()} {sys.version_info[:2]}".encode())
    modules = _reachable(kernel)
    if kernel.function.__module__ not in modules:
        return None
    for name in sorted(modules):
        module = modules[name]
        try:
            source = Path(inspect.getfile(module)).read_bytes()
        except (OSError, TypeError):
            return None
        if _imported.get(name) != hashlib.sha256(source).digest():
            return None
        digest.update(name.encode() + b"\0" + source)
        for key, value in sorted(vars(module).items()):  # numba freezes globals; they may be imported from elsewhere
            if isinstance(value, bool | int | float | complex | str) and not key.startswith("__"):
                digest.update(f"{key}={value!r}\0".encode())
            elif isinstance(value, np.ndarray | np.generic):
                digest.update(key.encode() + b"=" + value.tobytes() + b"\0")
    return digest.hexdigest()[:24]


def _writable(digest: str | None) -> Path | None:
    """The cache folder of `digest`, or None where nothing can be kept there; then every process compiles anew."""
    if digest is None:
        return None
    try:
        folder = cache_folder() / "kernels" / digest
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
    except (OSError, RuntimeError):  # RuntimeError: no home directory
        return None
    return folder


def _cache(function: Callable[..., Any], folder: Path) -> Any:
    caching: Any = importlib.import_module("numba.core.caching")

    class Locator(caching._CacheLocator):
        def get_cache_path(self) -> str:
            return str(folder)

        def get_source_stamp(self) -> str:
            return folder.name

        def get_disambiguator(self) -> str:
            return str(function.__code__.co_firstlineno)

        @classmethod
        def from_function(cls, py_func: Any, py_file: str) -> Any:
            return cls()

    class Implementation(caching.CompileResultCacheImpl):
        _locator_classes = [Locator]  # noqa: RUF012 - numba's own declaration is a plain list

        def check_cachable(self, cres: Any) -> bool:
            return not cres.lifted and not cres.library.has_dynamic_globals

    class KernelCache(caching.FunctionCache):
        _impl_class = Implementation

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            try:
                return super().load_overload(sig, target_context)
            except Exception:  # a damaged entry, of whatever kind, costs a compilation, never a result
                with contextlib.suppress(OSError):
                    self.flush()
                return None

        def save_overload(self, sig: Any, data: Any) -> None:
            with contextlib.suppress(OSError):  # a full disk, a vanished folder: the next process compiles again
                super().save_overload(sig, data)

    return KernelCache(function)
