//! From the text of a template to its parts.

use super::{Accepts, Group, MAX_URI_LENGTH, MAX_VARIABLES, Part, Place, Query, UriTemplate, Variable};
use crate::model::ValueChecks;
use crate::registry::uri;

const PLAIN: Accepts =
    Accepts { slash: false, question_mark_and_hash: false, comma: true, ampersand: true, semicolon: true };

#[derive(Default)]
struct Parser {
    variables: Vec<Variable>,
    head: Vec<Part>,
    query: Option<Query>,
    fragment: Option<Group>,
    /// A literal `?` was passed: `&` separates from here on.
    in_query: bool,
    /// There is a `{;…}`: its delimiter is not part of plain values.
    has_matrix: bool,
}

/// Parses `text`, or says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<UriTemplate, String> {
    if text.len() > MAX_URI_LENGTH {
        return Err(format!("it is longer than {MAX_URI_LENGTH} bytes"));
    }
    let mut parser = Parser { has_matrix: text.contains("{;"), ..Parser::default() };
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let (expression, after) = after.split_once('}').ok_or("an expression is not closed")?;
        parser.literal(literal)?;
        parser.expression(expression)?;
        rest = after;
    }
    parser.literal(rest)?;
    parser.note_whole_path();
    let literal_authority = parser.has_literal_authority();
    for (index, part) in parser.head.iter_mut().enumerate() {
        if let Part::Literal(literal) = part {
            *literal = match index {
                0 => uri::comparable(literal, literal_authority),
                _ => uri::normal(literal).into_owned(),
            };
        }
    }
    Ok(UriTemplate {
        text: legal_text(text).into(),
        variables: parser.variables,
        head: parser.head,
        query: parser.query,
        fragment: parser.fragment,
        literal_authority,
        checks: ValueChecks::default(),
    })
}

/// A template with percent codes for what may not stand in a URI.
#[must_use]
pub fn legal_text(template: &str) -> String {
    let mut legal = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        let (expression, after) = after.split_once('}').unwrap_or((after, ""));
        legal.push_str(&uri::legal(literal));
        legal.push('{');
        legal.push_str(expression);
        legal.push('}');
        rest = after;
    }
    legal.push_str(&uri::legal(rest));
    legal
}

impl Parser {
    fn literal(&mut self, text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Ok(());
        }
        if self.query.is_some() || self.fragment.is_some() {
            return Err("after a query or fragment expression no text may follow".into());
        }
        check_literal(text)?;
        self.in_query |= text.contains('?');
        let text = uri::legal(text);
        if let Some(Part::Literal(last)) = self.head.last_mut() {
            last.push_str(&text);
        } else {
            self.head.push(Part::Literal(text.into_owned()));
        }
        Ok(())
    }

    fn expression(&mut self, expression: &str) -> Result<(), String> {
        let (operator, names) = operator(expression);
        if self.fragment.is_some() {
            return Err("after a fragment expression nothing may follow".into());
        }
        if self.query.is_some() && !"&#".contains(operator) {
            return Err("after a query expression only {&…} and {#…} may follow".into());
        }
        let group = self.names(names, operator)?;
        match operator {
            '?' | '&' => match &mut self.query {
                Some(query) => query.variables.end = group.end,
                None => self.query = Some(Query { continued: operator == '&', variables: group }),
            },
            '#' => self.fragment = Some(group),
            ';' => self.head.push(Part::Matrix(group)),
            _ => self.runs(operator, names, group)?,
        }
        Ok(())
    }

    /// Notes the variables of an expression.
    fn names(&mut self, names: &str, operator: char) -> Result<Group, String> {
        let start = self.variables.len();
        for written in names.split(',') {
            let (name, exploded) = written.strip_suffix('*').map_or((written, false), |name| (name, true));
            let (name, longest) = match name.split_once(':') {
                Some((name, longest)) => (name, Some(prefix_length(longest)?)),
                None => (name, None),
            };
            if !is_name(name) {
                return Err(format!("{name:?} is not the name of a variable"));
            }
            if self.variables.iter().any(|variable| variable.name == name) {
                return Err(format!("it names {name:?} twice"));
            }
            if self.variables.len() == MAX_VARIABLES {
                return Err(format!("it has more than {MAX_VARIABLES} variables"));
            }
            let list = exploded && "/.;?&".contains(operator);
            let place =
                if self.in_query || "?&#".contains(operator) { Place::AfterPath } else { Place::Piece };
            self.variables.push(Variable { name: name.into(), list, longest, place });
        }
        Ok(start..self.variables.len())
    }

    /// The parts of an expression whose values stand in a row.
    fn runs(&mut self, operator: char, names: &str, group: Group) -> Result<(), String> {
        let several = group.len() > 1;
        for (written, variable) in names.split(',').zip(group.clone()) {
            let first = variable == group.start;
            match operator {
                '/' => self.literal("/")?,
                '.' => self.literal(".")?,
                _ if !first => self.literal(",")?,
                _ => {}
            }
            let exploded = written.ends_with('*');
            let plain = Accepts { ampersand: !self.in_query, semicolon: !self.has_matrix, ..PLAIN };
            let accepts = match operator {
                '+' => Accepts { slash: true, question_mark_and_hash: true, comma: !several, ..PLAIN },
                '/' => Accepts { slash: exploded, ..plain },
                '.' => plain,
                _ => Accepts { slash: exploded, comma: !several, ..plain },
            };
            let separator = self.variables[variable].list.then_some(operator);
            self.head.push(Part::Run { variable, accepts, separator });
        }
        Ok(())
    }
}

