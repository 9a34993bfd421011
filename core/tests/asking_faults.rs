//! Clients that answer what they like, where and when they like: each question is answered once, by the right client, and
//! nothing is left behind.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod asking_support;
mod engine_support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Poll;

use asking_support::*;
use engine_support::*;
use oxmcp_core::engine::{Connection, Engine, Exchange, Outgoing};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a client does.
#[derive(Debug, Clone)]
enum Step {
    /// Calls a tool that asks so many questions at once.
    Call {
        client: usize,
        questions: usize,
    },
    /// Answers a question that was asked of anybody, or an id that nobody was asked under.
    Answer {
        client: usize,
        which: usize,
        how: How,
    },
    /// Answers several at once.
    Batch {
        client: usize,
        which: Vec<usize>,
    },
    Cancel {
        call: usize,
    },
    Close {
        client: usize,
    },
}

#[derive(Debug, Clone, Copy)]
enum How {
    Right,
    WrongShape,
    Error,
    Malformed,
}

const CLIENTS: usize = 3;

fn step() -> impl Strategy<Value = Step> {
    let how = prop_oneof![Just(How::Right), Just(How::WrongShape), Just(How::Error), Just(How::Malformed)];
    prop_oneof![
        4 => (0..CLIENTS, 0..4usize).prop_map(|(client, questions)| Step::Call { client, questions }),
        8 => (0..CLIENTS, 0..12usize, how).prop_map(|(client, which, how)| Step::Answer { client, which, how }),
        2 => (0..CLIENTS, prop::collection::vec(0..12usize, 1..4)).prop_map(|(client, which)| Step::Batch { client, which }),
        1 => (0..12usize).prop_map(|call| Step::Cancel { call }),
        1 => (0..CLIENTS).prop_map(|client| Step::Close { client }),
    ]
}

/// A call, and what is expected of it.
struct Call {
    client: usize,
    /// `None` once it said its last.
    exchange: Option<Exchange>,
    /// The outcomes so far, by the ids of the questions, in order.
    outcomes: Vec<(String, Option<Value>)>,
    cancelled: bool,
}

struct World {
    engine: Engine,
    clients: Vec<Arc<Connection>>,
    calls: Vec<Call>,
    /// Everything that was asked of anybody.
    ids: Vec<String>,
}

impl World {
    fn new() -> Self {
        let engine = asking_engine();
        let clients = (0..CLIENTS).map(|_| {
            let connection = engine.connect();
            // The version that has batches.
            read(&mut send(&engine, &connection, initialize_with("2025-03-26", &all_capabilities())));
            connection
        });
        Self { clients: clients.collect(), engine, calls: Vec::new(), ids: vec!["oxmcp-77".to_owned()] }
    }

    fn call(&mut self, client: usize, questions: usize) {
        let id = i64::try_from(self.calls.len()).unwrap();
        let asked = json!(vec![roots(); questions]);
        let mut exchange = send(&self.engine, &self.clients[client], call(id, "ask", asked));
        let said = read(&mut exchange);
        let mut outcomes = Vec::new();
        for outgoing in &said {
            let Outgoing::Message(text) = outgoing else { continue };
            let message = one_line(text);
            if message["method"] == "roots/list" {
                let id = message["id"].as_str().unwrap().to_owned();
                self.ids.push(id.clone());
                outcomes.push((id, None));
            }
        }
        let ended = matches!(said.last(), Some(Outgoing::Response(_) | Outgoing::Cancelled(_)));
        let cancelled = matches!(said.last(), Some(Outgoing::Cancelled(_)));
        assert!(cancelled || outcomes.len() == questions);
        assert_eq!(ended, questions == 0 || cancelled);
        self.calls.push(Call { client, exchange: (!ended).then_some(exchange), outcomes, cancelled });
    }

    fn answer(&mut self, client: usize, which: usize, how: How) {
        let id = self.ids[which % self.ids.len()].clone();
        let (response, outcome) = response(&id, how);
        self.expect(client, &id, outcome);
        let said = read(&mut send(&self.engine, &self.clients[client], response));
        assert_eq!(said, [Outgoing::Accepted], "answers are not answered");
    }

    fn batch(&mut self, client: usize, which: &[usize]) {
        let mut answers = Vec::new();
        for &which in which {
            let id = self.ids[which % self.ids.len()].clone();
            let (response, outcome) = response(&id, How::Right);
            self.expect(client, &id, outcome);
            answers.push(response);
        }
        let said = read(&mut send(&self.engine, &self.clients[client], json!(answers)));
        assert_eq!(said, [Outgoing::Accepted], "BATCH-3");
    }

    /// Only the first answer in the question's own session counts.
    fn expect(&mut self, client: usize, id: &str, outcome: Value) {
        let open = self.calls.iter_mut().filter(|call| call.client == client && call.exchange.is_some());
        let slot = open.flat_map(|call| &mut call.outcomes).find(|(asked, _)| asked == id);
        if let Some((_, slot @ None)) = slot {
            *slot = Some(outcome);
        }
    }

