//! From tokens to the tables and functions that a statement names.
//!
//! Expressions are not understood, they are walked through: what matters in them is where a query begins, and what is called. Whatever
//! could lead to a table in another way is refused.

use super::tokens::{Token, tokens};
use super::words::{
    ends_tables, is, is_before_brackets, is_not_in_expressions, is_set_operation, joins, takes_from,
};
use super::{Name, SqlStatement, Statement};

/// How deep queries and brackets may be nested.
const MAX_DEPTH: usize = 40;

type Read<T = ()> = Result<T, String>;

/// Reads one statement.
///
/// # Errors
/// What about it is not understood, or means something else in other databases.
pub fn read_sql(sql: &str) -> Result<SqlStatement, String> {
    let tokens = tokens(sql)?;
    let mut reader =
        Reader { tokens: &tokens, at: 0, depth: 0, named: Vec::new(), found: SqlStatement::default() };
    reader.statement()?;
    Ok(reader.found)
}

struct Reader<'t, 's> {
    tokens: &'t [Token<'s>],
    at: usize,
    depth: usize,
    /// The queries that have names here.
    named: Vec<Token<'s>>,
    found: SqlStatement,
}

/// Where an expression stands, which decides where it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before `FROM`.
    Columns,
    /// Behind `ON`.
    Join,
    /// Behind the tables.
    Rest,
    /// Within brackets.
    Brackets {
        /// Whether `FROM` may stand there.
        with_from: bool,
    },
}

