"""Nothing personal and no credential at rest: odd words are planted everywhere, and searched for everywhere."""

from __future__ import annotations

import base64
import contextlib
import gzip
import itertools
import json
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.engine.decision import Decision
from reconciler.engine.match import Bond
from reconciler.model.record import Record, Side
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.icontact.world import Credentials
from reconciler.sandbox.salesforce.world import Client
from reconciler.workspace import Sighting, Workspace
from tests.e2e.canaries import betrayed, files, spellings
from tests.e2e.process import daemon, until
from tests.e2e.town import BOTH_WAYS, ENVIRON, town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.process import Daemon
    from tests.e2e.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

NAMES = ["Quillébœuf", "Żółtańska", "Ptarmigan", "O'Wigeonne"]
NUMBERS = ["+32471987654", "0471 98 76 55", "+31 (6) 4455-6677"]
STREETS = ["Kookaburrastraat 77", "Rue du Cormoran 313"]
SECRETS = {
    "RECONCILER_SANDBOX_SF_CLIENT_ID": "3MVG9canaryClient",
    "RECONCILER_SANDBOX_SF_CLIENT_SECRET": "s3cr3t/of+the=Canary",
    "RECONCILER_SANDBOX_SF_REFRESH_TOKEN": "5Aep861.Refresh canary",
    "RECONCILER_SANDBOX_ICONTACT_APP_ID": "appCanary_99",
    "RECONCILER_SANDBOX_ICONTACT_USERNAME": "canary.keeper",
    "RECONCILER_SANDBOX_ICONTACT_PASSWORD": "p@ssw0rt/canary=#1",
}
SESSION = "!sandbox."
"""What every access token of the emulated org holds."""
LONG = "Zanzibarbirdwatcher" * 6
"""Too long a name for one of the apps."""
REFUSED = "refused.turnstone@plover-nest.x"
"""An address that one app takes and the other refuses, repeating it in its answer."""


def email(number: int) -> str:
    return f"turnstone{number}.lapwing@plover-nest.example"


def words() -> list[str]:
    """Everything that must not be found; of an address and of a number also their parts."""
    digits = ["471987654", "0471987655", "644556677", "6445566"]
    addresses = [REFUSED, "plover-nest", "lapwing", "turnstone"]
    return [*NAMES, *NUMBERS, *STREETS, *SECRETS.values(), *digits, *addresses, LONG, "Zanzibarbird", SESSION]


class Parrot:
    """An ASGI app around the emulators': now and then it answers nonsense that repeats all that it was sent."""

    def __init__(self) -> None:
        self.silent = False
        self.heard = bytearray()
        self._turns = itertools.cycle([None] * 6 + ["refusal", None, None, "page", None, None, "shape", None, "broken"])

    def around(self, app):
        async def parrot(scope, receive, send) -> None:
            message = await receive()
            body = message["body"]
            while message.get("more_body"):
                message = await receive()
                body += message["body"]
            self.heard += body + b"\n"
            turn = None if self.silent or "oauth" in scope["path"] else next(self._turns)
            if turn is None:
                await app(scope, _replay(body), send)
            else:
                await _say(send, *_nonsense(turn, repr((scope["path"], scope["query_string"], scope["headers"], body))))

        return parrot


def _replay(body: bytes):
    messages = iter([{"type": "http.request", "body": body}])

    async def receive():
        return next(messages, {"type": "http.disconnect"})

    return receive


def _nonsense(turn: str, heard: str) -> tuple[int, bytes]:
    known = [{"errorCode": heard, "message": heard, "fields": [heard]}]
    return {
        "refusal": (400, json.dumps({"errors": [heard]} if "api-appid" in heard else known).encode()),
        "page": (500, f"<html><h1>{heard}</h1></html>".encode()),
        "shape": (200, json.dumps({"records": heard, "contacts": heard, heard: heard}).encode()),
        "broken": (200, f'{{"contacts": [{{"{heard}'.encode()),
    }[turn]


