from __future__ import annotations

import pytest

from reconciler.model.connection import Direction
from reconciler.spec.arrows import Arrow, Fields, parse_arrow, parse_sync
from reconciler.spec.findings import Unfit


@pytest.mark.parametrize(
    ("text", "first", "direction", "second"),
    [
        ("crm.Title -> news.jobtitle", ("Title",), "->", ("jobtitle",)),
        ("crm.Title<-news.jobtitle", ("Title",), "<-", ("jobtitle",)),
        ("crm.First + crm.Last <-> news.full_name", ("First", "Last"), "<->", ("full_name",)),
        ("crm.First+Last <-> news.full_name", ("First", "Last"), "<->", ("full_name",)),
        ("crm.Job title -> news.a.b", ("Job title",), "->", ("a.b",)),
        ("crm.x-y <-> news.a", ("x-y",), "<->", ("a",)),
    ],
)
def test_arrows_are_read(text: str, first: tuple, direction: str, second: tuple) -> None:
    assert parse_arrow(text) == Arrow(Fields("crm", first), Direction(direction), Fields("news", second))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a.b",
        "a.b ->",
        "-> a.b",
        "a.b -> c",
        "a. -> b.c",
        ".a -> b.c",
        "a.b -> b.c -> c.d",
        "a.b => c.d",
        "a.b + -> c.d",
        "a.b -> a.c",
        "a.b + a.b -> c.d",
        7,
        None,
        ["a.b -> c.d"],
    ],
)
def test_what_is_no_arrow_is_refused(text: object) -> None:
    with pytest.raises(Unfit):
        parse_arrow(text)


def test_an_arrow_and_its_mirror_say_the_same() -> None:
    arrow = parse_arrow("crm.a -> news.b")
    assert str(arrow.mirrored()) == "news.b <- crm.a"
    assert arrow.mirrored().mirrored() == arrow


def test_a_printed_arrow_reads_as_itself() -> None:
    arrow = parse_arrow("crm.a + crm.b <-> news.c")
    assert parse_arrow(str(arrow)) == arrow


@pytest.mark.parametrize(("text", "direction"), [("a<->b", "<->"), ("a -> b", "->"), (" a <- b ", "<-")])
def test_sync_is_read(text: str, direction: str) -> None:
    found = parse_sync(text)
    assert (found.left, found.direction.value, found.right) == ("a", direction, "b")
