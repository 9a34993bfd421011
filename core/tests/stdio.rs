//! stdio over an in-memory pipe: lines in, lines out.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use oxmcp_core::engine::{Engine, Shutdown};
use oxmcp_core::error::Result;
use oxmcp_core::handler::Origin;
use oxmcp_core::transports::stdio::{Detour, Passing, StdioOptions, WayBack, serve, serve_with_detour};
use support::{
    CURIOUS_ENVELOPE, ENVELOPE, INITIALIZE, INITIALIZE_WITH_ROOTS, INITIALIZED, PATIENCE, Probe, engine,
    flood, legacy_call, modern_call, one_root,
};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

struct Peer {
    input: Option<DuplexStream>,
    output: BufReader<DuplexStream>,
    engine: Engine,
    probe: Probe,
    shutdown: Shutdown,
    task: JoinHandle<Result<()>>,
}

fn start(options: StdioOptions) -> Peer {
    start_with_buffer(options, 1 << 20)
}

fn start_with_buffer(options: StdioOptions, buffer: usize) -> Peer {
    let (engine, probe) = engine();
    let (input, theirs_in) = tokio::io::duplex(buffer);
    let (output, theirs_out) = tokio::io::duplex(buffer);
    let shutdown = Shutdown::new();
    let task = tokio::spawn(serve(engine.clone(), theirs_in, theirs_out, options, shutdown.clone()));
    Peer { input: Some(input), output: BufReader::new(output), engine, probe, shutdown, task }
}

/// A peer whose messages may be led around; they arrive at the receiver.
fn start_with_detour() -> (Peer, WayBack, UnboundedReceiver<Passing>) {
    let (engine, probe) = engine();
    let (input, theirs_in) = tokio::io::duplex(1 << 20);
    let (output, theirs_out) = tokio::io::duplex(1 << 20);
    let shutdown = Shutdown::new();
    let (passing, passed) = unbounded_channel();
    let (detour, back) = Detour::new(move |message| passing.send(message).unwrap());
    let options = StdioOptions::default();
    let serving = serve_with_detour(engine.clone(), theirs_in, theirs_out, options, shutdown.clone(), detour);
    let task = tokio::spawn(serving);
    let peer = Peer { input: Some(input), output: BufReader::new(output), engine, probe, shutdown, task };
    (peer, back, passed)
}

impl Peer {
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.input.as_mut().unwrap().write_all(bytes.as_ref()).await.unwrap();
    }

    async fn line(&mut self, message: impl AsRef<str>) {
        self.send(format!("{}\n", message.as_ref())).await;
    }

    async fn receive(&mut self) -> serde_json::Value {
        let mut line = String::new();
        timeout(PATIENCE, self.output.read_line(&mut line)).await.expect("no answer").unwrap();
        assert!(line.ends_with('\n'), "STDIO-1: {line:?}");
        serde_json::from_str(&line).unwrap()
    }

    /// Closes the input and returns what still comes, after the transport has ended.
    async fn end(mut self) -> String {
        self.input = None;
        let mut rest = String::new();
        timeout(PATIENCE, self.output.read_to_string(&mut rest))
            .await
            .expect("the transport did not end")
            .unwrap();
        self.task.await.unwrap().unwrap();
        rest
    }
}

