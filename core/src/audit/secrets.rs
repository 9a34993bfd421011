//! What looks like a secret, by its name or by itself. One pass without backtracking: the texts are strangers'.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::visible::boundary;
use crate::error::{Error, ErrorKind, Result};

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Parts of names, without case and separators, of what is secret.
const PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "authorization",
    "credential",
    "privatekey",
    "accesskey",
    "cookie",
    "bearer",
    "signature",
    "clientassertion",
];

/// Whole names, likewise.
const WHOLE: &[&str] = &[
    "pwd",
    "pass",
    "pin",
    "otp",
    "cvv",
    "cvc",
    "ssn",
    "auth",
    "jwt",
    "sid",
    "sessionid",
    "cardnumber",
    "creditcard",
    "pan",
    "iban",
    "sig",
    "requeststate",
];

/// Beginnings of keys that well-known services give out, and how long such a key is at least.
const KEYS: &[(&str, usize)] = &[
    ("sk-", 20),
    ("sk_", 20),
    ("rk_", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxr-", 20),
    ("xoxs-", 20),
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 30),
    ("ya29.", 20),
    ("npm_", 20),
    ("pypi-", 20),
    ("hf_", 20),
    ("oxk_", 20),
    ("dop_v1_", 20),
    ("SG.", 30),
    ("shpat_", 20),
    ("AGE-SECRET-KEY-", 20),
];

/// Whether this is the name of something secret.
#[must_use]
pub fn is_secret_name(name: &str, further: &[String]) -> bool {
    // A name is not this long.
    if name.len() > 256 {
        return false;
    }
    let plain: String =
        name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    PARTS.iter().any(|part| plain.contains(part))
        || WHOLE.contains(&plain.as_str())
        || further.contains(&plain)
}

/// A name as further ones are compared.
pub(super) fn plain_name(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What else is secret, as an author says it: one expression for each kind of text. They are searched for in linear time.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns(Vec<Regex>);

/// How much an expression may need once it is compiled, in bytes.
const MAX_PATTERN: usize = 1 << 20;

impl Patterns {
    pub(super) fn new(expressions: &[String]) -> Result<Self> {
        let compiled = expressions.iter().map(|expression| {
            RegexBuilder::new(expression).size_limit(MAX_PATTERN).build().map_err(|error| {
                Error::new(
                    ErrorKind::Configuration,
                    format!("audit.redact_patterns: {expression:?} is no expression: {error}"),
                )
            })
        });
        Ok(Self(compiled.collect::<Result<_>>()?))
    }

    /// The text without what looks like a secret, or is one by these.
    pub(super) fn without(&self, text: &str) -> Option<String> {
        let mut found = found_in(text);
        for pattern in &self.0 {
            found.extend(pattern.find_iter(text).map(|one| one.range()).filter(|range| !range.is_empty()));
        }
        cut_out(text, found)
    }
}

/// The text without what looks like a secret in it; `None` where nothing does.
#[must_use]
pub fn without_secrets(text: &str) -> Option<String> {
    cut_out(text, found_in(text))
}

fn found_in(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    private_keys(text, &mut found);
    words(text, &mut found);
    cards(text, &mut found);
    user_infos(text, &mut found);
    found
}

fn cut_out(text: &str, mut found: Vec<Range<usize>>) -> Option<String> {
    if found.is_empty() {
        return None;
    }
    found.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for Range { start, end } in found {
        if end <= at {
            continue;
        }
        if start > at || at == 0 {
            out.push_str(text.get(at..start.max(at)).unwrap_or_default());
            out.push_str(REDACTED);
        }
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Some(out)
}

fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(begin) = text.get(from..).and_then(|rest| rest.find("-----BEGIN ")).map(|at| at + from) {
        let rest = &text[begin..];
        let heading = &rest[..boundary(rest, 64)];
        if !heading.contains("PRIVATE KEY") {
            from = begin + 11;
            continue;
        }
        let end = rest.find("-----END ").map_or(text.len(), |end| {
            let tail = &rest[end + 9..];
            begin + end + 9 + tail.find("-----").map_or(tail.len(), |dashes| dashes + 5)
        });
        found.push(begin..end);
        from = end;
    }
}

const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~' | b'+' | b'/')
}

