"""What is written is there once, whatever happens in between."""

import contextlib
import dataclasses
import sqlite3

import pytest

from verify.errors import StoreError
from verify.store import Store
from verify.tally import Event, Tally, Worst
from verify.verdict import Outcome

ASKED = dict(started="2026-01-01", seed=1, tier="quick", budget="", commit="c", versions={"a": "1"}, claims=["x"])
TALLY = Tally(
    claim="x",
    variant="claim",
    block=2,
    family="spread",
    outcome=Outcome(instances=4096, met=4096, held=4095, violated=1, failures=("a line",)),
    worst=Worst(index=8192, measure=-0.5, lhs=1.0, rhs=0.5, margin=-0.5, error=0.0),
    events=(Event(index=8195, margin=-0.5, certificate={"kind": "violation"}),),
    digest="d",
    seconds=0.25,
)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "results.sqlite") as store:
        yield store


def begin(store, fingerprint="f"):
    return store.begin(fingerprint=fingerprint, **ASKED)


def test_what_goes_in_comes_out(store):
    run = begin(store)
    other = dataclasses.replace(TALLY, block=0, events=(), digest="e")
    store.record(run, [TALLY, other])
    assert store.tallies(run) == [other, TALLY]
    store.record_check(run, "x", "witness", {"outcome": "holds"})
    assert store.checks(run) == {("x", "witness"): {"outcome": "holds"}}


def test_a_block_counts_once(store):
    run = begin(store)
    for _ in range(3):
        store.record(run, [TALLY])
        store.record_check(run, "x", "witness", 1)
    store.record(run, [dataclasses.replace(TALLY, digest="late")])
    store.record_check(run, "x", "witness", 2)
    assert store.tallies(run) == [TALLY]
    assert store.checks(run) == {("x", "witness"): 1}


def test_runs_do_not_mix(store):
    first, second = begin(store), begin(store)
    store.record(first, [TALLY])
    assert store.tallies(second) == []
    assert [row["instances"] for row in store.runs()] == [0, 4096]


def test_a_transaction_that_fails_leaves_nothing(store):
    run = begin(store)
    bad = dataclasses.replace(TALLY, events=(Event(index=8196, margin=-0.5, certificate={"x": object()}),))
    with pytest.raises(TypeError):
        store.record(run, [dataclasses.replace(TALLY, block=7), bad])
    assert store.tallies(run) == []


def test_unfinished_runs_are_taken_up_by_one_process_only(tmp_path):
    with Store(tmp_path / "s") as first, Store(tmp_path / "s") as second:
        run = begin(first)
        assert second.unfinished("f") is None  # it is alive
        first.close()
        assert second.unfinished("other") is None
        assert second.unfinished("f", only="77") is None
        assert second.unfinished("f") == run


def test_finished_runs_stay_finished(store):
    run = begin(store)
    store.end(run, state="finished", seconds=2.5, result={"claims": []})
    assert store.unfinished("f") is None
    row = store.run(str(run))
    assert (row["state"], row["seconds"], row["result"]) == ("finished", 2.5, {"claims": []})
    assert store.run("last")["id"] == run
    assert not list(store.path.parent.glob("*.lock"))


def test_interrupted_runs_go_on_and_add_their_time(store):
    run = begin(store)
    store.end(run, state="interrupted", seconds=1.0, result={})
    assert store.unfinished("f") == run
    store.end(run, state="finished", seconds=2.0, result={})
    assert store.run(str(run))["seconds"] == 3.0


@pytest.mark.parametrize("name", ["99", "last", "x"])
def test_unknown_runs_are_refused(store, name):
    with pytest.raises(StoreError, match=f"found '{name}'"):
        store.run(name)


def test_the_store_refuses_what_it_cannot_use(tmp_path):
    (tmp_path / "text").write_text("not a database, but long enough to be looked at as one" * 20)
    with pytest.raises(StoreError, match="file is not a database"):
        Store(tmp_path / "text")
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="expected a place for the store"):
        Store(tmp_path / "file" / "below")
    with pytest.raises(StoreError, match="unable to open"):
        Store(tmp_path)


def test_a_later_versions_store_is_left_alone(tmp_path):
    Store(tmp_path / "s").close()
    with contextlib.closing(sqlite3.connect(tmp_path / "s")) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(StoreError, match="expected a store of version 1, found version 9"):
        Store(tmp_path / "s")


def test_a_full_disk_is_one_line_and_loses_nothing_written(store):
    run = begin(store)
    store.record(run, [TALLY])
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    big = dataclasses.replace(
        TALLY, block=3, events=(Event(index=12288, margin=-1.0, certificate={"digits": "7" * 200_000}),)
    )
    with pytest.raises(StoreError, match="full") as caught:
        store.record(run, [big])
    assert "\n" not in str(caught.value)
    assert store.tallies(run) == [TALLY]
