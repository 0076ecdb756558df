"""Clients that we did not write come with the acceptance run only: where one is not there, neither is its test."""

from __future__ import annotations

from importlib.util import find_spec
from shutil import which

CLIENTS = {
    "elasticemail": "ElasticEmail",
    "mailchimp": "mailchimp_marketing",
    "hubspot": "hubspot",
    "zoho": "zohocrmsdk",
    "copper": "prosperworks",
}
"""App -> the package whose import its test needs."""

PROGRAMS = {"pipedrive": ("node", "npm")}
"""App -> the programs that its client needs; the test brings the client itself."""

collect_ignore = [f"test_{app}.py" for app, package in CLIENTS.items() if find_spec(package) is None]
collect_ignore += [f"test_{app}.py" for app, programs in PROGRAMS.items() if not all(map(which, programs))]
