//! Rooms only look downhill, and the two eras are named in few places (ARCHITECTURE.md).

mod source_reading;

use source_reading::{room_of, rooms_used, words};
use std::collections::BTreeSet;
use std::path::Path;

/// The rooms, lowest first. Each may use those before it, and itself.
const ROOMS: &[&str] = &[
    "error",
    "json",
    "outbound",
    "sealing",
    "protocol_version",
    "jsonrpc",
    "model",
    "schema",
    "handler",
    "mailbox",
    "audit",
    "registry",
    "safety",
    "skills",
    "eras",
    "authorization",
    "middleware",
    "telemetry",
    "authentication",
    "engine",
    "transports",
    "host",
    "testing",
];

/// Where eras may be named. Everybody else speaks of versions, features and sessions.
const ERA_PLACES: &[&str] = &["eras/", "protocol_version.rs", "transports/http/legacy/"];

/// Names outside those places: file, word, and why it cannot be avoided.
const ERA_EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("host/command/doctor/connector.rs", "NEWEST_LEGACY", "sends what clients of that version send"),
    ("transports/http/mod.rs", "legacy", "declares the folder"),
    ("transports/http/endpoint.rs", "legacy", "hands GET and DELETE to the routes in that folder"),
];

#[test]
fn every_room_has_its_place_in_the_order() {
    for (file, _) in sources() {
        let room = room_of(&file);
        assert!(
            ROOMS.contains(&room.as_str()),
            "{file} is in the room `{room}`, which is not in the order of this test"
        );
    }
}

#[test]
fn rooms_only_look_downhill() {
    let mut uphill = Vec::new();
    for (file, text) in sources() {
        let own = room_of(&file);
        for used in rooms_used(&file, &text, ROOMS) {
            if place(&used) > place(&own) {
                uphill.push(format!("{file} uses `{used}`, which lies above `{own}`"));
            }
        }
    }
    assert!(uphill.is_empty(), "{}", uphill.join("\n"));
}

#[test]
fn eras_are_named_in_few_places() {
    let mut named = Vec::new();
    for (file, text) in sources() {
        if ERA_PLACES.iter().any(|allowed| file.starts_with(allowed)) {
            continue;
        }
        for word in words(&text).filter(|word| names_an_era(word)).collect::<BTreeSet<_>>() {
            if !ERA_EXCEPTIONS.iter().any(|(place, allowed, _)| *place == file && *allowed == word) {
                named.push(format!("{file} says `{word}`"));
            }
        }
    }
    assert!(named.is_empty(), "only {ERA_PLACES:?} may name an era:\n{}", named.join("\n"));
}

#[test]
fn exceptions_are_dropped_when_nobody_needs_them() {
    for (file, text) in sources() {
        for (_, word, _) in ERA_EXCEPTIONS.iter().filter(|(place, ..)| *place == file) {
            assert!(words(&text).any(|found| found == *word), "{file} does not say `{word}` any more");
        }
    }
}

fn sources() -> Vec<(String, String)> {
    source_reading::sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

fn place(room: &str) -> usize {
    ROOMS.iter().position(|known| *known == room).unwrap_or(usize::MAX)
}

/// Whether an identifier has `era`, `legacy` or `modern` in it as a word of its own, in any case. `eras`, the room, is
/// another word.
fn names_an_era(identifier: &str) -> bool {
    let mut split = String::new();
    let mut previous = '_';
    for character in identifier.chars() {
        if character.is_uppercase() && previous != '_' && !previous.is_uppercase() {
            split.push('_');
        }
        split.extend(character.to_lowercase());
        previous = character;
    }
    split.split('_').any(|word| matches!(word, "era" | "legacy" | "modern"))
}

#[test]
fn the_reader_of_words_knows_an_era() {
    for name in ["Era", "era", "legacy", "is_modern", "NEWEST_LEGACY", "LegacySession", "V1Legacy"] {
        assert!(names_an_era(name), "{name}");
    }
    for name in ["eras", "several", "operation", "modernise", "generate"] {
        assert!(!names_an_era(name), "{name}");
    }
}
