//! Matching URIs against templates (RSRC-12, RSRC-15) and refusing values that lead astray (RSRC-8, SEC-10).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails the test")]

use std::collections::BTreeMap;

use oxmcp_core::error::ErrorKind;
use oxmcp_core::model::ValueChecks;
use oxmcp_core::registry::{MAX_URI_LENGTH, MAX_VARIABLES, NoMatch, RefusedValue, UriTemplate, ValueRule};
use proptest::prelude::*;
use serde_json::{Value, json};

fn matches(template: &str, uri: &str) -> Option<Value> {
    let template = UriTemplate::parse(template).unwrap_or_else(|error| panic!("{error}"));
    template.matches(uri).ok().map(|values| values.to_value().unwrap())
}

#[track_caller]
fn yields(template: &str, uri: &str, values: Value) {
    assert_eq!(matches(template, uri), Some(values), "{template} against {uri}");
}

#[track_caller]
fn refuses(template: &str, uri: &str) {
    assert_eq!(matches(template, uri), None, "{template} against {uri}");
}

/// A template of so many variables.
fn variables(count: usize, operator: &str, after: &str) -> String {
    (0..count).map(|index| format!("{{{operator}v{index}}}{after}")).collect::<Vec<_>>().concat()
}

#[test]
fn a_simple_variable_takes_one_segment() {
    yields("greeting://{name}", "greeting://Ada", json!({"name": "Ada"}));
    yields("users://{id}/profile", "users://7/profile", json!({"id": "7"}));
    yields("mail://{user}@{host}", "mail://ada@example.org", json!({"user": "ada", "host": "example.org"}));
    refuses("greeting://{name}", "greeting://Ada/Lovelace");
    refuses("greeting://{name}", "greeting://");
    refuses("greeting://{name}", "greeting://Ada?x=1");
    refuses("greeting://{name}", "greeting://Ada#x");
    yields("greeting://{name}", "Greeting://Ada", json!({"name": "Ada"}));
    refuses("users://{id}/profile", "users://7/profile/more");
}

#[test]
fn several_names_in_one_expression_are_separated_by_commas() {
    yields("map://{x,y}", "map://1024,768", json!({"x": "1024", "y": "768"}));
    yields("map://{+x,y}", "map://a/b,c", json!({"x": "a/b", "y": "c"}));
    refuses("map://{x,y}", "map://1024");
    refuses("map://{x,y}", "map://1,2,3");
    yields("tags://{list}", "tags://a,b", json!({"list": "a,b"}));
}

#[test]
fn reserved_and_wildcard_variables_take_slashes() {
    yields("file:///{+path}", "file:///a/b/c.txt", json!({"path": "a/b/c.txt"}));
    yields("file:///{path*}", "file:///a/b/c.txt", json!({"path": "a/b/c.txt"}));
    yields("repo://{owner}/{path*}/raw", "repo://ox/a/raw/b/raw", json!({"owner": "ox", "path": "a/raw/b"}));
    yields(
        "proxy:{+url}",
        "proxy:https://example.org/?q=1#top",
        json!({"url": "https://example.org/?q=1#top"}),
    );
    refuses("file:///{path*}", "file:///a?b");
    refuses("file:///{+path}", "file:///");
}

#[test]
fn path_and_label_expressions_bring_their_own_delimiters() {
    yields("x://h{/a,b}", "x://h/1/2", json!({"a": "1", "b": "2"}));
    yields("x://h{/path*}", "x://h/a/b/c", json!({"path": ["a", "b", "c"]}));
    yields("x://h{/path*}", "x://h/a", json!({"path": ["a"]}));
    yields("x://{name}{.ext}", "x://archive.tar.gz", json!({"name": "archive.tar", "ext": "gz"}));
    yields("x://h{.parts*}", "x://h.a.b", json!({"parts": ["a", "b"]}));
    refuses("x://h{/a,b}", "x://h/1");
    refuses("x://{name}{.ext}", "x://readme");
}

#[test]
fn query_parameters_are_optional_and_come_in_any_order() {
    let template = "search://docs{?q,limit}";
    yields(template, "search://docs", json!({}));
    yields(template, "search://docs?q=ox", json!({"q": "ox"}));
    yields(template, "search://docs?limit=5&q=ox", json!({"q": "ox", "limit": "5"}));
    yields(template, "search://docs?other=1&q=a%26b", json!({"q": "a&b"}));
    yields(template, "search://docs?q=&limit", json!({"q": "", "limit": ""}));
    yields(template, "search://docs?q=a=b", json!({"q": "a=b"}));
    refuses(template, "search://docs/more?q=ox");
    // Two readers would see two values.
    refuses(template, "search://docs?q=1&q=2");
    yields("s://x{?tag*}", "s://x?tag=a&tag=b", json!({"tag": ["a", "b"]}));
    yields("s://{+path}{?q}", "s://a/b?q=1", json!({"path": "a/b", "q": "1"}));
    yields("s://x{?q}{&limit}", "s://x?limit=2&q=1", json!({"q": "1", "limit": "2"}));
}

