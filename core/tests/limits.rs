//! Rates, quotas and permits by themselves: what they allow, what they keep, and what they forget.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::FakeRelativeClock;
use governor::{Quota, RateLimiter};
use oxmcp_core::handler::{Failure, FailureKind};
use oxmcp_core::json::RawJson;
use oxmcp_core::limits::{
    Amount, CallLimits, Charge, Clock, Held, Key, LimitOptions, LocalStore, Rule, Store, Visit,
};
use oxmcp_core::model::{Each, Operation, Principal, Rate, ToolLimits};
use serde_json::{Value, json};

/// A generator of numbers that is the same every time (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

fn key(rule: u32, principal: Option<&Principal>) -> Key<'_> {
    Key { rule, tool: None, principal, address: None }
}

const ALL: Each = Each { principal: false, tool: false, address: false };
const CALLER: Each = Each { principal: true, tool: false, address: false };
const TOOL: Each = Each { principal: false, tool: true, address: false };
const ADDRESS: Each = Each { principal: false, tool: false, address: true };

/// Limits whose time is what a test says.
struct Timed {
    limits: CallLimits,
    store: Arc<LocalStore>,
    millis: Arc<AtomicU64>,
}

impl Timed {
    fn new(rules: Vec<Rule>) -> Self {
        Self::with(LimitOptions { rules, ..LimitOptions::default() })
    }

    fn with(options: LimitOptions) -> Self {
        let millis = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&millis);
        let clock: Clock = Arc::new(move || Duration::from_millis(told.load(Ordering::SeqCst)));
        let store = Arc::new(LocalStore::new(options.max_keys));
        let limits = CallLimits::counting(options, Arc::clone(&store) as _, clock).unwrap();
        Self { limits, store, millis }
    }

    fn pass(&self, millis: u64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    fn call(&self, tool: &str, who: Option<&Principal>, address: Option<&str>) -> Result<Option<Held>, Failure> {
        self.call_of(tool, who, address, None)
    }

    fn call_of(
        &self,
        tool: &str,
        principal: Option<&Principal>,
        address: Option<&str>,
        of_tool: Option<&ToolLimits>,
    ) -> Result<Option<Held>, Failure> {
        let operation = Operation::CallTool { name: tool.to_owned(), arguments: RawJson::empty_object() };
        self.limits.enter(&Visit {
            method: "tools/call",
            operation: &operation,
            tool: Some(tool),
            of_tool,
            principal,
            address: address.map(|address| address.parse::<IpAddr>().unwrap()),
        })
    }

    fn ask(&self, method: &str, operation: &Operation) -> bool {
        let (tool, of_tool, principal, address) = (None, None, None, None);
        self.limits.enter(&Visit { method, operation, tool, of_tool, principal, address }).is_ok()
    }

    /// How many of so many calls get through.
    fn let_in(&self, calls: usize, who: Option<&Principal>, address: Option<&str>) -> usize {
        (0..calls).filter(|_| self.call("t", who, address).is_ok()).count()
    }
}

fn per_minute(count: u32, each: Each) -> Rule {
    Rule::new(Amount::Rate(Rate::new(count, Duration::from_secs(60)).unwrap()), each)
}

fn data(failure: &Failure) -> Value {
    serde_json::from_str(failure.data.as_ref().unwrap().as_str()).unwrap()
}

/// R20 of the design: what governor allows, we allow, but for one.
#[test]
fn rates_allow_what_governor_allows_on_a_hundred_thousand_random_traces() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for trace in 0..100_000 {
        let (count, burst) = (1 + chance.next(200), 1 + chance.next(40));
        let period = Duration::from_millis([100, 1000, 60_000, 3_600_000][chance.next(4) as usize]);
        let rate =
            Rate::new(u32::try_from(count).unwrap(), period).unwrap().with_burst(u32::try_from(burst).unwrap());
        let store = LocalStore::new(64);
        let clock = FakeRelativeClock::default();
        let quota = Quota::with_period(period / rate.count())
            .unwrap()
            .allow_burst(NonZeroU32::new(rate.burst()).unwrap());
        let judge = RateLimiter::direct_with_clock(quota, clock.clone());
        let (mut now, mut ours, mut theirs) = (Duration::ZERO, 0_i32, 0_i32);
        let interval = u64::try_from(period.as_nanos()).unwrap() / count;
        for _ in 0..(10 + chance.next(60)) {
            let step = Duration::from_nanos(match chance.next(4) {
                0 => 0,
                1 => chance.next(2 * interval),
                2 => interval,
                _ => chance.next(10 * interval),
            });
            now += step;
            clock.advance(step);
            let charge = Charge { key: key(0, None), amount: Amount::Rate(rate) };
            ours += i32::from(store.take(&[charge], now).is_ok());
            theirs += i32::from(judge.check().is_ok());
            assert!((ours - theirs).abs() <= 1, "trace {trace}, {rate:?}: {ours} against {theirs}");
        }
    }
}

