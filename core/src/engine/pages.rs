//! Pages that have to be visited first, by the error that 2025-11-25 has for it (ELI-14): where the version has no such error,
//! they are what the client is asked.

use crate::eras::WayToAsk;
use crate::handler::Failure;
use crate::json::{self, RawJson};
use crate::jsonrpc::error_code;
use crate::model::{InputRequired, OperationKind, Question};

/// The pages that a failure of such an operation names, where a client is asked this way.
#[cold]
pub(super) fn to_visit(failure: &Failure, kind: OperationKind, way: WayToAsk) -> Option<InputRequired> {
    let is_meant = failure.code == Some(error_code::URL_ELICITATION_REQUIRED) && kind.may_ask();
    if !is_meant || way != WayToAsk::Retries {
        return None;
    }
    let pages = json::member(failure.data.as_ref()?.as_str(), "elicitations")?;
    let pages = json::is_array(pages).then(|| json::elements(pages))?;
    let requests: Vec<_> = pages
        .filter(|page| json::is_object(page))
        .enumerate()
        .map(|(number, page)| (format!("page{number}"), Question::new(Question::ELICIT, by_url(page))))
        .collect();
    (!requests.is_empty()).then_some(InputRequired { requests, state: None })
}

/// The params of the question, whose mode an author may have left away.
fn by_url(page: &str) -> RawJson {
    RawJson::from_checked(json::with_member(page, "mode", "\"url\""))
}
