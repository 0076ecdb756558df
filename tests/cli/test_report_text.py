from __future__ import annotations

from reconciler.cli.report_text import failures


def test_what_got_no_answer_or_was_not_sent_is_no_code_of_an_app():
    said = [each.plain for each in failures({"unsent": 1, "lost": 12, "INVALID_EMAIL": 3}, {})]
    assert said == [
        "  12 writes without an answer, looked for before anything is repeated",
        "  INVALID_EMAIL 3 times",
        "  1 write not sent, planned anew in the next cycle",
    ]