impl<'s> Reader<'_, 's> {
    fn peek(&self) -> Option<Token<'s>> {
        self.tokens.get(self.at).copied()
    }

    fn word(&self) -> Option<&'s str> {
        self.word_at(self.at)
    }

    fn word_at(&self, at: usize) -> Option<&'s str> {
        match self.tokens.get(at) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn take(&mut self, keyword: &str) -> bool {
        let is_it = self.word().is_some_and(|word| is(word, keyword));
        self.at += usize::from(is_it);
        is_it
    }

    fn need(&mut self, keyword: &str) -> Read {
        if self.take(keyword) { Ok(()) } else { Err(self.unexpected(keyword)) }
    }

    fn is_symbol(&self, symbol: u8) -> bool {
        self.peek() == Some(Token::Symbol(symbol))
    }

    fn take_symbol(&mut self, symbol: u8) -> bool {
        let is_it = self.is_symbol(symbol);
        self.at += usize::from(is_it);
        is_it
    }

    fn need_symbol(&mut self, symbol: u8) -> Read {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.unexpected(&char::from(symbol).to_string())) }
    }

    fn unexpected(&self, wanted: &str) -> String {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(Token::Word(word) | Token::Quoted(word)) => format!("{word:?}"),
            Some(Token::Value) => "a value".to_owned(),
            Some(Token::Symbol(symbol)) => format!("{:?}", char::from(symbol)),
        };
        format!("{found} stands where {wanted} is expected")
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("it is nested more than {MAX_DEPTH} deep"));
        }
        let done = read(self);
        self.depth -= 1;
        done
    }

    fn statement(&mut self) -> Read {
        self.with()?;
        if self.take("INSERT") {
            self.insert()?;
        } else if self.take("UPDATE") {
            self.update()?;
        } else if self.take("DELETE") {
            self.delete()?;
        } else if self.begins_query() {
            self.found.statement = Statement::Select;
            self.query()?;
        } else {
            return Err(self.unexpected("SELECT, INSERT, UPDATE or DELETE"));
        }
        self.take_symbol(b';');
        if self.at < self.tokens.len() {
            return Err(self.unexpected("the end of the only statement"));
        }
        Ok(())
    }

    /// Whether a query begins here, one in brackets too.
    fn begins_query(&self) -> bool {
        let mut at = self.at;
        while self.tokens.get(at) == Some(&Token::Symbol(b'(')) {
            at += 1;
        }
        self.word_at(at).is_some_and(|word| ["SELECT", "WITH", "VALUES"].iter().any(|begin| is(word, begin)))
    }

    fn with(&mut self) -> Read {
        if !self.take("WITH") {
            return Ok(());
        }
        let recursive = self.take("RECURSIVE");
        loop {
            let name = self.name_part()?;
            if self.is_symbol(b'(') {
                self.brackets(false)?;
            }
            self.need("AS")?;
            if self.take("NOT") {
                self.need("MATERIALIZED")?;
            } else {
                self.take("MATERIALIZED");
            }
            // Within itself, only a recursive one is what its name means; elsewhere that is a table.
            if recursive {
                self.named.push(name);
            }
            self.need_symbol(b'(')?;
            self.deeper(Self::query)?;
            self.need_symbol(b')')?;
            if !recursive {
                self.named.push(name);
            }
            if !self.take_symbol(b',') {
                return Ok(());
            }
        }
    }

    fn query(&mut self) -> Read {
        let outer = self.named.len();
        self.with()?;
        loop {
            if self.take_symbol(b'(') {
                self.deeper(Self::query)?;
                self.need_symbol(b')')?;
            } else if self.take("SELECT") {
                self.expression(Place::Columns)?;
                if self.take("FROM") {
                    self.tables()?;
                }
            } else if self.take("VALUES") {
                self.rows()?;
            } else {
                return Err(self.unexpected("SELECT"));
            }
            self.expression(Place::Rest)?;
            if !self.word().is_some_and(is_set_operation) {
                break;
            }
            self.at += 1;
            let _ = self.take("ALL") || self.take("DISTINCT");
        }
        self.named.truncate(outer);
        Ok(())
    }

    fn rows(&mut self) -> Read {
        loop {
            self.take("ROW");
            self.brackets(false)?;
            if !self.take_symbol(b',') {
                return Ok(());
            }
        }
    }

    fn insert(&mut self) -> Read {
        self.found.statement = Statement::Insert;
        self.need("INTO")?;
        let table = self.name()?;
        self.found.writes.push(table.clone());
        if self.take("AS") {
            self.name_part()?;
        }
        if self.is_symbol(b'(') && !self.begins_query() {
            self.brackets(false)?;
        }
        if self.take("DEFAULT") {
            self.need("VALUES")?;
        } else if self.take("VALUES") {
            self.rows()?;
        } else {
            self.query()?;
        }
        if self.take("ON") {
            self.need("CONFLICT")?;
            if self.is_symbol(b'(') {
                self.brackets(false)?;
            }
            self.need("DO")?;
            self.need("NOTHING")?;
        }
        if self.take("RETURNING") {
            self.found.reads.push(table);
            self.expression(Place::Rest)?;
        }
        Ok(())
    }

    fn update(&mut self) -> Read {
        self.found.statement = Statement::Update;
        self.changed_table()?;
        self.need("SET")?;
        self.expression(Place::Columns)?;
        if self.take("FROM") {
            self.tables()?;
        }
        self.expression(Place::Rest)
    }

    fn delete(&mut self) -> Read {
        self.found.statement = Statement::Delete;
        self.need("FROM")?;
        self.changed_table()?;
        if self.take("USING") {
            self.tables()?;
        }
        self.expression(Place::Rest)
    }

    /// A table of which rows are changed; which ones says something about them.
    fn changed_table(&mut self) -> Read {
        let table = self.name()?;
        self.found.writes.push(table.clone());
        self.found.reads.push(table);
        self.alias()
    }

    /// Everything behind `FROM`, until what begins something else.
    fn tables(&mut self) -> Read {
        self.table()?;
        loop {
            if self.take_symbol(b',') {
                self.table()?;
                continue;
            }
            match self.peek() {
                None | Some(Token::Symbol(b')' | b';')) => return Ok(()),
                Some(Token::Word(word)) if joins(word) => {}
                Some(Token::Word(word)) if ends_tables(word) => return Ok(()),
                Some(Token::Word(word)) if is(word, "ON") && self.is_conflict() => return Ok(()),
                _ => return Err(self.unexpected("the end of the tables")),
            }
            self.take("NATURAL");
            if ["LEFT", "RIGHT", "FULL"].iter().any(|side| self.take(side)) {
                self.take("OUTER");
            } else {
                let _ = self.take("INNER") || self.take("CROSS");
            }
            self.need("JOIN")?;
            self.table()?;
            if self.take("ON") {
                self.expression(Place::Join)?;
            } else if self.take("USING") {
                self.brackets(false)?;
            }
        }
    }

    fn table(&mut self) -> Read {
        let _ = self.word().is_some_and(|word| is(word, "LATERAL"))
            && self.tokens.get(self.at + 1) == Some(&Token::Symbol(b'('))
            && self.take("LATERAL");
        if self.is_symbol(b'(') {
            if self.begins_query() {
                self.at += 1;
                self.deeper(Self::query)?;
            } else {
                self.at += 1;
                self.deeper(Self::tables)?;
            }
            self.need_symbol(b')')?;
            return self.alias();
        }
        let start = self.at;
        let table = self.name()?;
        let own = self.tokens.get(start).copied();
        let is_named = table.parts.len() == 1
            && own.is_some_and(|own| self.named.iter().any(|named| is_same_name(*named, own)));
        if !is_named {
            self.found.reads.push(table);
        }
        self.alias()
    }

    fn alias(&mut self) -> Read {
        let explicit = self.take("AS");
        match self.peek() {
            Some(Token::Quoted(_)) => self.at += 1,
            Some(Token::Word(word)) if explicit || !ends_alias(word) => {
                if ends_alias(word) || is_not_in_expressions(word) {
                    return Err(self.unexpected("another name of a table"));
                }
                self.at += 1;
            }
            _ if explicit => return Err(self.unexpected("another name of a table")),
            _ => return Ok(()),
        }
        // The names of its columns.
        if self.is_symbol(b'(') { self.brackets(false) } else { Ok(()) }
    }

    /// A name, with those of its schema and database before it.
    fn name(&mut self) -> Read<Name> {
        let mut parts = vec![self.name_part()?];
        while self.take_symbol(b'.') {
            parts.push(self.name_part()?);
        }
        // What is called is no table.
        let name = Name::new(&parts);
        if self.is_symbol(b'(') && self.found.statement != Statement::Insert {
            return Err(format!("{name} is called where a table is expected"));
        }
        Ok(name)
    }

    fn name_part(&mut self) -> Read<Token<'s>> {
        match self.peek() {
            Some(Token::Word(word)) if is_not_in_expressions(word) || ends_alias(word) => {
                Err(self.unexpected("a name"))
            }
            Some(token @ (Token::Word(_) | Token::Quoted(_))) => {
                self.at += 1;
                Ok(token)
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    /// Brackets with an expression, a list of some, or a query.
    fn brackets(&mut self, with_from: bool) -> Read {
        self.need_symbol(b'(')?;
        let is_query = self.word().is_some() && self.begins_query();
        self.deeper(|reader| {
            if is_query { reader.query() } else { reader.expression(Place::Brackets { with_from }) }
        })?;
        self.need_symbol(b')')
    }

    fn expression(&mut self, place: Place) -> Read {
        while let Some(token) = self.peek() {
            match token {
                Token::Symbol(b')' | b';') => return Ok(()),
                Token::Symbol(b',') if place == Place::Join => return Ok(()),
                Token::Symbol(b'(') => self.brackets(false)?,
                Token::Symbol(_) | Token::Value => self.at += 1,
                Token::Quoted(_) => self.term()?,
                Token::Word(word) => {
                    let calls = self.tokens.get(self.at + 1) == Some(&Token::Symbol(b'('));
                    if is(word, "FROM") {
                        if self.follows_distinct() {
                            self.at += 1;
                            continue;
                        }
                        match place {
                            Place::Columns => return Ok(()),
                            Place::Brackets { with_from: true } => self.at += 1,
                            _ => return Err(self.unexpected("an expression")),
                        }
                    } else if is_set_operation(word)
                        || place == Place::Join && (joins(word) && !calls || ends_tables(word))
                    {
                        return Ok(());
                    } else if is(word, "RETURNING") && self.found.statement == Statement::Insert {
                        // Of the rows that go into the table, which is noted by whoever called for them.
                        return Ok(());
                    } else if is(word, "ON") && self.is_conflict() {
                        return Ok(());
                    } else if is(word, "WITH") {
                        self.with_ties()?;
                    } else if is(word, "FOR") && place == (Place::Brackets { with_from: true }) {
                        self.at += 1;
                    } else if is_not_in_expressions(word) && !(calls && is(word, "TRUNCATE")) {
                        return Err(self.unexpected("an expression"));
                    } else if is(word, "IN") && !calls {
                        // Some databases take the name of a table there.
                        self.at += 1;
                        return Err(self.unexpected("("));
                    } else {
                        self.term()?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A name or keyword, and what is called by it.
    fn term(&mut self) -> Read {
        let Some(first) = self.peek() else { return Ok(()) };
        let mut parts = vec![first];
        self.at += 1;
        while self.is_symbol(b'.') {
            match self.tokens.get(self.at + 1) {
                Some(token @ (Token::Word(_) | Token::Quoted(_))) => parts.push(*token),
                Some(Token::Symbol(b'*')) => {
                    self.at += 2;
                    return Ok(());
                }
                _ => return Err(self.unexpected("a name")),
            }
            self.at += 2;
        }
        if !self.is_symbol(b'(') {
            return Ok(());
        }
        if parts.len() == 1 && matches!(first, Token::Word(word) if is_before_brackets(word)) {
            // `IN (…)`, `OVER (…)`.
            return self.brackets(false);
        }
        let function = Name::new(&parts).to_string().to_ascii_lowercase();
        let with_from = takes_from(&function);
        if !self.found.functions.contains(&function) {
            self.found.functions.push(function);
        }
        self.brackets(with_from)
    }

    /// `IS DISTINCT FROM`, `IS NOT DISTINCT FROM`.
    fn follows_distinct(&self) -> bool {
        let before = |back: usize, keyword: &str| {
            let at = self.at.checked_sub(back);
            at.and_then(|at| self.word_at(at)).is_some_and(|word| is(word, keyword))
        };
        before(1, "DISTINCT") && (before(2, "IS") || before(2, "NOT") && before(3, "IS"))
    }

    fn is_conflict(&self) -> bool {
        self.found.statement == Statement::Insert
            && self.word_at(self.at + 1).is_some_and(|word| is(word, "CONFLICT"))
    }

    /// `WITH TIES`, `WITH TIME ZONE`: not the beginning of a query.
    fn with_ties(&mut self) -> Read {
        self.at += 1;
        if ["TIES", "TIME", "LOCAL", "ROLLUP"].iter().any(|word| self.take(word)) {
            Ok(())
        } else {
            Err(self.unexpected("TIES or TIME"))
        }
    }
}

/// Words that are never another name of a table.
fn ends_alias(word: &str) -> bool {
    joins(word) || ends_tables(word) || ["FROM", "ON", "USING", "AS", "WITH"].iter().any(|end| is(word, end))
}

/// Whether a name means a query that was given one: written the same way, for quotes make another name in some databases.
fn is_same_name(one: Token<'_>, other: Token<'_>) -> bool {
    match (one, other) {
        (Token::Word(one), Token::Word(other)) => is(one, other),
        (Token::Quoted(one), Token::Quoted(other)) => one == other,
        _ => false,
    }
}
