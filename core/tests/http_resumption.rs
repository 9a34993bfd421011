//! Streams that survive their connection: what they say is kept, and a client that lost one comes back for the rest.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oxmcp_core::error::{Error, ErrorKind};
use oxmcp_core::handler::{Event, Invocation, StreamToClose, from_function};
use oxmcp_core::json::RawJson;
use oxmcp_core::model::{Output, Progress, Tool, ToolOutput};
use oxmcp_core::transports::http::{
    EventLimits, EventStore, HttpOptions, Keeping, KeptEvent, MemoryEventStore, Replay, Resumption,
};
use serde_json::Value;
use support::{
    ACCEPT_BOTH, Client, INITIALIZE, INITIALIZE_WITH_ROOTS, INITIALIZED, JSON_HEADERS, Server, legacy_call,
    one_root,
};

/// One event as it was sent.
#[derive(Debug, Clone, Default)]
struct Sent {
    id: Option<String>,
    retry: Option<u64>,
    data: Option<String>,
}

impl Sent {
    fn json(&self) -> Value {
        serde_json::from_str(self.data.as_deref().expect("data")).expect("JSON")
    }

    fn id(&self) -> &str {
        self.id.as_deref().expect("an id")
    }

    fn text(&self) -> String {
        self.json()["result"]["content"][0]["text"].as_str().expect("a text").to_owned()
    }
}

/// The events of a stream, one at a time; comments are passed over.
struct Stream {
    client: Client,
    buffer: String,
}

impl Stream {
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.buffer = rest;
                let mut sent = Sent::default();
                for line in block.lines() {
                    match line.split_once(": ") {
                        Some(("id", id)) => sent.id = Some(id.to_owned()),
                        Some(("retry", retry)) => sent.retry = retry.parse().ok(),
                        Some(("data", data)) => sent.data = Some(data.to_owned()),
                        _ => {}
                    }
                }
                if block.starts_with(':') {
                    continue;
                }
                return Some(sent);
            }
            let chunk = self.client.chunk().await;
            if chunk.is_empty() {
                return None;
            }
            self.buffer += &chunk;
        }
    }

    async fn expect(&mut self) -> Sent {
        self.next().await.expect("the stream is over")
    }

    async fn rest(&mut self) -> Vec<Sent> {
        let mut all = Vec::new();
        while let Some(sent) = self.next().await {
            all.push(sent);
        }
        all
    }
}

struct Session {
    headers: String,
}

impl Session {
    async fn begin(server: &Server, version: &str) -> Self {
        Self::begin_as(server, version, INITIALIZE).await
    }

    async fn begin_as(server: &Server, version: &str, opening: &str) -> Self {
        let opening = opening.replace("2025-06-18", version);
        let answer = server.post(&format!("{JSON_HEADERS}{ACCEPT_BOTH}"), &opening).await;
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "what is there at once needs no stream"
        );
        let id = answer.header("mcp-session-id").expect("a session").to_owned();
        let headers = format!("Mcp-Session-Id: {id}\r\nMCP-Protocol-Version: {version}\r\n");
        let session = Self { headers };
        assert_eq!(server.post(&session.posting(), INITIALIZED).await.status, 202);
        session
    }

    fn posting(&self) -> String {
        format!("{}{JSON_HEADERS}{ACCEPT_BOTH}", self.headers)
    }

    async fn call(&self, server: &Server, id: u32, tool: &str) -> Stream {
        let mut client = server.connect().await;
        client.request("POST", "/mcp", &self.posting(), &legacy_call(id, tool)).await;
        let (status, head) = client.head().await;
        assert!(status == 200 && head.contains("text/event-stream"), "{head}");
        Stream { client, buffer: String::new() }
    }

    async fn get(&self, server: &Server, last_event_id: Option<&str>) -> (u16, Stream) {
        let mut client = server.connect().await;
        let last = last_event_id.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        let headers = format!("{}{last}Accept: text/event-stream\r\n", self.headers);
        client.request("GET", "/mcp", &headers, "").await;
        let (status, _) = client.head().await;
        (status, Stream { client, buffer: String::new() })
    }

    async fn resume(&self, server: &Server, last_event_id: &str) -> Stream {
        let (status, stream) = self.get(server, Some(last_event_id)).await;
        assert_eq!(status, 200, "{last_event_id}");
        stream
    }

    async fn end(&self, server: &Server) {
        assert_eq!(server.ask("DELETE", "/mcp", &self.headers, "").await.status, 204);
    }
}

