//! The program that the shim becomes: its file, its arguments, and how its environment differs.

use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::entry;
use crate::process::value_of;

/// A program about to be started in the place of this one.
pub(crate) struct Successor<'a> {
    program: &'a Path,
    arguments: Vec<&'a CStr>,
    /// Variables that it gets with another value, or with none.
    changes: Vec<(&'static str, Option<&'a OsStr>)>,
}

impl<'a> Successor<'a> {
    /// The program with these arguments, its own name not among them.
    pub(crate) fn new(program: &'a Path, arguments: &[&'a CStr]) -> Self {
        Self { program, arguments: arguments.to_vec(), changes: Vec::new() }
    }

    /// Gives a variable another value.
    pub(crate) fn set(&mut self, name: &'static str, value: &'a OsStr) {
        self.changes.push((name, Some(value)));
    }

    /// Takes a variable away.
    pub(crate) fn unset(&mut self, name: &'static str) {
        self.changes.push((name, None));
    }

    /// Becomes it; comes back only with the reason why not.
    pub(crate) fn start(&self, environment: &[&CStr]) -> io::Error {
        let path = self.program.as_os_str().as_bytes();
        let mut program = Vec::with_capacity(path.len() + 1);
        program.extend_from_slice(path);
        program.push(0);
        let Ok(program) = CStr::from_bytes_with_nul(&program) else {
            return io::ErrorKind::InvalidInput.into();
        };
        let new = self.new_variables();
        let is_kept = |entry: &&&CStr| !self.changes.iter().any(|(name, _)| value_of(entry, name).is_some());
        let kept = environment.iter().filter(is_kept).copied();
        let mut all = Vec::with_capacity(environment.len() + new.len());
        all.extend(kept.chain(new.iter().map(CString::as_c_str)));
        let mut arguments = Vec::with_capacity(self.arguments.len() + 1);
        arguments.push(program);
        arguments.extend(&self.arguments);
        entry::become_program(program, &arguments, &all)
    }

    fn new_variables(&self) -> Vec<CString> {
        let entry = |(name, value): &(&str, Option<&OsStr>)| {
            let mut entry = format!("{name}=").into_bytes();
            entry.extend_from_slice((*value)?.as_bytes());
            // A value that came out of an environment has no NUL in it.
            CString::new(entry).ok()
        };
        self.changes.iter().filter_map(entry).collect()
    }
}
