//! Who drives the runtime, and that no answer is left behind when that changes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use mailbox_support::{invocation, start, take};
use oxmcp_core::handler::ReplyFuture;
use oxmcp_core::host::{Driver, Placement};
use oxmcp_core::mailbox::{Mailbox, PendingCall};
use oxmcp_core::model::{Output, ToolOutput};
use tokio::sync::Notify;

mod mailbox_support;

/// No test waits longer than this for anything.
const PATIENCE: Duration = Duration::from_secs(10);

fn driver(placement: Placement) -> Arc<Driver> {
    Driver::start(placement, Box::new(|| false)).unwrap()
}

/// A call in the host's hands, and what waits for its answer.
fn call() -> (PendingCall, ReplyFuture) {
    let mailbox = Mailbox::new(|| {}, 1);
    let waiting = mailbox.handler(0).invoke(invocation("asked"));
    let call = take(&mailbox).into_iter().map(start).next().unwrap();
    (call, waiting)
}

/// Waits on the runtime for the answer; the receiver hears when it is there.
fn await_answer(driver: &Driver, waiting: ReplyFuture) -> mpsc::Receiver<bool> {
    let (sender, answered) = mpsc::channel();
    driver.spawn(async move { sender.send(waiting.await.is_ok()).unwrap() });
    answered
}

fn fine() -> Output {
    Output::Tool(ToolOutput::text("fine"))
}

#[test]
fn the_standby_thread_leads_at_once_where_nobody_has_led() {
    let driver = driver(Placement::Thread);
    let (sender, ran) = mpsc::channel();
    driver.spawn(async move { sender.send(thread::current().name().map(str::to_owned)).unwrap() });
    assert_eq!(ran.recv_timeout(PATIENCE).unwrap().as_deref(), Some("oxmcp-standby"));
    driver.stop();
    driver.join();
}

#[test]
fn the_standby_thread_leads_when_the_leader_stays_away() {
    let driver = driver(Placement::EventLoop);
    driver.lead(async {});
    let (sender, ran) = mpsc::channel();
    driver.spawn(async move { sender.send(()).unwrap() });
    assert!(ran.recv_timeout(PATIENCE).is_ok());
    driver.stop();
    driver.join();
}

#[test]
fn the_standby_thread_rests_while_a_leader_is_at_its_first_turn() {
    let (looks, looked) = mpsc::channel();
    let driver =
        Driver::start(Placement::Thread, Box::new(move || looks.send(Instant::now()).is_err())).unwrap();
    let (done, leading) = (Arc::new(Notify::new()), Arc::clone(&driver));
    let until = Arc::clone(&done);
    let leader = thread::spawn(move || leading.lead(async move { until.notified().await }));
    let turns: Vec<Instant> = looked.iter().take(12).collect();
    // The first look or two may come before there is a leader; after that one look follows the other after a pause.
    assert!(turns[11].duration_since(turns[3]) > Duration::from_millis(20), "{turns:?}");
    done.notify_one();
    leader.join().unwrap();
    driver.stop();
    driver.join();
}

#[test]
fn a_leader_that_goes_to_something_long_is_replaced_and_what_it_kept_goes_out_when_it_is_back() {
    let driver = driver(Placement::Thread);
    driver.lead(async {});
    driver.stand_in();
    let (sender, ran) = mpsc::channel();
    driver.spawn(async move { sender.send(thread::current().name().map(str::to_owned)).unwrap() });
    assert_eq!(ran.recv_timeout(PATIENCE).unwrap().as_deref(), Some("oxmcp-standby"));
    let (kept, waiting) = call();
    let answered = await_answer(&driver, waiting);
    driver.keep(vec![kept.responder.seal(Ok(fine()))]);
    assert!(answered.try_recv().is_err(), "the leader is not back");
    driver.lead(async {});
    assert!(answered.recv_timeout(PATIENCE).unwrap());
    driver.stop();
    driver.join();
}

#[test]
fn a_batch_of_answers_goes_out_through_the_standby_thread() {
    let driver = driver(Placement::Thread);
    let (first, second) = (call(), call());
    let mut answers = vec![first.0.responder.seal(Ok(fine())), second.0.responder.seal(Ok(fine()))];
    let answered = [await_answer(&driver, first.1), await_answer(&driver, second.1)];
    driver.send_batch(&mut answers);
    assert!(answers.is_empty());
    assert!(answered.iter().all(|answered| answered.recv_timeout(PATIENCE).unwrap()));
    driver.stop();
    driver.join();
}

#[test]
fn what_a_leader_kept_goes_out_when_another_leads_in_its_place() {
    let driver = driver(Placement::EventLoop);
    driver.lead(async {});
    assert!(driver.is_led_by_this_thread());
    let (pending, waiting) = call();
    let answered = await_answer(&driver, waiting);

    let (over, leads) = (Arc::new(Notify::new()), Arc::new(std::sync::Barrier::new(2)));
    let other = thread::spawn({
        let (driver, over, leads) = (Arc::clone(&driver), Arc::clone(&over), Arc::clone(&leads));
        move || {
            driver.lead(async {
                leads.wait();
                over.notified().await;
            });
        }
    });
    leads.wait();
    assert!(!driver.is_led_by_this_thread());
    // As if it had been answered just before the other came.
    driver.send_later(pending.responder.seal(Ok(fine())));
    driver.resign();
    assert!(answered.recv_timeout(PATIENCE).unwrap());
    over.notify_one();
    other.join().unwrap();
    driver.stop();
    driver.join();
}
