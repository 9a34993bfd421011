//! What is said to people names no rule of ours: those are for who reads the source.

use std::fs;
use std::path::{Path, PathBuf};

/// The Rust that users and clients hear of: the core's, and that of both bindings.
const ROOTS: [&str; 4] = ["src", "validator/src", "../bindings-python/src", "../bindings-node/src"];

#[test]
fn no_text_names_a_rule_or_a_parser() {
    let mut wrong = Vec::new();
    for root in ROOTS {
        for file in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root)) {
            let source = fs::read_to_string(&file).unwrap_or_default();
            let texts = texts(&source);
            wrong.extend(
                texts
                    .into_iter()
                    .filter(|text| is_rule_in(text))
                    .map(|text| format!("{}: {text}", file.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "these name a rule:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_texts_reads_texts() {
    let source = [
        "//! \"not this\" RPC-1",
        "/// nor \"this\"",
        "fn f() { let c = '\"'; say(\"one \\\" of them\"); /* \"no\" */ say(r#\"another \"one\"\"#); }",
    ]
    .join("\n");
    assert_eq!(texts(&source), ["one \\\" of them", "another \"one\""]);
    assert!(is_rule_in("see RPC-19.") && is_rule_in("(HTTP-6)"));
    assert!(!is_rule_in("UTF-8") && !is_rule_in("a-b") && !is_rule_in("X-1") && !is_rule_in("2026-07-28"));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The string literals of a source, without its comments.
fn texts(source: &str) -> Vec<String> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest[1..].find('\'').map_or(1, |end| end + 2)
        } else if let Some(raw) = rest.strip_prefix('r').filter(|raw| raw.starts_with(['#', '"'])) {
            let hashes = raw.len() - raw.trim_start_matches('#').len();
            let end = format!("\"{}", "#".repeat(hashes));
            match raw[hashes..].strip_prefix('"').and_then(|text| Some((text, text.find(&end)?))) {
                Some((text, length)) => {
                    found.push(text[..length].to_owned());
                    1 + hashes + 1 + length + end.len()
                }
                None => 1,
            }
        } else if let Some(text) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = text.find(|letter| match letter {
                '"' if !escaped => true,
                _ => {
                    escaped = letter == '\\' && !escaped;
                    false
                }
            });
            let length = end.unwrap_or(text.len());
            found.push(text[..length].to_owned());
            length + 2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += skipped;
    }
    found
}

/// Whether a text has something like `RPC-19` in it.
fn is_rule_in(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').any(|word| {
        word.split_once('-').is_some_and(|(name, number)| {
            name.len() > 1
                && name != "UTF"
                && name.bytes().all(|byte| byte.is_ascii_uppercase())
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}
