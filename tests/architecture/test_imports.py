"""Which way things lean: the import contracts of pyproject.toml hold."""

from pathlib import Path

from importlinter.cli import lint_imports

BASE = Path(__file__).resolve().parents[2]


class TestImportContracts:
    def test_are_kept(self):
        assert lint_imports(config_filename=str(BASE / "pyproject.toml"), no_cache=True) == 0