#[tokio::test]
async fn a_call_is_answered_on_one_line() {
    // STDIO-1
    let mut peer = start(StdioOptions::default());
    peer.line(modern_call(1, "echo", ENVELOPE)).await;
    let answer = peer.receive().await;
    assert_eq!((&answer["id"], &answer["result"]["content"][0]["text"]), (&1.into(), &r#"{"a":1}"#.into()));
    peer.line(modern_call(2, "lines", ENVELOPE)).await;
    assert_eq!(peer.receive().await["result"]["content"][0]["text"], "a\nb");
    assert_eq!(peer.end().await, "");
}

#[tokio::test]
async fn both_eras_share_a_connection() {
    // ERA-5, VER-6
    let mut peer = start(StdioOptions::default());
    peer.line(INITIALIZE).await;
    assert_eq!(peer.receive().await["result"]["protocolVersion"], "2025-06-18");
    peer.line(INITIALIZED).await;
    peer.line(legacy_call(1, "echo")).await;
    assert!(peer.receive().await["result"].get("resultType").is_none());
    peer.line(modern_call(2, "echo", ENVELOPE)).await;
    assert_eq!(peer.receive().await["result"]["resultType"], "complete");
}

#[tokio::test]
async fn byte_order_mark_carriage_returns_blank_lines_and_a_missing_last_newline_are_tolerated() {
    // STDIO-11
    let mut peer = start(StdioOptions::default());
    peer.send("\u{feff}").await;
    peer.send(format!(
        "\r\n\n  \n{}\r\n\r\n{}",
        modern_call(1, "echo", ENVELOPE),
        modern_call(2, "echo", ENVELOPE)
    ))
    .await;
    assert_eq!(peer.receive().await["id"], 1);
    let rest = peer.end().await;
    assert_eq!(rest.lines().count(), 1);
    assert!(rest.contains(r#""id":2"#), "{rest}");
}

#[tokio::test]
async fn what_is_not_json_is_answered_and_reading_goes_on() {
    // STDIO-12
    let mut peer = start(StdioOptions::default());
    peer.send(b"Hello?\n{\"jsonrpc\":\n\xff\xfe\n").await;
    for _ in 0..3 {
        let answer = peer.receive().await;
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&(-32700).into(), &serde_json::Value::Null));
    }
    peer.line(modern_call(1, "echo", ENVELOPE)).await;
    assert_eq!(peer.receive().await["id"], 1);
}

#[tokio::test]
async fn a_line_over_the_limit_is_answered_once_and_skipped() {
    // STDIO-11
    let mut peer = start(StdioOptions { max_line_bytes: 1000, ..StdioOptions::default() });
    peer.send("x".repeat(300_000)).await;
    peer.send(format!("{}\n{}\n", "y".repeat(300_000), modern_call(1, "echo", ENVELOPE))).await;
    let answer = peer.receive().await;
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&(-32600).into(), &serde_json::Value::Null));
    assert!(answer["error"]["message"].as_str().unwrap().contains("1000"));
    assert_eq!(peer.receive().await["id"], 1);
    // Whoever waits for an answer gets it under its own id.
    let call =
        modern_call(7, "echo", ENVELOPE).replace("\"a\":1", &format!("\"a\":\"{}\"", "x".repeat(100_000)));
    peer.send(format!("{call}\n{}\n", modern_call(1, "echo", ENVELOPE))).await;
    let answer = peer.receive().await;
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&(-32600).into(), &7.into()));
    assert_eq!(peer.receive().await["id"], 1);
    // So it is for a line that takes many reads to get over the limit.
    let mut patient = start(StdioOptions { max_line_bytes: 100_000, ..StdioOptions::default() });
    let call =
        modern_call(8, "echo", ENVELOPE).replace("\"a\":1", &format!("\"a\":\"{}\"", "x".repeat(500_000)));
    for piece in call.as_bytes().chunks(7_000) {
        patient.send(piece).await;
        tokio::task::yield_now().await;
    }
    patient.send("\n").await;
    let answer = patient.receive().await;
    assert_eq!((&answer["error"]["code"], &answer["id"]), (&(-32600).into(), &8.into()));
    // A line that came whole is measured, too; one that just fits is read.
    peer.line(format!("{:999}", "z")).await;
    assert_eq!(peer.receive().await["error"]["code"], -32700);
    peer.line(format!("{:1001}", "z")).await;
    assert_eq!(peer.receive().await["error"]["code"], -32600);
    assert_eq!(peer.end().await, "");
}

