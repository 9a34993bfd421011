//! From a URI to the raw values, in time proportional to the URI times the template.
//!
//! For every part, last to first, a row says from which positions of the URI the rest of the template can match. With
//! all rows known, one walk from the left picks the longest value for each variable that keeps the rest possible.

use super::value::{Value, decode};
use super::{Accepts, Group, NoMatch, Part, Query, RefusedValue, Spelled, UriTemplate, Variable};

impl Accepts {
    const fn byte(self, byte: u8) -> bool {
        match byte {
            b'/' => self.slash,
            b'?' | b'#' => self.question_mark_and_hash,
            b',' => self.comma,
            b'&' => self.ampersand,
            b';' => self.semicolon,
            _ => true,
        }
    }
}

/// What a `;` pair is made of.
const MATRIX: Accepts =
    Accepts { slash: false, question_mark_and_hash: false, comma: true, ampersand: true, semicolon: true };

/// The value of each variable.
pub(super) fn match_uri(template: &UriTemplate, uri: &Spelled<'_>) -> Result<Vec<Option<Value>>, NoMatch> {
    let uri = uri.comparable(template.literal_authority).ok_or(NoMatch::Other)?;
    // Most templates are told apart by how they begin.
    if let Some(Part::Literal(literal)) = template.head.first()
        && !uri.starts_with(literal.as_str())
    {
        return Err(NoMatch::Other);
    }
    let mut values = Values { template, found: vec![None; template.variables.len()] };
    let mut rest = uri;
    if let Some(group) = &template.fragment
        && let Some((before, fragment)) = rest.split_once('#')
    {
        values.fragment(group, fragment)?;
        rest = before;
    }
    let end = values.head(rest)?;
    if let Some(query) = &template.query {
        // The head ended at the end or at the delimiter.
        values.pairs(&query.variables, rest.get(end + 1..).unwrap_or_default(), '&')?;
    }
    Ok(values.found)
}

struct Values<'a> {
    template: &'a UriTemplate,
    found: Vec<Option<Value>>,
}

impl Values<'_> {
    /// Matches the parts before the query; returns where they end.
    fn head(&mut self, text: &str) -> Result<usize, NoMatch> {
        let parts = &self.template.head;
        let rows = Rows::new(parts, self.template.query.as_ref(), text.as_bytes());
        if !rows.possible(0, 0) {
            return Err(NoMatch::Other);
        }
        let mut position = 0;
        for (index, part) in parts.iter().enumerate() {
            let start = position;
            position = match part {
                Part::Literal(literal) => start + literal.len(),
                Part::Run { accepts, .. } => {
                    rows.longest(index, start, start, *accepts).ok_or(NoMatch::Other)?
                }
                // Without pairs, the next part begins right here.
                Part::Matrix(_) if text.as_bytes().get(start) == Some(&b';') => {
                    rows.longest(index, start, start + 1, MATRIX).unwrap_or(start)
                }
                Part::Matrix(_) => start,
            };
            let value = text.get(start..position).ok_or(NoMatch::Other)?;
            match part {
                Part::Literal(_) => {}
                Part::Run { variable, separator: Some(separator), .. } => {
                    for item in value.split(*separator) {
                        // Joined again, a list with an empty item could begin with a slash and be absolute.
                        if item.is_empty() {
                            self.check(*variable, "/")?;
                        }
                        self.add(*variable, item)?;
                    }
                }
                Part::Run { variable, .. } => self.add(*variable, value)?,
                Part::Matrix(group) => self.pairs(group, value.strip_prefix(';').unwrap_or_default(), ';')?,
            }
        }
        Ok(position)
    }

    /// Reads `name=value` pairs of the variables in `group`. A pair of another name is passed over.
    fn pairs(&mut self, group: &Group, text: &str, separator: char) -> Result<(), NoMatch> {
        for pair in text.split(separator) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = decode(name) else { continue };
            if let Some(variable) = group.clone().find(|&index| self.template.variables[index].name == name) {
                self.add(variable, value)?;
            }
        }
        Ok(())
    }

    fn fragment(&mut self, group: &Group, text: &str) -> Result<(), NoMatch> {
        group
            .clone()
            .zip(text.splitn(group.len(), ','))
            .try_for_each(|(variable, value)| self.add(variable, value))
    }

    /// Decodes and checks a value. A second one for a variable that is no list is refused: readers would disagree about
    /// which of them counts.
    fn add(&mut self, variable: usize, raw: &str) -> Result<(), NoMatch> {
        let value = decode(raw).ok_or(NoMatch::Other)?;
        let Variable { list, longest, .. } = &self.template.variables[variable];
        if longest.is_some_and(|longest| value.chars().count() > longest) {
            return Err(NoMatch::Other);
        }
        self.check(variable, &value)?;
        match &mut self.found[variable] {
            Some(Value::List(items)) => items.push(value),
            Some(Value::Text(_)) => return Err(NoMatch::Other),
            empty => *empty = Some(if *list { Value::List(vec![value]) } else { Value::Text(value) }),
        }
        Ok(())
    }

    fn check(&self, variable: usize, value: &str) -> Result<(), NoMatch> {
        let variable = &self.template.variables[variable];
        match self.template.checks.rule_against(variable, value) {
            None => Ok(()),
            Some(rule) => Err(NoMatch::Refused(RefusedValue { variable: variable.name.clone(), rule })),
        }
    }
}

