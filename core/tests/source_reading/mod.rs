//! Rust source read as text: comments and literals are blanked out, and what is left is a stream of words and signs good
//! enough to follow paths that begin with `crate::` or climb with `super::`.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]
#![allow(dead_code, reason = "no test needs all of it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a crate's `src` but `lib.rs`, which is the map: its path below `src`, and its text without comments and
/// literals.
pub fn sources(root: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort();
    let relative = |path: &PathBuf| path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    let sources: Vec<_> = files
        .iter()
        .map(|path| (relative(path), blank(&fs::read_to_string(path).unwrap())))
        .filter(|(file, _)| file != "lib.rs")
        .collect();
    assert!(sources.len() > 5, "no sources in {}", root.display());
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The first module that a file belongs to.
pub fn room_of(file: &str) -> String {
    file.split(['/', '.']).next().unwrap().to_owned()
}

/// How many modules deep a file is: `json.rs` and `model/mod.rs` are one deep, `model/tool.rs` two.
fn depth(file: &str) -> usize {
    file.split('/').filter(|part| *part != "mod.rs").count()
}

/// The first modules that a file's paths lead to. A path that climbs counts where it arrives at one of `rooms`.
pub fn rooms_used(file: &str, text: &str, rooms: &[&str]) -> BTreeSet<String> {
    let tokens = tokens(text);
    let mut used = BTreeSet::new();
    let mut index = 0;
    while index < tokens.len() {
        let start = index;
        index += 1;
        if tokens[start] == "crate" && tokens.get(index) == Some(&"::") {
            // A name that is no room is one that `lib.rs` hands on: that, too, lies above everybody.
            used.extend(first_names(&tokens[index + 1..]));
        } else if tokens[start] == "super" {
            let mut steps = 1;
            while tokens.get(index) == Some(&"::") && tokens.get(index + 1) == Some(&"super") {
                steps += 1;
                index += 2;
            }
            // As many steps up as the file is deep end at the crate's root; one less, if an inline module is left.
            if steps >= depth(file) && tokens.get(index) == Some(&"::") {
                used.extend(
                    first_names(&tokens[index + 1..])
                        .into_iter()
                        .filter(|name| rooms.contains(&name.as_str())),
                );
            }
        }
    }
    used
}

/// The first name of a path, or of each path in a braced list of them.
fn first_names(tokens: &[&str]) -> Vec<String> {
    if tokens.first() != Some(&"{") {
        return tokens.first().map(|name| (*name).to_owned()).into_iter().collect();
    }
    let mut names = Vec::new();
    let mut nesting = 0;
    let mut expected = false;
    for token in tokens {
        match *token {
            "{" => {
                nesting += 1;
                expected = nesting == 1;
            }
            "}" if nesting == 1 => break,
            "}" => nesting -= 1,
            "," => expected = nesting == 1,
            name => {
                if expected {
                    names.push(name.to_owned());
                }
                expected = false;
            }
        }
    }
    names
}

/// Words, `::`, and single other characters.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// Replaces comments, strings and character literals by spaces.
pub fn blank(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = raw_string(rest, &code) {
            length
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' && is_character(rest) {
            quoted(rest, '\'')
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

fn block_comment(text: &str) -> usize {
    let mut nesting = 0;
    let mut index = 0;
    while index < text.len() {
        if text[index..].starts_with("/*") {
            nesting += 1;
            index += 2;
        } else if text[index..].starts_with("*/") {
            nesting -= 1;
            index += 2;
            if nesting == 0 {
                return index;
            }
        } else {
            index += text[index..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a raw string at the start of `text`, if there is one. `before` tells `r"` from the end of a word.
fn raw_string(text: &str, before: &str) -> Option<usize> {
    if before.ends_with(is_word) {
        return None;
    }
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - body.len();
    Some(body.find(&end).map_or(text.len(), |found| start + found + end.len()))
}

/// The length of a literal that ends with the quote it begins with.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether a quote begins a character and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    match characters.next() {
        Some('\\') => true,
        _ => characters.next() == Some('\''),
    }
}
