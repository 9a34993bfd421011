//! The command `oxmcp`, the same in every package: what people on call ask a configuration, or what it left behind.

mod audit;
mod doctor;
mod keys;
mod policy;

use std::io::{self, Write};

/// Nothing is wrong.
const FINE: u8 = 0;
/// What was looked at has something wrong with it.
const WRONG: u8 = 1;
/// It could not be looked at: the command is wrong, or a file cannot be read.
const UNABLE: u8 = 2;

const USAGE: &str = "\
usage: oxmcp COMMAND

commands:
  audit verify FILE…   whether audit files are as they were written, the oldest first
  doctor connect URL   why clients cannot connect to a running server
  keys add|list|revoke keys of servers, in the file that they read
  policy explain …     whether a caller may do something, and which rule decided
  policy check FILE…   whether policies can be used as they are
  version              which version this is
";

/// What a command says, and where.
struct Voice<'a> {
    out: &'a mut dyn Write,
    errors: &'a mut dyn Write,
}

impl Voice<'_> {
    fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    fn complain(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.errors, "oxmcp: {line}")
    }
}

/// Runs a command with these arguments, without the program's own name; returns the status to exit with: 0 where nothing is wrong, 1
/// where what was looked at is, 2 where the command is, or a file cannot be read.
#[must_use]
pub fn run(arguments: &[String], out: &mut dyn Write, errors: &mut dyn Write) -> u8 {
    let mut voice = Voice { out, errors };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = match arguments.as_slice() {
        ["audit", rest @ ..] => audit::run(rest, &mut voice),
        ["doctor", rest @ ..] => doctor::run(rest, &mut voice),
        ["keys", rest @ ..] => keys::run(rest, &mut voice),
        ["policy", rest @ ..] => policy::run(rest, &mut voice),
        ["version" | "--version"] => voice.say(env!("CARGO_PKG_VERSION")).map(|()| FINE),
        ["help" | "--help" | "-h"] => voice.say(USAGE.trim_end()).map(|()| FINE),
        [] => unusable(&mut voice, "which command?", USAGE),
        [unknown, ..] => unusable(&mut voice, &format!("there is no command {unknown:?}"), USAGE),
    };
    // Nobody reads what it says any more.
    ran.unwrap_or(UNABLE)
}

/// Says what is wrong with the arguments, and how they should be.
fn unusable(voice: &mut Voice<'_>, why: &str, usage: &str) -> io::Result<u8> {
    voice.complain(why)?;
    write!(voice.errors, "\n{usage}")?;
    Ok(UNABLE)
}
