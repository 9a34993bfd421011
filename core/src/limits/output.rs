//! How large what tools answer may be: text is cut and says so, what would not be the same any more is refused.

use std::fmt::Write as _;

use crate::handler::{Failure, FailureKind};
use crate::json::{as_string, elements, member, with_member, write_string};
use crate::json::RawJson;
use crate::model::{Output, ToolOutput};

/// How many bytes of a result count: its content and its structured content, as JSON.
fn size(output: &Output) -> usize {
    let length = |text: &Option<RawJson>| text.as_ref().map_or(0, |text| text.as_str().len());
    match output {
        Output::Tool(tool) => {
            let structured = length(&tool.structured_content);
            tool.content.as_str().len() + structured * if tool.repeats_structured() { 2 } else { 1 }
        }
        Output::Prompt(prompt) => prompt.messages.as_str().len(),
        Output::Resource(resource) => resource.contents.as_str().len(),
        Output::Whole(whole) => whole.as_str().len(),
        Output::Completion(_) | Output::InputRequired(_) => 0,
    }
}

/// Brings an output to at most so many bytes, or refuses it. Blocks of text of a tool are cut, and a note says what is missing;
/// anything else is whole or refused: half an image, half an object are none.
///
/// # Errors
/// [`FailureKind::Tool`], with how large it is and may be.
pub fn fit(output: &mut Output, max_bytes: usize) -> Result<(), Failure> {
    let bytes = size(output);
    if bytes <= max_bytes {
        return Ok(());
    }
    cut(output, bytes, max_bytes)
}

#[cold]
fn cut(output: &mut Output, bytes: usize, max_bytes: usize) -> Result<(), Failure> {
    if let Output::Tool(tool) = output
        && let Some(content) = cut_text(tool, bytes, max_bytes)
    {
        tool.content = content;
        return Ok(());
    }
    let message = format!(
        "the result has {bytes} bytes, and {max_bytes} are allowed; it cannot be cut. Ask for a part of it, or for less."
    );
    Err(Failure::new(FailureKind::Tool, message))
}

/// The words of a failure, cut where there are more than so many bytes of them.
#[must_use]
pub fn fit_words(words: &str, max_bytes: usize) -> String {
    if words.len() <= max_bytes {
        return words.to_owned();
    }
    let note = format!(" [cut: {} bytes]", words.len());
    let end = words.floor_char_boundary(max_bytes.saturating_sub(note.len()));
    format!("{}{note}", &words[..end])
}

/// The content without the end of its last texts; nothing where it is not enough to cut texts.
fn cut_text(tool: &ToolOutput, bytes: usize, max_bytes: usize) -> Option<RawJson> {
    if tool.structured_content.is_some() {
        return None;
    }
    let is_text = |block: &&str| member(block, "type") == Some("\"text\"");
    let note = format!(
        "\n\n[This result was cut: it has {bytes} bytes, and {max_bytes} are allowed. Ask for a part of it, or for less.]"
    );
    let blocks: Vec<_> = elements(tool.content.as_str()).collect();
    let others: usize = blocks.iter().filter(|block| !is_text(block)).map(|block| block.len() + 1).sum();
    // The brackets, and the note with its two line breaks spelt out.
    let mut room = max_bytes.checked_sub(others + note.len() + 4)?;
    let mut content = String::with_capacity(max_bytes);
    let mut was_cut = false;
    for block in blocks {
        let kept = if !is_text(&block) {
            Some(block.to_owned())
        } else if was_cut {
            None
        } else if block.len() < room {
            room -= block.len() + 1;
            Some(block.to_owned())
        } else {
            was_cut = true;
            Some(cut_block(block, room, &note)?)
        };
        if let Some(kept) = kept {
            // Writing into a String cannot fail.
            let _ = write!(content, "{}{kept}", if content.is_empty() { "[" } else { "," });
        }
    }
    was_cut.then(|| RawJson::from_checked(content + "]"))
}

/// The block with as much of its text as makes it no longer than `room`, and the note.
fn cut_block(block: &str, room: usize, note: &str) -> Option<String> {
    let text = member(block, "text").and_then(as_string)?;
    let mut empty = String::new();
    write_string(&mut empty, &text);
    let around = block.len().checked_sub(empty.len().min(block.len()))? + 2;
    let mut left = room.checked_sub(around)?;
    let end = text
        .char_indices()
        .find(|(_, character)| match left.checked_sub(spelt(*character)) {
            Some(less) => {
                left = less;
                false
            }
            None => true,
        })
        .map_or(text.len(), |(at, _)| at);
    let mut string = String::new();
    write_string(&mut string, &format!("{}{note}", &text[..end]));
    Some(with_member(block, "text", &string))
}

/// How many bytes a character has in JSON.
const fn spelt(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        other => other.len_utf8(),
    }
}