/// Words that are keys, that follow the name of a way to authenticate, or that are assigned to a secret's name.
fn words(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let (mut at, mut after_scheme, mut secret_name) = (0, false, false);
    while at < bytes.len() {
        if !is_of_word(bytes[at]) {
            // Between a name and its value may be these; anything else ends both.
            let between = matches!(bytes[at], b'=' | b':' | b' ' | b'"' | b'\'' | b'\\');
            secret_name &= between;
            after_scheme &= between;
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_of_word(bytes[at]) {
            at += 1;
        }
        let word = &text[start..at];
        let is_scheme = ["bearer", "basic", "dpop"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
        let assigned = matches!(rest_assigns(bytes, at), Some(true));
        if is_scheme && !assigned {
            after_scheme = true;
            continue;
        }
        if secret_name || (after_scheme && word.len() >= 6) || is_key(word) {
            // Padding, and whatever else is no end of a value.
            let mut end = at;
            while secret_name && end < bytes.len() && !is_end_of_value(bytes[end]) {
                end += 1;
            }
            while end < bytes.len() && bytes[end] == b'=' {
                end += 1;
            }
            while !text.is_char_boundary(end) {
                end += 1;
            }
            found.push(start..end);
            at = end;
            (after_scheme, secret_name) = (false, false);
            continue;
        }
        after_scheme = false;
        // A path before it is no part of a name.
        let name = word.rsplit('/').next().unwrap_or(word);
        secret_name = assigned && is_secret_name(name, &[]);
    }
}

/// Whether what stands here says that a value follows.
fn rest_assigns(bytes: &[u8], mut at: usize) -> Option<bool> {
    while matches!(bytes.get(at)?, b' ' | b'"' | b'\'' | b'\\') {
        at += 1;
    }
    Some(matches!(bytes.get(at)?, b'=' | b':'))
}

const fn is_end_of_value(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'&' | b';' | b',' | b'"' | b'\'' | b')' | b'}' | b']' | b'#' | b'\\')
}

fn is_key(word: &str) -> bool {
    KEYS.iter().any(|(begins, length)| word.len() >= *length && word.starts_with(begins)) || is_jwt(word)
}

fn is_jwt(word: &str) -> bool {
    word.len() >= 20 && word.starts_with("eyJ") && word.contains('.')
}

/// Numbers of cards: 13 to 19 digits, with spaces or dashes between groups, of which the last fits the others.
fn cards(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (start, mut end) = (at, at);
        let mut digits = Vec::with_capacity(20);
        while at < bytes.len() && digits.len() < 64 {
            match bytes[at] {
                digit if digit.is_ascii_digit() => {
                    digits.push(digit - b'0');
                    end = at + 1;
                }
                b' ' | b'-' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {}
                _ => break,
            }
            at += 1;
        }
        if (13..=19).contains(&digits.len()) && fits(&digits) {
            found.push(start..end);
        }
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
    }
}

/// Luhn's rule.
fn fits(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let doubled = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}

/// Passwords in URLs: `scheme://user:password@host`.
fn user_infos(text: &str, found: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(begin) = text.get(from..).and_then(|rest| rest.find("://")).map(|at| at + from + 3) {
        let rest = &text[begin..];
        let end = rest
            .find(|character: char| {
                matches!(character, '/' | '?' | '#' | '"' | '\'' | '<' | '>') || character.is_whitespace()
            })
            .unwrap_or(rest.len());
        let authority = &rest[..end];
        if let Some(host) = authority.rfind('@')
            && let Some(colon) = authority[..host].find(':')
        {
            found.push(begin + colon + 1..begin + host);
        }
        from = begin + end;
    }
}