#[test]
fn no_more_than_the_rate_and_its_burst_gets_through_however_long_it_takes() {
    let timed = Timed::new(vec![per_minute(60, ALL)]);
    let (mut through, mut chance) = (0, Chance(7));
    let mut passed = 0;
    while passed < 600_000 {
        let millis = chance.next(700);
        timed.pass(millis);
        passed += millis;
        through += timed.let_in(2, None, None);
    }
    let most = usize::try_from(passed / 1000).unwrap() + 60;
    assert!((most - 1..=most).contains(&through), "{through} of {most}");
}

#[test]
fn all_rules_are_looked_at_before_any_is_charged() {
    let alice = Principal::of_subject("alice");
    let rules = vec![per_minute(10, ALL), per_minute(2, CALLER), per_minute(5, ADDRESS)];
    let timed = Timed::new(rules);
    let home = Some("192.0.2.1");
    assert_eq!(timed.let_in(50, Some(&alice), home), 2);
    // Had the refused ones counted for all, or for the address, there would be none left of either.
    let bob = Principal::of_subject("bob");
    assert_eq!(timed.let_in(50, Some(&bob), home), 2);
    let carol = Principal::of_subject("carol");
    assert_eq!(timed.let_in(50, Some(&carol), home), 1, "five for the address");
    assert_eq!(timed.let_in(50, Some(&carol), Some("192.0.2.2")), 1, "her second");
    let others: usize = (0..20)
        .map(|n| timed.let_in(1, Some(&Principal::of_subject(&format!("user {n}"))), Some("192.0.2.3")))
        .sum();
    assert_eq!(others, 4, "ten in all, of which six are gone");
}

#[test]
fn whoever_is_refused_hears_when_to_come_back_and_can_then() {
    let timed = Timed::new(vec![per_minute(2, CALLER)]);
    let alice = Principal::of_subject("alice");
    assert_eq!(timed.let_in(2, Some(&alice), None), 2);
    let failure = timed.call("t", Some(&alice), None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::RateLimited);
    assert_eq!(data(&failure), json!({"retryAfterMs": 30_000, "limit": 2, "remaining": 0}));
    assert_eq!(
        failure.message,
        "too many calls: at most 2 per minute for each caller; try again in 30 seconds"
    );
    let http = failure.http.unwrap();
    let header = |name: &str| http.headers[name].to_str().unwrap().to_owned();
    assert_eq!(http.status, 429);
    assert_eq!(
        [header("retry-after"), header("ratelimit-limit"), header("ratelimit-remaining")],
        ["30", "2", "0"]
    );
    timed.pass(29_999);
    assert!(timed.call("t", Some(&alice), None).is_err());
    timed.pass(1);
    assert!(timed.call("t", Some(&alice), None).is_ok());
}

#[test]
fn of_several_that_are_used_up_the_longest_wait_is_told() {
    let timed = Timed::new(vec![
        per_minute(60, ALL),
        Rule::new(Amount::Quota { max: 60, window: Duration::from_secs(3600) }, ALL),
    ]);
    assert_eq!(timed.let_in(60, None, None), 60);
    let failure = timed.call("t", None, None).unwrap_err();
    assert_eq!(data(&failure), json!({"retryAfterMs": 3_600_000, "limit": 60, "remaining": 0}));
    assert_eq!(
        failure.message,
        "too many calls: at most 60 in an hour in all; try again in an hour"
    );
}

#[test]
fn a_quota_begins_with_the_first_call_and_comes_back_as_a_whole() {
    let day = Duration::from_secs(86_400);
    let timed = Timed::new(vec![Rule::new(Amount::Quota { max: 3, window: day }, CALLER)]);
    let (alice, bob) = (Principal::of_subject("alice"), Principal::of_subject("bob"));
    timed.pass(5_000);
    assert_eq!(timed.let_in(9, Some(&alice), None), 3);
    timed.pass(40_000_000);
    assert_eq!(timed.let_in(9, Some(&alice), None), 0);
    assert_eq!(timed.let_in(9, Some(&bob), None), 3);
    timed.pass(46_399_999);
    assert_eq!(timed.let_in(9, Some(&alice), None), 0);
    timed.pass(1);
    assert_eq!(timed.let_in(9, Some(&alice), None), 3);
    assert_eq!(timed.let_in(9, Some(&bob), None), 0);
}

