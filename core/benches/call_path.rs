//! Times of what every call passes through before it is dispatched: `cargo bench -p oxmcp-core --bench call_path`.

#![expect(clippy::cast_precision_loss, clippy::expect_used, reason = "a program to run by hand")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use oxmcp_core::json::{RawJson, members};
use oxmcp_core::jsonrpc::{FrameLimits, parse};
use oxmcp_core::schema::{CompiledSchema, SchemaLimits};

const CALL: &str = r#"{"jsonrpc":"2.0","id":12345,"method":"tools/call","params":{"name":"get_weather","arguments":{"city":"Amsterdam","days":3,"units":"metric"}}}"#;
const ARGUMENTS: &str = r#"{"city":"Amsterdam","days":3,"units":"metric"}"#;
const SCHEMA: &str = r#"{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1},"units":{"enum":["metric","imperial"]}},"required":["city"],"additionalProperties":false}"#;

/// The best of several runs, which other work on the machine disturbs least.
fn time(what: &str, bytes: usize, mut run: impl FnMut()) {
    let rounds = (20_000_000 / (bytes + 100)).max(3);
    let mut best = Duration::MAX;
    for _ in 0..7 {
        let begin = Instant::now();
        for _ in 0..rounds {
            run();
        }
        best = best.min(begin.elapsed());
    }
    let nanoseconds = best.as_nanos() as f64 / rounds as f64;
    println!("{what:<44} {nanoseconds:>12.0} ns   {bytes:>8} bytes");
}

fn main() {
    let limits = FrameLimits::default();
    let frame = |what: &str, text: &str| {
        assert!(parse(text.as_bytes(), &limits).is_ok());
        time(what, text.len(), || drop(black_box(parse(black_box(text.as_bytes()), &limits))));
    };
    frame("parse a small call", CALL);
    frame("parse a call with a 10 kB string", &CALL.replace("Amsterdam", &"a long text, ".repeat(800)));
    let numbers: Vec<String> = (0..2_000).map(|number| number.to_string()).collect();
    frame(
        "parse a call with 2,000 numbers",
        &CALL.replace("\"Amsterdam\"", &format!("[{}]", numbers.join(","))),
    );
    for count in [1_000, 200_000] {
        let object: Vec<String> = (0..count).map(|number| format!("\"key{number}\":{number}")).collect();
        let object = format!("{{{}}}", object.join(","));
        frame(
            &format!("parse a call with an object of {count} keys"),
            &CALL.replace("\"Amsterdam\"", &object),
        );
    }
    time("walk the members of a small call", CALL.len(), || drop(black_box(members(black_box(CALL)).last())));

    let schema = RawJson::parse(SCHEMA).expect("JSON");
    let schema = CompiledSchema::compile(&schema, &SchemaLimits::default()).expect("a schema");
    let good = RawJson::parse(ARGUMENTS).expect("JSON");
    let lax = RawJson::parse(&ARGUMENTS.replace('3', "\"3\"")).expect("JSON");
    let bad = RawJson::parse(&ARGUMENTS.replace('3', "\"x\"")).expect("JSON");
    time("check good arguments", ARGUMENTS.len(), || {
        drop(black_box(schema.check_arguments(black_box(&good), true)));
    });
    time("convert arguments", ARGUMENTS.len(), || {
        drop(black_box(schema.check_arguments(black_box(&lax), true)));
    });
    time("refuse arguments", ARGUMENTS.len(), || {
        drop(black_box(schema.check_arguments(black_box(&bad), true)));
    });
}
