//! SQL in arguments: which statement it is, which tables it reads and changes, which functions it calls.
//!
//! What is read is what all usual databases understand alike. Everything else is refused, by rules that allow, or taken for what is
//! denied, by rules that deny: comments, backslashes, several statements, anything but `SELECT`, `INSERT`, `UPDATE` and `DELETE`. What
//! views and triggers of a database do is the database's business, and so are its own permissions, which this does not replace.

mod reader;
mod tokens;
mod words;

use std::fmt;

pub use reader::read_sql;
use tokens::Token;

use super::conditions::listed;
use super::pattern::Pattern;
use super::{Effect, OneOrMany, SqlDefinition};

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Statement {
    /// It reads.
    #[default]
    Select,
    /// It adds rows.
    Insert,
    /// It changes rows.
    Update,
    /// It takes rows away.
    Delete,
}

impl Statement {
    /// Every statement that is understood.
    pub const ALL: [Self; 4] = [Self::Select, Self::Insert, Self::Update, Self::Delete];

    /// Its name, as rules write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// What one statement names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlStatement {
    /// What it does.
    pub statement: Statement,
    /// The tables it reads, as they are written.
    pub(super) reads: Vec<Name>,
    /// The tables it changes.
    pub(super) writes: Vec<Name>,
    /// The functions it calls, in lower case.
    pub(super) functions: Vec<String>,
}

impl SqlStatement {
    /// The tables it reads, as they are written.
    pub fn reads(&self) -> impl Iterator<Item = String> {
        self.reads.iter().map(ToString::to_string)
    }

    /// The tables it changes, likewise.
    pub fn writes(&self) -> impl Iterator<Item = String> {
        self.writes.iter().map(ToString::to_string)
    }

    /// The functions it calls.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(String::as_str)
    }
}

/// A name, with those of its schema and database before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    text: Box<str>,
    quoted: bool,
}

/// Schemas of databases' own tables.
const SYSTEM_SCHEMAS: &[&str] =
    &["information_schema", "mysql", "performance_schema", "sys", "system", "pg_catalog", "sqlite_master"];

/// How the names of databases' own tables begin.
const SYSTEM_PREFIXES: &[&str] = &["pg_", "sqlite_", "sys", "all_", "dba_", "user_tab", "v$", "duckdb_"];

impl Name {
    fn new(parts: &[Token<'_>]) -> Self {
        let part = |token: &Token<'_>| match token {
            Token::Word(text) => Part { text: (*text).into(), quoted: false },
            Token::Quoted(text) => Part { text: (*text).into(), quoted: true },
            Token::Value | Token::Symbol(_) => Part { text: "?".into(), quoted: true },
        };
        Self { parts: parts.iter().map(part).collect() }
    }

    /// Whether it is one of the database's own.
    fn is_system(&self) -> bool {
        let lower = |part: &Part| part.text.to_ascii_lowercase();
        let (table, schemas) = match self.parts.split_last() {
            Some((table, schemas)) => (lower(table), schemas),
            None => return true,
        };
        schemas
            .iter()
            .any(|schema| SYSTEM_SCHEMAS.contains(&&*lower(schema)) || lower(schema).starts_with("pg_"))
            || SYSTEM_SCHEMAS.contains(&&*table)
            || SYSTEM_PREFIXES.iter().any(|prefix| table.starts_with(prefix))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            let (dot, quote) = (if at == 0 { "" } else { "." }, if part.quoted { "\"" } else { "" });
            write!(formatter, "{dot}{quote}{}{quote}", part.text)?;
        }
        Ok(())
    }
}

/// A pattern of tables' names, part by part.
#[derive(Debug)]
struct TablePattern {
    parts: Vec<Pattern>,
    /// In lower case, for names that are not in quotes.
    lower: Vec<Pattern>,
    /// Whether it names nothing in particular.
    vague: bool,
}

impl TablePattern {
    fn new(text: &str) -> Self {
        let patterns = |text: &str| text.split('.').map(Pattern::new).collect();
        Self {
            parts: patterns(text),
            lower: patterns(&text.to_ascii_lowercase()),
            vague: text.starts_with('*'),
        }
    }

    /// Whether a name is certainly one of these.
    fn allows(&self, name: &Name) -> bool {
        if self.vague && name.is_system() {
            return false;
        }
        if matches!(&*self.parts, [Pattern::Any]) {
            return true;
        }
        let fits = |part: &Part, at: usize| match (part.quoted, self.parts.get(at), self.lower.get(at)) {
            (true, Some(pattern), _) => pattern.matches(&part.text),
            (false, _, Some(pattern)) => pattern.matches(&part.text.to_ascii_lowercase()),
            _ => false,
        };
        self.parts.len() == name.parts.len() && name.parts.iter().enumerate().all(|(at, part)| fits(part, at))
    }

