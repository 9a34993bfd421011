"""Every rule that binds a server has its tests, in every language where it can be seen; and what is cited is a rule."""

from __future__ import annotations

from functools import cache

from table import EVERY_LANGUAGE, EXCEPTIONS, IN_SOME_LANGUAGES, RULES, Rule, read_citations

cited = cache(read_citations)


def is_proved(rule: Rule) -> bool:
    """Whether it has a test that asks the servers of all languages, or any where the wire does not show it; or binds others."""
    tests = cited().tests.get(rule.id, [])
    return not rule.binds_us or any(test.startswith(EVERY_LANGUAGE) or not rule.on_the_wire for test in tests)


def test_every_cited_id_is_a_requirement() -> None:
    assert {identity: place for identity, place in cited().places.items() if identity not in RULES} == {}


def test_every_requirement_is_cited_somewhere() -> None:
    assert sorted(RULES.keys() - cited().places.keys() - EXCEPTIONS.keys()) == []


def test_every_rule_that_binds_us_has_a_test_or_a_reason() -> None:
    tested = cited().tests.keys()
    assert [rule.id for rule in RULES.values() if rule.binds_us and rule.id not in tested | EXCEPTIONS.keys()] == []


def test_what_the_wire_shows_is_asked_of_every_language_or_listed() -> None:
    listed = EXCEPTIONS.keys() | IN_SOME_LANGUAGES.keys()
    assert [rule.id for rule in RULES.values() if not is_proved(rule) and rule.id not in listed] == []


def test_what_is_proved_leaves_the_lists() -> None:
    listed = EXCEPTIONS.keys() | IN_SOME_LANGUAGES.keys()
    assert listed - RULES.keys() == set()
    assert [identity for identity in listed if is_proved(RULES[identity]) and RULES[identity].binds_us] == []


def test_the_table_is_read_as_it_is_written() -> None:
    assert len(RULES) > 300 and {rule.level for rule in RULES.values()} == {
        *("MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "HOUSE", "–")
    }
    rule = RULES["SUB-6"]
    assert (rule.level, rule.who, rule.eras, rule.over) == ("MUST", "server", ("modern",), ("stdio",))
