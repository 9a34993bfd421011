//! The methods by which skills are listed and found: those of a server, and of the servers that are mounted in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalog::{SINCE, Shared};
use crate::handler::{Failure, FailureKind, Handler, Invocation, Reply, from_function};
use crate::json::{self, RawJson};
use crate::model::{CacheHint, Output, Principal};
use crate::registry::{Cursors, MakeHandler, Registry, Snapshot, canonical_uri, inserted_uri, uri_without};

/// What stands for the lists inside cursors; see `ListPage` for those that are taken.
const SKILLS_LIST: u8 = 5;
const DIRECTORY_LIST: u8 = 6;

type Answering = fn(&Registry, &Invocation) -> Reply;

/// The methods, and what answers them for a server.
pub(super) fn all() -> [(&'static str, MakeHandler); 3] {
    let all: [(&str, Answering); 3] =
        [("skills/list", list), ("skills/get", get), ("resources/directory/read", read_directory)];
    all.map(|(method, answer)| {
        let make: MakeHandler = Arc::new(move |registry: &Registry| answering(registry, answer));
        (method, make)
    })
}

fn answering(registry: &Registry, answer: Answering) -> Arc<dyn Handler> {
    // Not kept alive: the registry has the handler.
    let registry = registry.downgrade();
    from_function(move |invocation: Invocation| {
        let reply = match registry.upgrade() {
            Some(registry) if invocation.context.caller.protocol_version >= SINCE => {
                answer(&registry, &invocation)
            }
            _ => Err(Failure::new(FailureKind::MethodNotFound, "method not found")),
        };
        std::future::ready(reply)
    })
}

/// The catalogs of skills, and what namespaces put into their URIs.
fn catalogs(snapshot: &Snapshot) -> impl Iterator<Item = (&Shared, &str)> {
    let all = snapshot.catalogs().iter();
    all.filter_map(|catalog| {
        Some((catalog.content.downcast_ref()?, catalog.inserted.as_deref().unwrap_or_default()))
    })
}

fn list(registry: &Registry, invocation: &Invocation) -> Reply {
    let snapshot = registry.snapshot();
    let (mut all, mut cache) = (BTreeMap::new(), CacheHint::default());
    for (place, (shared, inserted)) in catalogs(&snapshot).enumerate() {
        if place == 0 {
            cache = shared.cache();
        }
        let entries = shared.entries().into_iter();
        let moved = entries
            .map(|(key, entry)| (canonical_uri(&inserted_uri(&key, inserted)), outward(&entry, inserted)));
        // Folders may have been read anew. What is not offered is no skill, and what came first stays.
        for (key, entry) in moved.filter(|(key, _)| registry.snapshot().has_resource(key)) {
            all.entry(key).or_insert(entry);
        }
    }
    page(registry, invocation, (SKILLS_LIST, "skills"), &all, cache)
}

fn get(registry: &Registry, invocation: &Invocation) -> Reply {
    let uri = text(invocation, "uri")?;
    let snapshot = registry.snapshot();
    for (shared, inserted) in catalogs(&snapshot) {
        let Some(entry) = inward(&uri, inserted).and_then(|uri| shared.entry(&canonical_uri(&uri))) else {
            continue;
        };
        if !registry.snapshot().has_resource(&canonical_uri(&uri)) {
            continue;
        }
        let mut out = format!("{{\"skill\":{}", outward(&entry, inserted));
        finish(&mut out, shared.cache());
        return Ok(Output::Whole(RawJson::from_checked(out)));
    }
    Err(wrong("there is no skill with this URI"))
}

fn read_directory(registry: &Registry, invocation: &Invocation) -> Reply {
    let uri = text(invocation, "uri")?;
    let snapshot = registry.snapshot();
    let (mut all, mut cache) = (BTreeMap::new(), None);
    for (shared, inserted) in catalogs(&snapshot) {
        let Some(uri) = inward(&uri, inserted) else { continue };
        let canonical = canonical_uri(&uri);
        let Some(children) = shared.directory(canonical.strip_suffix('/').unwrap_or(&canonical)) else {
            continue;
        };
        cache.get_or_insert(shared.cache());
        for (path, resource) in children {
            all.entry(path).or_insert_with(|| renamed(&resource, inserted));
        }
    }
    let Some(cache) = cache else { return Err(wrong("there is no directory with this URI")) };
    page(registry, invocation, (DIRECTORY_LIST, "resources"), &all, cache)
}

/// The URI without what namespaces put into it; nothing where they did not.
fn inward(uri: &str, inserted: &str) -> Option<String> {
    let inner = uri_without(uri, inserted);
    (inserted.is_empty() || inner.len() < uri.len()).then(|| inner.into_owned())
}

/// An entry with the URIs by which clients know it and its files.
fn outward(entry: &str, inserted: &str) -> String {
    let entry = renamed(entry, inserted);
    let files =
        json::member(&entry, "resources").filter(|files| !inserted.is_empty() && json::is_array(files));
    let Some(files) = files else { return entry };
    let files: Vec<_> = json::elements(files).map(|file| renamed(file, inserted)).collect();
    json::with_member(&entry, "resources", &format!("[{}]", files.join(",")))
}

/// An object with another `uri`.
fn renamed(object: &str, inserted: &str) -> String {
    let uri = json::member(object, "uri").and_then(json::as_string).filter(|_| !inserted.is_empty());
    let Some(uri) = uri else { return object.to_owned() };
    let mut text = String::new();
    json::write_string(&mut text, &inserted_uri(&uri, inserted));
    json::with_member(object, "uri", &text)
}

/// A page of items, each with the key it is listed by.
fn page(
    registry: &Registry,
    invocation: &Invocation,
    (code, member): (u8, &str),
    items: &BTreeMap<String, String>,
    cache: CacheHint,
) -> Reply {
    let (cursors, size) = registry.paging();
    let principal = invocation.context.caller.principal.as_ref();
    let after = cursor(invocation)?.map(|text| open(&cursors, code, &text, principal)).transpose()?;
    let mut rest = items
        .iter()
        .skip_while(|(key, _)| after.as_deref().is_some_and(|after| key.as_str() <= after))
        .peekable();
    let mut out = format!("{{\"{member}\":[");
    let (mut count, mut last) = (0, None);
    while count < size.unwrap_or(usize::MAX)
        && let Some((key, item)) = rest.next()
    {
        if count > 0 {
            out.push(',');
        }
        out.push_str(item);
        (count, last) = (count + 1, Some(key));
    }
    out.push(']');
    if let (Some(last), Some(_)) = (last, rest.peek()) {
        out.push_str(",\"nextCursor\":");
        json::write_string(&mut out, &cursors.seal(code, last, principal));
    }
    finish(&mut out, cache);
    Ok(Output::Whole(RawJson::from_checked(out)))
}

fn finish(out: &mut String, cache: CacheHint) {
    let CacheHint { ttl_ms, scope } = cache;
    let members = [",\"ttlMs\":", &ttl_ms.to_string(), ",\"cacheScope\":\"", scope.as_str(), "\"}"];
    out.extend(members);
}

fn text(invocation: &Invocation, name: &str) -> std::result::Result<String, Failure> {
    let value = json::member(invocation.arguments.as_str(), name).and_then(json::as_string);
    value.map(Into::into).ok_or_else(|| wrong(&format!("{name}: must be a string")))
}

fn cursor(invocation: &Invocation) -> std::result::Result<Option<String>, Failure> {
    match json::member(invocation.arguments.as_str(), "cursor") {
        None => Ok(None),
        Some(value) if json::is_null(value) => Ok(None),
        Some(_) => text(invocation, "cursor").map(Some),
    }
}

fn open(
    cursors: &Cursors,
    list: u8,
    cursor: &str,
    principal: Option<&Principal>,
) -> std::result::Result<String, Failure> {
    cursors.open(list, cursor, principal).map_err(|bad| wrong(&bad.to_string()))
}

fn wrong(message: &str) -> Failure {
    Failure::new(FailureKind::InvalidArguments, message)
}
