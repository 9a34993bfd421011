"""Every rule that binds a server has its tests, in every language where it can be seen; and what is cited is a rule."""

from __future__ import annotations

from functools import cache

from table import EVERY_LANGUAGE, EXCEPTIONS, IN_SOME_LANGUAGES, RULES, Cited, read_citations

cited = cache(read_citations)


def asked_of_every_language(identity: str, found: Cited) -> bool:
    """Whether a test of the rule asks the servers of all languages."""
    return any(test.startswith(EVERY_LANGUAGE) for test in found.tests.get(identity, ()))


def test_every_cited_id_is_a_requirement() -> None:
    assert {identity: place for identity, place in cited().places.items() if identity not in RULES} == {}


def test_every_requirement_is_cited_somewhere() -> None:
    assert sorted(RULES.keys() - cited().places.keys() - EXCEPTIONS.keys()) == []


def test_every_rule_that_binds_us_has_a_test_or_a_reason() -> None:
    tested = cited().tests.keys()
    assert [rule.id for rule in RULES.values() if rule.binds_us and rule.id not in tested | EXCEPTIONS.keys()] == []


def test_what_has_a_test_is_no_exception() -> None:
    assert EXCEPTIONS.keys() - RULES.keys() == set()
    assert {identity: cited().tests[identity] for identity in EXCEPTIONS if identity in cited().tests} == {}


def test_what_the_wire_shows_is_asked_of_every_language() -> None:
    missing = [
        rule.id
        for rule in RULES.values()
        if rule.binds_us and rule.on_the_wire and rule.id not in EXCEPTIONS
        if not asked_of_every_language(rule.id, cited())
    ]
    assert missing == [*IN_SOME_LANGUAGES]


def test_the_table_is_read_as_it_is_written() -> None:
    assert len(RULES) > 300 and {rule.level for rule in RULES.values()} == {
        *("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "HOUSE", "–")
    }
    rule = RULES["SUB-6"]
    assert (rule.level, rule.who, rule.eras, rule.over) == ("MUST", "server", ("modern",), ("stdio",))
