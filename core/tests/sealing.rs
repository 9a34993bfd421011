//! Sealed text: it opens for the same bond with a key of the ring, and for nothing else (SEC-6, MRTR-8, MRTR-15).

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use oxmcp_core::error::ErrorKind;
use oxmcp_core::sealing::{KeyRing, Sealer};
use proptest::prelude::*;

const FIRST: &str = "a first secret of more than thirty-two bytes";
const SECOND: &str = "a second secret of more than thirty-two bytes";

fn sealer(secrets: &[&str]) -> Sealer {
    Sealer::new(KeyRing::new(secrets).unwrap()).unwrap()
}

#[test]
fn what_is_sealed_opens_for_the_same_bond() {
    let keeper = sealer(&[FIRST]);
    for content in [&b""[..], b"a", &[0; 1000]] {
        let text = keeper.seal(b"bond", content).unwrap();
        let opened = keeper.open(b"bond", &text).unwrap();
        assert_eq!(opened.content, content);
        assert!(opened.own);
    }
}

#[test]
fn the_content_cannot_be_read_and_no_two_sealed_texts_are_alike() {
    let keeper = sealer(&[FIRST]);
    let one = keeper.seal(b"", b"the same content").unwrap();
    let other = keeper.seal(b"", b"the same content").unwrap();
    assert_ne!(one, other);
    // The version, the key and the salt: 21 bytes, 28 characters.
    assert_eq!(one[..28], other[..28]);
    assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
}

#[test]
fn another_bond_does_not_open() {
    let keeper = sealer(&[FIRST]);
    let text = keeper.seal(b"one request", b"content").unwrap();
    for bond in [&b""[..], b"another request", b"one request "] {
        assert_eq!(keeper.open(bond, &text), None);
    }
}

#[test]
fn every_changed_bit_is_noticed() {
    // T7: whichever byte of it is changed, whichever way.
    let keeper = sealer(&[FIRST]);
    let text = keeper.seal(b"bond", b"content").unwrap();
    for index in 0..text.len() {
        for replacement in [b'A', b'B', b'_', b'=', b' ', b'.'] {
            let mut changed = text.clone().into_bytes();
            if changed[index] == replacement {
                continue;
            }
            changed[index] = replacement;
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(keeper.open(b"bond", &changed), None, "at {index}: {changed}");
        }
    }
    for wrong in ["", "A", &text[1..], &text[..text.len() - 1], &format!("{text}A"), &format!("{text}=")] {
        assert_eq!(keeper.open(b"bond", wrong), None, "{wrong}");
    }
}

#[test]
fn a_sealer_with_the_same_keys_opens_what_another_sealed_and_knows_that_it_did_not() {
    let text = sealer(&[FIRST]).seal(b"bond", b"content").unwrap();
    let opened = sealer(&[FIRST]).open(b"bond", &text).unwrap();
    assert_eq!(opened.content, b"content");
    assert!(!opened.own);
    assert_eq!(sealer(&[SECOND]).open(b"bond", &text), None);
}

#[test]
fn keys_change_without_a_gap() {
    // MRTR-15: add the new key to all, let it seal everywhere, take the old one away.
    let [old, both, swapped, new] = [&[FIRST][..], &[FIRST, SECOND], &[SECOND, FIRST], &[SECOND]].map(sealer);
    assert!(both.open(b"", &old.seal(b"", b"").unwrap()).is_some());
    assert!(old.open(b"", &both.seal(b"", b"").unwrap()).is_some());
    assert!(both.open(b"", &swapped.seal(b"", b"").unwrap()).is_some());
    assert!(swapped.open(b"", &both.seal(b"", b"").unwrap()).is_some());
    assert!(new.open(b"", &swapped.seal(b"", b"").unwrap()).is_some());
    assert!(swapped.open(b"", &new.seal(b"", b"").unwrap()).is_some());
    assert!(new.open(b"", &old.seal(b"", b"").unwrap()).is_none());
}

#[test]
fn a_ring_is_written_with_commas_or_white_space() {
    let [one, other] = ["0".repeat(64), "1".repeat(64)];
    for text in [format!("{one},{other}"), format!(" {one}\n{other}\n"), format!("{one} , {other},")] {
        let ring = KeyRing::parse(&text).unwrap().unwrap();
        let both = Sealer::new(ring).unwrap();
        for secret in [&one, &other] {
            assert!(both.open(b"", &sealer(&[secret]).seal(b"", b"").unwrap()).is_some());
        }
        assert!(sealer(&[&one]).open(b"", &both.seal(b"", b"").unwrap()).is_some());
    }
    for nothing in ["", " ", ",", " ,\n"] {
        assert!(KeyRing::parse(nothing).unwrap().is_none());
    }
}

#[test]
fn a_key_that_cannot_be_one_is_refused_without_being_shown() {
    let short = "a secret that is too short";
    for (secrets, said) in [
        (&[][..], "at least one key"),
        (&[short][..], "key 1 has 26 bytes"),
        (&[FIRST, short][..], "key 2 has 26 bytes"),
        (&[FIRST, SECOND, FIRST][..], "key 3 is in the ring already"),
    ] {
        let error = KeyRing::new(secrets).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(said), "{error}");
        assert!(!error.to_string().contains(short), "{error}");
    }
    let shown = format!("{:?} {:?}", KeyRing::new([FIRST]).unwrap(), sealer(&[FIRST]));
    assert!(!shown.contains("secret of more"), "{shown}");
}

proptest! {
    #[test]
    fn what_was_not_sealed_never_opens(text in "[A-Za-z0-9_-]{0,120}") {
        prop_assert_eq!(sealer(&[FIRST]).open(b"", &text), None);
    }

    #[test]
    fn any_content_comes_back(bond: Vec<u8>, content: Vec<u8>) {
        let keeper = sealer(&[FIRST]);
        let text = keeper.seal(&bond, &content).unwrap();
        prop_assert_eq!(keeper.open(&bond, &text).unwrap().content, content);
    }
}
