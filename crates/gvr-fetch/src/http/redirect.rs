//! Which redirects are followed.

use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// How many redirects one request may take.
pub(super) const MOST: usize = 10;

/// Where `from` leads by this `Location`; an error says why it is not followed.
///
/// A password goes to nobody but the server that it was given for, whatever the redirect says. Without TLS a redirect can
/// lead from one server of this machine to another, or to the very server that the settings name without TLS; and nobody
/// outside of this machine can have something of it fetched.
pub(super) fn target(from: &Url, location: &str) -> Result<Url, &'static str> {
    let mut to = from.join(location).map_err(|_| "it is no URL")?;
    let (from_here, to_here) = (is_loopback(from), is_loopback(&to));
    match (from.scheme(), to.scheme()) {
        (_, "http" | "https") if to_here && !from_here => return Err("it leads from another machine to this one"),
        (_, "https") => {}
        ("http", "http") if to_here || to.origin() == from.origin() => {}
        ("http", "http") => return Err("it leads to another server without TLS"),
        ("https", "http") => return Err("it leads from https to http"),
        _ => return Err("it is neither http nor https"),
    }
    let (user, password) = if to.origin() == from.origin() { (from.username(), from.password()) } else { ("", None) };
    to.set_username(user).and_then(|()| to.set_password(password)).map_err(|()| "it names no host")?;
    Ok(to)
}

/// Whether a URL is one of this machine itself.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare.ends_with(".localhost")
        || bare.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
        || bare.parse::<Ipv6Addr>().is_ok_and(|address| {
            let mapped = address.to_ipv4_mapped().is_some_and(|address| address.is_loopback());
            address.is_loopback() || address.is_unspecified() || mapped
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, location: &str, expected: Result<&str, &'static str>) {
        let to = target(&Url::parse(from).unwrap(), location);
        assert_eq!(to.as_ref().map(Url::as_str), expected.as_ref().copied(), "{location}");
    }

    #[test]
    fn follows_what_is_no_step_down() {
        check("https://a/dl/x", "/go/x", Ok("https://a/go/x"));
        check("https://a/dl/x", "y", Ok("https://a/dl/y"));
        check("https://a/dl/x", "//b/x", Ok("https://b/x"));
        check("http://a/x", "https://b/x", Ok("https://b/x"));
        check("http://a/x", "/y", Ok("http://a/y"));
        check("http://a/x", "http://b/x", Err("it leads to another server without TLS"));
        check("http://a/x", "http://a:81/x", Err("it leads to another server without TLS"));
        check("https://a/x", "http://a/x", Err("it leads from https to http"));
        for location in ["file:///etc/passwd", "ftp://a/x", "data:,x"] {
            check("https://a/x", location, Err("it is neither http nor https"));
        }
        check("https://a/x", "https://[", Err("it is no URL"));
    }

    #[test]
    fn nobody_else_leads_to_this_machine() {
        check("http://127.0.0.1:1/x", "http://127.0.0.1:2/x", Ok("http://127.0.0.1:2/x"));
        check("http://localhost:1/x", "http://[::1]:2/x", Ok("http://[::1]:2/x"));
        check("http://127.0.0.1:1/x", "http://a/x", Err("it leads to another server without TLS"));
        check("http://127.0.0.1:1/x", "https://a/x", Ok("https://a/x"));
        for host in
            ["localhost", "LOCALHOST.", "a.localhost", "127.8.9.1", "2130706433", "0", "[::1]", "[::ffff:127.0.0.1]"]
        {
            for scheme in ["http", "https"] {
                let to = format!("{scheme}://{host}:8080/x");
                for from in ["https://a/x", "http://a/x"] {
                    check(from, &to, Err("it leads from another machine to this one"));
                }
            }
        }
    }

    #[test]
    fn a_password_stays_with_its_server() {
        check("https://me:secret@a/x", "/y", Ok("https://me:secret@a/y"));
        check("https://me:secret@a/x", "https://a/y", Ok("https://me:secret@a/y"));
        check("https://me:secret@a/x", "https://b/y", Ok("https://b/y"));
        check("https://me:secret@a/x", "https://a:8443/y", Ok("https://a:8443/y"));
        check("https://a/x", "https://other:one@b/y", Ok("https://b/y"));
    }
}
