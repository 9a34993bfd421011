//! `subscriptions/listen`: a request that stays open and tells of changes (SUB-*).

use std::sync::Arc;

use crate::eras::events::{change_method, notification};
use crate::eras::items::Object;
use crate::eras::meta::SUBSCRIPTION_ID;
use crate::eras::params::{Params, Wrong};
use crate::eras::profile::Profile;
use crate::eras::voice::response;
use crate::json::{self, write_string};
use crate::jsonrpc::RequestId;
use crate::model::{Change, Offer, SaidFilter, Saying, WatchFilter};
use crate::protocol_version::ProtocolVersion;
use crate::registry::Snapshot;

/// The filter a client asks for.
///
/// # Errors
/// When `notifications` is missing or not an object (SUB-13), a member has the wrong type, or more URIs are named than
/// `max_uris` (SUB-11).
pub(crate) fn filter(params: &Params<'_>, max_uris: usize) -> Result<WatchFilter, Wrong> {
    let text = match params.notifications {
        Some(text) if json::is_object(text) => text,
        Some(_) => return Err("notifications: must be an object".into()),
        None => return Err("notifications: is missing".into()),
    };
    let mut filter = WatchFilter::default();
    let mut methods: Vec<Arc<str>> = Vec::new();
    for (key, value) in json::members(text) {
        let wanted = match &*key {
            "toolsListChanged" => &mut filter.tools,
            "promptsListChanged" => &mut filter.prompts,
            "resourcesListChanged" => &mut filter.resources,
            "resourceSubscriptions" => {
                filter.resource_uris = texts("resourceSubscriptions", "URIs", value, max_uris)?;
                continue;
            }
            "taskIds" => {
                filter.task_ids = texts("taskIds", "ids", value, max_uris)?;
                continue;
            }
            // An extension's notification is asked for by its method.
            method if method.contains('/') => {
                if json::as_boolean(value) == Some(true) && methods.len() < max_uris {
                    methods.push(Arc::from(method));
                }
                continue;
            }
            // A kind this server does not know is left out of what it honours (SUB-2).
            _ => continue,
        };
        *wanted = json::as_boolean(value).ok_or_else(|| format!("notifications.{key}: must be a boolean"))?;
    }
    filter.said = SaidFilter::Methods(methods);
    Ok(filter)
}

fn texts(member: &str, what: &str, text: &str, max: usize) -> Result<Vec<Arc<str>>, Wrong> {
    let wrong = || Wrong::from(format!("notifications.{member}: must be an array of {what}"));
    if !json::is_array(text) {
        return Err(wrong());
    }
    let mut texts: Vec<Arc<str>> = Vec::new();
    for element in json::elements(text) {
        let text = json::as_string(element).ok_or_else(wrong)?;
        if texts.len() >= max {
            return Err(format!("notifications.{member}: more than {max} {what}").into());
        }
        texts.push(Arc::from(text));
    }
    Ok(texts)
}

/// What of it this server honours (SUB-2): also lists that are empty so far, for whoever asks wants to hear of the first item.
pub(crate) fn honour(
    asked: WatchFilter,
    profile: &Profile,
    version: ProtocolVersion,
    snapshot: &Snapshot,
) -> WatchFilter {
    let offered = &profile.capabilities;
    let lists = |offer: Offer| offer != Offer::Never && offered.list_changed;
    let resources = offered.resources != Offer::Never && offered.subscribe;
    WatchFilter {
        tools: asked.tools && lists(offered.tools),
        prompts: asked.prompts && lists(offered.prompts),
        resources: asked.resources && lists(offered.resources),
        resource_uris: if resources { asked.resource_uris } else { Vec::new() },
        task_ids: if snapshot.has_had_tasks() { asked.task_ids } else { Vec::new() },
        said: if profile.has_extensions(version, snapshot) { asked.said } else { SaidFilter::Nothing },
    }
}

/// The first message (SUB-2, SUB-3).
pub(crate) fn acknowledge(id: &RequestId, honoured: &WatchFilter) -> String {
    let mut params = String::with_capacity(128);
    let mut object = Object::begin(&mut params);
    let mut kinds = Object::begin(object.name("notifications"));
    for (wanted, name) in [
        (honoured.tools, "toolsListChanged"),
        (honoured.prompts, "promptsListChanged"),
        (honoured.resources, "resourcesListChanged"),
    ] {
        if wanted {
            kinds.raw(name, "true");
        }
    }
    for (name, texts) in [("resourceSubscriptions", &honoured.resource_uris), ("taskIds", &honoured.task_ids)]
    {
        if texts.is_empty() {
            continue;
        }
        let list = kinds.name(name);
        for (index, text) in texts.iter().enumerate() {
            list.push(if index == 0 { '[' } else { ',' });
            write_string(list, text);
        }
        list.push(']');
    }
    if let SaidFilter::Methods(methods) = &honoured.said {
        for method in methods {
            kinds.foreign(method, "true");
        }
    }
    kinds.end();
    write_subscription(&mut object, id, "");
    object.end();
    notification("notifications/subscriptions/acknowledged", &params)
}

/// A change (SUB-3).
pub(crate) fn change(id: &RequestId, change: &Change) -> String {
    let mut params = String::with_capacity(96);
    let mut object = Object::begin(&mut params);
    let mut meta = None;
    match change {
        Change::Resource(uri) => drop(object.string("uri", uri)),
        Change::Said(said) => {
            if let Saying::Notification(said) = &said.what {
                for (name, value) in json::members(said.params.as_str()) {
                    if name == "_meta" {
                        meta = Some(value);
                    } else {
                        object.foreign(&name, value);
                    }
                }
            }
        }
        // A task is told of by whoever keeps it.
        Change::List(_) | Change::Task(_) => {}
    }
    match meta {
        None => write_subscription(&mut object, id, ""),
        Some(meta) => {
            let mut subscription = String::new();
            id.write_json(&mut subscription);
            object.raw("_meta", &json::with_member(meta, SUBSCRIPTION_ID, &subscription));
        }
    }
    object.end();
    notification(change_method(change), &params)
}

/// The closing result (SUB-5).
pub(crate) fn close(id: &RequestId, profile: &Profile) -> String {
    let mut result = String::with_capacity(160);
    let mut object = Object::begin(&mut result);
    object.raw("resultType", "\"complete\"");
    write_subscription(&mut object, id, profile.server_info());
    object.end();
    response(id, &result)
}

/// What follows the closing result on a duplex connection (SUB-6, G-2).
pub(crate) fn cancelled(id: &RequestId) -> String {
    let mut params = String::with_capacity(64);
    let mut object = Object::begin(&mut params);
    id.write_json(object.name("requestId"));
    object.string("reason", "the server is shutting down");
    write_subscription(&mut object, id, "");
    object.end();
    notification("notifications/cancelled", &params)
}

pub(super) fn write_subscription(object: &mut Object<'_>, id: &RequestId, more: &str) {
    let out = object.name("_meta");
    out.push_str("{\"");
    out.push_str(SUBSCRIPTION_ID);
    out.push_str("\":");
    id.write_json(out);
    if !more.is_empty() {
        out.push(',');
        out.push_str(more);
    }
    out.push('}');
}
