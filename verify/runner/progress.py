"""A live line on the terminal: how far a run is, what is being done, what was found."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from verify.runner.job import Done, Job


class Progress:
    """Listens to a run and draws on stderr."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._task: TaskID | None = None

    def begin(self, run: int, resumed: bool, finished: int, total: int | None) -> None:
        if resumed:
            self._bar.console.print(f"resuming run {run}")
        self._bar.start()
        self._task = self._bar.add_task("starting", total=total, completed=finished)

    def step(self, job: Job, done: Done, finished: int) -> None:
        if self._task is not None:
            name = job.claims[0] if len(job.claims) == 1 else f"{job.claims[0]}, ..."
            self._bar.update(self._task, completed=finished, description=f"{name:<40.40}")
        if done.failure:
            self._bar.console.print(f"{', '.join(job.claims)}: {done.failure}", style="yellow", markup=False)

    def end(self) -> None:
        self._bar.stop()
