//! Walking the members of an object, or the elements of an array, without parsing what they hold.

use std::borrow::Cow;

use super::special::{end_of_string, find_special};
use super::{decode, write_string};

/// The members of the object that `text` is: each key decoded, each value as its text. One cheap pass over text that was
/// scanned before; on text that was not, it ends early but never panics. Empty for anything but an object.
#[must_use]
pub fn members(text: &str) -> Members<'_> {
    Members(Walk::new(text, b'{'))
}

/// The elements of the array that `text` is, each as its text. Like [`members`] otherwise.
#[must_use]
pub fn elements(text: &str) -> Elements<'_> {
    Elements(Walk::new(text, b'['))
}

/// The text of the member `name` of the object that `text` is.
#[must_use]
pub fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    members(text).find_map(|(key, value)| (key == name).then_some(value))
}

/// The object that `text` is, with `value`, a JSON text, as its member `name`: in the place where it had one, else at the end.
#[must_use]
pub fn with_member(text: &str, name: &str, value: &str) -> String {
    let mut object = String::with_capacity(text.len() + name.len() + value.len() + 4);
    let mut is_there = false;
    for (key, old) in members(text) {
        let is_it = key == name;
        is_there |= is_it;
        write_member(&mut object, &key, if is_it { value } else { old });
    }
    if !is_there {
        write_member(&mut object, name, value);
    }
    object.push('}');
    object
}

fn write_member(object: &mut String, key: &str, value: &str) {
    object.push(if object.is_empty() { '{' } else { ',' });
    write_string(object, key);
    object.push(':');
    object.push_str(value);
}

/// See [`members`].
#[derive(Debug, Clone)]
pub struct Members<'a>(Walk<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let walk = &mut self.0;
        walk.advance()?;
        let key = walk.value()?.strip_prefix('"')?.strip_suffix('"')?;
        walk.skip_blank();
        walk.take(b':')?;
        walk.skip_blank();
        Some((decode(key)?, walk.value()?))
    }
}

/// See [`elements`].
#[derive(Debug, Clone)]
pub struct Elements<'a>(Walk<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.advance()?;
        self.0.value()
    }
}

/// A position inside an object or array.
#[derive(Debug, Clone)]
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, open: u8) -> Self {
        let text = text.trim_ascii_start();
        let at = if text.as_bytes().first() == Some(&open) { 1 } else { text.len() };
        Self { text, at }
    }

    fn skip_blank(&mut self) {
        while matches!(self.text.as_bytes().get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.text.as_bytes().get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    /// To the beginning of the next member or element; `None` at the end.
    fn advance(&mut self) -> Option<()> {
        self.skip_blank();
        if self.take(b',').is_some() {
            self.skip_blank();
        }
        match self.text.as_bytes().get(self.at) {
            None | Some(b'}' | b']') => None,
            Some(_) => Some(()),
        }
    }

    /// The text of the value that begins here. Moves at least one byte, or is `None`.
    fn value(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        match bytes.get(start)? {
            b'"' => self.at = after_string(bytes, start)?,
            b'{' | b'[' => {
                let mut depth = 0usize;
                loop {
                    match bytes.get(self.at)? {
                        b'"' => {
                            self.at = after_string(bytes, self.at)?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => {
                            depth -= 1;
                            if depth == 0 {
                                self.at += 1;
                                break;
                            }
                        }
                        _ => {}
                    }
                    self.at += 1;
                }
            }
            _ => {
                while !matches!(
                    bytes.get(self.at),
                    None | Some(b',' | b'}' | b']' | b':' | b' ' | b'\n' | b'\r' | b'\t')
                ) {
                    self.at += 1;
                }
            }
        }
        self.text.get(start..self.at).filter(|value| !value.is_empty())
    }
}

/// The position after the string whose opening quote is at `at`.
#[inline]
pub(super) fn after_string(bytes: &[u8], at: usize) -> Option<usize> {
    let end = find_special(bytes, at + 1);
    if bytes.get(end) == Some(&b'"') { Some(end + 1) } else { end_of_string(bytes, end).map(|end| end + 1) }
}
