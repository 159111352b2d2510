"""A layer's version changes with what its rows depend on, and with nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from bpp_etl import code_version
from bpp_etl.code_version import ROOTS, layer_version, modules_of


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    sources = dict(code_version._sources())
    layer_version.cache_clear()
    monkeypatch.setattr(code_version, "_sources", lambda: sources)

    def change(path: str) -> set[str]:
        layers = ("raw", "core", "event", "metric", "release")
        code_version.code_version.cache_clear()
        layer_version.cache_clear()
        before = {layer: layer_version(layer) for layer in layers}
        sources[path] += b"\n# another line\n"
        code_version.code_version.cache_clear()
        layer_version.cache_clear()
        return {layer for layer in layers if layer_version(layer) != before[layer]}

    yield change
    code_version.code_version.cache_clear()
    layer_version.cache_clear()


@pytest.mark.parametrize(
    ("path", "layers"),
    [
        ("bpp_etl/reading/csv_text.py", {"raw", "core", "release"}),
        ("bpp_etl/gate/decide.py", {"core", "release"}),
        ("bpp_etl/harmonise/sql/lab_results.sql", {"core", "release"}),
        ("schemas/patients.py", {"raw", "core", "release"}),
        ("bpp_etl/events/rules.py", {"event", "metric", "release"}),
        ("bpp_etl/events/sql/candidate.sql", {"event", "metric", "release"}),
        ("bpp_etl/events/protocols/xu2025.toml", {"event", "metric", "release"}),
        ("bpp_etl/metrics/survival.py", {"metric", "release"}),
        ("bpp_etl/measure/sql/candidate.sql", {"metric", "release"}),
        ("bpp_etl/report/page.py", {"release"}),
    ],
)
def test_a_change_reaches_just_the_layers_that_depend_on_it(changed, path: str, layers: set[str]) -> None:
    assert changed(path) == layers


@pytest.mark.parametrize("layer", list(ROOTS))
def test_no_module_that_a_layer_loads_is_left_out(layer) -> None:
    code = f"import sys, {', '.join(ROOTS[layer])}\nprint('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    ours = {name for name in loaded.split() if name.split(".")[0] in {"bpp_etl", "schemas"}}
    assert ours <= modules_of(layer)
