//! The skills of a mounted server are among those of the server that is asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod engine_support;

use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::registry::{MountOptions, Namespace, Registry, RegistryOptions, Selection, Transform};
use oxmcp_core::skills::{SKILLS_EXTENSION, Skill, SkillCatalog, SkillSource, SkillsOptions};
use serde_json::{Value, json};

fn empty(page_size: Option<usize>) -> Registry {
    Registry::new(RegistryOptions { page_size, ..RegistryOptions::default() }).unwrap()
}

fn skill(name: &str) -> SkillSource {
    let main = format!("---\nname: {name}\ndescription: Does {name}.\n---\n# {name}\n");
    let files = [("SKILL.md".to_owned(), main.into_bytes()), ("docs/more.md".to_owned(), b"more".to_vec())];
    SkillSource::Skill(format!("acme/{name}"), Skill::from_files(files).unwrap())
}

fn with_skills(names: &[&str]) -> (Registry, SkillCatalog) {
    let registry = empty(None);
    let catalog = SkillCatalog::new(&registry, SkillsOptions::default()).unwrap();
    for name in names {
        catalog.add(skill(name)).unwrap();
    }
    (registry, catalog)
}

fn mount(outer: &Registry, inner: &Registry, prefix: &str) {
    let namespace = Some(Namespace::new(prefix).unwrap());
    outer.mount(inner, MountOptions { namespace, ..MountOptions::default() }).unwrap();
}

fn engine_of(registry: &Registry) -> Engine {
    builder().registry(registry.clone()).build().unwrap()
}

async fn ask(engine: &Engine, method: &str, params: Value) -> Heard {
    let name = params["uri"].as_str().unwrap_or("").to_owned();
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method), ("Mcp-Name", &name)];
    hear(post(engine, &pairs, request(1, method, enveloped(params)))).await
}

fn uris(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["uri"].as_str().unwrap()).collect()
}

async fn listed(engine: &Engine) -> Vec<String> {
    let heard = ask(engine, "skills/list", json!({})).await;
    uris(&heard.result()["skills"]).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn they_are_listed_found_and_read_under_their_namespaces() {
    let ((inner, catalog), middle, (outer, _)) = (with_skills(&["pdf"]), empty(None), with_skills(&["own"]));
    mount(&middle, &inner, "in");
    mount(&outer, &middle, "mid");
    let engine = engine_of(&outer);
    assert_eq!(listed(&engine).await, ["skill://acme/own/SKILL.md", "skill://mid/in/acme/pdf/SKILL.md"]);
    let uri = "skill://mid/in/acme/pdf/SKILL.md";
    let got = ask(&engine, "skills/get", json!({"uri": uri})).await;
    let entry = &got.result()["skill"];
    assert_eq!((&entry["uri"], &entry["frontmatter"]["name"]), (&json!(uri), &json!("pdf")));
    for uri in uris(&entry["resources"]) {
        assert!(uri.starts_with("skill://mid/in/acme/pdf/"));
        let read = ask(&engine, "resources/read", json!({"uri": uri})).await;
        assert_eq!(read.result()["contents"][0]["uri"], uri);
    }
    let children = ask(&engine, "resources/directory/read", json!({"uri": "skill://mid/in/acme/pdf"})).await;
    assert_eq!(uris(&children.result()["resources"]), [uri, "skill://mid/in/acme/pdf/docs"]);
    for uri in ["skill://acme/pdf/SKILL.md", "skill://in/acme/pdf/SKILL.md"] {
        assert_eq!(ask(&engine, "skills/get", json!({"uri": uri})).await.code(), -32602);
    }
    // What comes and goes there does so here.
    let number = catalog.add(skill("csv")).unwrap();
    assert!(listed(&engine).await.contains(&"skill://mid/in/acme/csv/SKILL.md".to_owned()));
    assert!(catalog.remove(number).unwrap());
    assert_eq!(listed(&engine).await.len(), 2);
    assert!(outer.unmount(&middle));
    assert_eq!(listed(&engine).await, ["skill://acme/own/SKILL.md"]);
}

#[tokio::test]
async fn a_server_without_skills_of_its_own_has_them_for_as_long_as_it_has_the_other() {
    let ((inner, _), outer) = (with_skills(&["pdf"]), empty(None));
    let engine = engine_of(&outer);
    assert_eq!(ask(&engine, "skills/list", json!({})).await.code(), -32601);
    mount(&outer, &inner, "in");
    let heard = ask(&engine, "server/discover", json!({})).await;
    assert_eq!(
        heard.result()["capabilities"]["extensions"][SKILLS_EXTENSION],
        json!({"directoryRead": true})
    );
    assert_eq!(listed(&engine).await, ["skill://in/acme/pdf/SKILL.md"]);
    outer.unmount(&inner);
    assert_eq!(ask(&engine, "skills/list", json!({})).await.code(), -32601);
}

#[tokio::test]
async fn what_is_hidden_is_no_skill_and_what_comes_first_stays() {
    let ((inner, _), (other, _), outer) = (with_skills(&["pdf", "csv"]), with_skills(&["pdf"]), empty(None));
    for server in [&inner, &other] {
        outer.mount(server, MountOptions::default()).unwrap();
    }
    let engine = engine_of(&outer);
    assert_eq!(listed(&engine).await, ["skill://acme/csv/SKILL.md", "skill://acme/pdf/SKILL.md"]);
    let selection =
        Selection { names: Some(["skill://acme/csv/SKILL.md".to_owned()].into()), ..Selection::default() };
    outer.add_transform(Transform::Visibility { enabled: false, selection });
    assert_eq!(listed(&engine).await, ["skill://acme/pdf/SKILL.md"]);
    let hidden = json!({"uri": "skill://acme/csv/SKILL.md"});
    assert_eq!(ask(&engine, "skills/get", hidden).await.code(), -32602);
}

#[tokio::test]
async fn they_come_in_pages_with_those_of_the_server_itself() {
    // PAG-1
    let (outer, (inner, _)) = (empty(Some(2)), with_skills(&["b", "d"]));
    let catalog = SkillCatalog::new(&outer, SkillsOptions::default()).unwrap();
    for name in ["a", "c", "e"] {
        catalog.add(skill(name)).unwrap();
    }
    outer.mount(&inner, MountOptions::default()).unwrap();
    let engine = engine_of(&outer);
    let (mut all, mut params) = (Vec::new(), json!({}));
    loop {
        let heard = ask(&engine, "skills/list", params).await;
        let page = uris(&heard.result()["skills"]);
        assert!(page.len() <= 2);
        all.extend(page.into_iter().map(str::to_owned));
        let Some(cursor) = heard.result().get("nextCursor") else { break };
        params = json!({"cursor": cursor});
    }
    let expected: Vec<_> =
        ["a", "b", "c", "d", "e"].map(|name| format!("skill://acme/{name}/SKILL.md")).into();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn what_is_imported_has_its_skills() {
    let ((inner, _), outer) = (with_skills(&["pdf"]), empty(None));
    let namespace = Some(Namespace::new("old").unwrap());
    outer.import_from(&inner, MountOptions { namespace, ..MountOptions::default() }).unwrap();
    assert_eq!(listed(&engine_of(&outer)).await, ["skill://old/acme/pdf/SKILL.md"]);
}
