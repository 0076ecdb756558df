"""All launchers, found by the names of the modules beside this one."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.contract.launchers.launch import Launch

_HERE = Path(__file__)
_NO_APPS = {"__init__", "launch", "every"}
_MODULES = sorted({path.stem for path in _HERE.parent.glob("*.py")} - _NO_APPS)

_LOADED = {app: importlib.import_module(f"{__package__}.{app}") for app in _MODULES}

LAUNCHERS: Mapping[tuple[str, str], Launch] = {
    (app, entity): launch for app, module in _LOADED.items() for entity, launch in module.LAUNCHERS.items()
}
ACCOUNT_OPTIONS: Mapping[str, Mapping[str, object]] = {
    app: getattr(module, "ACCOUNT", {}) for app, module in _LOADED.items()
}
"""What an account must say of an app before anything is known of it: the columns of a table, say."""
REAL = {"carddav"}
"""These need a real server."""