const NOVEMBER: &str = "2025-11-25";

/// A server with a tool `work`: progress 1, progress 2 once released, `released` once released again. With `close`, the same,
/// but it closes its stream before each wait; `close all` closes those of the session.
fn serving(options: HttpOptions) -> Server {
    let (engine, probe) = support::engine();
    for (name, close) in [
        ("work", None),
        ("close", Some(StreamToClose::OfCall)),
        ("close all", Some(StreamToClose::OfSession)),
    ] {
        let probe = probe.clone();
        let handler = from_function(move |call: Invocation| {
            let probe = probe.clone();
            async move {
                for progress in [1.0, 2.0] {
                    call.context.events.emit(Event::Progress(Progress {
                        progress,
                        total: None,
                        message: None,
                    }));
                    if let Some(which) = close {
                        call.context.events.close_stream(which);
                    }
                    probe.wait().await;
                }
                let closes = call.context.caller.stream_can_close;
                Ok(Output::Tool(ToolOutput::text(if closes { "closable" } else { "done" })))
            }
        });
        let schema = RawJson::parse(r#"{"type":"object"}"#).expect("JSON");
        engine.registry().add_tool(Tool::new(name, schema), handler).expect("a new tool");
    }
    support::serve_engine(engine, probe, options)
}

fn options() -> HttpOptions {
    HttpOptions { resumption: Some(Resumption::default()), ..HttpOptions::default() }
}

/// Waits until the server has noticed that a connection is gone: it accepts another after that.
async fn lose(server: &Server, session: &Session, stream: Stream) {
    drop(stream);
    assert_eq!(
        server.post(&session.posting(), r#"{"jsonrpc":"2.0","id":99,"method":"ping"}"#).await.status,
        200
    );
}

#[tokio::test]
async fn a_stream_begins_with_an_event_without_data_and_every_event_has_an_id() {
    // RESUME-1, RESUME-2, RESUME-6
    let server = serving(options());
    let session = Session::begin(&server, NOVEMBER).await;
    server.probe.release();
    server.probe.release();
    let sent = session.call(&server, 1, "work").await.rest().await;
    assert_eq!((sent[0].data.as_deref(), sent[0].retry), (Some(""), Some(1000)));
    assert_eq!(sent.len(), 4, "{sent:?}");
    assert_eq!(sent[3].text(), "closable");
    let streams: Vec<_> = sent.iter().map(|sent| sent.id().rsplit_once('.').expect("a stream").0).collect();
    assert!(streams.iter().all(|stream| stream == &streams[0]), "{sent:?}");
    server.probe.release();
    server.probe.release();
    let other = session.call(&server, 1, "work").await.rest().await;
    let mut ids: Vec<_> = sent.iter().chain(&other).map(|sent| sent.id().to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
}

#[tokio::test]
async fn a_lost_stream_is_resumed_from_any_of_its_events() {
    // LHTTP-7, RESUME-3, RESUME-4
    let server = serving(options());
    let session = Session::begin(&server, NOVEMBER).await;
    let mut stream = session.call(&server, 1, "work").await;
    let mark = stream.expect().await;
    assert_eq!(stream.expect().await.json()["params"]["progress"], 1);
    lose(&server, &session, stream).await;
    server.probe.release();
    let mut stream = session.resume(&server, mark.id()).await;
    let first = stream.expect().await;
    assert_eq!(first.json()["params"]["progress"], 1, "it was lost, perhaps");
    let second = stream.expect().await;
    assert_eq!(second.json()["params"]["progress"], 2);
    server.probe.release();
    assert_eq!(stream.rest().await[0].text(), "closable");
    // It is over, and still kept.
    for (id, count) in [(mark.id(), 3), (first.id(), 2), (second.id(), 1)] {
        let rest = session.resume(&server, id).await.rest().await;
        assert_eq!(rest.len(), count);
        assert_eq!(rest[count - 1].text(), "closable");
    }
    assert_eq!(server.probe.dropped.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_question_is_found_again_and_answered_by_who_comes_back() {
    let server = serving(options());
    let session = Session::begin_as(&server, NOVEMBER, INITIALIZE_WITH_ROOTS).await;
    let mut stream = session.call(&server, 1, "ask").await;
    let mark = stream.expect().await;
    let asked = stream.expect().await.json();
    assert_eq!(asked["method"], "roots/list");
    lose(&server, &session, stream).await;
    let mut stream = session.resume(&server, mark.id()).await;
    assert_eq!(stream.expect().await.json(), asked);
    assert_eq!(server.post(&session.posting(), &one_root(&asked["id"])).await.status, 202);
    assert_eq!(stream.expect().await.text(), "1 roots");
}

#[tokio::test]
async fn a_result_of_which_nothing_was_seen_is_found_by_the_first_event() {
    // LHTTP-7
    let server = serving(options());
    let session = Session::begin(&server, NOVEMBER).await;
    let mut stream = session.call(&server, 1, "wait").await;
    let mark = stream.expect().await;
    lose(&server, &session, stream).await;
    server.probe.release();
    server.probe.reaches(|probe| &probe.finished, 1).await;
    let sent = session.resume(&server, mark.id()).await.rest().await;
    assert_eq!(sent.iter().map(Sent::text).collect::<Vec<_>>(), ["released"]);
}

#[tokio::test]
async fn an_author_closes_the_stream_and_the_client_comes_back() {
    // RESUME-6
    let server = serving(options());
    let session = Session::begin(&server, NOVEMBER).await;
    let mut last = session.call(&server, 1, "close").await.rest().await;
    assert_eq!(last.len(), 3, "{last:?}");
    assert_eq!(last[1].json()["params"]["progress"], 1);
    assert_eq!((last[2].data.as_deref(), last[2].retry), (Some(""), Some(1000)));
    let mut stream = session.resume(&server, last[2].id()).await;
    server.probe.release();
    last = stream.rest().await;
    assert_eq!(last[0].json()["params"]["progress"], 2);
    server.probe.release();
    last = session.resume(&server, last[last.len() - 1].id()).await.rest().await;
    assert_eq!(last[0].text(), "closable");
}

#[tokio::test]
async fn the_streams_of_the_session_can_be_closed_and_resumed_too() {
    let server = serving(options());
    let session = Session::begin(&server, NOVEMBER).await;
    let (_, mut own) = session.get(&server, None).await;
    let mark = own.expect().await;
    assert_eq!(mark.data.as_deref(), Some(""));
    server.engine.registry().remove_tool("fail");
    let change = own.expect().await;
    assert_eq!(change.json()["method"], "notifications/tools/list_changed");
    let call = session.call(&server, 1, "close all").await;
    assert!(own.next().await.is_none(), "closed");
    server.engine.registry().remove_tool("echo");
    let mut own = session.resume(&server, mark.id()).await;
    for _ in 0..2 {
        assert_eq!(own.expect().await.json()["method"], "notifications/tools/list_changed");
    }
    let mut again = session.resume(&server, change.id()).await;
    assert_eq!(again.expect().await.json()["method"], "notifications/tools/list_changed");
    assert!(own.next().await.is_none(), "one reads at a time");
    drop(call);
}

#[tokio::test]
async fn whoever_comes_last_reads_the_stream() {
    let server = serving(options());
    let session = Session::begin(&server, NOVEMBER).await;
    let mut first = session.call(&server, 1, "wait").await;
    let mark = first.expect().await;
    let mut second = session.resume(&server, mark.id()).await;
    assert!(first.next().await.is_none());
    let mut third = session.resume(&server, mark.id()).await;
    assert!(second.next().await.is_none());
    server.probe.release();
    assert_eq!(third.expect().await.text(), "released");
    assert!(third.next().await.is_none());
}

#[tokio::test]
async fn events_of_others_are_refused() {
    // RESUME-5, RESUME-9, RESUME-10
    let server = serving(options());
    let (mine, theirs) = (Session::begin(&server, NOVEMBER).await, Session::begin(&server, NOVEMBER).await);
    let mut stream = theirs.call(&server, 1, "work").await;
    let (mark, progress) = (stream.expect().await, stream.expect().await);
    let mut own = mine.call(&server, 1, "work").await;
    let known = own.expect().await;
    let key = known.id().split('.').next().expect("a key").to_owned();
    let unknown = [
        mark.id(),
        progress.id(),
        "",
        ".",
        "..",
        "7",
        "a.b.c",
        "\u{e9}",
        &format!("{key}.7.1"),
        &format!("{key}.0"),
        &format!("{key}.0.x"),
        &format!("{key}.0.-1"),
        &format!("{key}.0.99999999999999999999999"),
        &format!("{key}0.0.1"),
        &"x".repeat(5000),
    ];
    for id in unknown {
        let (status, _) = mine.get(&server, Some(id)).await;
        assert_eq!(status, 400, "{id}");
    }
    // Nobody's reading was disturbed.
    server.probe.release();
    server.probe.release();
    server.probe.release();
    server.probe.release();
    assert_eq!(stream.rest().await.len(), 2);
    assert_eq!(own.rest().await.len(), 3);
}

#[tokio::test]
async fn older_clients_get_no_empty_event_and_a_stream_only_when_there_is_something_to_say() {
    // RESUME-8
    for version in ["2025-03-26", "2025-06-18"] {
        let server = serving(options());
        let session = Session::begin(&server, version).await;
        let answer = server.post(&session.posting(), &legacy_call(1, "echo")).await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        // Closing means nothing to them.
        let mut stream = session.call(&server, 2, "close").await;
        let first = stream.expect().await;
        assert_eq!(first.json()["params"]["progress"], 1);
        server.probe.release();
        assert_eq!(stream.expect().await.json()["params"]["progress"], 2);
        lose(&server, &session, stream).await;
        server.probe.release();
        let rest = session.resume(&server, first.id()).await.rest().await;
        assert_eq!(rest[rest.len() - 1].text(), "done");
        let (_, mut own) = session.get(&server, None).await;
        server.engine.registry().remove_tool("fail");
        assert!(own.expect().await.id.is_some());
    }
}

#[tokio::test]
async fn nothing_of_it_is_there_unless_it_is_switched_on() {
    let server = serving(HttpOptions::default());
    let session = Session::begin(&server, NOVEMBER).await;
    server.probe.release();
    server.probe.release();
    let sent = session.call(&server, 1, "close").await.rest().await;
    assert!(sent.iter().all(|sent| sent.id.is_none()), "{sent:?}");
    assert_eq!(sent[sent.len() - 1].text(), "done");
    let (status, _) = session.get(&server, Some("whatever")).await;
    assert_eq!(status, 200, "an ordinary fresh stream");
}

#[tokio::test]
async fn a_session_that_is_over_takes_its_events_along() {
    let server = serving(options());
    let session = Session::begin(&server, NOVEMBER).await;
    let mut stream = session.call(&server, 1, "wait").await;
    let mark = stream.expect().await;
    lose(&server, &session, stream).await;
    let mut resumed = session.resume(&server, mark.id()).await;
    session.end(&server).await;
    assert!(resumed.next().await.is_none());
    server.probe.reaches(|probe| &probe.dropped, 1).await;
    assert_eq!(session.get(&server, Some(mark.id())).await.0, 404);
}

#[tokio::test]
async fn a_cancelled_call_says_nothing_more() {
    let server = serving(options());
    let session = Session::begin(&server, NOVEMBER).await;
    let mut stream = session.call(&server, 1, "wait").await;
    let mark = stream.expect().await;
    lose(&server, &session, stream).await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    assert_eq!(server.post(&session.posting(), cancel).await.status, 202);
    server.probe.reaches(|probe| &probe.dropped, 1).await;
    assert!(session.resume(&server, mark.id()).await.next().await.is_none());
}

#[tokio::test]
async fn at_the_end_a_resumed_call_is_told_why() {
    let server = serving(HttpOptions { grace: Duration::from_millis(20), ..options() });
    let session = Session::begin(&server, NOVEMBER).await;
    let mut stream = session.call(&server, 1, "wait").await;
    stream.expect().await;
    server.probe.reaches(|probe| &probe.started, 1).await;
    server.shutdown.trigger();
    let last = stream.expect().await.json();
    assert!(last["error"]["message"].as_str().expect("a reason").contains("told to stop"), "{last}");
    assert!(stream.next().await.is_none());
}

// The store in memory

async fn keep(store: &MemoryEventStore, stream: &str, message: &str) -> String {
    store.keep(&Arc::from(stream), Some(Arc::from(message))).await.expect("it keeps").to_string()
}

async fn after(store: &MemoryEventStore, id: &str) -> (Vec<String>, bool) {
    let replay = store.replay(id).await.expect("it replays").expect("an id");
    (replay.events.iter().map(|event| event.message.to_string()).collect(), replay.complete)
}

#[tokio::test]
async fn the_store_drops_the_oldest_events_of_a_session_and_says_so() {
    let limits = EventLimits { max_events: 3, ..EventLimits::default() };
    let store = MemoryEventStore::new(limits);
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(keep(&store, "a.0", &number.to_string()).await);
    }
    keep(&store, "b.0", "another session's").await;
    assert_eq!(after(&store, &ids[0]).await, (vec!["2".into(), "3".into(), "4".into()], false));
    assert_eq!(after(&store, &ids[2]).await, (vec!["3".into(), "4".into()], true));
    assert_eq!(after(&store, &ids[4]).await, (vec![], true));
}

#[tokio::test]
async fn the_store_has_room_for_so_many_bytes_of_a_session_and_of_all() {
    let limits = EventLimits { max_bytes: 1000, max_total_bytes: 2000, ..EventLimits::default() };
    let store = MemoryEventStore::new(limits);
    let long = "x".repeat(600);
    let first = keep(&store, "a.0", &long).await;
    let second = keep(&store, "a.0", &long).await;
    assert_eq!(after(&store, &first).await, (vec![long.clone()], false));
    for session in ["b.0", "c.0", "d.0"] {
        keep(&store, session, &long).await;
    }
    assert_eq!(after(&store, &second).await, (vec![], false), "the oldest of all sessions went");
    // What is too long is not kept, and nobody is told that nothing is missing.
    let mark = keep(&store, "e.0", "short").await;
    keep(&store, "e.0", &"x".repeat(1001)).await;
    assert_eq!(after(&store, &mark).await, (vec![], false));
}

#[tokio::test]
async fn the_store_keeps_events_for_so_long() {
    let store = MemoryEventStore::new(EventLimits { max_age: Duration::ZERO, ..EventLimits::default() });
    let first = keep(&store, "a.0", "1").await;
    keep(&store, "a.0", "2").await;
    assert_eq!(after(&store, &first).await, (vec![], false));
}

#[tokio::test]
async fn the_store_forgets_a_session() {
    let store = MemoryEventStore::default();
    let (mine, theirs) = (keep(&store, "a.0", "1").await, keep(&store, "b.0", "1").await);
    keep(&store, "b.0", "2").await;
    store.forget("a");
    assert_eq!(after(&store, &mine).await, (vec![], false));
    assert_eq!(after(&store, &theirs).await, (vec!["2".into()], true));
}

#[tokio::test]
async fn an_answer_that_is_not_kept_any_more_is_not_silently_missing() {
    let store = MemoryEventStore::new(EventLimits { max_events: 2, ..EventLimits::default() });
    let server =
        serving(HttpOptions { resumption: Some(Resumption::new(Arc::new(store))), ..HttpOptions::default() });
    let session = Session::begin(&server, NOVEMBER).await;
    let mut stream = session.call(&server, 1, "work").await;
    let mark = stream.expect().await;
    let first = stream.expect().await;
    // While it runs, there is something to come back to.
    session.call(&server, 2, "talk").await.rest().await;
    lose(&server, &session, stream).await;
    let mut stream = session.resume(&server, mark.id()).await;
    server.probe.release();
    assert_eq!(stream.expect().await.json()["params"]["progress"], 2);
    server.probe.release();
    assert_eq!(stream.expect().await.text(), "closable");
    assert!(stream.next().await.is_none());
    for _ in 0..2 {
        session.call(&server, 3, "talk").await.rest().await;
    }
    assert_eq!(session.get(&server, Some(first.id())).await.0, 400);
}

// A store of somebody's own

/// Keeps everything for ever, under ids that say nothing.
#[derive(Default)]
struct Own(Mutex<Vec<Entry>>);

/// A stream, and the message if there is one.
type Entry = (Arc<str>, Option<Arc<str>>);

impl EventStore for Own {
    fn keep(&self, stream: &Arc<str>, message: Option<Arc<str>>) -> Keeping<Arc<str>> {
        let mut kept = self.0.lock().expect("nobody panicked");
        kept.push((Arc::clone(stream), message));
        let id = Arc::from(format!("event-{}", kept.len() - 1));
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(id)
        })
    }

    fn replay(&self, last_event_id: &str) -> Keeping<Option<Replay>> {
        let index: Option<usize> =
            last_event_id.strip_prefix("event-").and_then(|number| number.parse().ok());
        let kept = self.0.lock().expect("nobody panicked");
        let found = index.and_then(|index| kept.get(index).map(|(stream, _)| (index, Arc::clone(stream))));
        let replay = found.map(|(index, stream)| Replay {
            events: kept
                .iter()
                .enumerate()
                .skip(index + 1)
                .filter(|(_, (of, _))| *of == stream)
                .filter_map(|(index, (_, message))| {
                    Some(KeptEvent {
                        id: Arc::from(format!("event-{index}")),
                        message: Arc::clone(message.as_ref()?),
                    })
                })
                .collect(),
            stream,
            complete: true,
        });
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok(replay)
        })
    }
}

