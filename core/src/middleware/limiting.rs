//! Limits as whoever counts operations.

use super::admission::{Ask, Limiter, Permit};
use crate::handler::Failure;
use crate::json;
use crate::limits::{CallLimits, Visit};
use crate::model::Operation;
use crate::registry::{SearchRole, ToolEntry};

/// The name that all tools have which are not there.
const UNKNOWN: &str = "";

impl Limiter for CallLimits {
    fn enter(&self, ask: &Ask<'_>) -> Result<Option<Permit>, Failure> {
        let mut visit = Visit {
            method: ask.method,
            operation: ask.operation,
            tool: None,
            of_tool: None,
            principal: ask.caller.principal.as_ref(),
            address: ask.place.remote.map(|remote| remote.ip()),
        };
        if let Operation::CallTool { name, .. } = ask.operation {
            match called(ask) {
                Some(entry) => {
                    visit.tool = Some(&entry.tool.name);
                    visit.of_tool = entry.tool.limits.as_deref();
                }
                // Where the author's own code answers, the name is as good as any.
                None if ask.whole => visit.tool = Some(name),
                None => visit.tool = Some(UNKNOWN),
            }
        }
        Ok(Self::enter(self, &visit)?.map(|held| Box::new(held) as Permit))
    }
}

/// The tool that is called in the end.
fn called<'a>(ask: &Ask<'a>) -> Option<&'a ToolEntry> {
    let Operation::CallTool { name, arguments } = ask.operation else { return None };
    let entry = ask.snapshot.tool(name)?;
    match entry.search.as_deref() {
        Some(part) if part.role == SearchRole::Call => {
            let name = json::member(arguments.as_str(), "name").and_then(json::as_string);
            Some(name.and_then(|name| part.findable.called(&name)).map_or(&**entry, |inner| &**inner))
        }
        _ => Some(entry),
    }
}
