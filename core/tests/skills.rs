//! Skills: the extension `io.modelcontextprotocol/skills`.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails is to say where"
)]

mod engine_support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use engine_support::*;
use oxmcp_core::engine::Engine;
use oxmcp_core::error::ErrorKind;
use oxmcp_core::registry::{Registry, RegistryOptions};
use oxmcp_core::skills::{
    Frontmatter, MAX_SKILL_BYTES, SKILLS_EXTENSION, Skill, SkillCatalog, SkillSource, SkillsOptions,
    skills_below,
};
use serde_json::{Value, json};

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("oxmcp-skills-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn skill(&self, path: &str) -> &Self {
        let name = path.rsplit('/').next().unwrap();
        self.write(&format!("{path}/SKILL.md"), main_file(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn main_file(name: &str) -> String {
    format!("---\nname: {name}\ndescription: Does {name}.\n---\n# {name}\n")
}

fn folders(root: &Path, reload: bool) -> SkillSource {
    SkillSource::Folders { roots: vec![root.to_owned()], prefix: String::new(), reload, strict: true }
}

fn served(page_size: Option<usize>) -> (Engine, SkillCatalog) {
    let registry = Registry::new(RegistryOptions { page_size, ..RegistryOptions::default() }).unwrap();
    let skills = SkillCatalog::new(&registry, SkillsOptions::default()).unwrap();
    (builder().registry(registry).build().unwrap(), skills)
}

async fn ask(engine: &Engine, method: &str, params: Value) -> Heard {
    let name = params["uri"].as_str().unwrap_or("").to_owned();
    let pairs = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method), ("Mcp-Name", &name)];
    hear(post(engine, &pairs, request(1, method, enveloped(params)))).await
}

async fn skills_of(engine: &Engine) -> Vec<Value> {
    ask(engine, "skills/list", json!({})).await.result()["skills"].as_array().unwrap().clone()
}

fn uris(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["uri"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_skills_of_a_folder_are_listed_got_and_read() {
    let folder = Folder::new();
    folder
        .skill("acme/pdf")
        .write("acme/pdf/references/FORMS.md", "# Forms\n")
        .write("acme/pdf/logo.png", [0xff, 0x00]);
    let (engine, skills) = served(None);
    skills.add(folders(&folder.0, false)).unwrap();

    let heard = ask(&engine, "server/discover", json!({})).await;
    assert_eq!(
        heard.result()["capabilities"]["extensions"][SKILLS_EXTENSION],
        json!({"directoryRead": true})
    );
    assert!(heard.result()["capabilities"]["resources"].is_object());

    let listed = ask(&engine, "skills/list", json!({})).await;
    let skill = listed.result()["skills"][0].clone();
    assert_eq!((&listed.result()["ttlMs"], &listed.result()["cacheScope"]), (&json!(0), &json!("private")));
    assert_eq!(listed.result()["resultType"], "complete");
    assert_eq!(skill["uri"], "skill://acme/pdf/SKILL.md");
    assert_eq!(skill["frontmatter"], json!({"name": "pdf", "description": "Does pdf."}));
    assert_eq!(
        skill["resources"][2],
        json!({
            "uri": "skill://acme/pdf/references/FORMS.md",
            "digest": "sha256:111198a69a324efe68bb9dd7e0ca9cb2e50e1c374da3d383a7d3569824965082",
            "size": 8,
        })
    );

    let got = ask(&engine, "skills/get", json!({"uri": "skill://acme/pdf/SKILL.md"})).await;
    assert_eq!(got.result()["skill"], skill);
    assert_eq!(got.result()["ttlMs"], 0);

    let read = ask(&engine, "resources/read", json!({"uri": "skill://acme/pdf/SKILL.md"})).await;
    let contents =
        json!([{"uri": "skill://acme/pdf/SKILL.md", "mimeType": "text/markdown", "text": main_file("pdf")}]);
    assert_eq!(read.result()["contents"], contents);
    let read = ask(&engine, "resources/read", json!({"uri": "skill://acme/pdf/logo.png"})).await;
    let contents = json!([{"uri": "skill://acme/pdf/logo.png", "mimeType": "image/png", "blob": "/wA="}]);
    assert_eq!(read.result()["contents"], contents);
}

#[tokio::test]
async fn of_a_skill_s_files_only_the_main_one_is_listed_among_the_resources() {
    let folder = Folder::new();
    folder.skill("pdf").write("pdf/more.md", "more");
    let (engine, skills) = served(None);
    skills.add(folders(&folder.0, false)).unwrap();
    let listed = ask(&engine, "resources/list", json!({})).await;
    assert_eq!(uris(&listed.result()["resources"]), ["skill://pdf/SKILL.md"]);
    assert_eq!(listed.result()["resources"][0]["name"], "pdf");
    assert_eq!(listed.result()["resources"][0]["description"], "Does pdf.");
}

#[tokio::test]
async fn directories_list_their_children_and_only_directories_do() {
    let folder = Folder::new();
    folder
        .skill("acme/pdf")
        .write("acme/pdf/deep/er/x.txt", "x")
        .write("acme/pdf/deep/y z.txt", "y")
        .skill("acme/xls");
    let (engine, skills) = served(None);
    skills.add(folders(&folder.0, false)).unwrap();
    let children = async |uri: &str| {
        let heard = ask(&engine, "resources/directory/read", json!({"uri": uri})).await;
        uris(&heard.result()["resources"]).into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(children("skill://acme").await, ["skill://acme/pdf", "skill://acme/xls"]);
    assert_eq!(children("skill://acme/pdf").await, ["skill://acme/pdf/SKILL.md", "skill://acme/pdf/deep"]);
    assert_eq!(children("skill://acme/pdf/").await, ["skill://acme/pdf/SKILL.md", "skill://acme/pdf/deep"]);
    assert_eq!(
        children("skill://acme/pdf/deep").await,
        ["skill://acme/pdf/deep/er", "skill://acme/pdf/deep/y%20z.txt"]
    );
    let heard = ask(&engine, "resources/directory/read", json!({"uri": "skill://acme/pdf"})).await;
    let deep = json!({"uri": "skill://acme/pdf/deep", "name": "deep", "mimeType": "inode/directory"});
    assert_eq!(heard.result()["resources"][1], deep);
    // A parent that is a directory itself is one by whatever spelling.
    assert_eq!(children("skill://acme/pdf/..").await.len(), 2);
    for other in ["skill://acme/pdf/SKILL.md", "skill://acme/none", "file:///etc", "skill://none"] {
        let heard = ask(&engine, "resources/directory/read", json!({"uri": other})).await;
        assert_eq!(heard.code(), -32602, "{other}");
    }
}

#[tokio::test]
async fn lists_come_in_pages_with_cursors_of_their_own() {
    let folder = Folder::new();
    for name in ["a", "b", "c", "d", "e"] {
        folder.skill(&format!("all/{name}"));
    }
    let (engine, skills) = served(Some(2));
    skills.add(folders(&folder.0, false)).unwrap();
    for (method, uri, member) in
        [("skills/list", None, "skills"), ("resources/directory/read", Some("skill://all"), "resources")]
    {
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let mut params = json!({});
            if let Some(uri) = uri {
                params["uri"] = json!(uri);
            }
            if !cursor.is_null() {
                params["cursor"] = cursor.clone();
            }
            let heard = ask(&engine, method, params).await;
            let page = heard.result()[member].clone();
            assert!(page.as_array().unwrap().len() <= 2);
            seen.extend(page.as_array().unwrap().iter().map(|item| item["uri"].to_string()));
            cursor = heard.result()["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(seen.len(), 5, "{method}");
    }
    let foreign = ask(&engine, "resources/list", json!({})).await.result()["nextCursor"].clone();
    for cursor in [foreign, json!("made up"), json!(""), json!(7)] {
        assert_eq!(ask(&engine, "skills/list", json!({"cursor": cursor})).await.code(), -32602);
    }
}

#[tokio::test]
async fn whoever_speaks_an_older_version_reads_the_files_and_has_no_such_methods() {
    let folder = Folder::new();
    folder.skill("pdf");
    let (engine, skills) = served(None);
    skills.add(folders(&folder.0, false)).unwrap();
    let connection = engine.connect();
    let heard = hear(send(&engine, &connection, initialize("2025-11-25"))).await;
    assert!(heard.result()["capabilities"]["extensions"].is_null());
    let heard = hear(send(&engine, &connection, request(2, "skills/list", json!({})))).await;
    assert_eq!(heard.code(), -32601);
    let read = request(3, "resources/read", json!({"uri": "skill://pdf/SKILL.md"}));
    let heard = hear(send(&engine, &connection, read)).await;
    assert_eq!(heard.result()["contents"][0]["text"], main_file("pdf"));
}

#[tokio::test]
async fn nothing_leads_out_of_the_folder() {
    let folder = Folder::new();
    folder
        .skill("skills/pdf")
        .write("skills/pdf/references/x.md", "x")
        .write("secret.txt", "secret")
        .write(".env", "secret");
    folder.write("skills/pdf/.env", "secret");
    let (engine, skills) = served(None);
    skills.add(folders(&folder.0.join("skills"), false)).unwrap();
    let absolute = folder.0.join("secret.txt").display().to_string();
    for path in [
        "pdf/../secret.txt",
        "pdf/../../secret.txt",
        "pdf/%2e%2e/%2e%2e/secret.txt",
        "pdf/%2E%2E%2F%2E%2E%2Fsecret.txt",
        "pdf/..%2f..%2fsecret.txt",
        "pdf/..%5c..%5csecret.txt",
        "pdf/..\\..\\secret.txt",
        "pdf/%252e%252e/secret.txt",
        "pdf/references/../../../secret.txt",
        "pdf/.env",
        "pdf/%00/../secret.txt",
        "pdf//etc/passwd",
        "../secret.txt",
        &format!("pdf/{absolute}"),
        &absolute,
    ] {
        let uri = format!("skill://{path}");
        for method in ["resources/read", "skills/get", "resources/directory/read"] {
            let heard = ask(&engine, method, json!({"uri": uri})).await;
            assert!(heard.response["result"].is_null(), "{method} {uri}: {}", heard.response);
            assert_eq!(heard.code(), -32602, "{method} {uri}");
        }
    }
    // Inside of it, dots are only another spelling.
    let heard = ask(&engine, "resources/read", json!({"uri": "skill://pdf/references/../SKILL.md"})).await;
    assert_eq!(heard.result()["contents"][0]["uri"], "skill://pdf/SKILL.md");
}

#[cfg(unix)]
#[test]
fn links_are_refused_wherever_they_are() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.write("secret.txt", "secret").skill("elsewhere/pdf");
    let linked = |make: fn(&Folder)| {
        let inner = Folder(folder.0.join("skills"));
        inner.skill("pdf");
        make(&inner);
        skills_below(&inner.0).unwrap()
    };
    let cases: [fn(&Folder); 4] = [
        |inner| symlink("../../secret.txt", inner.0.join("pdf/secret.txt")).unwrap(),
        |inner| symlink("../..", inner.0.join("pdf/up")).unwrap(),
        |inner| {
            fs::remove_file(inner.0.join("pdf/SKILL.md")).unwrap();
            symlink("../../elsewhere/pdf/SKILL.md", inner.0.join("pdf/SKILL.md")).unwrap();
        },
        |inner| {
            fs::remove_dir_all(inner.0.join("pdf")).unwrap();
            symlink("../elsewhere/pdf", inner.0.join("pdf")).unwrap();
        },
    ];
    for (number, make) in cases.into_iter().enumerate() {
        let found = linked(make);
        assert!(found.skills.is_empty(), "{number}");
        assert!(found.flawed[0].why.contains("link"), "{number}: {}", found.flawed[0].why);
    }
    // A pipe would be waited for forever.
    let inner = Folder(folder.0.join("skills"));
    inner.skill("pdf");
    assert!(process::Command::new("mkfifo").arg(inner.0.join("pdf/pipe")).status().unwrap().success());
    assert!(skills_below(&inner.0).unwrap().flawed[0].why.contains("plain file"));
}

#[tokio::test]
async fn folders_are_read_anew_where_that_was_asked_for() {
    let folder = Folder::new();
    folder.skill("pdf");
    let (engine, skills) = served(None);
    let number = skills.add(folders(&folder.0, true)).unwrap();
    folder.skill("xls").write("pdf/more.md", "more");
    let listed = skills_of(&engine).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["resources"].as_array().unwrap().len(), 2);
    let read = ask(&engine, "resources/read", json!({"uri": "skill://pdf/more.md"})).await;
    assert_eq!(read.result()["contents"][0]["text"], "more");
    // What is broken while somebody writes leaves what was there before.
    folder.write("pdf/SKILL.md", "---\nname: pdf\n---\n");
    assert_eq!(skills_of(&engine).await.len(), 2);
    fs::remove_dir_all(folder.0.join("pdf")).unwrap();
    assert_eq!(skills_of(&engine).await.len(), 1);
    assert_eq!(ask(&engine, "resources/read", json!({"uri": "skill://pdf/more.md"})).await.code(), -32602);
    assert!(skills.remove(number).unwrap());
    assert!(skills_of(&engine).await.is_empty());
    assert!(!skills.remove(number).unwrap());
}

#[tokio::test]
async fn a_folder_that_is_not_read_anew_keeps_what_its_digests_say() {
    let folder = Folder::new();
    folder.skill("pdf");
    let (engine, skills) = served(None);
    skills.add(folders(&folder.0, false)).unwrap();
    folder.write("pdf/SKILL.md", "something else");
    let read = ask(&engine, "resources/read", json!({"uri": "skill://pdf/SKILL.md"})).await;
    assert_eq!(read.result()["contents"][0]["text"], main_file("pdf"));
    assert_eq!(skills.refresh().unwrap_err().kind(), ErrorKind::InvalidDescriptor);
    assert_eq!(skills_of(&engine).await.len(), 1);
}

#[tokio::test]
async fn skills_are_made_in_code_too() {
    let (engine, skills) = served(None);
    let frontmatter =
        raw(&json!({"name": "notes", "description": "Say: \"hello\" # not a comment\nand more"}));
    let files = [("template.md".to_owned(), b"## Highlights\n".to_vec())];
    let skill = Skill::from_parts(&frontmatter, "# Notes\n", files).unwrap();
    skills.add(SkillSource::Skill("team/notes".to_owned(), skill.clone())).unwrap();
    skills.add(SkillSource::Skill("other/notes".to_owned(), skill.clone().dynamic())).unwrap();
    let listed = skills_of(&engine).await;
    assert_eq!(listed[0]["resources"], "dynamic");
    assert_eq!(listed[1]["frontmatter"], frontmatter.to_value().unwrap());
    assert_eq!(listed[1]["resources"].as_array().unwrap().len(), 2);
    let taken = skills.add(SkillSource::Skill("team/notes".to_owned(), skill.clone())).unwrap_err();
    assert!(taken.to_string().contains("two skills"), "{taken}");
    let nested = skills.add(SkillSource::Skill("team/notes/notes".to_owned(), skill.clone())).unwrap_err();
    assert!(nested.to_string().contains("inside of"), "{nested}");
    for path in ["team/other", "../notes", "/notes", "Team/notes", "team//notes", ""] {
        let refused = skills.add(SkillSource::Skill(path.to_owned(), skill.clone())).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidDescriptor, "{path}");
    }
    assert_eq!(skills_of(&engine).await.len(), 2);
}

#[test]
fn files_that_cannot_be_a_skill_s_are_refused() {
    let main = || ("SKILL.md".to_owned(), main_file("pdf").into_bytes());
    let with = |path: &str| Skill::from_files([main(), (path.to_owned(), Vec::new())]);
    assert!(with("references/x.md").is_ok());
    for path in ["../x", "/x", "a/../x", "a//x", "a\\x", "C:x", "C:/x", "a/./x", "", "a\0x", "SKILL.md/x"] {
        assert!(with(path).is_err(), "{path:?}");
    }
    assert!(
        Skill::from_files([("x.md".to_owned(), Vec::new())]).unwrap_err().to_string().contains("no SKILL.md")
    );
    assert!(Skill::from_files((0..513).map(|number| (format!("{number}"), Vec::new()))).is_err());
    assert!(Skill::from_files([main(), ("x".to_owned(), vec![0; MAX_SKILL_BYTES])]).is_err());
}

#[test]
fn frontmatter_is_read_as_every_reader_reads_it() {
    let read = |yaml: &str| {
        let text = format!("---\nname: x\ndescription: y\n{yaml}\n---\n");
        Frontmatter::of(text.as_bytes()).map(|read| read.json.to_value().unwrap())
    };
    for (yaml, value) in [
        ("a: 1", json!(1)),
        ("a: -0", json!(-0)),
        ("a: 007", json!(7)),
        ("a: 0x1F", json!(31)),
        ("a: 1.5", json!(1.5)),
        ("a: 1e3", json!(1000.0)),
        ("a: true", json!(true)),
        ("a: yes", json!("yes")),
        ("a: ~", json!(null)),
        ("a:", json!(null)),
        ("a: \"1\"", json!("1")),
        ("a: !!str 1", json!("1")),
        ("a: 2026-07-28", json!("2026-07-28")),
        ("a: 1.2.3", json!("1.2.3")),
        ("a: [x, {y: z}]", json!(["x", {"y": "z"}])),
        ("a: |\n  two\n  lines", json!("two\nlines\n")),
        ("a: >-\n  one\n  line", json!("one line")),
        ("a: 'it''s' # said", json!("it's")),
    ] {
        assert_eq!(read(yaml).unwrap()["a"], value, "{yaml}");
    }
    for yaml in [
        "a: 1\na: 2",
        "name: z",
        "a: &x 1\nb: *x",
        "a: .inf",
        "a: .nan",
        "a: 1e999",
        "1: a",
        "? [a]\n: b",
        "a: !ruby/object 1",
        "a: [",
        "...\n---x",
        "metadata: 1",
        "license: 1",
        "allowed-tools: [1]",
        "compatibility: ''",
        "metadata: {io.modelcontextprotocol/x: y}",
    ] {
        assert!(read(yaml).is_err(), "{yaml}");
    }
    let deep = format!("a: {}1{}", "[".repeat(40), "]".repeat(40));
    assert!(read(&deep).unwrap_err().contains("deep"));
    let windows = "\u{feff}---\r\nname: x\r\ndescription: y\r\n---\r\nbody";
    assert_eq!(Frontmatter::of(windows.as_bytes()).unwrap().description, "y");
    for text in [
        "",
        "# x",
        "---\nname: x\n",
        "--- \nname: x\n---\n",
        "---\n- a\n---\n",
        "---\nname: X\ndescription: y\n---\n",
    ] {
        assert!(Frontmatter::of(text.as_bytes()).is_err(), "{text:?}");
    }
    assert!(Frontmatter::of(b"---\nname: \xff\n---\n").unwrap_err().contains("UTF-8"));
}

#[test]
fn a_flawed_folder_is_named_with_what_to_do() {
    let folder = Folder::new();
    folder
        .skill("good")
        .write("bad/SKILL.md", "no frontmatter")
        .write("other/SKILL.md", main_file("another"));
    let found = skills_below(&folder.0).unwrap();
    assert_eq!(found.skills.len(), 1);
    let whys: Vec<_> = found.flawed.iter().map(|flawed| flawed.why.as_str()).collect();
    assert!(whys[0].contains("begin it with\n---"), "{whys:?}");
    assert!(whys[1].contains("the folder must have the same name"), "{whys:?}");
    let (_, skills) = served(None);
    let refused = skills.add(folders(&folder.0, false)).unwrap_err().to_string();
    assert!(refused.contains("bad") && refused.contains("other"), "{refused}");
    let roots = vec![folder.0.clone()];
    let lenient = SkillSource::Folders { roots, prefix: "mine".to_owned(), reload: false, strict: false };
    skills.add(lenient).unwrap();
    assert!(skills.entries()[0].contains("skill://mine/good/SKILL.md"));
    let missing = skills.add(folders(&folder.0.join("none"), false)).unwrap_err().to_string();
    assert!(missing.contains("no folder of skills"), "{missing}");
    // A folder that is a skill itself is the only one.
    let one = skills_below(&folder.0.join("good")).unwrap();
    assert_eq!(one.skills[0].0, "good");
    assert!(Skill::from_folder(&folder.0.join("good")).is_ok());
}