fn with(store: impl EventStore) -> HttpOptions {
    let retry = Duration::from_millis(30);
    HttpOptions {
        resumption: Some(Resumption { retry, ..Resumption::new(Arc::new(store)) }),
        ..HttpOptions::default()
    }
}

#[tokio::test]
async fn a_store_of_ones_own_names_the_events() {
    let server = serving(with(Own::default()));
    let (session, other) = (Session::begin(&server, NOVEMBER).await, Session::begin(&server, NOVEMBER).await);
    let mut stream = session.call(&server, 1, "work").await;
    let mark = stream.expect().await;
    assert_eq!((mark.id(), mark.retry), ("event-0", Some(30)));
    assert_eq!(stream.expect().await.id(), "event-1");
    lose(&server, &session, stream).await;
    assert_eq!(other.get(&server, Some("event-0")).await.0, 400, "RESUME-10");
    for id in ["event-9", "nothing"] {
        assert_eq!(session.get(&server, Some(id)).await.0, 400);
    }
    let mut stream = session.resume(&server, "event-0").await;
    assert_eq!(stream.expect().await.json()["params"]["progress"], 1);
    server.probe.release();
    assert_eq!(stream.expect().await.json()["params"]["progress"], 2);
    server.probe.release();
    assert_eq!(stream.rest().await[0].text(), "closable");
}