    fn cancel(&mut self, which: usize) {
        let number = which % self.calls.len().max(1);
        let Some(call) = self.calls.get_mut(number) else { return };
        call.cancelled |= call.exchange.is_some();
        let cancel =
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}});
        let client = Arc::clone(&self.clients[call.client]);
        read(&mut send(&self.engine, &client, cancel));
    }

    fn close(&mut self, client: usize) {
        self.clients[client].close();
        for call in self.calls.iter_mut().filter(|call| call.client == client) {
            call.cancelled |= call.exchange.is_some();
        }
    }

    /// Every call has said what it should have by now, and nothing else.
    fn check(&mut self) {
        for call in &mut self.calls {
            let Some(exchange) = &mut call.exchange else { continue };
            let said = read(exchange);
            let open: Vec<_> = call.outcomes.iter().filter(|(_, outcome)| outcome.is_none()).collect();
            if call.cancelled {
                let mut taken_back: Vec<_> = said.iter().filter_map(cancelled_id).collect();
                taken_back.sort();
                let mut open: Vec<_> = open.iter().map(|(id, _)| id.clone()).collect();
                open.sort();
                assert_eq!(taken_back, open);
                assert!(matches!(said.last(), Some(Outgoing::Cancelled(_))), "{said:?}");
            } else if open.is_empty() {
                let [Outgoing::Response(response)] = &said[..] else { panic!("{said:?}") };
                let body = one_line(&response.body.text());
                let text = body["result"]["content"][0]["text"].as_str().unwrap();
                let told: Vec<BTreeMap<String, Value>> = serde_json::from_str(text).unwrap();
                assert_eq!(told.len(), call.outcomes.len());
                for (told, (id, expected)) in told.iter().zip(&call.outcomes) {
                    let expected = expected.as_ref().unwrap().as_object().unwrap();
                    for (key, value) in expected {
                        assert_eq!(told.get(key), Some(value), "{id}");
                    }
                }
            } else {
                assert!(said.is_empty(), "{said:?}");
                continue;
            }
            call.exchange = None;
        }
        let waits = |client| {
            let mut calls = self.calls.iter().filter(|call| call.client == client && call.exchange.is_some());
            calls.any(|call| call.outcomes.iter().any(|(_, outcome)| outcome.is_none()))
        };
        for (client, connection) in self.clients.iter().enumerate() {
            assert_eq!(connection.is_asking(), waits(client), "nothing is left behind, nothing is lost");
        }
    }
}

/// An answer and what comes of it.
fn response(id: &str, how: How) -> (Value, Value) {
    match how {
        How::Right => {
            let result = json!({"roots": [{"uri": format!("file:///{id}")}]});
            (json!({"jsonrpc": "2.0", "id": id, "result": result}), json!({"answer": result}))
        }
        How::WrongShape => {
            (json!({"jsonrpc": "2.0", "id": id, "result": {}}), json!({"kind": "client_error", "code": null}))
        }
        How::Error => (
            json!({"jsonrpc": "2.0", "id": id, "error": {"code": -7, "message": id}}),
            json!({"kind": "client_error", "code": -7, "message": id}),
        ),
        How::Malformed => {
            (json!({"jsonrpc": "2.0", "id": id, "result": 1}), json!({"kind": "client_error", "code": null}))
        }
    }
}

fn cancelled_id(outgoing: &Outgoing) -> Option<String> {
    let Outgoing::Message(text) = outgoing else { return None };
    let message = one_line(text);
    assert_eq!(message["method"], "notifications/cancelled");
    Some(message["params"]["requestId"].as_str().unwrap().to_owned())
}

fn read(exchange: &mut Exchange) -> Vec<Outgoing> {
    let mut said = Vec::new();
    while let Poll::Ready(Some(outgoing)) = poll_once(exchange) {
        said.push(outgoing);
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_question_is_answered_once_by_its_own_client(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in steps {
            match step {
                Step::Call { client, questions } => world.call(client, questions),
                Step::Answer { client, which, how } => world.answer(client, which, how),
                Step::Batch { client, which } => world.batch(client, &which),
                Step::Cancel { call } => world.cancel(call),
                Step::Close { client } => world.close(client),
            }
            world.check();
        }
    }
}

#[tokio::test]
async fn a_flood_of_answers_nobody_asked_for_leaves_nothing_behind() {
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let mut exchange = send(&engine, &connection, call(1, "ask", json!([roots()])));
    let id = said(&mut exchange)["id"].clone();
    for stray in 2..5000 {
        let stray = result(&json!(format!("oxmcp-{stray}")), json!({"roots": []}));
        assert!(hear(send(&engine, &connection, stray)).await.accepted);
    }
    silent(&mut exchange);
    hear(send(&engine, &connection, result(&id, json!({"roots": []})))).await;
    assert_eq!(outcomes(&hear(exchange).await), json!([{"answer": {"roots": []}}]));
    assert!(!connection.is_asking());
}

#[tokio::test]
async fn the_questions_open_in_one_session_are_bounded() {
    // SEC-12
    let engine = asking_engine();
    let connection = connect(&engine, "2025-06-18", &all_capabilities()).await;
    let mut exchanges = Vec::new();
    for number in 0..16 {
        let mut exchange = send(&engine, &connection, call(number, "ask", json!(vec![roots(); 64])));
        assert_eq!(read(&mut exchange).len(), 64);
        exchanges.push(exchange);
    }
    let heard = hear(send(&engine, &connection, call(16, "ask", json!([roots()])))).await;
    assert_eq!(outcomes(&heard)[0]["kind"], "overloaded");
    drop(exchanges);
    assert!(!connection.is_asking(), "questions go with their calls");
    let mut exchange = send(&engine, &connection, call(17, "ask", json!([roots()])));
    said(&mut exchange);
}
