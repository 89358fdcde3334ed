"""Runs: the same result for any number of workers, after a crash, after Ctrl-C; trouble is UNDECIDED, never REFUTED."""

import contextlib
import dataclasses
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from verify.block import run_block
from verify.errors import ClaimError, StoreError
from verify.report.reading import read
from verify.report.schema import Claim as ReportedClaim
from verify.runner.budget import Budget
from verify.runner.plan import Plan
from verify.runner.pool import Spawned
from verify.runner.run import Options, run
from verify.store import Store
from verify.streams import BLOCK
from verify.verdict import Verdict

QUICK = Options(tier="quick")


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "results.sqlite") as store:
        yield store


def by_id(finished):
    return {record["claim"]: record for record in finished.result["claims"]}


@pytest.fixture(scope="module")
def toy_result(toys, tmp_path_factory):
    with Store(tmp_path_factory.mktemp("toys") / "s") as store:
        return by_id(run(list(toys.values()), QUICK, store))


def test_verdicts_are_those_expected(toy_result):
    found = {claim: record["verdict"] for claim, record in toy_result.items()}
    assert found == {
        "toy/true": "SUPPORTED",
        "toy/false": "REFUTED",
        "toy/vacuous": "VACUOUS",
        "toy/one": "PROVED",
        "toy/ball": "PROVED",
    }


def test_a_supported_claim_in_full(toy_result):
    record = toy_result["toy/true"]
    assert record["ok"] and record["evidence"]["kind"] == "float"
    assert record["scope"] == {"kind": "sampled", "detail": "8,192 instances of tied, spread; seed 20260701"}
    assert record["held"] + record["ties"] == record["met"] < record["instances"] == 8192
    assert 0 < record["violation_rate_upper"] < 0.01
    assert [item["verdict"] for item in record["mutants"]] == ["REFUTED", "REFUTED"]
    assert [item["found"] for item in record["ablations"]] == ["redundant", "undefined"]
    assert record["witness"]["outcome"] == "holds" and record["witness"]["lhs"] == "2"
    assert record["tightness"]["ratio"] == 1.0
    assert [point["lhs"] for point in record["tight_series"]] == [2.0, 3.0]
    assert sum(record["histogram"]["counts"]) + record["histogram"]["ties"] == record["met"]
    assert [item["name"] for item in record["families"]] == ["tied", "spread"]
    assert record["worst"]["game"]["kind"] == "choice"


def test_a_refuted_claim_has_a_certificate(toy_result):
    record = toy_result["toy/false"]
    assert record["ok"] and record["evidence"]["kind"] == "exact"
    assert record["certificate"]["outcome"] == "violated"
    assert len(record["certificate"]["game"]["values"]) > 4
    assert "violate it, confirmed exactly" in record["reason"]


def test_one_instance_is_proved_exactly_or_in_balls(toy_result):
    one, balls = toy_result["toy/one"], toy_result["toy/ball"]
    assert one["evidence"]["kind"] == "exact" and balls["evidence"]["kind"] == "ball"
    assert one["scope"]["kind"] == balls["scope"]["kind"] == "this instance"
    assert one["ok"] and balls["ok"]


def test_results_are_what_the_report_reads(toy_result):
    for claim, record in toy_result.items():
        json.dumps(record, allow_nan=False)
        assert read(ReportedClaim, record, claim).claim == claim


def test_an_unexpected_verdict_is_not_ok(toys, store):
    source, claim = toys["toy/one"]
    wrong = dataclasses.replace(claim, expected=Verdict.REFUTED)
    assert not run([(source, wrong)], QUICK, store).result["claims"][0]["ok"]


def test_checks_of_the_check_that_fail_are_not_ok(troubles, store):
    record = run([troubles["toy/tame"]], QUICK, store).result["claims"][0]
    assert record["verdict"] == "SUPPORTED" == record["expected"]
    assert not record["ok"]
    assert [item["ok"] for item in record["mutants"]] == [False]
    assert [(item["found"], item["ok"]) for item in record["ablations"]] == [("redundant", False)]
    assert "hypothesis several not met" in record["reason"]


def digests(path: Path, number: int) -> dict:
    with Store(path) as store:
        return {(tally.claim, tally.variant, tally.block): tally.digest for tally in store.tallies(number)}


def facts(finished) -> list:
    """What must not depend on how a run was carried out."""
    return [{key: record[key] for key in record if key != "seconds"} for record in finished.result["claims"]]


def test_workers_change_nothing(toys, tmp_path):
    claims = list(toys.values())
    with Store(tmp_path / "one") as store:
        alone = run(claims, QUICK, store)
    with Store(tmp_path / "two") as store:
        together = run(claims, Options(tier="quick", workers=2), store)
    assert facts(alone) == facts(together)


