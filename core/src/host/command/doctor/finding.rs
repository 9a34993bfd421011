//! What was found, in a line or two.

use std::fmt;

/// Whether it is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Green,
    /// Worth knowing, and not wrong.
    Grey,
    Red,
}

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) colour: Colour,
    what: String,
    /// What to do.
    fix: Option<String>,
}

impl Finding {
    pub(super) fn green(what: impl Into<String>) -> Self {
        Self { colour: Colour::Green, what: what.into(), fix: None }
    }

    pub(super) fn grey(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { colour: Colour::Grey, what: what.into(), fix: Some(fix.into()) }
    }

    pub(super) fn red(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { colour: Colour::Red, what: what.into(), fix: Some(fix.into()) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colour = match self.colour {
            Colour::Green => "green",
            Colour::Grey => "note ",
            Colour::Red => "red  ",
        };
        // What others wrote is in some of these: it must not begin lines of its own.
        let one_line = |text: &str| text.replace(|letter: char| letter.is_control(), " ");
        write!(formatter, "{colour}  {}", one_line(&self.what))?;
        match &self.fix {
            Some(fix) => write!(formatter, "\n         → {}", one_line(fix)),
            None => Ok(()),
        }
    }
}