#[tokio::test]
async fn requests_run_at_once_and_are_answered_as_they_finish() {
    // STDIO-15
    let mut peer = start(StdioOptions::default());
    for id in 1..=20 {
        peer.line(modern_call(id, "wait", ENVELOPE)).await;
    }
    peer.line(modern_call(99, "echo", ENVELOPE)).await;
    assert_eq!(peer.receive().await["id"], 99);
    peer.probe.reaches(|probe| &probe.started, 20).await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        peer.probe.release();
        ids.push(peer.receive().await["id"].as_u64().unwrap());
    }
    ids.sort_unstable();
    assert_eq!(ids, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn messages_of_a_call_precede_its_answer() {
    let mut peer = start(StdioOptions::default());
    peer.line(modern_call(1, "talk", CURIOUS_ENVELOPE)).await;
    assert_eq!(peer.receive().await["method"], "notifications/message");
    assert_eq!(peer.receive().await["method"], "notifications/progress");
    assert_eq!(peer.receive().await["id"], 1);
}

#[tokio::test]
async fn a_cancelled_call_stops_and_is_not_answered() {
    // CAN-1, CAN-2
    let mut peer = start(StdioOptions::default());
    peer.line(modern_call(1, "wait", ENVELOPE)).await;
    peer.probe.reaches(|probe| &probe.started, 1).await;
    peer.line(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#).await;
    peer.probe.reaches(|probe| &probe.dropped, 1).await;
    peer.line(modern_call(2, "echo", ENVELOPE)).await;
    assert_eq!(peer.receive().await["id"], 2);
    assert_eq!(peer.end().await, "");
}

#[tokio::test]
async fn a_legacy_peer_hears_of_changes_outside_of_any_request() {
    let mut peer = start(StdioOptions::default());
    peer.line(INITIALIZE).await;
    peer.receive().await;
    peer.line(INITIALIZED).await;
    peer.line(legacy_call(1, "echo")).await;
    peer.receive().await;
    assert!(peer.engine.registry().remove_tool("fail"));
    assert_eq!(peer.receive().await["method"], "notifications/tools/list_changed");
}

#[tokio::test(start_paused = true)]
async fn at_the_end_of_the_input_calls_may_finish_within_the_grace() {
    // STDIO-14
    let mut peer = start(StdioOptions { grace: Duration::from_secs(3), ..StdioOptions::default() });
    peer.line(modern_call(1, "wait", ENVELOPE)).await;
    peer.probe.reaches(|probe| &probe.started, 1).await;
    let probe = peer.probe.clone();
    let (rest, ()) = tokio::join!(peer.end(), async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        probe.release();
    });
    assert!(rest.contains("released"), "{rest}");

    assert_eq!(StdioOptions::default().grace, Duration::from_secs(60));
    let mut peer = start(StdioOptions { grace: Duration::from_secs(5), ..StdioOptions::default() });
    for id in 1..=300 {
        peer.line(modern_call(id, "wait", ENVELOPE)).await;
    }
    peer.probe.reaches(|probe| &probe.started, 300).await;
    let probe = peer.probe.clone();
    let before = tokio::time::Instant::now();
    let rest = peer.end().await;
    assert_eq!(before.elapsed().as_secs(), 5);
    assert_eq!(rest.lines().count(), 300);
    for line in rest.lines() {
        let answer: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(answer["error"]["code"], -31002);
        let words = "the input has ended, and this did not finish within the 5 seconds it then had";
        assert_eq!(answer["error"]["message"], words);
    }
    assert_eq!(probe.dropped.load(Ordering::SeqCst), 300);
}

#[tokio::test(start_paused = true)]
async fn at_shutdown_calls_may_finish_within_the_grace() {
    // STDIO-14
    let mut peer = start(StdioOptions { grace: Duration::from_secs(3), ..StdioOptions::default() });
    peer.line(modern_call(1, "wait", ENVELOPE)).await;
    peer.line(modern_call(2, "wait", ENVELOPE)).await;
    peer.probe.reaches(|probe| &probe.started, 2).await;
    peer.shutdown.trigger();
    tokio::time::sleep(Duration::from_secs(2)).await;
    peer.probe.release();
    assert_eq!(peer.receive().await["result"]["content"][0]["text"], "released");
    let words = peer.receive().await["error"]["message"].clone();
    assert_eq!(
        words,
        "the server was told to stop, and this did not finish within the 3 seconds it then had"
    );
    timeout(PATIENCE, peer.task).await.expect("the transport did not end").unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_is_told_twice_to_end_ends_at_once_and_says_so() {
    for twice in ["input, then shutdown", "shutdown, then expiry"] {
        let mut peer = start(StdioOptions::default());
        peer.line(modern_call(1, "wait", ENVELOPE)).await;
        peer.probe.reaches(|probe| &probe.started, 1).await;
        let before = tokio::time::Instant::now();
        if twice == "input, then shutdown" {
            peer.input = None;
            // A turn for the transport: it has heard of the end.
            tokio::time::sleep(Duration::from_secs(1)).await;
            peer.shutdown.trigger();
        } else {
            peer.shutdown.trigger();
            tokio::time::sleep(Duration::from_secs(1)).await;
            peer.shutdown.expire("asked twice");
        }
        assert_eq!(peer.receive().await["error"]["code"], -31002, "{twice}");
        timeout(PATIENCE, peer.task).await.expect("the transport did not end").unwrap().unwrap();
        assert_eq!(before.elapsed().as_secs(), 1);
    }
}

#[tokio::test]
async fn the_engines_end_is_the_transports() {
    let mut peer = start(StdioOptions::default());
    peer.line(modern_call(1, "wait", ENVELOPE)).await;
    peer.probe.reaches(|probe| &probe.started, 1).await;
    peer.engine.shutdown().expire("over");
    assert_eq!(peer.receive().await["error"]["message"], "over");
    timeout(PATIENCE, peer.task).await.expect("the transport did not end").unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn at_the_end_of_the_input_subscriptions_hold_nothing_up() {
    // STDIO-5
    let mut peer = start(StdioOptions::default());
    peer.line(format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{{"notifications":{{"toolsListChanged":true}},{ENVELOPE}}}}}"#
    ))
    .await;
    assert_eq!(peer.receive().await["method"], "notifications/subscriptions/acknowledged");
    let before = tokio::time::Instant::now();
    peer.end().await;
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn shutdown_ends_subscriptions_with_their_result() {
    // SUB-5
    let mut peer = start(StdioOptions::default());
    peer.line(format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{{"notifications":{{}},{ENVELOPE}}}}}"#
    ))
    .await;
    assert_eq!(peer.receive().await["method"], "notifications/subscriptions/acknowledged");
    peer.shutdown.trigger();
    assert_eq!(peer.receive().await["result"]["resultType"], "complete");
    timeout(PATIENCE, peer.task).await.expect("the transport did not end").unwrap().unwrap();
}

