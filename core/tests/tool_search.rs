//! Tools that are found instead of listed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use oxmcp_core::error::ErrorKind;
use oxmcp_core::handler::{Failure, FailureKind, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::Tool;
use oxmcp_core::registry::{Findable, Registry, RegistryOptions, SearchBy, StandIn, ToolEntry, ToolSearch};
use oxmcp_core::schema::SchemaLimits;

fn entries(tools: Vec<Tool>) -> Vec<Arc<ToolEntry>> {
    let registry = Registry::new(RegistryOptions::default()).unwrap();
    let names: Vec<String> = tools.iter().map(|tool| tool.name.clone()).collect();
    for tool in tools {
        let nobody = from_function(|_| async { Err(Failure::new(FailureKind::Internal, "not called here")) });
        registry.add_tool(tool, nobody).unwrap();
    }
    let snapshot = registry.snapshot();
    names.iter().map(|name| Arc::clone(snapshot.tool(name).unwrap())).collect()
}

fn tool(name: &str, description: &str) -> Tool {
    Tool::new(name, RawJson::from_checked(r#"{"type":"object"}"#)).describe(description)
}

fn with_parameters(name: &str, schema: &str) -> Tool {
    Tool::new(name, RawJson::from_checked(schema))
}

/// What stands for these tools: the list, and what can be found.
fn stood_for(search: ToolSearch, tools: Vec<Tool>) -> (Vec<Arc<ToolEntry>>, Arc<Findable>) {
    let list = StandIn::new(search, &SchemaLimits::default()).unwrap().stand_in(entries(tools));
    let findable = Arc::clone(&list.last().unwrap().search.as_ref().unwrap().findable);
    (list, findable)
}

fn found(findable: &Findable, query: &str) -> Vec<String> {
    findable.find(query).unwrap().iter().map(|entry| entry.tool.name.clone()).collect()
}

fn listed(list: &[Arc<ToolEntry>]) -> Vec<&str> {
    list.iter().filter(|entry| entry.listed).map(|entry| entry.tool.name.as_str()).collect()
}

fn office() -> Vec<Tool> {
    vec![
        tool("create_invoice", "Write an invoice for a customer."),
        tool("list_invoices", "All invoices of a customer, newest first."),
        tool("sendEmail", "Send a message to an address."),
        tool("HTTPFetch", "Download a page from the web."),
        with_parameters(
            "convert",
            r#"{"type":"object","properties":{"currency":{"description":"Three letters, as in EUR"}}}"#,
        ),
        tool("天气", "查询城市天气预报"),
    ]
}

#[test]
fn a_search_tool_and_a_call_tool_stand_for_all_but_those_that_are_always_visible() {
    let search = ToolSearch { always_visible: vec!["convert".to_owned()], ..ToolSearch::default() };
    let (list, findable) = stood_for(search, office());
    assert_eq!(listed(&list), ["convert", "search_tools", "call_tool"]);
    assert_eq!(list.len(), 8, "what is not listed is still there");
    // What is seen need not be found, but can be called.
    assert!(found(&findable, "currency").is_empty());
    assert!(findable.called("convert").is_some() && findable.called("sendEmail").is_some());
    assert!(findable.called("call_tool").is_none() && findable.called("nothing").is_none());
}

#[test]
fn names_count_more_than_descriptions_and_rare_words_more_than_common_ones() {
    let (_, findable) = stood_for(ToolSearch::default(), office());
    assert_eq!(found(&findable, "list the invoices of a customer"), ["list_invoices", "create_invoice"]);
    assert_eq!(found(&findable, "write invoice")[0], "create_invoice");
    let (_, findable) = stood_for(
        ToolSearch::default(),
        vec![
            tool("a", "Looks for a report in reports."),
            tool("report", "Something else."),
            tool("b", "Else."),
        ],
    );
    assert_eq!(found(&findable, "report"), ["report", "a"]);
}

#[test]
fn words_are_found_however_they_are_written_together() {
    let (_, findable) = stood_for(ToolSearch::default(), office());
    for (query, name) in [
        ("email", "sendEmail"),
        ("SEND-EMAIL", "sendEmail"),
        ("sendemail", "sendEmail"),
        ("http", "HTTPFetch"),
        ("fetch pages", "HTTPFetch"),
        ("invoices", "create_invoice"),
        ("currencies", "convert"),
        ("EUR", "convert"),
        ("天气预报", "天气"),
        ("城市", "天气"),
    ] {
        assert!(found(&findable, query).contains(&name.to_owned()), "{query}: {:?}", found(&findable, query));
    }
    assert!(found(&findable, "zebra").is_empty());
    // A word that is in every sentence finds nothing, unless there is no other.
    assert!(found(&findable, "the zebra").is_empty());
    assert!(!found(&findable, "to the").is_empty());
    assert!(found(&findable, "… !?").is_empty());
}

#[test]
fn a_pattern_finds_what_it_matches_in_the_order_of_the_list() {
    let search = ToolSearch { by: SearchBy::Pattern, ..ToolSearch::default() };
    let (list, findable) = stood_for(search, office());
    assert_eq!(found(&findable, "^create_INVOICE$|^currency$"), ["create_invoice", "convert"]);
    assert_eq!(found(&findable, "(list|create)_INVOICES?"), ["create_invoice", "list_invoices"]);
    assert_eq!(found(&findable, "three letters"), ["convert"]);
    let refused = findable.find("(unclosed").unwrap_err();
    assert!(refused.starts_with("pattern cannot be used: "), "{refused}");
    let refused = findable.find("(?=look)ahead").unwrap_err();
    assert!(refused.starts_with("pattern cannot be used: "), "{refused}");
    assert!(findable.find(&"x".repeat(1001)).unwrap_err().contains("longer than 1000"));
    let schema = list[list.len() - 2].tool.input_schema.as_str();
    assert!(schema.contains(r#""required":["pattern"]"#), "{schema}");
}

#[test]
fn a_search_for_nothing_is_refused() {
    let (_, findable) = stood_for(ToolSearch::default(), office());
    for nothing in ["", " \n"] {
        assert_eq!(
            findable.find(nothing).unwrap_err(),
            "query is empty: say in a few words what the tool should do"
        );
    }
}

#[test]
fn what_models_may_not_see_is_neither_found_nor_called() {
    let mut app_only = tool("refresh", "Refreshes the invoice that is shown.");
    app_only.common.meta = Some(RawJson::from_checked(r#"{"ui":{"visibility":["app"]}}"#));
    let mut both = tool("show", "Shows an invoice.");
    both.common.meta = Some(RawJson::from_checked(r#"{"ui":{"visibility":["model","app"]}}"#));
    let (list, findable) = stood_for(ToolSearch::default(), vec![app_only, both]);
    assert_eq!(found(&findable, "invoice"), ["show"]);
    assert!(findable.called("refresh").is_none());
    // The app itself calls it by its name.
    assert!(list.iter().any(|entry| entry.tool.name == "refresh"));
}

#[test]
fn the_two_names_are_the_searchs_own() {
    let search =
        ToolSearch { search_tool: "find".to_owned(), call_tool: "run".to_owned(), ..ToolSearch::default() };
    let (list, findable) = stood_for(search, vec![tool("run", "Runs."), tool("walk", "Walks.")]);
    assert_eq!(listed(&list), ["find", "run"]);
    assert!(list.last().unwrap().tool.common.description.as_ref().unwrap().contains("find"));
    assert!(found(&findable, "run").is_empty());
    let refused = |search| StandIn::new(search, &SchemaLimits::default()).unwrap_err().kind();
    let same = ToolSearch { call_tool: "search_tools".to_owned(), ..ToolSearch::default() };
    assert_eq!(refused(same), ErrorKind::Configuration);
    assert_eq!(refused(ToolSearch { max_results: 0, ..ToolSearch::default() }), ErrorKind::Configuration);
    let nameless = ToolSearch { call_tool: String::new(), ..ToolSearch::default() };
    assert_eq!(refused(nameless), ErrorKind::InvalidDescriptor);
}

#[test]
fn a_thousand_tools_are_searched() {
    let tools = (0..1000).map(|number| tool(&format!("tool_{number}"), "One of many."));
    let (_, findable) = stood_for(ToolSearch::default(), tools.collect());
    assert_eq!(found(&findable, "tool 777")[0], "tool_777");
    assert_eq!(found(&findable, &"many ".repeat(10_000)).len(), 1000);
}
