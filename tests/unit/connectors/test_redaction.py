from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.redaction import LONGEST, leaves, redact, without_emails


@given(before=st.text(), local=st.from_regex(r"[a-z0-9._+-]{1,20}", fullmatch=True), after=st.text(" .,;", max_size=5))
def test_no_address_survives(before: str, local: str, after: str) -> None:
    assert f"{local}@" not in redact(f"{before} {local}@mail.example.org{after}")


@given(st.text(st.characters(codec="utf-8"), max_size=1000))
def test_what_is_left_is_one_short_line(text: str) -> None:
    clean = redact(text)
    assert len(clean) <= LONGEST
    assert len(clean.splitlines()) <= 1


def test_long_digit_runs_go_and_short_ones_stay() -> None:
    assert redact("line 42, call +32 (475) 12-34-56 or 0475123456") == "line 42, call [number] or [number]"


def test_values_that_were_sent_go_whatever_their_case() -> None:
    assert redact("JANET is bad; Janet too; Janette is not", ["janet"]) == "[value] is bad; [value] too; Janette is not"


def test_the_longest_value_goes_first() -> None:
    assert redact("Jan Peeters", ["Jan", "Jan Peeters"]) == "[value]"


def test_pages_of_html_are_reduced_to_their_words() -> None:
    assert redact("<html><b>Service</b>\n unavailable</html>") == "Service unavailable"


def test_leaves_of_a_body_are_its_values_and_what_it_quotes() -> None:
    sent = {"q": r"SELECT Id FROM Contact WHERE LastName = 'O\'Neil'", "records": [{"Email": "a@b.co", "n": 1}]}
    assert set(leaves(sent)) == {sent["q"], r"O\'Neil", "a@b.co"}


def test_a_path_keeps_its_ids() -> None:
    assert without_emails("/books/jane@example.org/66674163") == "/books/[email]/66674163"