#[tokio::test]
async fn a_peer_that_stops_reading_holds_up_reading_not_memory_and_a_closed_output_is_an_end() {
    let options = StdioOptions { max_output_bytes: 1000, ..StdioOptions::default() };
    let mut peer = start_with_buffer(options, 1000);
    let mut input = peer.input.take().unwrap();
    let sending = tokio::spawn(async move { input.write_all(flood().as_bytes()).await });
    let mut ids = Vec::new();
    for _ in 0..1000 {
        ids.push(peer.receive().await["id"].as_u64().unwrap());
    }
    assert_eq!(ids, (0..1000).collect::<Vec<_>>());
    assert!(!sending.is_finished(), "everything was read although nobody took the answers");
    drop(peer.output);
    timeout(PATIENCE, peer.task).await.expect("the transport did not end").unwrap().unwrap();
}

/// Leads what passes on, inward or outward as it came.
async fn lead_on(back: &WayBack, passing: &mut UnboundedReceiver<Passing>) -> Passing {
    let message = timeout(PATIENCE, passing.recv()).await.expect("nothing passes").unwrap();
    match &message {
        Passing::In(text) => {
            assert!(back.receive(text.clone().into(), Origin::default()));
            back.done(true);
        }
        Passing::Out(text) => {
            assert!(back.write(text.clone()));
            back.done(false);
        }
    }
    message
}

#[tokio::test]
async fn messages_that_are_led_around_are_gone_on_with_as_they_come_back() {
    let (mut peer, back, mut passing) = start_with_detour();
    back.go_around();
    peer.line(modern_call(1, "echo", ENVELOPE)).await;
    let came = lead_on(&back, &mut passing).await;
    assert!(matches!(came, Passing::In(text) if text == modern_call(1, "echo", ENVELOPE)));
    assert!(matches!(lead_on(&back, &mut passing).await, Passing::Out(_)));
    assert_eq!(peer.receive().await["id"], 1);
}