@pytest.mark.parametrize(("id", "line"), [("toy/unlucky", "SIGKILL"), ("toy/slow", "took longer than 4 s")])
def test_workers_that_die_or_hang_leave_a_claim_undecided(troubles, store, id, line):
    finished = run([troubles[id]], Options(tier="quick", workers=2, limit=4.0), store)
    record = by_id(finished)[id]
    assert record["verdict"] == "UNDECIDED" and not record["ok"]
    assert line in record["reason"]
    assert record["held"] == BLOCK  # its blocks were done by the workers that lived


def test_a_failed_job_is_tried_again_by_the_next_run(troubles, tmp_path):
    with Store(tmp_path / "s") as store:
        run([troubles["toy/unlucky"]], Options(tier="quick", workers=2), store)
        assert ("toy/unlucky", "witness") not in store.checks(1)


def test_budgets_are_whole_blocks(toys):
    _, claim = toys["toy/true"]
    assert Budget().blocks(claim, "quick") == 2
    assert Budget.parse("5000").blocks(claim, "quick") == 2
    assert Budget.parse("4_096").blocks(claim, "default") == 1
    assert Budget.parse("1.5m") == Budget(seconds=90.0)
    assert Budget.parse("2m").blocks(claim, "quick") is None
    assert Budget.parse("2m").blocks(toys["toy/one"][1], "quick") == 1
    for text in ("", "0", "-1", "2 weeks", "1e9"):
        with pytest.raises(ClaimError, match="budget: expected"):
            Budget.parse(text)


def test_a_budget_of_time_ends(toys, store):
    began = time.monotonic()
    finished = run([toys["toy/true"]], Options(budget=Budget(seconds=0.5)), store)
    assert time.monotonic() - began < 20
    record = by_id(finished)["toy/true"]
    assert record["instances"] >= BLOCK and record["instances"] % BLOCK == 0


def test_a_refuted_mutant_gets_no_more_blocks(toys):
    plan = Plan([toys["toy/true"]], tier="quick", budget=Budget(instances=10 * BLOCK))
    jobs = []
    while (job := plan.next()) is not None:
        jobs.append(job)
        if not job.check:
            plan.take(job, run_block(toys["toy/true"][1], job.variants, seed=1, block=job.block))
    blocks = [job for job in jobs if not job.check]
    assert [job.block for job in blocks] == list(range(10))
    assert sum("mutant: fewer" in job.variants for job in blocks) == 1
    assert all("claim" in job.variants and "without: several" in job.variants for job in blocks)


def test_time_reaches_every_claim(toys):
    plan = Plan([toys["toy/true"], toys["toy/false"]], tier="quick", budget=Budget(seconds=1))
    jobs = [plan.next() for _ in range(20)]
    blocks = [job.claims[0] for job in jobs if job and not job.check]
    assert blocks[:4] == ["toy/true", "toy/false", "toy/true", "toy/false"]
    assert plan.next(more=False) is None


def test_what_is_stored_is_not_computed_again(toys, tmp_path):
    claims = [toys["toy/true"]]
    with Store(tmp_path / "s") as store:
        first = run(claims, QUICK, store)
        store._db.execute("UPDATE runs SET state = 'interrupted'")
        store._db.execute("UPDATE batches SET digest = 'kept' WHERE block = 0")
        store._db.execute("DELETE FROM batches WHERE block = 1")
        again = run(claims, QUICK, store)
        kept = store._db.execute("SELECT DISTINCT digest FROM batches WHERE block = 0").fetchall()
    assert first.run == again.run
    assert [row[0] for row in kept] == ["kept"]
    assert facts(first) == facts(again)


def test_finished_runs_are_not_resumed_and_fresh_ones_begin_anew(toys, store):
    claims = [toys["toy/one"]]
    first, second = run(claims, QUICK, store), run(claims, QUICK, store)
    assert second.run == first.run + 1
    store._db.execute("UPDATE runs SET state = 'interrupted'")
    assert run(claims, Options(tier="quick", fresh=True), store).run == 3
    assert run(claims, Options(tier="quick", resume="1"), store).run == 1
    with pytest.raises(StoreError, match=r"found run 3 \(finished\)"):
        run(claims, Options(tier="quick", resume="3"), store)


def test_another_seed_is_another_run(toys, store):
    first = run([toys["toy/one"]], QUICK, store)
    store._db.execute("UPDATE runs SET state = 'interrupted'")
    assert run([toys["toy/one"]], Options(tier="quick", seed=5), store).run != first.run


