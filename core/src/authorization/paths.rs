//! Where an argument or a claim is: names with dots between them.

use std::borrow::Cow;

use crate::json;

/// A path into a JSON value. Lists on the way are walked through: the path goes on in each of their elements.
#[derive(Debug, Clone)]
pub(super) struct Path {
    whole: Box<str>,
    segments: Box<[Box<str>]>,
}

/// What is at a path.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// The values, each as its JSON text; lists are their elements.
    pub values: Vec<&'a str>,
    /// Whether it leads nowhere from any element on the way, or ends at an empty list.
    pub absent: bool,
}

impl Path {
    pub fn new(text: &str) -> Self {
        Self { whole: text.into(), segments: text.split('.').map(Box::from).collect() }
    }

    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// What is there: of a member that is called like the whole path, or else where its segments lead.
    pub fn find<'a>(&self, text: &'a str) -> Found<'a> {
        let mut found = Found::default();
        if self.segments.len() > 1
            && let Some(value) = json::member(text, &self.whole)
        {
            found.add(value);
            return found;
        }
        found.walk(text, &self.segments, 0);
        found
    }
}

impl<'a> Found<'a> {
    fn walk(&mut self, text: &'a str, segments: &[Box<str>], depth: usize) {
        let Some((first, rest)) = segments.split_first() else { return self.add(text) };
        if json::is_array(text) && depth < json::MAX_DEPTH {
            let mut elements = json::elements(text).peekable();
            self.absent |= elements.peek().is_none();
            return elements.for_each(|element| self.walk(element, segments, depth + 1));
        }
        match json::member(text, first) {
            Some(value) => self.walk(value, rest, depth + 1),
            None => self.absent = true,
        }
    }

    fn add(&mut self, value: &'a str) {
        if !json::is_array(value) {
            return self.values.push(value);
        }
        let mut elements = json::elements(value).peekable();
        self.absent |= elements.peek().is_none();
        // A list within a list is a value of its own, which no condition but an equal one fits.
        self.values.extend(elements);
    }
}

/// The texts at a path of claims: of one text, or of a list.
pub(super) fn texts<'a>(path: &Path, claims: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
    path.find(claims).values.into_iter().filter_map(json::as_string)
}