#[test]
fn a_query_begun_by_the_template_can_be_continued() {
    let template = "search://docs?fixed=1&kind={kind}{&q}";
    yields(template, "search://docs?fixed=1&kind=a", json!({"kind": "a"}));
    yields(template, "search://docs?fixed=1&kind=a&q=ox", json!({"kind": "a", "q": "ox"}));
    refuses(template, "search://docs?fixed=2&kind=a");
}

#[test]
fn matrix_parameters_are_optional_too() {
    yields("x://h{;a,b}/end", "x://h;b=2;a=1/end", json!({"a": "1", "b": "2"}));
    yields("x://h{;a,b}/end", "x://h/end", json!({}));
    yields("x://h{;a}", "x://h;a", json!({"a": ""}));
    yields("x://h{;a*}", "x://h;a=1;a=2", json!({"a": ["1", "2"]}));
    refuses("x://h{;a}", "x://h;a=1/more");
}

#[test]
fn a_fragment_is_optional_and_last() {
    yields("x://{p}{#part}", "x://doc#a/b?c", json!({"p": "doc", "part": "a/b?c"}));
    yields("x://{p}{#part}", "x://doc", json!({"p": "doc"}));
    yields("x://{p}{?q}{#a,b}", "x://doc?q=1#2,3", json!({"p": "doc", "q": "1", "a": "2", "b": "3"}));
}

#[test]
fn a_prefix_bounds_the_value() {
    yields("x://{id:3}", "x://abc", json!({"id": "abc"}));
    yields("x://{id:3}", "x://%C3%A4bc", json!({"id": "äbc"}));
    refuses("x://{id:3}", "x://abcd");
}

#[test]
fn of_several_readings_the_leftmost_variable_takes_most() {
    yields("x:{a}-{b}", "x:1-2-3", json!({"a": "1-2", "b": "3"}));
    yields("x:{a}{b}", "x:123", json!({"a": "12", "b": "3"}));
    // The first `/x` is the wrong one: `b` may hold no slash.
    yields("s:{+a}/x{b}", "s:p/xq/r/xs", json!({"a": "p/xq/r", "b": "s"}));
    yields("s:{a}/x{+b}", "s:p/xq/r/xs", json!({"a": "p", "b": "q/r/xs"}));
    yields("s:{+p}/edit", "s:a/edit/edit", json!({"p": "a/edit"}));
}

#[test]
fn values_are_decoded_strictly() {
    yields("x://{v}", "x://a%20b%2Bc+d", json!({"v": "a b+c+d"}));
    yields("x://{v}", "x://%e4%bd%a0", json!({"v": "你"}));
    yields("x://{v}", "x://你", json!({"v": "你"}));
    yields("x://grün/{v}", "x://gr%C3%BCn/1", json!({"v": "1"}));
    yields("x://grün/{v}", "x://grün/1", json!({"v": "1"}));
    yields("x://{v}", "x://a\"b", json!({"v": "a\"b"}));
    refuses("x://{v}", "x://%");
    refuses("x://{v}", "x://%4");
    refuses("x://{v}", "x://%+1");
    refuses("x://{v}", "x://%ff");
    refuses("x://{v}", "x://%c0%ae");
    refuses("x://{v}", "x://a\nb");
    // Decoded once, never twice.
    yields("x://{v}", "x://%252e%252e", json!({"v": "%2e%2e"}));
}

#[test]
fn values_that_lead_out_of_their_place_are_refused_after_decoding() {
    for bad in [
        "..",
        "%2e%2e",
        "a/../b",
        "a%2F..%2Fb",
        "a/..",
        "..%5Cb",
        "a%5c..",
        "/etc/passwd",
        "%2Fetc",
        "%5C%5Chost",
        "C:/x",
        "C%3A%5C",
        "a%00b",
    ] {
        let uri = format!("file:///{bad}");
        refuses("file:///{+path}", &uri);
        let unchecked = UriTemplate::parse("file:///{+path}").unwrap().with_value_checks(ValueChecks::none());
        assert!(unchecked.matches(&uri).is_ok(), "{bad}");
    }
    refuses("x://h{/path*}", "x://h/a/../b");
    refuses("x://h{/path*}", "x://h//etc/passwd");
    refuses("x://h/{a}", "x://h/..%20");
    for good in ["...", "a..b", "..a", ".hidden", "a/.../b", "ab:c", "c:x", "A:C", "b:1"] {
        yields("file:///{+path}", &format!("file:///{good}"), json!({ "path": good }));
    }
}

