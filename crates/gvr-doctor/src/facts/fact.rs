//! One thing that was asked of a machine.

use serde::{Deserialize, Serialize};

use crate::check::NotJudged;

/// What was learnt, or why nothing was.
///
/// In a recording a known fact is its value, and an unknown one is `{"unknown": "why"}`; one that is left out is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fact<T> {
    /// It could not be learnt.
    Unknown {
        /// Why, as a part of a sentence: "permission denied".
        unknown: String,
    },
    /// It is this.
    Known(T),
}

impl<T> Fact<T> {
    /// A fact that could not be learnt, for this reason.
    pub fn unknown(why: impl ToString) -> Self {
        Fact::Unknown { unknown: why.to_string() }
    }

    /// The value; a check that needs it leaves with "cannot tell" where there is none.
    pub fn get(&self) -> Result<&T, NotJudged> {
        match self {
            Fact::Known(value) => Ok(value),
            Fact::Unknown { unknown } => Err(NotJudged::Unknown(unknown.clone())),
        }
    }

    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Fact::Known(value) => Some(value),
            Fact::Unknown { .. } => None,
        }
    }

    /// Another fact that follows from this one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Fact::Known(value) => Fact::Known(change(value)),
            Fact::Unknown { unknown } => Fact::Unknown { unknown },
        }
    }
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Fact::unknown("it was not recorded")
    }
}

impl<T, E: std::fmt::Display> From<Result<T, E>> for Fact<T> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Fact::Known(value),
            Err(error) => Fact::unknown(error),
        }
    }
}
