//! Cutting a result's content to a number of characters, and saying what is missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{chars, text_of, with_text};
use crate::json::{as_string, elements, member, write_string};

/// Content that was cut.
pub(super) struct Cut {
    blocks: Vec<String>,
}

/// What does not fit.
#[derive(Default)]
struct Missing {
    /// Characters of text.
    text: usize,
    /// Blocks of other kinds, by kind.
    others: BTreeMap<String, usize>,
    structured: bool,
}

impl Cut {
    /// As many blocks as fit into so many characters together with a note that says what is missing. The text that does not fit
    /// is cut; what follows it is left out.
    pub(super) fn of(content: &str, max_chars: usize, loses_structured: bool, note: Option<&str>) -> Self {
        let total = elements(content).filter_map(text_of).map(|text| chars(&text)).sum();
        let everything = Missing { text: total, others: kinds(content), structured: loses_structured };
        // The longest note there can be, and the empty line before it.
        let reserved = note.map_or_else(|| chars(&everything.in_words(total, max_chars)) + 2, chars);
        let fits = elements(content).map(super::chars_of_block).sum::<usize>() <= max_chars;
        let mut room = if fits && !loses_structured { max_chars } else { max_chars.saturating_sub(reserved) };
        let mut missing = Missing { structured: loses_structured, ..Missing::default() };
        let (mut blocks, mut last_text) = (Vec::new(), None);
        for block in elements(content) {
            let Some(text) = text_of(block) else {
                let size = chars(block);
                if size <= room {
                    room -= size;
                    blocks.push(block.to_owned());
                } else {
                    *missing.others.entry(kind(block)).or_default() += 1;
                }
                continue;
            };
            let size = chars(&text);
            if missing.text == 0 && size <= room {
                room -= size;
                blocks.push(block.to_owned());
                continue;
            }
            if missing.text == 0 && room > 0 {
                let end = text.char_indices().nth(room).map_or(text.len(), |(end, _)| end);
                last_text = Some((blocks.len(), text[..end].to_owned()));
                blocks.push(block.to_owned());
                missing.text += size - room;
                room = 0;
            } else {
                missing.text += size;
            }
        }
        if missing.is_something() {
            let words =
                note.map_or_else(|| format!("\n\n{}", missing.in_words(total, max_chars)), str::to_owned);
            match last_text {
                Some((at, text)) => blocks[at] = with_text(&blocks[at], &(text + &words)),
                None => blocks.push(plain(words.trim_start_matches('\n'))),
            }
        }
        Self { blocks }
    }

    /// The text alone.
    pub(super) fn into_text(self) -> String {
        self.blocks.iter().filter_map(|block| text_of(block)).collect()
    }

    pub(super) fn into_content(self) -> String {
        format!("[{}]", self.blocks.join(","))
    }
}

impl Missing {
    fn is_something(&self) -> bool {
        self.text > 0 || self.structured || !self.others.is_empty()
    }

    fn in_words(&self, total: usize, max_chars: usize) -> String {
        let mut left_out = Vec::new();
        if self.text > 0 {
            left_out.push(format!("{} of {total} characters of text", self.text));
        }
        for (kind, count) in &self.others {
            left_out.push(format!("{count} × {kind}"));
        }
        if self.structured {
            left_out.push("the structured content".to_owned());
        }
        let mut words = String::new();
        // Writing into a String cannot fail.
        let _ = write!(
            words,
            "[This result was cut to {max_chars} characters. Left out: {}. Ask for a part of it, or for less.]",
            left_out.join(", ")
        );
        words
    }
}

fn kinds(content: &str) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for block in elements(content).filter(|block| text_of(block).is_none()) {
        *kinds.entry(kind(block)).or_default() += 1;
    }
    kinds
}

/// What a block is, in a word: `image`, `resource`.
fn kind(block: &str) -> String {
    let kind = member(block, "type").and_then(as_string).unwrap_or_default();
    kind.chars().take(20).collect()
}

fn plain(text: &str) -> String {
    let mut block = String::from(r#"{"type":"text","text":"#);
    write_string(&mut block, text);
    block.push('}');
    block
}
