"""What the reconciler says of a folder of specs, where this package is installed: printed as JSON."""

from __future__ import annotations

import json
import sys

from reconciler.connectors.registry import app_names, app_traits, load_app
from reconciler.spec.check import AppFacts, resolve
from reconciler.spec.load import load_folder


def facts(name: str) -> AppFacts:
    app = load_app(name)
    return AppFacts(app.catalogue, app.credentials, app.options, app_traits(app), app.base_url)


if __name__ == "__main__":
    resolution = resolve(load_folder(sys.argv[1]), {"cards": facts("cards")})
    json.dump(
        {
            "apps": app_names(),
            "connections": {name: len(each.mappings) for name, each in resolution.connections.items()},
            "problems": [str(problem) for problem in resolution.problems],
        },
        sys.stdout,
    )