#[test]
fn names_that_look_like_drives_and_values_beside_the_path_are_no_paths() {
    yields("sheet://{book}/{range}", "sheet://b1/A:C", json!({"book": "b1", "range": "A:C"}));
    yields("item://{id}", "item://b:1", json!({"id": "b:1"}));
    yields("x://h{?p}", "x://h?p=/etc/../b", json!({"p": "/etc/../b"}));
    yields("x://h?p={p}{&q}", "x://h?p=%2Fa&q=/b", json!({"p": "/a", "q": "/b"}));
    yields("x://h{#p}", "x://h#/definitions/..", json!({"p": "/definitions/.."}));
}

#[test]
fn a_value_that_is_the_whole_path_of_its_uri_may_be_absolute_unless_it_is_that_of_a_file() {
    yields("log://{+path}", "log:///var/log/x", json!({"path": "/var/log/x"}));
    yields("log://{+path}{?tail}", "log:///var/log/x?tail=1", json!({"path": "/var/log/x", "tail": "1"}));
    refuses("log://{+path}", "log:///var/../x");
    refuses("log:///{+path}", "log:////var/log/x");
    refuses("log://{host}/{+path}", "log://h//var/log/x");
    refuses("file://{+path}", "file:///etc/passwd");
    refuses("FILE://{+path}", "file:///etc/passwd");
}

#[test]
fn a_value_after_more_than_a_scheme_is_not_the_whole_path_however_the_text_before_it_ends() {
    for before in
        ["file:://", "FILE:://", "file://host://", "file:///srv/x://", "log:://", "log://h/x://", "//h/x://"]
    {
        for template in
            [format!("{before}{{+path}}"), format!("{before}{{path*}}"), format!("{before}{{path*}}{{last}}")]
        {
            let template = UriTemplate::parse(&template).unwrap();
            let refused = RefusedValue { variable: "path".into(), rule: ValueRule::AbsolutePath };
            let found = template.matches(&format!("{before}/etc/passwd"));
            assert_eq!(found, Err(NoMatch::Refused(refused)), "{template:?}");
            assert!(template.matches(&format!("{before}etc/passwd")).is_ok(), "{template:?}");
        }
    }
    // In a query it is beside the path.
    yields("x://h?at=log://{+p}", "x://h?at=log:///a/../b", json!({"p": "/a/../b"}));
    yields("svn+ssh.v-1://{+path}", "svn+ssh.v-1:///var/x", json!({"path": "/var/x"}));
}

#[test]
fn a_refusal_names_the_variable_and_the_rule() {
    for (uri, rule) in [
        ("x://h/a/..", ValueRule::ParentSegment),
        ("x://h/%2Fa", ValueRule::AbsolutePath),
        ("x://h/C:%5Ca", ValueRule::AbsolutePath),
        ("x://h/a%00", ValueRule::Nul),
    ] {
        let template = UriTemplate::parse("x://h/{+path}").unwrap();
        let refused = RefusedValue { variable: "path".into(), rule };
        assert_eq!(template.matches(uri), Err(NoMatch::Refused(refused)), "{uri}");
        assert_eq!(template.matches("y://h"), Err(NoMatch::Other));
    }
}

#[test]
fn each_rule_can_be_switched_off_and_each_variable_exempted() {
    type Change = fn(&mut ValueChecks);
    let matches = |checks: ValueChecks, uri: &str| {
        UriTemplate::parse("x://{a}/{+b}").unwrap().with_value_checks(checks).matches(uri).is_ok()
    };
    let cases: [(Change, [bool; 4]); 5] = [
        (|_| {}, [false, false, false, false]),
        (|checks| checks.parent_segments = false, [true, false, false, true]),
        (|checks| checks.absolute_paths = false, [false, true, false, false]),
        (|checks| checks.nul = false, [false, false, true, false]),
        (|checks| checks.exempt.push("b".into()), [true, true, true, false]),
    ];
    for (change, expected) in cases {
        let mut checks = ValueChecks::default();
        change(&mut checks);
        let found =
            ["x://h/../c", "x://h//c", "x://h/%00", "x://../c"].map(|uri| matches(checks.clone(), uri));
        assert_eq!(found, expected, "{checks:?}");
    }
}