/// Keeps nothing.
struct Broken;

impl EventStore for Broken {
    fn keep(&self, _: &Arc<str>, _: Option<Arc<str>>) -> Keeping<Arc<str>> {
        Box::pin(async { Err(Error::new(ErrorKind::Io, "the disk is full")) })
    }

    fn replay(&self, _: &str) -> Keeping<Option<Replay>> {
        Box::pin(async { Err(Error::new(ErrorKind::Io, "the disk is gone")) })
    }
}

#[tokio::test]
async fn a_store_that_fails_costs_the_ids_and_not_the_call() {
    let server = serving(with(Broken));
    let session = Session::begin(&server, NOVEMBER).await;
    server.probe.release();
    server.probe.release();
    let sent = session.call(&server, 1, "work").await.rest().await;
    assert!(sent.iter().all(|sent| sent.id.is_none()), "{sent:?}");
    assert_eq!(sent[sent.len() - 1].text(), "closable");
    assert_eq!(session.get(&server, Some("event-0")).await.0, 503);
}

#[tokio::test]
async fn no_event_is_missed_or_sent_twice_however_often_the_stream_is_lost() {
    let server = serving(with(Own::default()));
    let session = Session::begin(&server, NOVEMBER).await;
    let handler = from_function(|call: Invocation| async move {
        for number in 0..200 {
            let progress = Progress { progress: f64::from(number), total: None, message: None };
            call.context.events.emit(Event::Progress(progress));
            tokio::task::yield_now().await;
        }
        Ok(Output::Tool(ToolOutput::text("all")))
    });
    let schema = RawJson::parse(r#"{"type":"object"}"#).expect("JSON");
    server.engine.registry().add_tool(Tool::new("flood", schema), handler).expect("a new tool");
    let mut stream = session.call(&server, 1, "flood").await;
    let mut last = stream.expect().await;
    let mut seen = Vec::new();
    'all: loop {
        for _ in 0..7 {
            let Some(sent) = stream.next().await else { break 'all };
            let json = sent.json();
            seen.push(json["params"]["progress"].as_i64().unwrap_or(-1));
            last = sent;
            if seen.last() == Some(&-1) {
                break 'all;
            }
        }
        drop(stream);
        stream = session.resume(&server, last.id()).await;
    }
    let expected: Vec<i64> = (0..200).chain([-1]).collect();
    assert_eq!(seen, expected);
}
