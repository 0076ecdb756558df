from __future__ import annotations

import signal
import threading

import pytest

from reconciler.cli.opening import interruptible


def test_the_first_interrupt_asks_and_the_second_insists(capsys):
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as asked:
        assert not asked.is_set()
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    assert "once more" in capsys.readouterr().err


def test_beside_the_main_thread_nobody_is_heard():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work() -> None:
        with interruptible() as asked:
            seen.append((asked.is_set(), signal.getsignal(signal.SIGINT) is before))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(False, True)]


@pytest.mark.usefixtures("specs")
def test_an_interrupted_cycle_ends_at_a_safe_point_and_the_next_one_goes_on(cli, apps, monkeypatch):
    served = apps.folder.put

    def interrupt_at_the_first_create(*arguments: object):
        monkeypatch.setattr(apps.folder, "put", served)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return served(*arguments)

    monkeypatch.setattr(apps.folder, "put", interrupt_at_the_first_create)
    said = cli("apply", "--yes", "--quiet")
    assert said.code == 130
    assert "Stopped half-way, at a safe point" in said.out
    assert cli("apply", "--yes", "--quiet").code == 0
    assert cli("plan", "--detailed-exitcode").code == 0