def test_ctrl_c_keeps_what_is_done(toys, store):
    class Impatient:
        def begin(self, *_):
            self.steps = 0

        def step(self, *_):
            self.steps += 1
            if self.steps == 8:
                raise KeyboardInterrupt

        def end(self):
            pass

    claims = [toys["toy/false"]]
    stopped = run(claims, QUICK, store, Impatient())
    assert stopped.interrupted
    assert store.run("last")["state"] == "interrupted"
    done = by_id(stopped)["toy/false"]["instances"]
    assert 0 < done < 8 * BLOCK
    finished = run(claims, QUICK, store)
    assert finished.run == stopped.run and not finished.interrupted
    assert by_id(finished)["toy/false"]["instances"] - by_id(finished)["toy/false"]["violated"] >= done - BLOCK
    assert len(store.tallies(finished.run)) == len({(t.variant, t.block) for t in store.tallies(finished.run)})


def command(toy_file, store, *more):
    return [sys.executable, "-m", "verify.cli", "verify", f"{toy_file}::toy/true", "--store", str(store), *more]


LONG = ("--budget", str(150 * BLOCK), "--workers", "2", "--json")


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def blocks_in(path: Path) -> int:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return db.execute("SELECT COUNT(*) FROM batches").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")
def test_kill_9_in_the_middle_counts_nothing_twice_and_loses_nothing(toy_file, tmp_path):
    path = tmp_path / "killed.sqlite"
    process = subprocess.Popen(
        command(toy_file, path, *LONG), stdout=subprocess.DEVNULL, env=environment(), start_new_session=True
    )
    wait_for(lambda: blocks_in(path) >= 20)
    process.kill()
    process.wait()
    wait_for(lambda: not group_lives(process.pid))  # its workers notice and end
    before = blocks_in(path)
    again = subprocess.run(command(toy_file, path, *LONG), capture_output=True, env=environment(), check=True)
    result = json.loads(again.stdout)
    assert result["run"]["id"] == "1"
    assert result["claims"][0]["instances"] == 150 * BLOCK
    whole = tmp_path / "whole.sqlite"
    subprocess.run(command(toy_file, whole, *LONG), capture_output=True, env=environment(), check=False)
    # A mutant may have got a block more or fewer, depending on which worker was first; what counts does not.
    ours, theirs = ({k: v for k, v in digests(file, 1).items() if k[1] == "claim"} for file in (path, whole))
    assert ours == theirs and len(ours) == 150
    assert 20 <= before < len(digests(path, 1))


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_worker_that_is_still_starting_takes_no_notice_of_ctrl_c():
    workers = Spawned(count=1, seed=1, limit=60)
    try:
        process = workers._workers[0].process
        for _ in range(20):
            os.kill(process.pid, signal.SIGINT)
            process.join(0.05)
        assert process.exitcode is None
    finally:
        workers.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_on_the_command_line_exits_130_with_what_is_done(toy_file, tmp_path):
    path = tmp_path / "s.sqlite"
    process = subprocess.Popen(
        command(toy_file, path, *LONG),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    wait_for(lambda: blocks_in(path) >= 10)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == "interrupted: run 1 is kept; the same command goes on from here"
    record = json.loads(out)["claims"][0]
    assert 0 < record["instances"] < 150 * BLOCK


def test_two_runs_at_once_do_not_touch_each_other(toy_file, tmp_path):
    path = tmp_path / "s.sqlite"
    short = ("--budget", str(20 * BLOCK), "--workers", "1", "--json")
    both = [
        subprocess.Popen(command(toy_file, path, *short), stdout=subprocess.PIPE, text=True, env=environment())
        for _ in range(2)
    ]
    results = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert {result["run"]["id"] for result in results} == {"1", "2"}
    assert [result["claims"][0]["instances"] for result in results] == [20 * BLOCK] * 2
    assert digests(path, 1) == digests(path, 2)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_worker_that_dies_while_idle_is_replaced(toys, store, monkeypatch):
    start = Spawned._start

    def stillborn(self):
        worker = start(self)
        if len(started) < 2:
            worker.process.kill()
            worker.process.join()
        started.append(worker)
        return worker

    started = []
    monkeypatch.setattr(Spawned, "_start", stillborn)
    finished = run([toys["toy/one"]], Options(tier="quick", workers=2), store)
    assert by_id(finished)["toy/one"]["ok"] and len(started) > 2


def test_workers_end_with_their_pool(troubles):
    pool = Spawned(count=2, seed=1, limit=60.0)
    processes = [worker.process for worker in pool._workers]
    pool.close()
    assert all(process.exitcode is not None for process in processes)
