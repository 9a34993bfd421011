//! The list of resources where not all of them are registered: behind those that are come those that handlers list.

use std::sync::Arc;

use super::{Dispatched, Finish, page, run};
use crate::eras::Answer;
use crate::handler::{CallContext, Failure, FailureKind, Invocation, from_function};
use crate::json::{self, RawJson};
use crate::middleware::CallBounds;
use crate::model::{OperationKind, Output};
use crate::registry::{BadCursor, Further, ListPage, Snapshot, inserted_uri};

/// What stands for this part of the list inside cursors; see `ListPage` for those that are taken.
const FURTHER: u8 = 7;

const KIND: OperationKind = OperationKind::ListResources;

/// A page of the list.
#[cold]
pub(super) fn list(
    snapshot: &Arc<Snapshot>,
    cursor: Option<&str>,
    context: CallContext,
    bounds: &CallBounds,
) -> Result<Dispatched, Failure> {
    let (cursors, size) = snapshot.paging();
    let further =
        cursor.and_then(|cursor| cursors.open(FURTHER, cursor, context.caller.principal.as_ref()).ok());
    let (registered, first) = match further.map(|index| index.parse::<usize>()) {
        Some(Ok(first)) => (Arc::from(""), first),
        Some(Err(_)) => return Err(bad_cursor()),
        None => {
            let page = page(snapshot, ListPage::Resources, &context.caller, cursor)?;
            if page.next_cursor.is_some() {
                let (items, next_cursor) = (page.items, page.next_cursor);
                return Ok(Dispatched::Now(Ok(Answer::Page { kind: KIND, items, next_cursor })));
            }
            (page.items, 0)
        }
    };
    let snapshot = Arc::clone(snapshot);
    let listing = from_function(move |invocation: Invocation| {
        let (snapshot, registered) = (Arc::clone(&snapshot), Arc::clone(&registered));
        async move {
            let mut all = Vec::new();
            for further in snapshot.further_resources() {
                all.extend(listed(further, &invocation.context).await?);
            }
            let rest = all.get(first..).ok_or_else(bad_cursor)?;
            let (cursors, _) = snapshot.paging();
            let registered_ones = json::elements(&format!("[{registered}]")).count();
            let room = size.map_or(rest.len(), |size| size.saturating_sub(registered_ones).min(rest.len()));
            let registered = (!registered.is_empty()).then(|| String::from(&*registered));
            let items: Vec<String> = registered.into_iter().chain(rest[..room].iter().cloned()).collect();
            let mut text = format!("{{\"resources\":[{}]", items.join(","));
            if room < rest.len() {
                text.push_str(",\"nextCursor\":");
                let principal = invocation.context.caller.principal.as_ref();
                json::write_string(&mut text, &cursors.seal(FURTHER, &(first + room).to_string(), principal));
            }
            text.push('}');
            Ok(Output::Whole(RawJson::from_checked(text)))
        }
    });
    let (target, arguments) = ("resources/list".into(), RawJson::empty_object());
    let invocation = Invocation { kind: KIND, target, arguments, context };
    Ok(run(&listing, invocation, bounds, Finish::of(KIND, false)))
}

/// What one of them lists, by the URIs that clients know.
async fn listed(further: &Further, context: &CallContext) -> Result<Vec<String>, Failure> {
    let invocation = Invocation {
        kind: OperationKind::Custom,
        target: "resources/list".into(),
        arguments: RawJson::empty_object(),
        context: context.clone(),
    };
    let output = further.handler.invoke(invocation).await?;
    let list = match &output {
        Output::Whole(whole) => json::member(whole.as_str(), "resources").filter(|list| json::is_array(list)),
        _ => None,
    };
    let list = list.ok_or_else(|| {
        let detail = "what lists further resources returned no list of them";
        Failure::new(FailureKind::Internal, "internal error").with_detail(detail)
    })?;
    let outward = |item: &str| {
        let uri = json::member(item, "uri").and_then(json::as_string)?;
        let mut text = String::new();
        json::write_string(&mut text, &inserted_uri(&uri, further.inserted.as_deref()?));
        Some(json::with_member(item, "uri", &text))
    };
    Ok(json::elements(list).map(|item| outward(item).unwrap_or_else(|| item.to_owned())).collect())
}

fn bad_cursor() -> Failure {
    Failure::new(FailureKind::InvalidArguments, BadCursor.to_string())
}
