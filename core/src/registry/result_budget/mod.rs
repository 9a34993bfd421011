//! How large the results of tools may be: what models read they pay for, and clients cut where it hurts.

mod cutting;
mod repeating;

use std::borrow::Cow;

use crate::json::{self, RawJson, as_string, compact, elements, is_array, is_object, member, write_string};
use crate::model::{CommonFields, Tool, ToolOutput};
use cutting::Cut;

/// What the results of a tool are held to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResultBudget {
    /// The most characters of a result's content, structured content included. What is beyond is cut, and the result says so.
    /// A result that was cut has no structured content, so such a tool does not tell of an output schema.
    pub max_chars: Option<usize>,
    /// Whether JSON loses the white space that means nothing, as structured content and as text.
    pub compact: bool,
    /// Whether text that only repeats the structured content is left out towards clients that know structured content.
    pub one_copy: bool,
    /// Whether clients are told the most characters, by `anthropic/maxResultSizeChars` in the `_meta` of the tool. What its author
    /// says there stays.
    pub advertise: bool,
    /// What is written where a result was cut, instead of how much is missing.
    pub note: Option<String>,
}

/// Where a widely used client looks for how large a result it should take.
const MAX_RESULT_SIZE: &str = "anthropic/maxResultSizeChars";

impl ResultBudget {
    /// The tool as clients are told of it, if that is another way than its author described it.
    #[must_use]
    pub fn told(&self, tool: &Tool) -> Option<Tool> {
        let max_chars = self.max_chars?;
        let meta = self.advertise.then(|| with_size(&tool.common, max_chars)).flatten();
        if meta.is_none() && tool.output_schema.is_none() {
            return None;
        }
        let mut told = tool.clone();
        told.output_schema = None;
        told.common.meta = meta.or(told.common.meta);
        Some(told)
    }

    /// Takes back what [`told`](Self::told) said of the size: another budget takes the place of this one.
    pub(super) fn take_back(&self, tool: &mut Tool) {
        let (true, Some(max_chars), Some(meta)) = (self.advertise, self.max_chars, &tool.common.meta) else {
            return;
        };
        let told = max_chars.to_string();
        if member(meta.as_str(), MAX_RESULT_SIZE) != Some(&told) {
            return;
        }
        let mut left = String::from("{");
        for (name, value) in json::members(meta.as_str()).filter(|(name, _)| name != MAX_RESULT_SIZE) {
            if left.len() > 1 {
                left.push(',');
            }
            write_string(&mut left, &name);
            left.push(':');
            left.push_str(value);
        }
        tool.common.meta = (left.len() > 1).then(|| RawJson::from_checked(left + "}"));
    }

    /// Brings a result within the budget. `takes_structured` says whether its client knows structured content.
    #[cold]
    pub fn apply(&self, output: &mut ToolOutput, takes_structured: bool) {
        if self.compact {
            compact_content(output);
        }
        if self.one_copy && takes_structured && !output.is_error && repeating::repeats(output) {
            output.content = RawJson::from_checked("[]");
            output.repeats = false;
        }
        let Some(max_chars) = self.max_chars else { return };
        let sent_structured = output.structured_content.as_ref().filter(|_| takes_structured);
        let bytes = output.content.as_str().len()
            + sent_structured.map_or(0, |structured| structured.as_str().len())
            // The engine's own copy.
            + output.structured_content.as_ref().filter(|_| output.repeats).map_or(0, |copy| copy.as_str().len());
        if bytes > max_chars {
            self.cut(output, max_chars, takes_structured);
        }
    }

    /// The words of a failure, brought within the budget.
    #[must_use]
    pub fn apply_to_words(&self, words: String) -> String {
        match self.max_chars {
            Some(max_chars) if words.len() > max_chars && chars(&words) > max_chars => {
                let content = text_block(&words);
                Cut::of(content.as_str(), max_chars, false, self.note.as_deref()).into_text()
            }
            _ => words,
        }
    }

    /// A result that may be too large: nothing in characters is more than it is in bytes, so others do not come here.
    fn cut(&self, output: &mut ToolOutput, max_chars: usize, takes_structured: bool) {
        let is_empty = elements(output.content.as_str()).next().is_none();
        let mut only_structured = is_empty && !output.repeats;
        if is_empty
            && output.repeats
            && let Some(structured) = &output.structured_content
        {
            output.content = text_block(structured.as_str());
            only_structured = false;
        }
        let structured_chars = match &output.structured_content {
            Some(structured) if takes_structured => chars(structured.as_str()),
            _ => 0,
        };
        let content_chars: usize = elements(output.content.as_str()).map(chars_of_block).sum();
        if content_chars + structured_chars <= max_chars {
            return;
        }
        // What is cut is not the object it was.
        let mut loses_structured =
            takes_structured && output.structured_content.is_some() && !repeating::repeats(output);
        if only_structured && let Some(structured) = &output.structured_content {
            output.content = text_block(structured.as_str());
            loses_structured = false;
        }
        output.structured_content = None;
        let cut = Cut::of(output.content.as_str(), max_chars, loses_structured, self.note.as_deref());
        output.content = RawJson::from_checked(cut.into_content());
    }
}

/// The author's `_meta` and the size; nothing if the author said one.
fn with_size(common: &CommonFields, max_chars: usize) -> Option<RawJson> {
    let own = common.meta.as_ref().map_or("{}", RawJson::as_str);
    if member(own, MAX_RESULT_SIZE).is_some() {
        return None;
    }
    Some(RawJson::from_checked(json::with_member(own, MAX_RESULT_SIZE, &max_chars.to_string())))
}

fn compact_content(output: &mut ToolOutput) {
    if let Some(compacted) =
        output.structured_content.as_ref().and_then(|structured| compact(structured.as_str()))
    {
        output.structured_content = Some(RawJson::from_checked(compacted));
    }
    let blocks: Vec<Cow<'_, str>> = elements(output.content.as_str()).map(compact_block).collect();
    if blocks.iter().any(|block| matches!(block, Cow::Owned(_))) {
        output.content = RawJson::from_checked(format!("[{}]", blocks.join(",")));
    }
}

fn compact_block(block: &str) -> Cow<'_, str> {
    let compacted = text_of(block).and_then(|text| {
        let looks_like_json = is_object(&text) || is_array(&text);
        // Text of somebody's that only begins like JSON stays as it is.
        if looks_like_json && RawJson::parse(&text).is_ok() { compact(&text) } else { None }
    });
    compacted.map_or(Cow::Borrowed(block), |text| Cow::Owned(with_text(block, &text)))
}

/// The text of a block of text.
fn text_of(block: &str) -> Option<Cow<'_, str>> {
    (member(block, "type") == Some("\"text\"")).then(|| member(block, "text").and_then(as_string)).flatten()
}

/// The block with another text.
fn with_text(block: &str, text: &str) -> String {
    let mut string = String::with_capacity(text.len() + 2);
    write_string(&mut string, text);
    json::with_member(block, "text", &string)
}

fn text_block(text: &str) -> RawJson {
    ToolOutput::text(text).content
}

fn chars_of_block(block: &str) -> usize {
    text_of(block).map_or_else(|| chars(block), |text| chars(&text))
}

fn chars(text: &str) -> usize {
    text.chars().count()
}