async def _say(send, status: int, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture
def apps(parrot: Parrot) -> Iterator[Town]:
    with ExitStack() as stack:
        both = stack.enter_context(town(time.time, parrot.around))
        both.org.client = Client(*list(SECRETS.values())[:3])
        both.folder.credentials = Credentials(*list(SECRETS.values())[3:])
        plant(both)
        yield both


def plant(apps: Town) -> None:
    """Odd people on both sides, some on one only, some that cannot be taken over."""
    for number in range(24):
        name, phone = NAMES[number % 4], NUMBERS[number % 3]
        street = STREETS[number % 2]
        if number % 3 != 1:
            apps.org.add({"Email": email(number), "LastName": name, "Phone": phone, "MailingStreet": street})
        if number % 3 != 2:
            apps.folder.add({"email": email(number).upper(), "firstName": name, "lastName": name, "phone": phone})
    apps.folder.add({"email": f"long.{email(98)}", "lastName": LONG})
    apps.folder.add({"email": REFUSED, "lastName": NAMES[0]})
    for left in apps.org.find(email(0)):
        apps.org.add({**apps.org.read(left), "LastName": NAMES[2]})


SPEC = (
    BOTH_WAYS.replace("sync: ", "every: 1s\nregion: BE\nsync: ")
    .replace("limits:", "    - {fields: crm.Phone <-> news.phone, via: phone}\nlimits:")
    .replace("[email]", "[email, phone]")
)


def test_nothing_is_found_afterwards(tmp_path: Path, apps: Town, parrot: Parrot) -> None:
    (tmp_path / "connections.d").mkdir()
    (tmp_path / "connections.d" / "accounts.yaml").write_text(apps.accounts)
    (tmp_path / "connections.d" / "people.yaml").write_text(SPEC)
    (tmp_path / "tmp").mkdir()
    environ = {**os.environ, **ENVIRON, **SECRETS, "TMPDIR": str(tmp_path / "tmp")}
    with daemon(tmp_path, environ, "--log-level", "debug", "--debug") as one:
        metrics = live_through_it(one, apps, parrot)
        during = list(files(tmp_path, but=["reconciler.sqlite.key"]))
        assert one.terminate()[0] == 0
    after = list(files(tmp_path, but=["reconciler.sqlite.key"]))
    assert any(name.endswith("-wal") for name, _ in during)
    assert any(content for name, content in during if name == "log")
    everything = [*during, *after, ("metrics", metrics.encode())]
    assert betrayed(words(), everything) == []
    assert betrayed([NAMES[2], "lapwing"], [("the wire", bytes(parrot.heard))]), "the birds did fly"


def live_through_it(one: Daemon, apps: Town, parrot: Parrot) -> str:
    """All kinds of weather, then a fair day; the metrics of the end."""
    apps.org.quirks.session_calls = 9
    rates = dict.fromkeys([Fault.ERROR, Fault.THROTTLE, Fault.DROP_ANSWER], 0.04)
    for world in apps.worlds.values():
        world.faults.rates, world.faults.retry_after = rates, 0.1
    for number in range(6):
        ended = cycles(one)
        reload(one, number)
        until(lambda ended=ended: cycles(one) > ended)
    parrot.silent = True
    apps.clear_sky()
    apps.org.quirks.session_calls = 0
    reload(one, 6)
    until(lambda: apps.folder.find(email(2)) and apps.org.find(email(1)))
    until(lambda: one.metric("reconciler_refused_writes_total", connection="people", code="INVALID_EMAIL_ADDRESS"))
    one.another_cycle()
    assert one.metric("reconciler_contacts", connection="people", state="ambiguous")
    return one.metrics()


def cycles(one: Daemon) -> float:
    return sum(one.cycles(result=result) for result in ("ok", "failed"))


def reload(one: Daemon, number: int) -> None:
    """A person touches the spec: whoever waits after failures does not wait any longer."""
    spec = one.log.parent / "connections.d" / "people.yaml"
    spec.write_text(SPEC.replace("every: 1s", f"every: {2 - number % 2}s"))


@pytest.mark.parametrize("word", [*NAMES, *SECRETS.values(), email(3), NUMBERS[0]])
def test_the_search_finds_what_is_there(word: str) -> None:
    """Each of the ways in which something could be written down."""
    for content in (
        word.encode(),
        word.upper().encode("utf-16"),
        b"xx" + base64.b64encode(b"a" + word.encode() + b"bcd"),
        json.dumps({"at": word}).encode(),
        repr(word.encode()).encode(),
        word.lower().encode().hex().encode(),
    ):
        assert betrayed([word], [("here", content)]), content
    assert betrayed([word], [("here", gzip.compress(word.encode() * 3))]) == []


def test_what_a_cycle_spills_is_sealed_nameless_and_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of sightings and decisions with next to no cache."""
    monkeypatch.setattr("reconciler.workspace.CACHE_KIB", 64)
    with Workspace() as work:
        for number in range(3000):
            values = {"Email": email(number), "LastName": NAMES[number % 4] * 9, "Phone": NUMBERS[0]}
            record = Record(f"id{number}", values)
            work.put([Sighting(Side.LEFT, record.id, b"12345678", (b"k" * 8,), Bond.FREE, record)])
            work.keep("update", Decision(record.id, None, {}))
        spilled = _spills()
        assert sum(map(len, spilled.values())) > 1_000_000, "it did spill"
        assert betrayed(words(), [("spilled", content) for content in spilled.values()]) == []
        assert not any(path.exists() for path in spilled), "it has no name on the disk"
    assert not spilled.keys() & _spills().keys()


def _spills() -> dict[Path, bytes]:
    """What this process holds open of SQLite's temporary files, by the name that each had for a moment."""
    found = {}
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
            name, deleted, _ = str(descriptor.readlink()).partition(" (deleted)")
            if deleted and "etilqs" in name:
                found[Path(name)] = descriptor.read_bytes()
    return found


def test_spellings_are_never_so_short_that_chance_finds_them() -> None:
    assert min(len(one) for word in words() for one in spellings(word)) >= 6
