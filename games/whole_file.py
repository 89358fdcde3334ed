"""Files that are replaced whole: after a crash, or on a full disk, what was there is there still."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat


def replace_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Make the regular file at `path`, or behind a link there, hold `data`; its mode stays.

    Raises OSError where that cannot be, ValueError for a path that is none.
    """
    target = os.path.realpath(path)  # behind a link, not the link itself, is replaced
    mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else None
    if mode is not None and not os.path.isfile(target):
        raise OSError("not a regular file")
    scratch = os.path.join(os.path.dirname(target), f".{os.path.basename(target)[:64]}.{secrets.token_hex(8)}")
    try:
        with open(scratch, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(scratch, mode)
        os.replace(scratch, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise
