//! Is this the answer to that request?

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::options::Options;
use crate::request;

#[derive(Deserialize)]
pub struct Answer<'a> {
    pub id: u64,
    #[serde(borrow)]
    result: Option<Outcome<'a>>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(borrow)]
    content: Option<Vec<Block<'a>>>,
    tools: Option<Vec<IgnoredAny>>,
    #[serde(rename = "isError")]
    is_error: Option<bool>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow)]
    text: Option<std::borrow::Cow<'a, str>>,
}

/// Parse an answer and check that it says what the request of its id asked for.
pub fn read<'a>(bytes: &'a [u8], options: &Options) -> Result<Answer<'a>, String> {
    let complain = |what: &str| {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]);
        Err(format!("{what}: {shown}"))
    };
    let Ok(answer) = serde_json::from_slice::<Answer>(bytes) else {
        return complain("not an answer with a numeric id");
    };
    let Some(outcome) = &answer.result else {
        return complain("no result");
    };
    if outcome.is_error == Some(true) {
        return complain("a tool error");
    }
    if options.call == "tools/list" {
        let count = outcome.tools.as_ref().map_or(0, Vec::len);
        if count != options.tools {
            return complain(&format!("{count} tools instead of {}", options.tools));
        }
    } else {
        let said = outcome
            .content
            .as_ref()
            .and_then(|blocks| blocks.first())
            .and_then(|block| block.text.as_deref());
        if said != Some(request::text(answer.id).as_str()) {
            return complain("the wrong text");
        }
    }
    Ok(answer)
}
