//! `oxmcp policy`: what a policy says, and why.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{FINE, UNABLE, Voice, WRONG, unusable};
use crate::authorization::{Access, Definition, Denial, Effect, Policy, PolicyDecision, Target};
use crate::error::{Error, ErrorKind, Result};
use crate::host::settings::{AuthorizationSettings, CONFIG, PolicyFile, is_json};
use crate::json::RawJson;
use crate::model::{Grants, Principal};

const USAGE: &str = "\
usage: oxmcp policy explain [OPTION…] ACTION
       oxmcp policy check FILE…

explain: whether a caller may do something, which rule decided, and what every other rule about it says. Exits with 0 where it may,
with 1 where it may not. What tools, resources and prompts ask for themselves is not in the file, and not looked at.

actions:
  call TOOL [ARGUMENTS]     a tool; ARGUMENTS is a JSON object
  prompt NAME [ARGUMENTS]   a prompt
  read URI                  a resource
  method NAME               a method of the author's, or about tasks

options:
  --policy FILE      the policy, TOML or JSON
  --config FILE      the configuration that has it as its section authorization; the file that OXMCP_CONFIG names, without either
  --as ROLE          the caller has this role; several with commas, as in all of these
  --scope SCOPE      the caller's token has this scope
  --subject NAME     the caller is this user
  --client ID        the caller asks through this client
  --claims OBJECT    the caller's token has these claims, JSON
  --local            the caller is at this end of stdio, or in the same process

check: whether files, policies or configurations, can be used as they are.
";

pub(super) fn run(arguments: &[&str], voice: &mut Voice<'_>) -> io::Result<u8> {
    match arguments {
        ["explain", rest @ ..] => match Question::read(rest) {
            Ok(question) => explained(&question, voice),
            Err(why) => unusable(voice, &format!("policy explain: {why}"), USAGE),
        },
        ["check", files @ ..] if !files.is_empty() && !files.iter().any(|file| file.starts_with("--")) => {
            checked(files, voice)
        }
        ["check", ..] => unusable(voice, "policy check: which files?", USAGE),
        _ => unusable(voice, "policy: which command?", USAGE),
    }
}

/// What somebody wants to know.
#[derive(Default)]
struct Question<'a> {
    policy: Option<&'a str>,
    config: Option<&'a str>,
    roles: Vec<Box<str>>,
    scopes: Vec<Box<str>>,
    subject: Option<&'a str>,
    client: Option<&'a str>,
    claims: Option<RawJson>,
    local: bool,
    action: Option<(Target<'a>, String)>,
}

impl<'a> Question<'a> {
    fn read(arguments: &[&'a str]) -> std::result::Result<Self, String> {
        let mut question = Self::default();
        let mut rest = arguments;
        while let [option, more @ ..] = rest
            && option.starts_with("--")
        {
            rest = more;
            if *option == "--local" {
                question.local = true;
                continue;
            }
            let [value, more @ ..] = rest else { return Err(format!("{option} needs a value")) };
            rest = more;
            let words = || value.split(',').filter(|word| !word.is_empty()).map(Box::from);
            match *option {
                "--policy" => question.policy = Some(value),
                "--config" => question.config = Some(value),
                "--as" => question.roles.extend(words()),
                "--scope" => question.scopes.extend(words()),
                "--subject" => question.subject = Some(value),
                "--client" => question.client = Some(value),
                "--claims" => question.claims = Some(object(value)?),
                _ => return Err(format!("there is no option {option}")),
            }
        }
        if question.policy.is_some() && question.config.is_some() {
            return Err("--policy or --config?".to_owned());
        }
        if question.local && question.principal().is_some() {
            return Err("--local is a caller of whom nothing else is known".to_owned());
        }
        question.action = Some(action(rest)?);
        Ok(question)
    }

    fn principal(&self) -> Option<Principal> {
        let is_known = self.subject.is_some()
            || self.client.is_some()
            || self.claims.is_some()
            || !self.roles.is_empty()
            || !self.scopes.is_empty();
        let grants = Grants {
            scopes: self.scopes.clone(),
            roles: self.roles.clone(),
            claims: self.claims.clone(),
            ..Grants::default()
        };
        // A caller of whom only roles are known is somebody, too.
        let named = Principal::from_parts(self.subject, self.client, None);
        is_known.then(|| named.unwrap_or_else(|| Principal::of_subject("")).granted(grants))
    }

    fn definition(&self) -> Result<Definition> {
        if let Some(path) = self.policy {
            return PolicyFile::new(path.into(), None, None).definition();
        }
        let named = || std::env::var_os(CONFIG).filter(|named| !named.is_empty()).map(PathBuf::from);
        let path = self.config.map(PathBuf::from).or_else(named).ok_or_else(|| {
            let why = format!("name a file with --policy, --config or the variable {CONFIG}");
            Error::new(ErrorKind::Configuration, why)
        })?;
        of_configuration(&path)
    }
}

fn action<'a>(words: &[&'a str]) -> std::result::Result<(Target<'a>, String), String> {
    let with = |given: &str| object(given).map(|object| object.as_str().to_owned());
    let none = || "{}".to_owned();
    match words {
        ["call", tool] => Ok((Target::Tool(tool), none())),
        ["call", tool, given] => Ok((Target::Tool(tool), with(given)?)),
        ["prompt", name] => Ok((Target::Prompt(name), none())),
        ["prompt", name, given] => Ok((Target::Prompt(name), with(given)?)),
        ["read", uri] => Ok((Target::Resource(uri), none())),
        ["method", name] if name.starts_with("tasks/") => Ok((Target::Task(name), none())),
        ["method", name] => Ok((Target::Method(name), none())),
        [] => Err("what is it that somebody wants to do?".to_owned()),
        _ => Err(format!("{:?} is nothing to do", words.join(" "))),
    }
}

