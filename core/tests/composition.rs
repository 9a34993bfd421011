//! What a server offers beside what is registered with it: mounted servers, and lists that are transformed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use oxmcp_core::error::ErrorKind;
use oxmcp_core::handler::{Failure, FailureKind, Handler, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{
    CacheHint, Change, CommonFields, ListKind, Prompt, Resource, ResourceTemplate, Tool, ValueChecks,
    WatchFilter,
};
use oxmcp_core::protocol_version::ProtocolVersion;
use oxmcp_core::registry::{
    Item, ItemKey, ItemKind, ListPage, MountOptions, Namespace, Registry, RegistryOptions, Rename, Reworded,
    Selection, Transform, VersionRange, Watch, inserted_uri, uri_without,
};

fn handler() -> Arc<dyn Handler> {
    from_function(|_| async { Err(Failure::new(FailureKind::Internal, "not called here")) })
}

fn registry() -> Registry {
    Registry::new(RegistryOptions::default()).unwrap()
}

fn tool(name: &str) -> Tool {
    Tool::new(name, RawJson::from_checked(r#"{"type":"object"}"#))
}

fn version_of(name: &str, version: &str) -> Tool {
    let mut tool = tool(name).describe(version);
    tool.common.version = Some(version.to_owned());
    tool
}

fn tagged(name: &str, tags: &[&str]) -> Tool {
    let mut tool = tool(name);
    tool.common.tags = tags.iter().map(ToString::to_string).collect();
    tool
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
        mime_type: None,
        cache: CacheHint::default(),
        value_checks: ValueChecks::default(),
    }
}

fn prompt(name: &str) -> Prompt {
    Prompt {
        name: name.into(),
        common: CommonFields::default(),
        arguments: Vec::new(),
        check_arguments: true,
    }
}

fn with_tools(tools: impl IntoIterator<Item = Tool>) -> Registry {
    let registry = registry();
    for tool in tools {
        registry.add_tool(tool, handler()).unwrap();
    }
    registry
}

/// The keys of a list with commas between them.
fn list(registry: &Registry, list: ListPage) -> String {
    let render = |item: &Item<'_>| match item {
        Item::Tool(tool) => tool.name.clone(),
        Item::Prompt(prompt) => prompt.name.clone(),
        Item::Resource(resource) => resource.uri.clone(),
        Item::ResourceTemplate(template) => template.uri_template.clone(),
    };
    registry.snapshot().page(list, ProtocolVersion::NEWEST, None, None, render).unwrap().items.to_string()
}

fn tools(registry: &Registry) -> String {
    list(registry, ListPage::Tools)
}

fn under(prefix: &str) -> MountOptions {
    MountOptions { namespace: Some(Namespace::new(prefix).unwrap()), ..MountOptions::default() }
}

fn described(registry: &Registry, name: &str) -> Option<String> {
    registry.snapshot().tool(name)?.tool.common.description.clone()
}

fn hide(selection: Selection) -> Transform {
    Transform::Visibility { enabled: false, selection }
}

fn show(selection: Selection) -> Transform {
    Transform::Visibility { enabled: true, selection }
}

fn names(names: &[&str]) -> HashSet<String> {
    names.iter().map(ToString::to_string).collect()
}

/// What waits in a feed.
fn told(watch: &Watch) -> Vec<Change> {
    std::iter::from_fn(|| watch.take()).collect()
}

fn everything(uris: &[&str]) -> WatchFilter {
    WatchFilter {
        tools: true,
        prompts: true,
        resources: true,
        resource_uris: uris.iter().map(|uri| (*uri).into()).collect(),
        ..WatchFilter::default()
    }
}

#[test]
fn a_mounted_server_is_offered_under_its_namespace() {
    let (parent, child) = (with_tools([tool("own")]), with_tools([tool("add"), tool("sub")]));
    child.add_prompt(prompt("greet"), handler()).unwrap();
    child.add_resource(resource("data://config"), handler()).unwrap();
    child.add_resource(resource("mail:inbox"), handler()).unwrap();
    child.add_resource_template(template("data://users/{id}"), handler()).unwrap();
    parent.mount(&child, under("math")).unwrap();
    assert_eq!(tools(&parent), "own,math_add,math_sub");
    assert_eq!(list(&parent, ListPage::Prompts), "math_greet");
    assert_eq!(list(&parent, ListPage::Resources), "data://math/config,mail:math/inbox");
    assert_eq!(list(&parent, ListPage::ResourceTemplates), "data://math/users/{id}");
    assert_eq!(tools(&child), "add,sub", "the mounted one stays as it is");
    let snapshot = parent.snapshot();
    assert_eq!(&*snapshot.tool("math_add").unwrap().name, "add", "its handler knows it as ever");
    assert!(snapshot.tool("add").is_none());
    assert!(snapshot.resource("data://config").is_err());
    let found = snapshot.resource("data://math/users/7").unwrap();
    assert_eq!(found.variables.as_str(), r#"{"id":"7"}"#);
    assert_eq!(found.inserted.map(AsRef::as_ref), Some("math/"));
}

#[test]
fn what_is_registered_with_a_mounted_server_later_is_offered_at_once() {
    let (parent, child) = (registry(), registry());
    parent.mount(&child, under("a")).unwrap();
    assert_eq!(tools(&parent), "");
    child.add_tool(tool("one"), handler()).unwrap();
    assert_eq!(tools(&parent), "a_one");
    child.set_tool_enabled("one", false);
    assert_eq!(tools(&parent), "");
    child.set_tool_enabled("one", true);
    assert_eq!(tools(&parent), "a_one");
    child.remove_tool("one");
    assert_eq!(tools(&parent), "");
}

#[test]
fn own_items_win_over_mounted_ones_and_earlier_mounts_over_later_ones() {
    let parent = with_tools([tool("a").describe("own")]);
    let first = with_tools([tool("a").describe("first"), tool("b").describe("first")]);
    let second = with_tools([tool("b").describe("second"), tool("c").describe("second")]);
    parent.mount(&first, MountOptions::default()).unwrap();
    parent.mount(&second, MountOptions::default()).unwrap();
    assert_eq!(tools(&parent), "a,b,c");
    let words = |name: &str| described(&parent, name).unwrap();
    assert_eq!((words("a"), words("b"), words("c")), ("own".into(), "first".into(), "second".into()));
    parent.remove_tool("a");
    assert_eq!(words("a"), "first");
    first.set_tool_enabled("b", false);
    assert_eq!(words("b"), "second", "what is hidden is in nobody's way");
}

#[test]
fn a_server_in_a_server_in_a_server_is_offered_under_both_namespaces() {
    let (outer, middle, inner) = (registry(), registry(), with_tools([tool("t")]));
    inner.add_resource(resource("data://x"), handler()).unwrap();
    middle.mount(&inner, under("in")).unwrap();
    outer.mount(&middle, under("mid")).unwrap();
    assert_eq!(tools(&outer), "mid_in_t");
    assert_eq!(list(&outer, ListPage::Resources), "data://mid/in/x");
    let snapshot = outer.snapshot();
    assert_eq!(snapshot.resource("data://mid/in/x").unwrap().inserted.map(AsRef::as_ref), Some("mid/in/"));
    inner.add_tool(tool("u"), handler()).unwrap();
    assert_eq!(tools(&outer), "mid_in_t,mid_in_u");
}

#[test]
fn circles_are_refused() {
    let (a, b, c) = (registry(), registry(), registry());
    let refusal = |result: oxmcp_core::error::Result<()>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.to_string()
    };
    assert_eq!(refusal(a.mount(&a, under("x"))), "a server cannot be mounted in itself");
    a.mount(&b, under("b")).unwrap();
    b.mount(&c, under("c")).unwrap();
    let circle = "this server is mounted in the one that is to be mounted in it: that would be a circle";
    assert_eq!(refusal(c.mount(&a, under("a"))), circle);
    assert_eq!(refusal(b.mount(&a, under("a"))), circle);
    assert_eq!(refusal(a.mount(&b, under("again"))), "this server is mounted here already; unmount it first");
    assert!(a.unmount(&b));
    assert!(!a.unmount(&b));
    b.mount(&a, under("a")).unwrap();
}

#[test]
fn a_namespace_is_a_part_of_names_and_uris() {
    for wrong in ["", "a/b", "a b", "ä", "a{b}"] {
        let error = Namespace::new(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("cannot be a namespace"), "{error}");
    }
}

#[test]
fn an_import_is_a_copy() {
    let (parent, child) =
        (with_tools([tool("x_one").describe("own")]), with_tools([tool("one"), tool("two")]));
    parent.import_from(&child, under("x")).unwrap();
    child.add_tool(tool("three"), handler()).unwrap();
    child.remove_tool("one");
    assert_eq!(tools(&parent), "x_one,x_two");
    assert_eq!(described(&parent, "x_one").unwrap(), "own", "what is there wins");
    assert!(parent.remove_tool("x_two"), "it is the server's own from now on");
}

#[test]
fn changes_of_a_mounted_server_are_told_where_it_is_mounted() {
    let (outer, middle, inner) = (registry(), registry(), registry());
    inner.add_resource(resource("data://x"), handler()).unwrap();
    middle.mount(&inner, under("in")).unwrap();
    outer.mount(&middle, under("mid")).unwrap();
    let watch = outer.watch(everything(&["data://mid/in/x"]));
    inner.add_tool(tool("t"), handler()).unwrap();
    assert_eq!(told(&watch), [Change::List(ListKind::Tools)]);
    inner.notify(&Change::Resource("data://x".into()));
    assert_eq!(told(&watch), [Change::Resource("data://mid/in/x".into())]);
    inner.notify(&Change::Resource("data://y".into()));
    assert_eq!(told(&watch), []);
    middle.unmount(&inner);
    assert_eq!(told(&watch), [Change::List(ListKind::Tools), Change::List(ListKind::Resources)]);
    inner.add_tool(tool("u"), handler()).unwrap();
    assert_eq!(told(&watch), []);
}

#[test]
fn mounting_tells_of_the_lists_that_it_changes() {
    let (parent, child) = (registry(), with_tools([tool("t")]));
    let watch = parent.watch(everything(&[]));
    parent.mount(&child, under("a")).unwrap();
    assert_eq!(told(&watch), [Change::List(ListKind::Tools)]);
}

#[test]
fn a_feed_of_the_outer_server_wakes_whoever_waits() {
    let (parent, child) = (registry(), registry());
    parent.mount(&child, under("a")).unwrap();
    let watch = parent.watch(everything(&[]));
    let mut next = Box::pin(watch.next());
    let mut context = Context::from_waker(Waker::noop());
    assert!(next.as_mut().poll(&mut context).is_pending());
    child.add_prompt(prompt("p"), handler()).unwrap();
    assert_eq!(next.as_mut().poll(&mut context), Poll::Ready(Change::List(ListKind::Prompts)));
}

use std::future::Future;

#[test]
fn what_a_mounted_server_has_had_is_announced_by_the_outer_one() {
    let (parent, child) = (registry(), registry());
    parent.mount(&child, under("a")).unwrap();
    assert!(!parent.snapshot().has_had(ListKind::Tools));
    child.add_tool(tool("t"), handler()).unwrap();
    child.note_logging();
    child.set_completion(Some(handler()));
    let snapshot = parent.snapshot();
    assert!(snapshot.has_had(ListKind::Tools) && snapshot.can_log() && snapshot.completes());
}

#[test]
fn of_several_versions_the_highest_is_served() {
    let registry = with_tools([version_of("t", "1.10"), version_of("t", "1.9"), tool("t").describe("none")]);
    assert_eq!(tools(&registry), "t");
    assert_eq!(described(&registry, "t").unwrap(), "1.10");
    assert!(registry.set_item_enabled(ItemKind::Tool, "t", false, Some("1.10")));
    assert_eq!(described(&registry, "t").unwrap(), "1.9");
    assert!(registry.remove_item(ItemKind::Tool, "t", Some("1.9")));
    assert_eq!(described(&registry, "t").unwrap(), "none");
    assert!(!registry.remove_item(ItemKind::Tool, "t", Some("7")));
    assert!(registry.remove_tool("t"), "all of them");
    assert_eq!(tools(&registry), "");
    assert!(!registry.remove_tool("t"));
}

#[test]
fn one_version_is_registered_once() {
    let registry = with_tools([version_of("t", "1")]);
    let error = registry.add_tool(version_of("t", "1"), handler()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyRegistered);
    assert_eq!(error.to_string(), "a tool \"t\" is registered already in version \"1\"");
    registry.replace_tool(version_of("t", "1").describe("other"), handler()).unwrap();
    assert_eq!(described(&registry, "t").unwrap(), "other");
}

#[test]
fn versions_are_compared_as_people_count_them() {
    // From the lowest to the highest.
    let order = [
        "1.0.dev1",
        "1.0a1",
        "1.0b2",
        "1.0-rc.1",
        "v1.0",
        "1.0.post1",
        "1.1",
        "2",
        "10",
        "2024-01-15",
        "beta",
    ];
    for pair in order.windows(2) {
        let [lower, higher] = pair else { continue };
        for tools in [[lower, higher], [higher, lower]] {
            let registry = with_tools(tools.map(|version| version_of("t", version)));
            assert_eq!(described(&registry, "t").as_deref(), Some(*higher), "{lower} < {higher}");
        }
    }
    let range = VersionRange { eq: Some("1".into()), ..VersionRange::default() };
    assert!(range.has("v1.0") && !range.has("1.0.1"));
}

#[test]
fn versions_outside_a_range_are_not_there() {
    let mounted =
        with_tools([version_of("t", "1"), version_of("t", "2"), version_of("u", "2"), tool("free")]);
    let server = registry();
    server.mount(&mounted, MountOptions::default()).unwrap();
    let below = VersionRange { lt: Some("2".into()), ..VersionRange::default() };
    server.add_transform(Transform::Versions { range: below.clone(), unversioned: true });
    assert_eq!(tools(&server), "t,free");
    assert_eq!(described(&server, "t").unwrap(), "1", "the mounted one serves another version itself");
    assert_eq!(described(&mounted, "t").unwrap(), "2");
    server.set_transforms(vec![Transform::Versions { range: below, unversioned: false }]);
    assert_eq!(tools(&server), "t");
}

#[test]
fn visibility_is_by_names_tags_kinds_and_versions_and_later_ones_win() {
    let registry =
        with_tools([tagged("a", &["x"]), tagged("b", &["x", "y"]), version_of("c", "3"), tool("d")]);
    registry.add_prompt(prompt("a"), handler()).unwrap();
    registry.add_resource(resource("data://a"), handler()).unwrap();
    let selected = |selection: Selection| {
        registry.set_transforms(vec![hide(Selection::default()), show(selection)]);
        [ListPage::Tools, ListPage::Prompts, ListPage::Resources].map(|page| list(&registry, page)).join("|")
    };
    assert_eq!(selected(Selection { names: Some(names(&["a"])), ..Selection::default() }), "a|a|");
    assert_eq!(
        selected(Selection { names: Some(names(&["data://a"])), ..Selection::default() }),
        "||data://a"
    );
    assert_eq!(selected(Selection { tags: Some(names(&["y", "z"])), ..Selection::default() }), "b||");
    assert_eq!(selected(Selection { kinds: Some(vec![ItemKind::Prompt]), ..Selection::default() }), "|a|");
    let key = |version: Option<&str>| ItemKey {
        kind: ItemKind::Tool,
        name: "c".into(),
        version: version.map(Into::into),
    };
    for (version, seen) in [(None, "c||"), (Some("3"), "c||"), (Some("4"), "||"), (Some(""), "||")] {
        assert_eq!(selected(Selection { keys: Some(vec![key(version)]), ..Selection::default() }), seen);
    }
    let range = VersionRange { gte: Some("2".into()), ..VersionRange::default() };
    assert_eq!(selected(Selection { versions: Some(range), ..Selection::default() }), "c||");
    let both =
        Selection { names: Some(names(&["a", "b"])), tags: Some(names(&["y"])), ..Selection::default() };
    assert_eq!(selected(both), "b||");
    assert_eq!(selected(Selection::default()), "a,b,c,d|a|data://a");
}

#[test]
fn what_is_not_visible_is_unknown() {
    let registry = with_tools([tagged("a", &["x"]), tool("b")]);
    registry.add_transform(hide(Selection { tags: Some(names(&["x"])), ..Selection::default() }));
    assert!(registry.snapshot().tool("a").is_none());
    assert!(registry.snapshot().tool("b").is_some());
}

#[test]
fn a_mounted_server_keeps_what_it_hides_to_itself() {
    let (parent, child) = (registry(), with_tools([tagged("a", &["x"]), tool("b")]));
    child.add_transform(hide(Selection { tags: Some(names(&["x"])), ..Selection::default() }));
    parent.mount(&child, under("c")).unwrap();
    parent.add_transform(show(Selection::default()));
    assert_eq!(tools(&parent), "c_b");
}

#[test]
fn tools_and_prompts_can_have_other_names_and_words() {
    let registry = with_tools([tool("a").describe("old"), tool("b")]);
    registry.add_prompt(prompt("p"), handler()).unwrap();
    let words = Reworded { name: Some("z".into()), description: Some("new".into()), ..Reworded::default() };
    let hidden = Reworded { enabled: Some(false), ..Reworded::default() };
    registry.add_transform(Transform::Rename(Rename {
        tools: HashMap::from([("a".into(), words), ("b".into(), hidden)]),
        prompts: HashMap::from([("p".into(), Reworded::named("q"))]),
    }));
    assert_eq!(tools(&registry), "z");
    assert_eq!(list(&registry, ListPage::Prompts), "q");
    assert_eq!(described(&registry, "z").unwrap(), "new");
    assert_eq!(&*registry.snapshot().tool("z").unwrap().name, "a", "its handler knows it as ever");
}

#[test]
fn a_mount_can_transform_what_it_mounts() {
    let (parent, child) = (registry(), with_tools([tool("a"), tool("b")]));
    let rename =
        Rename { tools: HashMap::from([("a".into(), Reworded::named("alpha"))]), ..Rename::default() };
    let transforms = vec![Transform::Rename(rename)];
    parent.mount(&child, MountOptions { transforms, ..under("c") }).unwrap();
    assert_eq!(tools(&parent), "c_alpha,c_b");
}

#[test]
fn what_is_mounted_can_be_transformed_alone() {
    let (parent, child) = (with_tools([tagged("a", &["x"])]), with_tools([tagged("b", &["x"]), tool("c")]));
    parent.mount(&child, under("m")).unwrap();
    parent
        .set_mounted_transforms(vec![hide(Selection { tags: Some(names(&["x"])), ..Selection::default() })]);
    assert_eq!(tools(&parent), "a,m_c");
    parent.set_mounted_transforms(Vec::new());
    assert_eq!(tools(&parent), "a,m_b,m_c");
}

#[test]
fn a_list_that_did_not_change_is_not_put_together_again() {
    let (parent, child) = (with_tools([tool("t")]), with_tools([tool("u")]));
    parent.mount(&child, under("c")).unwrap();
    let before = parent.snapshot();
    child.add_prompt(prompt("p"), handler()).unwrap();
    let after = parent.snapshot();
    assert!(Arc::ptr_eq(before.tool("c_u").unwrap(), after.tool("c_u").unwrap()));
}

#[test]
fn servers_that_are_changed_while_they_are_looked_at_are_seen_whole() {
    let (parent, child) = (registry(), registry());
    parent.mount(&child, under("c")).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..200 {
                child.add_tool(tool(&format!("t{number}")), handler()).unwrap();
            }
        });
        scope.spawn(|| {
            for _ in 0..200 {
                let _ = parent.snapshot();
            }
        });
    });
    assert_eq!(tools(&parent).split(',').count(), 200, "the last edit is not missed");
}

#[test]
fn a_namespace_stands_behind_the_scheme_whatever_follows() {
    for (own, mounted) in [
        ("data://x", "data://ns/x"),
        ("mail:x", "mail:ns/x"),
        ("proxy:https://example.com/a", "proxy:ns/https://example.com/a"),
        ("proxy:{+url}", "proxy:ns/{+url}"),
        ("{scheme:3}://x", "{scheme:3}://ns/x"),
        ("none", "ns/none"),
    ] {
        assert_eq!(inserted_uri(own, "ns/"), mounted);
        assert_eq!(uri_without(mounted, "ns/"), own);
    }
}
