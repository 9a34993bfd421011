//! One child process, with a number of calls under way over its pipes.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::options::{Era, Options};
use crate::tally::Tally;
use crate::{answer, hand_over, wait_for_the_word, work};

struct Pipes {
    input: ChildStdin,
    output: ChildStdout,
    received: Vec<u8>,
    chunk: Vec<u8>,
}

impl Pipes {
    fn send(&mut self, lines: &str) -> Result<(), String> {
        self.input.write_all(lines.as_bytes()).map_err(|error| error.to_string())
    }

    /// Wait for at least one whole line; hand every whole line that is there to `take`.
    fn lines(&mut self, mut take: impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
        loop {
            let count = self.output.read(&mut self.chunk).map_err(|error| error.to_string())?;
            if count == 0 {
                return Err("the server closed its output".to_owned());
            }
            self.received.extend_from_slice(&self.chunk[..count]);
            let Some(last) = self.received.iter().rposition(|byte| *byte == b'\n') else { continue };
            for line in self.received[..last].split(|byte| *byte == b'\n') {
                take(line)?;
            }
            self.received.drain(..=last);
            return Ok(());
        }
    }
}

pub fn run(options: &Options) -> Result<(), String> {
    let (program, arguments) = options.command.split_first().ok_or("no command after --")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let outcome = load(&mut child, options);
    if outcome.is_err() {
        let _ = child.kill();
    }
    let _ = child.wait();
    outcome
}

fn load(child: &mut Child, options: &Options) -> Result<(), String> {
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("no pipes".to_owned());
    };
    let mut pipes = Pipes { input, output, received: Vec::new(), chunk: vec![0; 1 << 16] };
    if options.era == Era::Legacy {
        pipes.send(&format!("{}\n", work::INITIALIZE))?;
        pipes.lines(|_| Ok(()))?;
        pipes.send(&format!("{}\n", work::INITIALIZED))?;
    }
    let warm_until = options.warmup_duration.map(|duration| Instant::now() + duration);
    let warm = drive(&mut pipes, options, 1, options.warmup, warm_until)?;
    wait_for_the_word(&child.id().to_string())?;
    let until = Instant::now() + options.duration;
    let tally = drive(&mut pipes, options, warm.count() + 1, options.most, Some(until))?;
    hand_over(tally);
    Ok(())
}

fn drive(
    pipes: &mut Pipes,
    options: &Options,
    first_id: u64,
    most: u64,
    until: Option<Instant>,
) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut under_way: HashMap<u64, Instant> = HashMap::new();
    let mut next_id = first_id;
    let mut left = most;
    let mut body = String::new();
    let mut outgoing = String::new();
    let begun = Instant::now();
    loop {
        outgoing.clear();
        let now = Instant::now();
        while under_way.len() < options.connections && left > 0 && until.is_none_or(|until| now < until) {
            work::body(&mut body, options, next_id);
            outgoing.push_str(&body);
            outgoing.push('\n');
            under_way.insert(next_id, now);
            next_id += 1;
            left -= 1;
        }
        if under_way.is_empty() {
            tally.elapsed = begun.elapsed();
            return Ok(tally);
        }
        pipes.send(&outgoing)?;
        pipes.lines(|line| {
            let answer = answer::read(line, options)?;
            let sent = under_way.remove(&answer.id).ok_or_else(|| format!("nobody asked {}", answer.id))?;
            tally.add(sent.elapsed(), line.len(), false);
            Ok(())
        })?;
    }
}
