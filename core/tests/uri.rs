//! Spellings of URIs: which are legal, and which are one and the same (RSRC-10, RSRC-15).

use oxmcp_core::registry::{canonical_uri, legal_uri};
use proptest::prelude::*;

#[test]
fn what_may_not_stand_in_a_uri_becomes_percent_codes_and_nothing_else_changes() {
    for (written, expected) in [
        ("docs://日本語", "docs://%E6%97%A5%E6%9C%AC%E8%AA%9E"),
        ("file:///my docs/ü.txt", "file:///my%20docs/%C3%BC.txt"),
        ("x://a/b[0]#c#d", "x://a/b%5B0%5D#c%23d"),
        ("x://[::1]:80/%zz%41", "x://[::1]:80/%25zz%41"),
        ("HTTP://Host:80", "HTTP://Host:80"),
    ] {
        assert_eq!(legal_uri(written), expected);
        assert_eq!(legal_uri(expected), expected);
    }
}

#[test]
fn equivalent_spellings_have_one_canonical_form() {
    for spellings in [
        &["https://example.com", "HTTPS://EXAMPLE.com/", "https://example.com:443", "https://example.com:/."]
            [..],
        &["docs://日本語", "docs://%e6%97%a5%E6%9C%AC%E8%AA%9E", "DOCS://日本語/"],
        &["file:///a b", "file:///a%20b", "file:///%61%20b", "file:///x/../a b", "file:///./a%20b"],
        &[
            "http://bücher.example/ü",
            "http://xn--bcher-kva.example/%c3%bc",
            "http://B%C3%BCCHER.example:80/ü",
        ],
        &["http://u:p@[::1]:8080/?q=%7e", "http://u:p@[::1]:8080?q=~"],
        &["urn:a:b", "URN:a:%62"],
    ] {
        let first = canonical_uri(spellings[0]);
        for spelling in spellings {
            assert_eq!(canonical_uri(spelling), first);
        }
        assert_eq!(canonical_uri(&first), first);
    }
}

#[test]
fn what_is_not_equivalent_stays_apart() {
    for (one, other) in [
        ("x://a/b", "x://a/B"),
        ("x://a/b", "x://a/b/"),
        ("x://a:80", "x://a"),
        ("x://a/%2Fb", "x://a//b"),
        ("urn:A", "urn:a"),
        ("urn:a/../b", "urn:b"),
        ("x://a?q", "x://a#q"),
        ("x://a?q=%26", "x://a?q=&"),
    ] {
        assert_ne!(canonical_uri(one), canonical_uri(other));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_canonical_uri_is_its_own_canonical_form(uri in "([a-zA-Z]{1,3}:)?(//)?[a-cA-C./:@?#%\\[\\]0-9é ]{0,24}") {
        let canonical = canonical_uri(&uri);
        prop_assert_eq!(&canonical_uri(&canonical), &canonical);
        prop_assert_eq!(canonical_uri(&legal_uri(&uri)), canonical);
    }
}
