//! Answers for programs: structs of their own with a schema number, never a dump of what the code has inside.

use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;

/// The number in every JSON answer; it grows when a field changes its meaning or goes away.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Answer<'a, T: Serialize> {
    schema: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// Prints an answer, indented, in one piece.
pub(crate) fn print<T: Serialize>(context: &Context<'_>, content: &T) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(&Answer { schema: SCHEMA, content })?;
    Ok(context.ui.data(text)?)
}
