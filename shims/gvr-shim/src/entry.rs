//! Where C begins and ends: how the process starts, and how it becomes another one. The only `unsafe` code of gvr.
//!
//! The program is entered through C's `main`, past the start-up of std. That would cost more than all else the shim does,
//! and what it sets up (an ignored SIGPIPE, `/dev/null` in the place of closed streams) would be handed on to `go`, which
//! is to find everything as its caller left it.
#![expect(unsafe_code, reason = "C's main and execve are reached by raw pointers; everything else stays safe")]

use std::ffi::{CStr, c_char, c_int};
use std::io;

unsafe extern "C" {
    fn execve(program: *const c_char, arguments: *const *const c_char, environment: *const *const c_char) -> c_int;
}

/// What the C runtime calls first.
#[cfg(not(test))]
#[unsafe(no_mangle)]
extern "C" fn main(_count: c_int, arguments: *const *const c_char, environment: *const *const c_char) -> c_int {
    // SAFETY: both are what the kernel left on the stack: NULL-terminated arrays of NUL-terminated strings, which nobody
    // changes and which stay as long as the process.
    let (arguments, environment) = unsafe { (strings(arguments), strings(environment)) };
    c_int::from(crate::run(&crate::process::Process { arguments, environment }))
}

/// The strings of such an array.
///
/// # Safety
/// `array` is a NULL-terminated array of NUL-terminated strings that live, unchanged, to the end of the process.
#[cfg(not(test))]
unsafe fn strings(array: *const *const c_char) -> Vec<&'static CStr> {
    // SAFETY: the array ends with the NULL that ends the walk.
    let pointers = (0..).map(|index| unsafe { array.add(index).read() });
    let count = pointers.clone().take_while(|pointer| !pointer.is_null()).count();
    let mut strings = Vec::with_capacity(count);
    // SAFETY: by the caller's promise.
    strings.extend(pointers.take(count).map(|pointer| unsafe { CStr::from_ptr(pointer) }));
    strings
}

/// Replaces this process; comes back only with the reason why it could not. Unlike libc's `execvp` it never hands a file
/// that the kernel does not know to a shell.
pub(crate) fn become_program(program: &CStr, arguments: &[&CStr], environment: &[&CStr]) -> io::Error {
    let pointers = |strings: &[&CStr]| {
        let mut pointers = Vec::with_capacity(strings.len() + 1);
        pointers.extend(strings.iter().map(|string| string.as_ptr()));
        pointers.push(std::ptr::null());
        pointers
    };
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: all three are what execve asks for, and they outlive the call.
    unsafe { execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    io::Error::last_os_error()
}