/// Whether the parts from one on can match the text from a position on.
struct Rows<'a> {
    text: &'a [u8],
    width: usize,
    cells: Vec<bool>,
}

impl<'a> Rows<'a> {
    fn new(parts: &[Part], query: Option<&Query>, text: &'a [u8]) -> Self {
        let width = text.len() + 1;
        let mut rows = Self { text, width, cells: vec![false; width * (parts.len() + 1)] };
        let after_last = parts.len() * width;
        match query {
            None => rows.cells[after_last + text.len()] = true,
            Some(Query { continued: false, .. }) => {
                let end = text.iter().position(|&byte| byte == b'?').unwrap_or(text.len());
                rows.cells[after_last + end] = true;
            }
            Some(Query { continued: true, .. }) => {
                for position in 0..width {
                    rows.cells[after_last + position] = text.get(position).is_none_or(|&byte| byte == b'&');
                }
            }
        }
        for (index, part) in parts.iter().enumerate().rev() {
            rows.fill(index, part);
        }
        rows
    }

    fn possible(&self, part: usize, position: usize) -> bool {
        position < self.width && self.cells[part * self.width + position]
    }

    fn fill(&mut self, index: usize, part: &Part) {
        let row = index * self.width;
        // Whether the pairs that reach this position can go on or end here.
        let mut pairs = false;
        for position in (0..self.width).rev() {
            let byte = self.text.get(position).copied();
            self.cells[row + position] = match part {
                Part::Literal(literal) => {
                    self.text[position..].starts_with(literal.as_bytes())
                        && self.possible(index + 1, position + literal.len())
                }
                Part::Run { accepts, .. } => {
                    byte.is_some_and(|byte| accepts.byte(byte))
                        && (self.possible(index + 1, position + 1) || self.possible(index, position + 1))
                }
                Part::Matrix(_) => {
                    let without = self.possible(index + 1, position);
                    let with = byte == Some(b';') && pairs;
                    pairs = without || byte.is_some_and(|byte| MATRIX.byte(byte)) && pairs;
                    without || with
                }
            };
        }
    }

    /// The last position after `start`, over accepted characters from `from` on, at which the next part can begin.
    fn longest(&self, part: usize, start: usize, from: usize, accepts: Accepts) -> Option<usize> {
        let accepted = self.text[from..].iter().take_while(|&&byte| accepts.byte(byte)).count();
        (start + 1..=from + accepted).rev().find(|&end| self.possible(part + 1, end))
    }
}
