//! A load generator for MCP servers that costs little and believes nothing: every answer's id and content are checked.
//!
//! `generator http --address 127.0.0.1:8000 [--path /mcp] [--sessions N] <common>`
//! `generator stdio <common> -- COMMAND ...` (spawns the server; `--connections` is then the number of calls in flight)
//! `generator idle --address … --era … [--sessions N] [--listeners N]` (holds them and calls nothing)
//!
//! Common: `--era legacy|modern --connections N --seconds S --warmup COUNT [--warmup-seconds S] --most COUNT
//! --call echo|NAME|add|search|steps|tools/list|tm-dev-lab [--text-bytes N] [--tools N] [--backend URL]
//! [--answer-bytes N] [--unchecked]`.
//!
//! After the warm-up it prints `READY` (with the child's id for stdio), waits for a line on its input, runs, and prints
//! one line of JSON: answers, seconds, latency percentiles in microseconds. It then waits for another line (or the end of
//! its input) before it lets go of connections and child. Any wrong answer ends it with a message.

mod answer;
mod connection;
mod http;
mod idle;
mod options;
mod stdio;
mod tally;
mod work;

fn main() {
    let options = match options::Options::from_arguments(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(complaint) => fail(&complaint),
    };
    let outcome = match options.transport {
        options::Transport::Http => http::run(options),
        options::Transport::Stdio => stdio::run(&options),
        options::Transport::Idle => idle::run(&options),
    };
    match outcome {
        Ok(()) => {}
        Err(complaint) => fail(&complaint),
    }
}

fn fail(complaint: &str) -> ! {
    eprintln!("generator: {complaint}");
    std::process::exit(1)
}

/// Tell the harness that everything is prepared, and wait for its word to begin.
fn wait_for_the_word(note: &str) -> Result<(), String> {
    println!("READY {note}");
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(0) => Err("the harness went away".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Print the result, and keep everything open until the harness has read the clocks.
fn hand_over(tally: tally::Tally) {
    println!("{}", tally.report());
    let mut line = String::new();
    let _ = std::io::stdin().read_line(&mut line);
}