    /// Whether a name may mean one of these: in whatever schema it is looked for, however it is spelt.
    fn catches(&self, name: &Name) -> bool {
        let both = self.lower.iter().rev().zip(name.parts.iter().rev());
        both.into_iter().all(|(pattern, part)| pattern.matches(&part.text.to_ascii_lowercase()))
    }
}

/// What SQL may do, or is denied to do.
#[derive(Debug)]
pub(super) struct SqlRule {
    effect: Effect,
    statements: Vec<Statement>,
    tables: Option<Vec<TablePattern>>,
    deny_tables: Vec<TablePattern>,
    write_tables: Option<Vec<TablePattern>>,
    functions: Vec<Pattern>,
    words: String,
}

impl SqlRule {
    /// # Errors
    /// What cannot be meant.
    pub fn new(definition: &SqlDefinition, effect: Effect) -> Result<Self, String> {
        let mut statements = Vec::new();
        for name in definition.statements.iter() {
            let lower = name.to_ascii_lowercase();
            let known = Statement::ALL.into_iter().find(|statement| statement.name() == lower);
            statements.push(known.ok_or_else(|| {
                format!("names the statement {name:?}; those that can be checked are select, insert, update, delete")
            })?);
        }
        if effect == Effect::Allow && statements.is_empty() {
            statements.push(Statement::Select);
        }
        let only_allows = !definition.deny_tables.is_empty()
            || definition.write_tables.is_some()
            || !definition.functions.is_empty();
        if effect == Effect::Deny && only_allows {
            return Err(
                "has members of rules that allow; one that denies has statements and tables".to_owned()
            );
        }
        let patterns = |texts: &OneOrMany| texts.iter().map(TablePattern::new).collect::<Vec<_>>();
        let functions = definition.functions.iter().map(|text| Pattern::new(&text.to_ascii_lowercase()));
        Ok(Self {
            effect,
            words: in_words(definition, &statements),
            statements,
            tables: definition.tables.as_ref().map(patterns),
            deny_tables: patterns(&definition.deny_tables),
            write_tables: definition.write_tables.as_ref().map(patterns),
            functions: functions.collect(),
        })
    }

    /// What it has to be, in words.
    pub fn in_words(&self) -> String {
        self.words.clone()
    }

    /// # Errors
    /// Why a statement does not fit.
    pub fn check(&self, sql: &SqlStatement) -> Result<(), String> {
        if self.effect == Effect::Deny {
            let is_meant = self.statements.is_empty() || self.statements.contains(&sql.statement);
            let mut named = sql.reads.iter().chain(&sql.writes);
            let catches = match &self.tables {
                None => true,
                Some(tables) => named.any(|name| tables.iter().any(|pattern| pattern.catches(name))),
            };
            return if is_meant && catches { Ok(()) } else { Err(String::new()) };
        }
        if !self.statements.contains(&sql.statement) {
            return Err(format!("this is {}", sql.statement.name().to_ascii_uppercase()));
        }
        let within = |tables: &Option<Vec<TablePattern>>, name: &Name| match tables {
            None => !name.is_system(),
            Some(tables) => tables.iter().any(|pattern| pattern.allows(name)),
        };
        for name in sql.reads.iter().chain(&sql.writes) {
            if self.deny_tables.iter().any(|pattern| pattern.catches(name)) {
                return Err(format!("it names {name}"));
            }
        }
        if let Some(name) = sql.reads.iter().find(|name| !within(&self.tables, name)) {
            return Err(format!("it reads {name}"));
        }
        let written = if self.write_tables.is_some() { &self.write_tables } else { &self.tables };
        if let Some(name) = sql.writes.iter().find(|name| !within(written, name)) {
            return Err(format!("it changes {name}"));
        }
        let called = |function: &&String| {
            words::is_harmless(function) || self.functions.iter().any(|pattern| pattern.matches(function))
        };
        match sql.functions.iter().find(|function| !called(function)) {
            Some(function) => Err(format!("it calls {function}()")),
            None => Ok(()),
        }
    }
}

fn in_words(definition: &SqlDefinition, statements: &[Statement]) -> String {
    let texts = |texts: &OneOrMany| listed(texts.iter().map(ToOwned::to_owned));
    let kinds = if statements.is_empty() {
        "SQL".to_owned()
    } else {
        listed(statements.iter().map(|statement| statement.name().to_ascii_uppercase())).replace(", ", " or ")
    };
    let mut words = format!("be one {kinds} statement");
    match &definition.tables {
        Some(tables) => words.extend([" that names of the tables ", &texts(tables)]),
        None if definition.write_tables.is_some() => {}
        None => words.push_str(" of any table"),
    }
    if let Some(tables) = &definition.write_tables {
        words.extend([" that changes only ", &texts(tables)]);
    }
    if !definition.deny_tables.is_empty() {
        words.extend([" but ", &texts(&definition.deny_tables)]);
    }
    words
}
