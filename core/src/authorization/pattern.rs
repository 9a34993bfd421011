//! Patterns of names: a text in which `*` stands for any other.

/// A pattern, and nothing that takes longer than the product of both lengths to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    Any,
    Exact(Box<str>),
    Prefix(Box<str>),
    /// What stands between the stars.
    Parts(Box<str>),
}

impl Pattern {
    pub fn new(text: &str) -> Self {
        match text.split_once('*') {
            None => Self::Exact(text.into()),
            Some(("", rest)) if rest.chars().all(|c| c == '*') => Self::Any,
            Some((prefix, rest)) if rest.chars().all(|c| c == '*') => Self::Prefix(prefix.into()),
            Some(_) => Self::Parts(text.into()),
        }
    }

    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(text) => &**text == name,
            Self::Prefix(text) => name.starts_with(&**text),
            Self::Parts(text) => matches(text.as_bytes(), name.as_bytes()),
        }
    }

    /// Whether there is a text that both match, where `template` is a URI template: its expressions stand for any text.
    pub fn meets_template(&self, template: &str) -> bool {
        let mut other = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            other.push_str(before);
            other.push('*');
            rest = after.split_once('}').map_or("", |(_, rest)| rest);
        }
        other.push_str(rest);
        match self {
            Self::Any => true,
            Self::Exact(text) => matches(other.as_bytes(), text.as_bytes()),
            Self::Prefix(text) => meet(format!("{text}*").as_bytes(), other.as_bytes()),
            Self::Parts(text) => meet(text.as_bytes(), other.as_bytes()),
        }
    }
}

/// A star that was seen is where to come back to; an earlier one never has to be, so this takes no more than both lengths multiplied.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, from));
            at += 1;
        } else if pattern.get(at) == name.get(from) {
            at += 1;
            from += 1;
        } else if let Some((after, tried)) = star {
            star = Some((after, tried + 1));
            at = after;
            from = tried + 1;
        } else {
            return false;
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|&byte| byte == b'*'))
}

/// Whether two patterns have a text in common, by which ends of theirs have one.
fn meet(one: &[u8], other: &[u8]) -> bool {
    let mut row: Vec<bool> = vec![false; other.len() + 1];
    for at in (0..=one.len()).rev() {
        let below = row.clone();
        for from in (0..=other.len()).rev() {
            let right = row.get(from + 1).copied().unwrap_or(false);
            let down = at < one.len() && below[from];
            row[from] = match (one.get(at), other.get(from)) {
                (None, None) => true,
                (Some(b'*'), _) if down => true,
                (_, Some(b'*')) if right => true,
                (Some(b'*'), Some(_)) => right,
                (Some(_), Some(b'*')) => down,
                (Some(a), Some(b)) => a == b && below.get(from + 1).copied().unwrap_or(false),
                _ => false,
            };
        }
    }
    row[0]
}