#[test]
fn equivalent_spellings_match_alike() {
    yields("https://Example.com:443/{+v}", "HTTPS://example.COM/A%62%c3%bc", json!({"v": "Abü"}));
    yields("x://{host}/a", "X://Host/%61", json!({"host": "Host"}));
    yields("docs://日本語/{v}", "docs://%e6%97%a5%E6%9C%AC%E8%AA%9E/1", json!({"v": "1"}));
    yields("file:///my docs/{v}", "file:///my%20docs/a b", json!({"v": "a b"}));
    yields("x://a/Sec:Tion/{v}", "x://a/Sec:Tion/1", json!({"v": "1"}));
    refuses("x://a/Sec:Tion/{v}", "x://a/sec:Tion/1");
    assert_eq!(UriTemplate::parse("file:///my docs/ü{v}").unwrap().as_str(), "file:///my%20docs/%C3%BC{v}");
}

#[test]
fn templates_that_cannot_be_matched_are_refused_with_a_reason() {
    let many = variables(MAX_VARIABLES + 1, "", "/");
    for (template, reason) in [
        ("x://{", ""),
        ("x://}", ""),
        ("x://{}", ""),
        ("x://{a b}", ""),
        ("x://{!a}", ""),
        ("x://{a:0}", ""),
        ("x://{a:99999}", ""),
        ("x://{a}/{a}", "twice"),
        ("x://{?a}/more", "no text may follow"),
        ("x://{?a}{b}", "only {&…} and {#…}"),
        ("x://{?a}{?b}", "only {&…} and {#…}"),
        ("x://{#a}{b}", "nothing may follow"),
        (many.as_str(), "more than 64"),
        (&"x".repeat(MAX_URI_LENGTH + 1), "longer than"),
    ] {
        let error = UriTemplate::parse(template).expect_err(template);
        assert_eq!(error.kind(), ErrorKind::InvalidDescriptor);
        assert!(error.message().contains(reason), "{error}");
    }
}

#[test]
fn variables_are_named_in_order() {
    let template = UriTemplate::parse("x://{b}/{+a:3}{/c*}{?d,e}{#f}").unwrap();
    assert_eq!(template.variables().collect::<Vec<_>>(), ["b", "a", "c", "d", "e", "f"]);
}

#[test]
fn a_hostile_uri_costs_the_product_of_the_lengths_and_no_more() {
    // Each of these takes a backtracking matcher longer than the universe has.
    let template = format!("x:{}!", variables(MAX_VARIABLES, "+", "a"));
    refuses(&template, &format!("x:{}", "a".repeat(MAX_URI_LENGTH - 2)));
    let template = format!("x:{}!", variables(MAX_VARIABLES, "", ""));
    refuses(&template, &format!("x:{}", "a".repeat(MAX_URI_LENGTH - 2)));
    refuses("x:{a}", &format!("x:{}", "a".repeat(MAX_URI_LENGTH)));
}

/// A value whose expansion leaves no doubt where it ends, in every template below.
fn plain_value() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_~ äß你🦀%+=\"]{1,12}"
}

fn round_trip(template: &str, names: &[&str], values: &[String]) {
    let template = UriTemplate::parse(template).unwrap();
    let given: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
    let uri = template.expand(&given);
    let found = template
        .matches(&uri)
        .unwrap_or_else(|_| panic!("{template:?} does not match {uri}"))
        .to_value()
        .unwrap();
    let expected: BTreeMap<&str, &str> = given.into_iter().collect();
    assert_eq!(found, json!(expected), "{uri}");
}