impl Parser {
    /// `log://{+path}`: the path is the value with its first slash, and there is none that it could lead out of. Unless it is
    /// that of a file, which whoever opens it must mean to be any. Only a scheme may stand before the `://`: in `file:://{+path}`
    /// or `log://h/x://{+path}` the value is a piece of the path like any other.
    fn note_whole_path(&mut self) {
        if let [Part::Literal(literal), Part::Run { variable, accepts, .. }, ..] = self.head.as_slice()
            && accepts.slash
            && let Some(scheme) = literal.strip_suffix("://")
            && uri::is_scheme(scheme)
            && !scheme.eq_ignore_ascii_case("file")
        {
            self.variables[*variable].place = Place::WholePath;
        }
    }

    fn has_literal_authority(&self) -> bool {
        let Some(Part::Literal(literal)) = self.head.first() else { return false };
        literal
            .split_once("://")
            .is_some_and(|(_, after)| self.head.len() == 1 || after.contains(['/', '?', '#']))
    }
}

/// Takes an expression apart: its operator, a space if it has none, and the names.
pub(super) fn operator(expression: &str) -> (char, &str) {
    match expression.chars().next() {
        Some(operator) if "+#./;?&".contains(operator) => (operator, &expression[1..]),
        _ => (' ', expression),
    }
}

/// Refuses what cannot be meant. What RFC 6570 keeps out of literals beside (§2.1) gets a percent code, as in a URI.
fn check_literal(text: &str) -> Result<(), String> {
    let forbidden = |c: char| c.is_control() || "{}".contains(c);
    if let Some(character) = text.chars().find(|&c| forbidden(c)) {
        return Err(format!("{character:?} cannot stand in it"));
    }
    let mut after_percents = text.split('%');
    after_percents.next();
    for after in after_percents {
        if !after.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err("a % must be followed by two hexadecimal digits".into());
        }
    }
    Ok(())
}

/// Letters, digits and underscores, with single dots between them (§2.3; percent-encoded characters are not supported).
fn is_name(name: &str) -> bool {
    name.split('.')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// A number from 1 to 9999 (§2.4.1).
fn prefix_length(text: &str) -> Result<usize, String> {
    let length = text.parse().ok().filter(|_| text.len() <= 4 && !text.starts_with(['0', '+']));
    length.ok_or_else(|| format!("{text:?} is not the length of a prefix"))
}