#[test]
fn permits_are_given_back_when_what_held_them_is_dropped() {
    let both = Each { principal: true, tool: true, address: false };
    let rules = vec![
        Rule::new(Amount::Concurrent(2), both),
        Rule::new(Amount::Concurrent(3), ALL),
    ];
    let timed = Timed::new(rules);
    let (alice, bob) = (Principal::of_subject("alice"), Principal::of_subject("bob"));
    let first = timed.call("slow", Some(&alice), None).unwrap();
    let second = timed.call("slow", Some(&alice), None).unwrap();
    assert!(timed.call("slow", Some(&alice), None).is_err());
    let other = timed.call("quick", Some(&alice), None).unwrap();
    let failure = timed.call("slow", Some(&bob), None).unwrap_err();
    assert_eq!(data(&failure), json!({"retryAfterMs": 1000, "limit": 3, "remaining": 0}));
    drop(second);
    drop(timed.call("slow", Some(&bob), None).unwrap());
    let third = timed.call("slow", Some(&alice), None).unwrap();
    assert!(timed.call("slow", Some(&alice), None).is_err());
    drop((first, other, third));
    assert_eq!(timed.store.size().0, 0, "none runs, none is kept");
}

#[test]
fn whoever_asks_without_a_principal_is_told_apart_by_its_network() {
    let timed = Timed::new(vec![per_minute(2, CALLER)]);
    assert_eq!(timed.let_in(5, None, Some("2001:db8:1:2::1")), 2);
    assert_eq!(timed.let_in(5, None, Some("2001:db8:1:2:ffff::9")), 0, "the same /64");
    assert_eq!(timed.let_in(5, None, Some("2001:db8:1:3::1")), 2);
    assert_eq!(timed.let_in(5, None, Some("192.0.2.1")), 2);
    assert_eq!(timed.let_in(5, None, Some("::ffff:192.0.2.1")), 0, "the same, spelt otherwise");
    assert_eq!(timed.let_in(5, None, None), 2);
    assert_eq!(timed.let_in(5, None, None), 0);
    // Where there is no address, there is no limit of addresses.
    let timed = Timed::new(vec![per_minute(2, ADDRESS)]);
    assert_eq!(timed.let_in(50, None, None), 50);
}

#[test]
fn rules_are_about_the_tools_and_methods_they_name() {
    let timed = Timed::new(vec![
        per_minute(1, TOOL).of_tools(["search_*", "query"]),
        per_minute(1, ALL).of_methods(["resources/read"]),
    ]);
    let calls = |tool: &str| (0..5).filter(|_| timed.call(tool, None, None).is_ok()).count();
    assert_eq!([calls("search_a"), calls("search_b"), calls("query"), calls("other")], [1, 1, 1, 5]);
    let read = Operation::ReadResource { uri: "test://a".to_owned() };
    assert!(timed.ask("resources/read", &read) && !timed.ask("resources/read", &read));
    let list = Operation::ListTools { cursor: None };
    assert!(timed.ask("tools/list", &list) && timed.ask("tools/list", &list));
    for tools in [vec!["a"], vec![]] {
        let rule = per_minute(1, ALL).of_tools(tools.clone()).of_methods(["tools/list"]);
        let options = LimitOptions { rules: vec![rule], ..LimitOptions::default() };
        assert_eq!(CallLimits::new(options).is_err(), !tools.is_empty());
    }
}

#[test]
fn what_ends_something_or_only_says_hello_is_never_too_much() {
    let timed = Timed::new(vec![per_minute(1, ALL)]);
    let list = Operation::ListTools { cursor: None };
    assert!(timed.ask("tools/list", &list) && !timed.ask("tools/list", &list));
    let custom = |method: &str| Operation::Custom { method: method.to_owned(), params: RawJson::empty_object() };
    assert!(timed.ask("ping", &Operation::Ping));
    assert!(timed.ask("resources/unsubscribe", &Operation::Unsubscribe { uri: String::new() }));
    assert!(timed.ask("tasks/cancel", &custom("tasks/cancel")));
    assert!(timed.ask("tasks/update", &custom("tasks/update")));
    assert!(!timed.ask("tasks/get", &custom("tasks/get")));
    assert!(!timed.ask("my/method", &custom("my/method")));
}

#[test]
fn tools_have_limits_of_their_own_beside_those_of_the_server() {
    let timed = Timed::new(Vec::new());
    let own = ToolLimits {
        rate: Some(Rate::parse("2/hour").unwrap()),
        max_concurrent: Some(1),
        ..ToolLimits::default()
    };
    let held = timed.call_of("t", None, None, Some(&own)).unwrap();
    let failure = timed.call_of("t", None, None, Some(&own)).unwrap_err();
    assert_eq!(data(&failure)["retryAfterMs"], 1000, "one at once");
    drop(held);
    assert!(timed.call_of("t", None, None, Some(&own)).is_ok());
    let failure = timed.call_of("t", None, None, Some(&own)).unwrap_err();
    assert_eq!(data(&failure)["retryAfterMs"], 1_800_000, "two an hour");
    assert!(timed.call_of("u", None, None, Some(&own)).is_ok(), "each tool for itself");
    let each = ToolLimits { rate_each: CALLER, ..own };
    let alice = Principal::of_subject("alice");
    assert!(timed.call_of("t", Some(&alice), None, Some(&each)).is_ok());
}

