from __future__ import annotations

import threading

from reconciler.telemetry import Secrets


def test_secrets_may_be_added_while_others_read():
    secrets, done, leaked = Secrets(["s3cr3t-0000!"]), threading.Event(), []

    def read():
        while not done.is_set():
            leaked.extend(text for text in [secrets.redact("it is s3cr3t-0000!")] if "s3cr3t" in text)

    reader = threading.Thread(target=read)
    reader.start()
    values = [f"s3cr3t-{number:04}!" for number in range(40)]
    writers = [threading.Thread(target=lambda part=values[n::2]: [secrets.add(v) for v in part]) for n in (0, 1)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join(10)
    done.set()
    reader.join(10)
    assert leaked == []
    assert "s3cr3t" not in secrets.redact(" ".join(values))


def test_values_too_short_to_be_secrets_do_not_eat_words():
    assert Secrets(["a", " ", ""]).redact("a banana") == "a banana"
