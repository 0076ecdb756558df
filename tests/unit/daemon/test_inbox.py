from __future__ import annotations

import os
import signal

import pytest

from reconciler.daemon.inbox import Inbox


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_end_is_a_wish_to_stop(number):
    inbox = Inbox()
    with inbox.hearing_signals():
        os.kill(os.getpid(), number)
        assert inbox.stop_wanted()


def test_hangup_and_reload_are_the_same_wish_and_many_are_one():
    inbox = Inbox()
    with inbox.hearing_signals():
        os.kill(os.getpid(), signal.SIGHUP)
        for _ in range(100):
            inbox.reload()
        assert not inbox.stop_wanted()
        os.kill(os.getpid(), signal.SIGTERM)
        assert inbox.stop_wanted()


def test_stop_comes_before_whatever_else_waits():
    inbox = Inbox()
    with inbox.hearing_signals():
        inbox.reload()
        os.kill(os.getpid(), signal.SIGTERM)
        inbox.reload()
        assert inbox.stop_wanted()


def test_asking_without_end_blocks_nobody():
    inbox = Inbox()
    with inbox.hearing_signals():
        for _ in range(10_000):
            inbox.reload()
        assert not inbox.stop_wanted()


def test_a_wish_that_comes_too_late_is_no_error():
    before = signal.getsignal(signal.SIGHUP)
    inbox = Inbox()
    with inbox.hearing_signals():
        pass
    inbox.reload()
    assert signal.getsignal(signal.SIGHUP) == before