#[test]
fn a_model_is_told_in_words_where_the_author_wants_that() {
    let rules = vec![per_minute(1, ALL)];
    let timed = Timed::with(LimitOptions { rules, tools_answer: true, ..LimitOptions::default() });
    assert!(timed.call("t", None, None).is_ok());
    let failure = timed.call("t", None, None).unwrap_err();
    assert!(failure.http.is_none() && failure.data.is_none());
    assert!(failure.message.ends_with("try again in 60 seconds"), "{}", failure.message);
    // What no model reads is an error all the same.
    let (list, of_tool) = (Operation::ListTools { cursor: None }, None);
    let visit = Visit { method: "tools/list", operation: &list, tool: None, of_tool, principal: None, address: None };
    assert!(timed.limits.enter(&visit).unwrap_err().http.is_some());
}

#[test]
fn what_is_whole_again_is_forgotten_and_its_room_given_back() {
    let timed = Timed::new(vec![per_minute(60, CALLER)]);
    for n in 0..100_000 {
        assert!(timed.call("t", Some(&Principal::of_subject(&n.to_string())), None).is_ok());
    }
    assert_eq!(timed.store.size().0, 100_000);
    timed.pass(1_000);
    let late = Principal::of_subject("late");
    // Each call cleans one part of 64 at most, four times in a second.
    for _ in 0..64 {
        timed.pass(250);
        timed.call("t", Some(&late), None).ok();
    }
    let (keys, room) = timed.store.size();
    assert!(keys <= 1 && room < 2_000, "{keys} keys, room for {room}");
}

#[test]
fn there_are_never_more_keys_than_there_may_be_and_those_that_matter_most_stay() {
    let rules = vec![per_minute(60, CALLER)];
    let timed = Timed::with(LimitOptions { rules, max_keys: 6_400, ..LimitOptions::default() });
    let busy = Principal::of_subject("busy");
    assert_eq!(timed.let_in(60, Some(&busy), None), 60);
    for n in 0..100_000 {
        timed.call("t", Some(&Principal::of_subject(&n.to_string())), None).unwrap();
        assert!(timed.store.size().0 <= 6_400);
        assert!(n % 10_000 != 0 || timed.call("t", Some(&busy), None).is_err());
    }
    // Strangers are counted apart.
    let timed = Timed::with(LimitOptions {
        rules: vec![per_minute(2, CALLER)],
        max_keys: 64,
        ..LimitOptions::default()
    });
    assert_eq!(timed.let_in(2, Some(&busy), None), 2);
    for n in 0..10_000_u32 {
        timed.let_in(2, None, Some(&std::net::Ipv4Addr::from_bits(n).to_string()));
    }
    assert_eq!(timed.let_in(2, Some(&busy), None), 0);
}

#[test]
fn threads_together_take_no_more_than_there_is() {
    let store = LocalStore::new(1000);
    let rate = Rate::parse("1000/day").unwrap();
    let taken: usize = std::thread::scope(|scope| {
        let take = || {
            let charges = [
                Charge { key: key(0, None), amount: Amount::Rate(rate) },
                Charge { key: key(1, None), amount: Amount::Concurrent(2) },
            ];
            let mut taken = 0;
            for _ in 0..1000 {
                if let Ok(slots) = store.take(&charges, Duration::ZERO) {
                    taken += 1;
                    store.give_back(&slots);
                }
            }
            taken
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // Those who came while two were at it were refused and not charged.
    let left = (0..2000)
        .filter(|_| {
            let charge = Charge { key: key(0, None), amount: Amount::Rate(rate) };
            store.take(&[charge], Duration::ZERO).is_ok()
        })
        .count();
    assert_eq!(taken + left, 1000);
}

#[test]
fn rates_are_written_as_people_say_them() {
    let said: HashMap<&str, (u32, u64)> = HashMap::from([
        ("100/minute", (100, 60)),
        ("5/s", (5, 1)),
        ("1 / day", (1, 86_400)),
        ("20/30s", (20, 30)),
        ("7/2 hours", (7, 7_200)),
    ]);
    for (text, (count, seconds)) in said {
        let rate = Rate::parse(text).unwrap();
        assert_eq!((rate.count(), rate.period().as_secs(), rate.burst()), (count, seconds, count), "{text}");
    }
    for wrong in ["", "5", "5/", "/s", "0/s", "-1/s", "1.5/s", "5/0s", "5/fortnight", "5/999d", "99999999999/s"] {
        assert!(Rate::parse(wrong).unwrap_err().contains("is no rate"), "{wrong}");
    }
}
