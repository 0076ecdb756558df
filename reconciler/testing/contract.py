"""The suite that every connector passes, to be subclassed by the tests of an app.

It knows no app: the traits and the catalogue say what is promised, and only that is asked. A skip names the promise
that was not made. A test module is as short as this::

    class TestMyApp(ConnectorContract):
        @pytest.fixture
        def subject(self) -> Subject:
            return Subject(open=lambda fields: ..., fields=CATALOGUE.entities["contacts"].fields)

Call ``pytest.register_assert_rewrite("reconciler.testing.suite")`` in ``conftest.py`` for failures that show values.
"""

from __future__ import annotations

from reconciler.testing.suite.batches import Batches, Uniqueness
from reconciler.testing.suite.changes import Deltas, Versions
from reconciler.testing.suite.describing import Describing
from reconciler.testing.suite.reading import Finding, Getting, Listing
from reconciler.testing.suite.subject import Hands, Subject
from reconciler.testing.suite.writing import Changing, Deleting, RoundTrips

__all__ = ["ConnectorContract", "Hands", "Subject"]


class ConnectorContract(
    Describing, Listing, Getting, Finding, RoundTrips, Changing, Batches, Deleting, Uniqueness, Deltas, Versions
):
    """All parts of the contract, against one fresh, empty account a test."""
