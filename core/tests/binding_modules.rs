//! No module of a binding's Rust half uses one that uses it (ARCHITECTURE.md).

mod source_reading;

use source_reading::{blank, room_of, rooms_used, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Uses = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_modules_of_a_binding_use_one_another() {
    for binding in ["bindings-python", "bindings-node"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(binding).join("src");
        let circles = circles(&uses(&sources(&root)));
        assert!(circles.is_empty(), "in {binding}/src these use one another:\n{}", circles.join("\n"));
    }
}

/// What each module names of the others, by module.
fn uses(sources: &[(String, String)]) -> Uses {
    let modules: BTreeSet<String> = sources.iter().map(|(file, _)| room_of(file)).collect();
    let names: Vec<&str> = modules.iter().map(String::as_str).collect();
    let mut uses = Uses::new();
    for (file, text) in sources {
        let own = room_of(file);
        let mut others = rooms_used(file, text, &names);
        others.retain(|name| *name != own && modules.contains(name));
        uses.entry(own).or_default().append(&mut others);
    }
    uses
}

/// One circle for each knot of modules, as `a → b → a`.
fn circles(uses: &Uses) -> Vec<String> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for module in uses.keys() {
        if !known.contains(module)
            && let Some(way) = shortest_way_back(module, uses)
        {
            found.push(format!("{} → {module}", way.join(" → ")));
            known.extend(way);
        }
    }
    found
}

/// From a module over what it uses and back to it.
fn shortest_way_back(module: &str, uses: &Uses) -> Option<Vec<String>> {
    let mut ways = vec![vec![module.to_owned()]];
    let mut reached = BTreeSet::new();
    let mut next = 0;
    while let Some(way) = ways.get(next).cloned() {
        next += 1;
        for used in way.last().and_then(|last| uses.get(last)).into_iter().flatten() {
            if used == module {
                return Some(way);
            }
            if reached.insert(used.clone()) {
                ways.push([way.as_slice(), std::slice::from_ref(used)].concat());
            }
        }
    }
    None
}

#[test]
fn a_circle_is_named() {
    let written = |files: &[(&str, &str)]| {
        let sources: Vec<_> = files.iter().map(|(file, text)| ((*file).to_owned(), blank(text))).collect();
        circles(&uses(&sources))
    };
    let straight = [
        ("call.rs", "use crate::errors::E;"),
        ("errors.rs", "// crate::call"),
        ("server.rs", "use crate::call;"),
    ];
    assert_eq!(written(&straight), [""; 0]);
    let round = [
        ("call.rs", "use crate::{errors::E, server::S};"),
        ("errors.rs", ""),
        ("mailbox/mod.rs", "mod batch;"),
        ("mailbox/batch.rs", "fn f() { super::super::call::go() }"),
        ("server.rs", "use crate::mailbox::Mailbox;"),
    ];
    assert_eq!(written(&round), ["call → server → mailbox → call"]);
}

#[test]
fn the_reader_of_paths_reads_paths() {
    let used =
        |file: &str, text: &str| rooms_used(file, &blank(text), &["engine"]).into_iter().collect::<Vec<_>>();
    assert_eq!(used("model/tool.rs", "use crate::json::RawJson;"), ["json"]);
    assert_eq!(used("model/tool.rs", "use crate::{engine::{Engine, Exchange}, error};"), ["engine", "error"]);
    assert_eq!(used("model/tool.rs", "fn f() { crate\n  ::engine::go() }"), ["engine"]);
    assert_eq!(used("model/tool.rs", "use super::super::engine::Engine;"), ["engine"]);
    assert_eq!(used("json.rs", "use super::engine;"), ["engine"]);
    assert_eq!(used("model/tool.rs", "use super::{Prompt, engine};"), [""; 0]);
    assert_eq!(
        used("model/tool.rs", "// crate::engine\n/* crate::engine /* */ */ let a = \"crate::engine\";"),
        [""; 0]
    );
    assert_eq!(used("model/tool.rs", "f(r#\"\"crate::engine\"#, '\"', crate::error::E, '\"')"), ["error"]);
    assert_eq!(used("model/tool.rs", "use crate::Engine;"), ["Engine"]);
    assert_eq!(used("model/tool.rs", "f('\"', crate::error::E)"), ["error"]);
    assert_eq!(used("model/tool.rs", "fn f<'a>(x: &'a str) -> crate::error::E<'a> {}"), ["error"]);
}