#[test]
fn expansion_follows_the_examples_of_the_rfc() {
    let values = [
        ("var", "value"),
        ("hello", "Hello World!"),
        ("path", "/foo/bar"),
        ("x", "1024"),
        ("y", "768"),
        ("empty", ""),
    ];
    for (template, uri) in [
        ("{var}", "value"),
        ("{hello}", "Hello%20World%21"),
        ("{+hello}", "Hello%20World!"),
        ("{+path}/here", "/foo/bar/here"),
        ("X{#hello}", "X#Hello%20World!"),
        ("map?{x,y}", "map?1024,768"),
        ("{+x,hello,y}", "1024,Hello%20World!,768"),
        ("X{.var,x}", "X.value.1024"),
        ("{/var,x}/here", "/value/1024/here"),
        ("{;x,y,empty}", ";x=1024;y=768;empty"),
        ("{?x,y,empty}", "?x=1024&y=768&empty="),
        ("?fixed=yes{&x,nothing}", "?fixed=yes&x=1024"),
        ("{var:3}{nothing}", "val"),
        ("{;hello:5}", ";hello=Hello"),
        ("{/path*}{?nothing}", "/%2Ffoo%2Fbar"),
    ] {
        assert_eq!(UriTemplate::parse(template).unwrap().expand(&values), uri, "{template}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_expanded_matches_with_the_same_values(values in prop::collection::vec(plain_value(), 3)) {
        for template in [
            "x://{a}/{b}/{c}", "x://{a,b,c}", "x://h{/a,b,c}", "x://h{.a,b,c}", "x://h{;a,b,c}", "x://h{?a,b,c}",
            "x://h?f=1{&a,b,c}", "x://{a}{?b}{#c}", "x://{a*}/end{/b}{;c}", "x://{a}-{b}{.c}",
        ] {
            // Fragments keep what looks percent-encoded as it is.
            let values = values.iter().map(|value| if template.contains('#') { value.replace('%', "") + "x" } else { value.clone() });
            round_trip(template, &["a", "b", "c"], &values.collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_subset_of_optional_values_comes_back(
        values in prop::collection::vec(plain_value(), 3),
        names in prop::sample::subsequence(vec!["a", "b", "c"], 0..=3),
    ) {
        round_trip("x://h{?a,b,c}", &names, &values);
        round_trip("x://h{;a,b,c}/end", &names, &values);
        round_trip("x://h?f=1{&a,b,c}", &names, &values);
    }

    #[test]
    fn slashes_survive_in_wildcards(segments in prop::collection::vec("[a-z]{1,4}", 1..6)) {
        let path = [segments.join("/")];
        round_trip("file:///{+path}", &["path"], &path);
        round_trip("file:///{path*}", &["path"], &path);
        round_trip("file:///{path}", &["path"], &path);
    }

    #[test]
    fn nothing_makes_it_panic(template in "(x:|[a-c/?#&;]|\\{[+#./;?&]?[a-c]{1,2}(,[d-e])?(\\*|:2)?\\}){0,8}", uri in "(x:|[a-c/?#&;=,%0-9é\\.]){0,40}") {
        if let Ok(template) = UriTemplate::parse(&template) {
            if let Ok(values) = template.matches(&uri) {
                prop_assert!(values.to_value().is_ok());
            }
            let _ = template.expand(&[("a", &uri)]);
        }
    }

    #[test]
    fn nor_does_arbitrary_text(template in ".{0,60}", uri in ".{0,60}") {
        if let Ok(parsed) = UriTemplate::parse(&template) {
            let _ = parsed.matches(&uri);
            let _ = parsed.matches(&template);
        }
    }

    #[test]
    fn no_value_leads_out_of_its_place(path in "[a-c./\\\\%25ECce:]{0,16}") {
        let template = UriTemplate::parse("file:///{+path}").unwrap();
        if let Ok(values) = template.matches(&format!("file:///{path}")) {
            let values = values.to_value().unwrap();
            let value = values["path"].as_str().unwrap();
            prop_assert!(!value.starts_with(['/', '\\']));
            prop_assert!(value.split(['/', '\\']).all(|segment| segment != ".."));
        }
    }

    #[test]
    fn matching_agrees_with_trying_every_split(
        parts in prop::collection::vec(prop::sample::select(vec!["v", "+", "a", "/", "-a"]), 1..6),
        uri in "[ab/\\-]{0,10}",
    ) {
        let template: String = parts
            .iter()
            .enumerate()
            .map(|(index, part)| match *part {
                "v" => format!("{{v{index}}}"),
                "+" => format!("{{+v{index}}}"),
                literal => literal.to_owned(),
            })
            .collect();
        let parsed = UriTemplate::parse(&template).unwrap().with_value_checks(ValueChecks::none());
        let expected = every_split(&parts, &uri);
        prop_assert_eq!(parsed.matches(&uri).is_ok(), expected, "{} against {}", template, uri);
    }
}

/// The slow way: whether there is any way to divide `text` among the parts.
fn every_split(parts: &[&str], text: &str) -> bool {
    let Some((part, rest)) = parts.split_first() else { return text.is_empty() };
    match *part {
        "v" | "+" => (1..=text.len())
            .take_while(|&end| *part == "+" || !text[..end].contains('/'))
            .any(|end| every_split(rest, &text[end..])),
        literal => text.strip_prefix(literal).is_some_and(|text| every_split(rest, text)),
    }
}