#[tokio::test]
async fn nothing_is_read_before_it_is_decided_which_way_messages_go() {
    let (mut peer, back, mut passing) = start_with_detour();
    peer.line(modern_call(1, "echo", ENVELOPE)).await;
    tokio::task::yield_now().await;
    back.go_around();
    assert!(matches!(lead_on(&back, &mut passing).await, Passing::In(_)));
    assert!(matches!(lead_on(&back, &mut passing).await, Passing::Out(_)));
    assert_eq!(peer.receive().await["id"], 1);
}

#[tokio::test]
async fn messages_go_straight_until_somebody_wants_to_see_them_and_none_is_lost() {
    let (mut peer, back, mut passing) = start_with_detour();
    back.go_straight();
    peer.line(modern_call(1, "echo", ENVELOPE)).await;
    assert_eq!(peer.receive().await["id"], 1);
    assert!(passing.try_recv().is_err());
    back.go_around();
    peer.line(modern_call(2, "echo", ENVELOPE)).await;
    lead_on(&back, &mut passing).await;
    lead_on(&back, &mut passing).await;
    assert_eq!(peer.receive().await["id"], 2);
}

#[tokio::test]
async fn the_end_of_the_input_waits_for_what_is_led_around() {
    let (mut peer, back, mut passing) = start_with_detour();
    back.go_around();
    peer.line(modern_call(1, "echo", ENVELOPE)).await;
    let (rest, ()) = tokio::join!(peer.end(), async {
        lead_on(&back, &mut passing).await;
        lead_on(&back, &mut passing).await;
    });
    assert!(rest.contains(r#""id":1"#), "{rest}");
}

#[tokio::test]
async fn a_host_that_is_gone_keeps_no_message() {
    let (mut peer, back, _passing) = start_with_detour();
    drop(back);
    peer.line(modern_call(1, "echo", ENVELOPE)).await;
    assert_eq!(peer.receive().await["id"], 1);
}

/// A peer that can be asked, and was: the id of the question.
async fn asked(options: StdioOptions) -> (Peer, serde_json::Value) {
    let mut peer = start(options);
    peer.line(INITIALIZE_WITH_ROOTS).await;
    peer.receive().await;
    peer.line(INITIALIZED).await;
    peer.line(legacy_call(1, "ask")).await;
    let asked = peer.receive().await;
    assert_eq!(asked["method"], "roots/list");
    (peer, asked["id"].clone())
}

fn said(answer: &serde_json::Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().unwrap()
}

#[tokio::test]
async fn a_question_is_a_line_and_so_is_its_answer_however_busy_it_is() {
    let options = StdioOptions { max_running: 1, ..StdioOptions::default() };
    let (mut peer, id) = asked(options).await;
    peer.line(one_root(&id)).await;
    assert_eq!(said(&peer.receive().await), "1 roots");
    assert_eq!(peer.end().await, "");
}

#[tokio::test]
async fn an_answer_that_is_too_long_fails_its_question() {
    let options = StdioOptions { max_line_bytes: 4096, ..StdioOptions::default() };
    let (mut peer, id) = asked(options).await;
    let name = "x".repeat(5000);
    peer.line(format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"roots":[{{"uri":"file:///a","name":"{name}"}}]}}}}"#
    ))
    .await;
    let answer = peer.receive().await;
    assert!(
        said(&answer)
            .starts_with("client_error: what the client answered to roots/list is no answer: it has ")
    );
}

#[tokio::test(start_paused = true)]
async fn at_the_end_of_the_input_or_of_the_server_open_questions_fail_at_once() {
    let (peer, _) = asked(StdioOptions::default()).await;
    let rest = peer.end().await;
    assert!(rest.contains("cannot_ask: the client cannot answer any more: its input has ended"), "{rest}");
    let (mut peer, _) = asked(StdioOptions::default()).await;
    peer.shutdown.trigger();
    assert_eq!(
        said(&peer.receive().await),
        "shut_down: the server is shutting down and takes no answers any more"
    );
}