fn object(text: &str) -> std::result::Result<RawJson, String> {
    let read = RawJson::parse(text).ok().filter(RawJson::is_object);
    read.ok_or_else(|| format!("this is no JSON object: {text}"))
}

fn explained(question: &Question<'_>, voice: &mut Voice<'_>) -> io::Result<u8> {
    let read = question.definition().and_then(|definition| Ok((Policy::new(&definition)?, definition)));
    let (policy, definition) = match read {
        Ok(both) => both,
        Err(error) => {
            voice.complain(&error.to_string())?;
            return Ok(UNABLE);
        }
    };
    let known = &definition.roles;
    if let Some(role) = question.roles.iter().find(|role| !known.is_empty() && !known.contains_key(&***role))
    {
        let all: Vec<_> = known.keys().map(String::as_str).collect();
        voice.complain(&format!("there is no role {role:?}; the roles are {}", all.join(", ")))?;
        return Ok(UNABLE);
    }
    let Some((target, arguments)) = &question.action else { return Ok(UNABLE) };
    let canonical = match target {
        Target::Resource(uri) => crate::registry::canonical_uri(uri),
        _ => String::new(),
    };
    let target = if let Target::Resource(_) = target { Target::Resource(&canonical) } else { *target };
    let principal = question.principal();
    let access = policy.access(principal.as_ref(), question.local);
    let decision = match target {
        Target::Tool(_) | Target::Prompt(_) => policy.call(&access, target, None, arguments),
        _ => policy.visible(&access, target, None),
    };
    voice.say(&verdict(&decision))?;
    if let Some(rule) = &decision.rule {
        voice.say(&format!("decided by: {rule}"))?;
    }
    voice.say(&format!("caller: {}", caller(&access)))?;
    for said in policy.explain(&access, principal.as_ref(), target, arguments) {
        let effect = if said.effect == Effect::Allow { "allows" } else { "denies" };
        voice.say(&format!("  {} ({effect}): {}", said.rule, said.reason))?;
    }
    Ok(if decision.is_allowed() { FINE } else { WRONG })
}

fn verdict(decision: &PolicyDecision) -> String {
    let reason = &decision.reason;
    match &decision.denial {
        None => format!("allowed: {reason}"),
        Some(Denial::Unknown) => format!("denied, as if it did not exist: {reason}"),
        Some(Denial::Arguments) => format!("denied with these arguments: {reason}"),
        Some(Denial::Scopes(scopes)) => format!("denied without {}: {reason}", scopes.join(", ")),
    }
}

fn caller(access: &Access) -> String {
    let all = |what: &str, names: Vec<&str>| match &*names {
        [] => format!("no {what}"),
        names => format!("{what} {}", names.join(", ")),
    };
    format!("{}; {}", all("roles", access.roles().collect()), all("scopes", access.scopes().collect()))
}

fn checked(files: &[&str], voice: &mut Voice<'_>) -> io::Result<u8> {
    let mut status = FINE;
    for &file in files {
        let read = definition_of(Path::new(file));
        match read.and_then(|definition| Policy::new(&definition).map(|_| definition)) {
            Ok(definition) => {
                let Definition { rules, roles, .. } = &definition;
                voice.say(&format!("{file}: good, rules: {}, roles: {}", rules.len(), roles.len()))?;
            }
            Err(error) => {
                let said = error.to_string();
                let named = if said.starts_with(file) { said } else { format!("{file}: {said}") };
                voice.complain(&named)?;
                status = status.max(if error.kind() == ErrorKind::Io { UNABLE } else { WRONG });
            }
        }
    }
    Ok(status)
}

/// The members that only a configuration has.
const SECTIONS: [&str; 7] =
    ["authentication", "authorization", "limits", "audit", "telemetry", "safety", "tls"];

/// What a file says, whether it is a policy or a configuration that has one.
fn definition_of(path: &Path) -> Result<Definition> {
    let value: Option<Value> = std::fs::read_to_string(path).ok().and_then(|text| {
        if is_json(path) { serde_json::from_str(&text).ok() } else { toml::from_str(&text).ok() }
    });
    if value.is_some_and(|value| SECTIONS.iter().any(|section| value.get(section).is_some())) {
        return of_configuration(path);
    }
    PolicyFile::new(path.to_owned(), None, None).definition()
}

/// Of its other sections nothing has to be right.
#[derive(Deserialize)]
struct Configuration {
    authorization: Option<AuthorizationSettings>,
}

fn of_configuration(path: &Path) -> Result<Definition> {
    let named = |kind, why: &dyn std::fmt::Display| Error::new(kind, format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| named(ErrorKind::Io, &error))?;
    let read: Configuration = if is_json(path) {
        serde_json::from_str(&text).map_err(|error| named(ErrorKind::Configuration, &error))?
    } else {
        toml::from_str(&text).map_err(|error| named(ErrorKind::Configuration, &error))?
    };
    match read.authorization {
        Some(section) => section.definition(),
        None => Err(named(ErrorKind::Configuration, &"it has no section authorization")),
    }
}
