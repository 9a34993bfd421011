//! What is offered, how it is listed, how it changes while it is offered, and who is told.
//! In one piece, because each edit is seen from all four sides.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oxmcp_core::error::ErrorKind;
use oxmcp_core::handler::{Failure, FailureKind, Handler, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{
    CacheHint, CacheScope, Change, CommonFields, CompletionReference, ListKind, Notification, Prompt,
    PromptArgument, Resource, ResourceTemplate, Said, SaidFilter, Saying, Tool, ValueChecks, WatchFilter,
};
use oxmcp_core::protocol_version::ProtocolVersion;
use oxmcp_core::registry::{
    BadCursor, CompletionTarget, Item, ListPage, MAX_KEY_LENGTH, MAX_URI_LENGTH, MAX_WATCHED_URIS,
    NoResource, Page, RefusedValue, Registry, RegistryOptions, Snapshot, ValueRule,
};
use proptest::prelude::*;
use serde_json::json;

const VERSION: ProtocolVersion = ProtocolVersion::NEWEST;

fn handler() -> Arc<dyn Handler> {
    from_function(|_| async { Err(Failure::new(FailureKind::Internal, "not called here")) })
}

fn registry() -> Registry {
    Registry::new(RegistryOptions::default()).unwrap()
}

fn paged(page_size: usize) -> Registry {
    Registry::new(RegistryOptions { page_size: Some(page_size), ..RegistryOptions::default() }).unwrap()
}

fn object_schema() -> RawJson {
    RawJson::from_checked(r#"{"type":"object"}"#)
}

fn tool(name: &str) -> Tool {
    Tool::new(name, object_schema())
}

fn resource(uri: &str) -> Resource {
    Resource {
        uri: uri.into(),
        name: "a resource".into(),
        common: CommonFields::default(),
        mime_type: None,
        size: None,
        cache: CacheHint::default(),
    }
}

fn template(uri_template: &str) -> ResourceTemplate {
    ResourceTemplate {
        uri_template: uri_template.into(),
        name: "a template".into(),
        common: CommonFields::default(),
        mime_type: Some("text/plain".into()),
        cache: CacheHint { ttl_ms: 7, scope: CacheScope::Public },
        value_checks: ValueChecks::default(),
    }
}

fn prompt(name: &str, arguments: &[&str]) -> Prompt {
    let argument =
        |name: &&str| PromptArgument { name: (*name).into(), title: None, description: None, required: true };
    Prompt {
        name: name.into(),
        common: CommonFields::default(),
        arguments: arguments.iter().map(argument).collect(),
        check_arguments: true,
    }
}

fn add_tools(registry: &Registry, names: &[&str]) {
    for name in names {
        registry.add_tool(tool(name), handler()).unwrap();
    }
}

fn key(item: &Item<'_>) -> String {
    match item {
        Item::Tool(tool) => tool.name.clone(),
        Item::Prompt(prompt) => prompt.name.clone(),
        Item::Resource(resource) => resource.uri.clone(),
        Item::ResourceTemplate(template) => template.uri_template.clone(),
    }
}

fn page(snapshot: &Snapshot, list: ListPage, cursor: Option<&str>) -> Result<Page, BadCursor> {
    snapshot.page(list, VERSION, cursor, None, key)
}

fn tools(registry: &Registry) -> String {
    page(&registry.snapshot(), ListPage::Tools, None).unwrap().items.to_string()
}

/// The pages of a list from a cursor to its end.
fn walk(registry: &Registry, list: ListPage, mut cursor: Option<String>) -> Vec<String> {
    let mut pages = Vec::new();
    loop {
        let page = page(&registry.snapshot(), list, cursor.as_deref()).unwrap();
        pages.push(page.items.to_string());
        cursor = page.next_cursor;
        if cursor.is_none() {
            return pages;
        }
    }
}

fn everything() -> WatchFilter {
    WatchFilter {
        tools: true,
        prompts: true,
        resources: true,
        resource_uris: Vec::new(),
        task_ids: Vec::new(),
        said: SaidFilter::Everything,
    }
}

fn watching(uris: &[&str]) -> WatchFilter {
    WatchFilter { resource_uris: uris.iter().map(|&uri| uri.into()).collect(), ..WatchFilter::default() }
}

fn updated(uri: &str) -> Change {
    Change::Resource(uri.into())
}

// Registration

#[test]
fn lists_keep_the_order_of_registration() {
    // TOOL-3
    let registry = registry();
    add_tools(&registry, &["zebra", "ant", "mole"]);
    assert_eq!(tools(&registry), "zebra,ant,mole");
    assert!(registry.snapshot().tool("ant").is_some());
    assert!(registry.snapshot().tool("Ant").is_none());
}

#[test]
fn a_name_that_is_taken_is_refused_and_named() {
    let registry = registry();
    registry.add_tool(tool("add"), handler()).unwrap();
    registry.add_prompt(prompt("add", &[]), handler()).unwrap();
    registry.add_resource(resource("x://a"), handler()).unwrap();
    registry.add_resource_template(template("x://{a}"), handler()).unwrap();
    for (result, words) in [
        (registry.add_tool(tool("add"), handler()), "a tool \"add\""),
        (registry.add_prompt(prompt("add", &[]), handler()), "a prompt \"add\""),
        (registry.add_resource(resource("x://a"), handler()), "a resource \"x://a\""),
        (registry.add_resource_template(template("x://{a}"), handler()), "a resource template \"x://{a}\""),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyRegistered);
        assert!(error.message().contains(words), "{error}");
    }
    assert_eq!(tools(&registry), "add");
}

#[test]
fn a_name_that_some_clients_refuse_is_accepted() {
    // TOOL-5: warned about only
    let registry = registry();
    let long = "x".repeat(200);
    add_tools(&registry, &["send mail", "größe", &long]);
    assert_eq!(registry.snapshot().count(ListPage::Tools), 3);
}

#[test]
fn what_cannot_work_is_refused_when_it_is_registered() {
    let registry = registry();
    let with_schema = |schema: &str| Tool::new("t", RawJson::from_checked(schema));
    let mut bad_output = tool("t");
    bad_output.output_schema = Some(RawJson::from_checked(r#"{"type":"nothing"}"#));
    let mut bad_icons = tool("t");
    bad_icons.common.icons = Some(RawJson::empty_object());
    let mut bad_meta = tool("t");
    bad_meta.common.meta = Some(RawJson::from_checked("[]"));
    let mut bad_execution = tool("t");
    bad_execution.execution = Some(RawJson::from_checked("1"));
    let unnamed = Resource { name: String::new(), ..resource("x://a") };
    let (descriptor, schema) = (ErrorKind::InvalidDescriptor, ErrorKind::InvalidSchema);
    for (kind, result) in [
        (descriptor, registry.add_tool(tool(""), handler())),
        (descriptor, registry.add_tool(tool(&"x".repeat(MAX_KEY_LENGTH + 1)), handler())),
        // TOOL-4
        (descriptor, registry.add_tool(with_schema("{}"), handler())),
        (descriptor, registry.add_tool(with_schema(r#"{"type":"string"}"#), handler())),
        (descriptor, registry.add_tool(with_schema(r#"{"type":["object","null"]}"#), handler())),
        (schema, registry.add_tool(with_schema(r#"{"type":"objekt"}"#), handler())),
        (schema, registry.add_tool(bad_output, handler())),
        (descriptor, registry.add_tool(bad_icons, handler())),
        (descriptor, registry.add_tool(bad_meta, handler())),
        (descriptor, registry.add_tool(bad_execution, handler())),
        (descriptor, registry.add_prompt(prompt("", &[]), handler())),
        (descriptor, registry.add_prompt(prompt("p", &[""]), handler())),
        (descriptor, registry.add_prompt(prompt("p", &["a", "a"]), handler())),
        // RSRC-10
        (descriptor, registry.add_resource(resource("no scheme"), handler())),
        (descriptor, registry.add_resource(resource("/relative"), handler())),
        (descriptor, registry.add_resource(resource("1x://a"), handler())),
        (descriptor, registry.add_resource(resource("x://a:b"), handler())),
        (descriptor, registry.add_resource(unnamed, handler())),
        (descriptor, registry.add_resource_template(template("x://{a"), handler())),
        (descriptor, registry.add_resource_template(template(""), handler())),
    ] {
        assert_eq!(result.unwrap_err().kind(), kind);
    }
    assert_eq!(
        Registry::new(RegistryOptions { page_size: Some(0), ..RegistryOptions::default() })
            .unwrap_err()
            .kind(),
        ErrorKind::Configuration
    );
}

#[test]
fn a_thousand_tools_are_registered_without_copying_the_list_each_time() {
    let registry = registry();
    let names: Vec<String> = (0..1000).map(|index| format!("tool_{index}")).collect();
    for name in &names {
        registry.add_tool(tool(name), handler()).unwrap();
    }
    assert_eq!(tools(&registry), names.join(","));
}

// Edits

#[test]
fn a_snapshot_does_not_see_later_edits() {
    let registry = registry();
    add_tools(&registry, &["a"]);
    let before = registry.snapshot();
    add_tools(&registry, &["b"]);
    registry.remove_tool("a");
    assert!(before.tool("a").is_some() && before.tool("b").is_none());
    assert_eq!(tools(&registry), "b");
}

#[test]
fn disabled_items_vanish_and_come_back_in_their_place() {
    let registry = registry();
    add_tools(&registry, &["a", "b", "c"]);
    assert!(registry.set_tool_enabled("b", false));
    assert_eq!(tools(&registry), "a,c");
    assert!(registry.snapshot().tool("b").is_none());
    let taken = registry.add_tool(tool("b"), handler()).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AlreadyRegistered);
    assert!(registry.set_tool_enabled("b", true));
    assert_eq!(tools(&registry), "a,b,c");
    assert!(!registry.set_tool_enabled("d", true));
}

#[test]
fn what_is_registered_disabled_is_offered_once_it_is_enabled() {
    let registry = registry();
    let watch = registry.watch(everything());
    let mut hidden = tool("hidden");
    hidden.common.enabled = false;
    registry.add_tool(hidden, handler()).unwrap();
    add_tools(&registry, &["shown"]);
    assert_eq!(watch.take(), Some(Change::List(ListKind::Tools)));
    assert_eq!(tools(&registry), "shown");
    assert!(registry.snapshot().tool("hidden").is_none());
    assert!(registry.set_tool_enabled("hidden", true));
    assert_eq!(tools(&registry), "hidden,shown");
}

#[test]
fn a_replacement_keeps_the_place_and_stays_disabled() {
    let registry = registry();
    add_tools(&registry, &["a", "b", "c"]);
    registry.replace_tool(tool("a").describe("new"), handler()).unwrap();
    registry.replace_tool(tool("d"), handler()).unwrap();
    assert_eq!(tools(&registry), "a,b,c,d");
    assert_eq!(registry.snapshot().tool("a").unwrap().tool.common.description.as_deref(), Some("new"));
    registry.set_tool_enabled("b", false);
    registry.replace_tool(tool("b"), handler()).unwrap();
    assert_eq!(tools(&registry), "a,c,d");
    assert!(registry.replace_tool(tool(""), handler()).is_err());
}

#[test]
fn what_was_removed_can_be_added_again_at_the_end() {
    let registry = registry();
    add_tools(&registry, &["a", "b"]);
    assert!(registry.remove_tool("a"));
    assert!(!registry.remove_tool("a"));
    add_tools(&registry, &["a"]);
    assert_eq!(tools(&registry), "b,a");
}

#[test]
fn what_is_no_uri_counts_as_the_one_it_stands_for() {
    // RSRC-10, RSRC-15
    let registry = registry();
    registry.add_resource(resource("file:///a%20b%C3%A9.txt"), handler()).unwrap();
    let snapshot = registry.snapshot();
    for (uri, is_found) in [
        ("file:///a%20b%C3%A9.txt", true),
        ("file:///a bé.txt", true),
        ("file:///a%20bé.txt", true),
        ("file:///a%20b%c3%a9.txt", true),
        ("FILE:///a%20b%C3%A9.txt", true),
        ("file:///a b.txt", false),
    ] {
        assert_eq!(snapshot.resource(uri).is_ok(), is_found, "{uri}");
    }
}

#[test]
fn what_is_no_uri_yet_is_listed_as_the_one_it_stands_for() {
    // RSRC-10
    let registry = registry();
    for (written, listed) in [
        ("docs://日本語", "docs://%E6%97%A5%E6%9C%AC%E8%AA%9E"),
        ("file:///my docs/a.txt", "file:///my%20docs/a.txt"),
        ("HTTPS://Example.com", "HTTPS://Example.com"),
    ] {
        registry.add_resource(resource(written), handler()).unwrap();
        let snapshot = registry.snapshot();
        assert!(snapshot.resource(written).is_ok() && snapshot.resource(listed).is_ok(), "{written}");
        let page = page(&snapshot, ListPage::Resources, None).unwrap();
        assert!(page.items.ends_with(listed), "{}", page.items);
    }
}

#[test]
fn equivalent_spellings_are_one_resource() {
    // RSRC-15
    let registry = registry();
    registry.add_resource(resource("https://Example.com/"), handler()).unwrap();
    for uri in
        ["https://example.com", "HTTPS://EXAMPLE.COM/", "https://example.com:443/", "https://example.com/%2e"]
    {
        assert!(registry.snapshot().resource(uri).is_ok(), "{uri}");
        let taken = registry.add_resource(resource(uri), handler()).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AlreadyRegistered, "{uri}");
    }
    registry.replace_resource(resource("https://example.com"), handler()).unwrap();
    assert_eq!(registry.snapshot().count(ListPage::Resources), 1);
    assert!(registry.set_resource_enabled("https://EXAMPLE.com", false));
    assert!(registry.remove_resource("https://example.com:443"));
}

#[test]
fn an_update_reaches_those_who_watch_another_spelling_and_names_the_listed_one() {
    // RSRC-13
    let registry = registry();
    registry.add_resource(resource("docs://Ü/a b"), handler()).unwrap();
    let watch = registry
        .watch(WatchFilter { resource_uris: vec!["DOCS://%c3%9c/a%20b".into()], ..WatchFilter::default() });
    registry.notify(&Change::Resource("docs://Ü/a b".into()));
    assert_eq!(watch.take(), Some(Change::Resource("docs://%C3%9C/a%20b".into())));
    registry.notify(&Change::Resource("docs://%c3%9c/a b/below it".into()));
    assert_eq!(watch.take(), Some(Change::Resource("docs://%c3%9c/a%20b/below%20it".into())));
    assert!(watch.set_resource("docs://Ü/a b", false));
    registry.notify(&Change::Resource("docs://Ü/a b".into()));
    assert_eq!(watch.take(), None);
}

#[test]
fn what_can_never_be_a_uri_is_refused() {
    // RSRC-10
    let registry = registry();
    for uri in ["guide", "my_app://x", "1x://y", "://x", "x://a:b:c"] {
        assert_eq!(
            registry.add_resource(resource(uri), handler()).unwrap_err().kind(),
            ErrorKind::InvalidDescriptor,
            "{uri}"
        );
    }
    for uri in ["{id}", "my_app://{id}", "guide/{id}", "{id}/x", "1x://{y}"] {
        let error = registry.add_resource_template(template(uri), handler()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDescriptor, "{uri}");
        assert!(error.message().contains("scheme"), "{error}");
    }
    for uri in ["{+uri}", "{scheme}://{+rest}"] {
        registry.add_resource_template(template(uri), handler()).unwrap();
        assert!(registry.snapshot().resource("docs://y/z").is_ok());
        assert!(registry.snapshot().resource("plain").is_err());
        registry.remove_resource_template(uri);
    }
}

#[test]
fn every_kind_has_the_same_edits() {
    let registry = registry();
    registry.add_prompt(prompt("p", &[]), handler()).unwrap();
    registry.add_resource(resource("x://a"), handler()).unwrap();
    registry.add_resource_template(template("y://{a}"), handler()).unwrap();
    registry.replace_prompt(prompt("p", &["q"]), handler()).unwrap();
    registry.replace_resource(resource("x://a"), handler()).unwrap();
    registry.replace_resource_template(template("y://{a}"), handler()).unwrap();
    assert!(registry.set_prompt_enabled("p", false) && registry.snapshot().prompt("p").is_none());
    assert!(registry.set_prompt_enabled("p", true) && registry.snapshot().prompt("p").is_some());
    assert!(registry.set_resource_enabled("x://a", false) && registry.snapshot().resource("x://a").is_err());
    assert!(registry.set_resource_template_enabled("y://{a}", false));
    assert!(registry.snapshot().resource("y://1").is_err());
    for list in [ListPage::Resources, ListPage::ResourceTemplates] {
        assert_eq!(registry.snapshot().count(list), 0);
    }
    assert!(registry.remove_prompt("p") && registry.remove_resource("x://a"));
    assert!(registry.remove_resource_template("y://{a}") && !registry.remove_resource_template("y://{a}"));
}

#[test]
fn edits_and_reads_from_many_threads_agree() {
    let registry = registry();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let registry = registry.clone();
            scope.spawn(move || {
                for index in 0..50 {
                    let name = format!("t{thread}_{index}");
                    registry.add_tool(tool(&name), handler()).unwrap();
                    // Whoever edited sees the edit at once.
                    assert!(registry.snapshot().tool(&name).is_some());
                    registry.set_tool_enabled(&name, false);
                    assert!(registry.snapshot().tool(&name).is_none());
                    registry.set_tool_enabled(&name, true);
                }
            });
        }
    });
    assert_eq!(registry.snapshot().count(ListPage::Tools), 200);
}

// Resources

#[test]
fn a_uri_of_its_own_wins_over_templates_and_the_first_template_over_the_second() {
    // RSRC-15
    let registry = registry();
    registry.add_resource_template(template("x://{first}"), handler()).unwrap();
    registry.add_resource_template(template("x://{+second}"), handler()).unwrap();
    registry.add_resource(resource("x://here"), handler()).unwrap();
    let snapshot = registry.snapshot();
    let values = |uri| snapshot.resource(uri).ok().map(|found| found.variables.to_value().unwrap());
    assert_eq!(values("x://here"), Some(json!({})));
    assert_eq!(values("x://there"), Some(json!({"first": "there"})));
    assert_eq!(values("x://over/there"), Some(json!({"second": "over/there"})));
    assert_eq!(values("y://there"), None);
    // Equivalent spellings are one URI.
    assert_eq!(values("X://here"), Some(json!({})));
    assert_eq!(values("x://h%65re"), Some(json!({})));
    let found = snapshot.resource("x://there").unwrap();
    assert_eq!(found.cache.ttl_ms, 7);
    let shown = registry.set_resource_enabled("x://here", false);
    assert!(shown);
    let variables = registry.snapshot().resource("x://here").unwrap().variables.to_value().unwrap();
    assert_eq!(variables, json!({"first": "here"}));
}

#[test]
fn values_that_lead_astray_are_refused_unless_the_template_says_otherwise() {
    // RSRC-8, SEC-10
    let registry = registry();
    registry.add_resource_template(template("file:///{+path}"), handler()).unwrap();
    registry.add_resource_template(unchecked("file://{+anything}"), handler()).unwrap();
    let uri = "file:///a/../../etc/passwd";
    // A later template, which might take it, is not asked.
    let Err(NoResource::Refused(refused)) = registry.snapshot().resource(uri) else {
        panic!("{uri} is refused")
    };
    assert_eq!(refused, RefusedValue { variable: "path".into(), rule: ValueRule::ParentSegment });
    registry.replace_resource_template(unchecked("file:///{+path}"), handler()).unwrap();
    assert!(registry.snapshot().resource(uri).is_ok());
    let mut typo = template("x://{path}");
    typo.value_checks.exempt.push("paht".into());
    let error = registry.add_resource_template(typo, handler()).unwrap_err();
    assert!(error.message().contains("\"paht\""), "{error}");
}

fn unchecked(uri_template: &str) -> ResourceTemplate {
    ResourceTemplate { value_checks: ValueChecks::none(), ..template(uri_template) }
}

// Completions and whole methods

#[test]
fn completions_know_prompts_templates_and_resources() {
    // CMP-3, CMP-4, CMP-6
    let registry = registry();
    registry.add_prompt(prompt("greet", &["name"]), handler()).unwrap();
    registry.add_resource_template(template("x://{city}"), handler()).unwrap();
    registry.add_resource(resource("y://fixed"), handler()).unwrap();
    let snapshot = registry.snapshot();
    let prompt = |name: &str| CompletionReference::Prompt(name.into());
    let resource = |uri: &str| CompletionReference::Resource(uri.into());
    for (reference, argument, target) in [
        (prompt("greet"), "name", CompletionTarget::Known("greet".into())),
        (prompt("greet"), "age", CompletionTarget::UnknownArgument),
        (prompt("x://{city}"), "city", CompletionTarget::Unknown),
        (resource("x://{city}"), "city", CompletionTarget::Known("x://{city}".into())),
        (resource("x://{city}"), "town", CompletionTarget::UnknownArgument),
        (resource("x://Berlin"), "city", CompletionTarget::Known("x://{city}".into())),
        (resource("X://Berl in"), "city", CompletionTarget::Known("x://{city}".into())),
        (resource("y://fixed"), "city", CompletionTarget::UnknownArgument),
        (resource("z://"), "city", CompletionTarget::Unknown),
    ] {
        assert_eq!(snapshot.completion_target(&reference, argument), target, "{reference:?} {argument}");
    }
    assert!(snapshot.completion().is_none());
    registry.set_completion(Some(handler()));
    assert!(registry.snapshot().completion().is_some());
    registry.set_completion(None);
    assert!(registry.snapshot().completion().is_none());
}

#[test]
fn a_method_can_be_taken_over_and_given_back() {
    let registry = registry();
    registry.set_method("tools/list", Some(handler()));
    assert!(registry.snapshot().method("tools/list").is_some());
    assert!(registry.snapshot().method("tools/call").is_none());
    registry.set_method("tools/list", None);
    assert!(registry.snapshot().method("tools/list").is_none());
}

// Pages

#[test]
fn without_a_page_size_a_list_is_one_page() {
    let registry = registry();
    assert_eq!(
        page(&registry.snapshot(), ListPage::Tools, None),
        Ok(Page { items: "".into(), next_cursor: None })
    );
    add_tools(&registry, &["a", "b"]);
    assert_eq!(
        page(&registry.snapshot(), ListPage::Tools, None),
        Ok(Page { items: "a,b".into(), next_cursor: None })
    );
}

#[test]
fn pages_follow_each_other_to_the_end() {
    // PAG-1
    let registry = paged(2);
    add_tools(&registry, &["a", "b", "c", "d", "e"]);
    assert_eq!(walk(&registry, ListPage::Tools, None), ["a,b", "c,d", "e"]);
    add_tools(&registry, &["f"]);
    assert_eq!(walk(&registry, ListPage::Tools, None), ["a,b", "c,d", "e,f"]);
}

#[test]
fn an_item_that_renders_to_nothing_is_left_out() {
    let registry = paged(1);
    add_tools(&registry, &["a", "b", "c"]);
    let render = |item: &Item<'_>| if key(item) == "b" { String::new() } else { key(item) };
    let snapshot = registry.snapshot();
    let first = snapshot.page(ListPage::Tools, VERSION, None, None, render).unwrap();
    let second = snapshot.page(ListPage::Tools, VERSION, first.next_cursor.as_deref(), None, render).unwrap();
    assert_eq!((&*first.items, &*second.items, second.next_cursor), ("a", "c", None));
}

#[test]
fn a_cursor_is_the_same_each_time_and_leads_on_after_an_edit() {
    // PAG-4, PAG-7
    let registry = paged(2);
    add_tools(&registry, &["a", "b", "c", "d"]);
    let cursor = page(&registry.snapshot(), ListPage::Tools, None).unwrap().next_cursor;
    assert_eq!(page(&registry.snapshot(), ListPage::Tools, None).unwrap().next_cursor, cursor);
    registry.remove_tool("a");
    add_tools(&registry, &["e"]);
    assert_eq!(walk(&registry, ListPage::Tools, cursor.clone()), ["c,d", "e"]);
    // The item it names is hidden: its place is still known.
    registry.set_tool_enabled("b", false);
    assert_eq!(walk(&registry, ListPage::Tools, cursor.clone()), ["c,d", "e"]);
    // All that followed is gone.
    for name in ["c", "d", "e"] {
        registry.remove_tool(name);
    }
    assert_eq!(walk(&registry, ListPage::Tools, cursor.clone()), [""]);
    // The item itself is gone: never a silent restart.
    registry.remove_tool("b");
    assert_eq!(page(&registry.snapshot(), ListPage::Tools, cursor.as_deref()), Err(BadCursor));
}

#[test]
fn a_cursor_works_for_its_own_list_and_secret_only() {
    // PAG-6
    let registry = paged(1);
    add_tools(&registry, &["a", "b"]);
    for name in ["a", "b"] {
        registry.add_prompt(prompt(name, &[]), handler()).unwrap();
    }
    let cursor = page(&registry.snapshot(), ListPage::Tools, None).unwrap().next_cursor;
    assert!(page(&registry.snapshot(), ListPage::Tools, cursor.as_deref()).is_ok());
    for list in [ListPage::Prompts, ListPage::Resources, ListPage::ResourceTemplates] {
        assert_eq!(page(&registry.snapshot(), list, cursor.as_deref()), Err(BadCursor));
    }
    let other = paged(1);
    add_tools(&other, &["a", "b"]);
    assert_eq!(page(&other.snapshot(), ListPage::Tools, cursor.as_deref()), Err(BadCursor));
}

#[test]
fn processes_with_the_same_secret_take_each_others_cursors() {
    let make = || {
        let options =
            RegistryOptions { page_size: Some(1), cursor_key: Some([7; 32]), ..RegistryOptions::default() };
        let registry = Registry::new(options).unwrap();
        add_tools(&registry, &["a", "b"]);
        registry
    };
    let cursor = page(&make().snapshot(), ListPage::Tools, None).unwrap().next_cursor;
    assert_eq!(&*page(&make().snapshot(), ListPage::Tools, cursor.as_deref()).unwrap().items, "b");
}

#[test]
fn the_longest_key_fits_in_a_cursor() {
    let registry = paged(1);
    let long = "x".repeat(MAX_KEY_LENGTH);
    add_tools(&registry, &[&long, "b"]);
    assert_eq!(walk(&registry, ListPage::Tools, None), [long.as_str(), "b"]);
}

#[test]
fn an_empty_cursor_is_a_bad_one() {
    // PAG-2
    let registry = registry();
    add_tools(&registry, &["a"]);
    assert_eq!(page(&registry.snapshot(), ListPage::Tools, Some("")), Err(BadCursor));
}

#[test]
fn a_list_is_rendered_once_per_version_until_it_changes() {
    let registry = paged(10);
    for index in 0..50 {
        registry.add_tool(tool(&format!("t{index}")), handler()).unwrap();
    }
    registry.add_prompt(prompt("p", &[]), handler()).unwrap();
    let rendered = Cell::new(0);
    let render = |item: &Item<'_>| {
        rendered.set(rendered.get() + 1);
        key(item)
    };
    let list = |version| {
        let snapshot = registry.snapshot();
        let mut cursor = None;
        loop {
            cursor =
                snapshot.page(ListPage::Tools, version, cursor.as_deref(), None, render).unwrap().next_cursor;
            if cursor.is_none() {
                return rendered.replace(0);
            }
        }
    };
    assert_eq!(list(VERSION), 50);
    assert_eq!(list(VERSION), 0);
    assert_eq!(list(ProtocolVersion::V2024_11_05), 50);
    // An edit of another list, and edits that change nothing, keep what is rendered.
    registry.set_prompt_enabled("p", false);
    registry.set_tool_enabled("t1", true);
    registry.remove_tool("nothing");
    registry.set_completion(None);
    assert_eq!(list(VERSION), 0);
    registry.set_tool_enabled("t1", false);
    assert_eq!(list(VERSION), 49);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_cursor_but_ours_is_taken(text in "(.{0,40}|[A-Za-z0-9_-]{0,80})", bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let registry = paged(1);
        add_tools(&registry, &["a", "b"]);
        let snapshot = registry.snapshot();
        prop_assert_eq!(page(&snapshot, ListPage::Tools, Some(&text)), Err(BadCursor));
        prop_assert_eq!(page(&snapshot, ListPage::Tools, Some(&URL_SAFE_NO_PAD.encode(bytes))), Err(BadCursor));
    }

    #[test]
    fn a_damaged_cursor_is_refused(place in any::<prop::sample::Index>(), flip in 1..=255u8, cut in any::<prop::sample::Index>()) {
        let registry = paged(1);
        add_tools(&registry, &["first_tool", "second_tool"]);
        let snapshot = registry.snapshot();
        let cursor = page(&snapshot, ListPage::Tools, None).unwrap().next_cursor.unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        prop_assert_eq!(page(&snapshot, ListPage::Tools, Some(&URL_SAFE_NO_PAD.encode(bytes))), Err(BadCursor));
        let cut = &cursor[..cut.index(cursor.len())];
        prop_assert_eq!(page(&snapshot, ListPage::Tools, Some(cut)), Err(BadCursor));
    }

    #[test]
    fn any_uri_is_registered_or_refused(uri in "(x:)?.{0,60}") {
        let registry = registry();
        if registry.add_resource(resource(&uri), handler()).is_ok() {
            prop_assert!(registry.snapshot().resource(&uri).is_ok());
        }
    }

    #[test]
    fn edits_behave_like_a_list(edits in prop::collection::vec((0..5u8, 0..6u8), 0..40), size in 1..4usize) {
        let registry = paged(size);
        let mut model: Vec<(String, bool)> = Vec::new();
        for (edit, which) in edits {
            let name = format!("t{which}");
            let place = model.iter().position(|(known, _)| *known == name);
            match edit {
                0 => {
                    prop_assert_eq!(registry.add_tool(tool(&name), handler()).is_ok(), place.is_none());
                    if place.is_none() {
                        model.push((name, true));
                    }
                }
                1 => {
                    registry.replace_tool(tool(&name), handler()).unwrap();
                    if place.is_none() {
                        model.push((name, true));
                    }
                }
                2 => {
                    prop_assert_eq!(registry.remove_tool(&name), place.is_some());
                    place.map(|place| model.remove(place));
                }
                edit => {
                    prop_assert_eq!(registry.set_tool_enabled(&name, edit == 3), place.is_some());
                    if let Some(place) = place {
                        model[place].1 = edit == 3;
                    }
                }
            }
            let visible: Vec<_> = model.iter().filter(|(_, enabled)| *enabled).map(|(name, _)| name.as_str()).collect();
            prop_assert_eq!(walk(&registry, ListPage::Tools, None).join(","), visible.join(","));
        }
    }
}

// Feeds

fn drain(watch: &oxmcp_core::registry::Watch) -> Vec<Change> {
    std::iter::from_fn(|| watch.take()).collect()
}

#[test]
fn a_feed_tells_only_what_was_asked_for() {
    // SUB-4
    let registry = registry();
    let tools_only = registry.watch(WatchFilter { tools: true, ..WatchFilter::default() });
    let all = registry.watch(everything());
    let nothing = registry.watch(WatchFilter::default());
    registry.add_prompt(prompt("p", &[]), handler()).unwrap();
    add_tools(&registry, &["a"]);
    registry.add_resource(resource("x://a"), handler()).unwrap();
    registry.add_resource_template(template("x://{a}"), handler()).unwrap();
    registry.notify(&updated("x://a"));
    assert_eq!(drain(&tools_only), [Change::List(ListKind::Tools)]);
    assert_eq!(drain(&all), [ListKind::Prompts, ListKind::Tools, ListKind::Resources].map(Change::List));
    assert_eq!(drain(&nothing), []);
}

#[test]
fn a_burst_of_edits_is_told_once() {
    // SUB-11
    let registry = registry();
    let watch = registry.watch(everything());
    for index in 0..100 {
        registry.add_tool(tool(&format!("t{index}")), handler()).unwrap();
    }
    assert_eq!(drain(&watch), [Change::List(ListKind::Tools)]);
    registry.remove_tool("t1");
    assert_eq!(drain(&watch), [Change::List(ListKind::Tools)]);
}

#[test]
fn edits_that_nobody_can_see_are_not_told() {
    let registry = registry();
    add_tools(&registry, &["a", "b"]);
    registry.set_tool_enabled("b", false);
    let watch = registry.watch(everything());
    registry.set_tool_enabled("a", true);
    registry.set_tool_enabled("b", false);
    registry.replace_tool(tool("b"), handler()).unwrap();
    registry.remove_tool("b");
    registry.remove_tool("c");
    let _ = registry.add_tool(tool("a"), handler());
    registry.set_completion(Some(handler()));
    registry.set_method("x/y", Some(handler()));
    assert_eq!(drain(&watch), []);
}

#[test]
fn notifications_that_are_no_changes_are_each_told_and_the_oldest_go_when_nobody_reads() {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let (all, lists) = (registry.watch(everything()), registry.watch(watching(&[])));
    let said = |at: usize| {
        let params = RawJson::from_checked(format!(r#"{{"at":{at}}}"#));
        let what = Saying::Notification(Notification { method: "notifications/own".to_owned(), params });
        Change::Said(Arc::new(Said { what, session: None }))
    };
    registry.notify(&said(1));
    registry.notify(&said(1));
    assert_eq!((all.take(), all.take(), all.take()), (Some(said(1)), Some(said(1)), None));
    for at in 0..300 {
        registry.notify(&said(at));
    }
    let kept: Vec<_> = std::iter::from_fn(|| all.take()).collect();
    assert_eq!((kept.len(), kept.first(), kept.last()), (256, Some(&said(44)), Some(&said(299))));
    assert_eq!(lists.take(), None);
}

#[test]
fn the_first_follower_of_a_resource_and_the_end_of_the_last_are_told() {
    let registry = registry();
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    registry.on_followed(move |uri, followed| listener.lock().unwrap().push((uri.to_owned(), followed)));
    let told = || std::mem::take(&mut *heard.lock().unwrap());
    let one = registry.watch(watching(&["a://B/c"]));
    assert_eq!(told(), [("a://B/c".to_owned(), true)]);
    let other = registry.watch(watching(&[]));
    assert!(other.set_resource("a://b/c", true) && other.set_resource("a://b/c", true));
    drop(one);
    assert_eq!(told(), [], "equivalent spellings are one resource");
    assert!(other.set_resource("a://b/c", false) && other.set_resource("a://b/c", false));
    assert_eq!(told(), [("a://B/c".to_owned(), false)]);
    assert!(other.set_resource("x://y", true));
    drop(other);
    assert_eq!(told(), [("x://y".to_owned(), true), ("x://y".to_owned(), false)]);
}

#[test]
fn a_change_is_told_after_it_can_be_seen() {
    let registry = registry();
    let watch = registry.watch(everything());
    add_tools(&registry, &["a"]);
    assert!(watch.take().is_some());
    assert_eq!(tools(&registry), "a");
}

#[test]
fn updates_of_sub_resources_count() {
    // RSRC-13
    let registry = registry();
    let watch = registry.watch(watching(&["file:///dir", "x://tree/"]));
    for uri in ["file:///dir", "file:///dir/a/b", "x://tree/leaf"] {
        registry.notify(&updated(uri));
        registry.notify(&updated(uri));
        assert_eq!(drain(&watch), [updated(uri)]);
    }
    // Another spelling of what is watched.
    registry.notify(&updated("X://tree"));
    assert_eq!(drain(&watch), [updated("X://tree")]);
    for uri in ["file:///directory", "file:///", "file:///di", "x://tre"] {
        registry.notify(&updated(uri));
        assert_eq!(drain(&watch), [], "{uri}");
    }
}

#[test]
fn what_waits_is_bounded_whatever_happens() {
    // SUB-11
    let registry = registry();
    let watch = registry.watch(watching(&["x://a", "x://b"]));
    for index in 0..5000 {
        registry.notify(&updated(&format!("x://a/{index}")));
        registry.notify(&updated(&format!("x://b/{index}")));
    }
    let waiting = drain(&watch);
    assert!(waiting.len() <= 2 + MAX_WATCHED_URIS, "{}", waiting.len());
    // Those that found no room are told of as changes of what is watched.
    assert!(waiting.contains(&updated("x://a")) && waiting.contains(&updated("x://b")));
    registry.notify(&updated("x://a/1"));
    assert_eq!(drain(&watch), [updated("x://a/1")]);
}

#[test]
fn a_filter_is_edited_within_bounds() {
    let registry = registry();
    let watch = registry.watch(WatchFilter::default());
    assert!(watch.set_resource("x://0", true));
    registry.notify(&updated("x://0"));
    registry.notify(&updated("x://0/sub"));
    // What was taken out is not told any more, not even if it waited.
    assert!(watch.set_resource("x://0", false));
    assert_eq!(drain(&watch), []);
    registry.notify(&updated("x://0"));
    assert_eq!(drain(&watch), []);
    for index in 0..MAX_WATCHED_URIS {
        assert!(watch.set_resource(&format!("x://{index}"), true));
    }
    assert!(!watch.set_resource("x://one-more", true));
    assert!(watch.set_resource("x://0", true), "it is there already");
    assert!(watch.set_resource("x://0", false));
    assert!(!watch.set_resource(&"x".repeat(MAX_URI_LENGTH + 1), true));
    assert!(watch.set_resource("x://one-more", true));
}

#[test]
fn a_waiting_feed_is_woken_and_an_abandoned_wait_loses_nothing() {
    let registry = registry();
    let watch = registry.watch(everything());
    let mut context = Context::from_waker(Waker::noop());
    {
        let mut first = pin!(watch.next());
        assert_eq!(first.as_mut().poll(&mut context), Poll::Pending);
        add_tools(&registry, &["a"]);
        // Dropped after it was woken, before it was polled.
    }
    let mut second = pin!(watch.next());
    assert_eq!(second.as_mut().poll(&mut context), Poll::Ready(Change::List(ListKind::Tools)));
    let mut third = pin!(watch.next());
    assert_eq!(third.as_mut().poll(&mut context), Poll::Pending);
    registry.notify(&Change::List(ListKind::Resources));
    assert_eq!(third.as_mut().poll(&mut context), Poll::Ready(Change::List(ListKind::Resources)));
}

#[tokio::test]
async fn a_feed_wakes_its_task_from_another_thread() {
    let registry = registry();
    let watch = registry.watch(watching(&["x://a"]));
    let editor = std::thread::spawn({
        let registry = registry.clone();
        move || registry.notify(&updated("x://a"))
    });
    assert_eq!(watch.next().await, updated("x://a"));
    editor.join().unwrap();
}

#[test]
fn feeds_come_and_go_without_a_trace() {
    let registry = registry();
    let kept = registry.watch(everything());
    for _ in 0..10_000 {
        drop(registry.watch(everything()));
    }
    add_tools(&registry, &["a"]);
    assert_eq!(drain(&kept), [Change::List(ListKind::Tools)]);
}
