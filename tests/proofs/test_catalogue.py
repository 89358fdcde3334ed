"""The catalogue: every module that states a TOPIC, nothing loaded to list it, and each derivation coherent."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import proofs
from proofs.catalogue import derive, modules, resolve, topics
from proofs.engine.errors import DerivationError


def test_every_module_that_derives_is_listed() -> None:
    root = Path(proofs.__file__).parent
    deriving = {
        f"proofs.{path.parent.name}.{path.stem}"
        for path in root.glob("*/*.py")
        if path.parent.name != "engine" and "\ndef derivation() -> " in path.read_text(encoding="utf-8")
    }
    assert deriving == set(modules().values())
    assert {"softmax/value-gap", "softmax/remainder"} <= set(topics())


@pytest.mark.parametrize("topic", topics())
def test_each_topic_derives_itself(topic: str) -> None:
    module = importlib.import_module(modules()[topic])
    derivation = derive(topic)
    assert (derivation.topic, derivation.title) == (module.TOPIC, module.TITLE)
    data = json.loads(json.dumps(derivation.to_json()))
    assert data["conclusions"]
    assert all(step["latex"] and step["rule"] for step in data["steps"])
    assert all(max(step["uses"], default=0) < step["number"] for step in data["steps"])


def test_an_unknown_topic_is_one_line() -> None:
    with pytest.raises(DerivationError, match=r"^expected one of .*, found 'softmax/nothing'$"):
        derive("softmax/nothing")


def test_the_last_part_of_a_topic_names_it_where_it_is_the_only_one() -> None:
    assert resolve("hjbi") == resolve("riccati/hjbi") == "riccati/hjbi"
    assert [topic for topic in topics() if topic.endswith("/zero-sum")] == ["commitment/zero-sum", "markov/zero-sum"]
    with pytest.raises(DerivationError, match=r"^expected one topic, .* 'zero-sum' may be commitment/zero-sum or mark"):
        resolve("zero-sum")
    with pytest.raises(DerivationError, match=r"^expected one of .*, found 'nothing'$"):
        resolve("nothing")
    with pytest.raises(DerivationError, match="found 'jbi'"):
        resolve("jbi")


def test_listing_topics_loads_no_derivation() -> None:
    code = (
        "import sys; from proofs.catalogue import topics; topics(); print([m for m in sys.modules if 'softmax' in m])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"
