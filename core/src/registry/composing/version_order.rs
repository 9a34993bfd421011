//! Which of two versions is the higher one. Numbers count as numbers (`2` < `10`), what comes before a release is lower than it
//! (`2.0rc1` < `2.0`), no version is the lowest of all.

use std::cmp::Ordering;

/// A version as it is compared. Those that look like nobody's numbers (dates, names) compare as text, above all others.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    None,
    Numbered { release: Vec<u64>, stage: i8, number: u64 },
    Text(&'a str),
}

/// Compares two versions.
pub fn compare_versions(one: Option<&str>, other: Option<&str>) -> Ordering {
    key(one).cmp(&key(other))
}

fn key(version: Option<&str>) -> Key<'_> {
    match version {
        None => Key::None,
        Some(text) => numbered(text).unwrap_or(Key::Text(text)),
    }
}

/// Versions as Python packages and semantic versioning have them.
fn numbered(text: &str) -> Option<Key<'_>> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    // What comes after a plus sign tells builds apart, not versions.
    let text = text.split_once('+').map_or(text, |(version, _)| version);
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    // `1.0.dev1`: the last dot belongs to what follows.
    let numbers = if rest.is_empty() { numbers } else { numbers.strip_suffix('.').unwrap_or(numbers) };
    let mut release = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>()?;
    while release.len() > 1 && release.last() == Some(&0) {
        release.pop();
    }
    let rest = rest.trim_start_matches(['-', '_', '.']).to_ascii_lowercase();
    let word_end = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (word, number) = rest.split_at(word_end);
    let stage = match word {
        "" if number.is_empty() => 0,
        "dev" => -4,
        "a" | "alpha" => -3,
        "b" | "beta" => -2,
        "c" | "rc" | "pre" | "preview" => -1,
        // `1.0-1` is a release after 1.0.
        "" | "post" | "r" | "rev" => 1,
        _ => return None,
    };
    let number = number.trim_start_matches(['-', '_', '.']);
    let number = if number.is_empty() { 0 } else { number.parse().ok()? };
    Some(Key::Numbered { release, stage, number })
}
