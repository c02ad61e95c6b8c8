//! Which redirects are followed.

use reqwest::Url;

/// How many redirects one request may take.
pub(super) const MOST: usize = 10;

/// Where `from` leads by this `Location`; an error says why it is not followed.
///
/// A password goes to nobody but the server that it was given for, whatever the redirect says.
pub(super) fn target(from: &Url, location: &str) -> Result<Url, &'static str> {
    let mut to = from.join(location).map_err(|_| "it is no URL")?;
    match (from.scheme(), to.scheme()) {
        (_, "https") | ("http", "http") => {}
        ("https", "http") => return Err("it leads from https to http"),
        _ => return Err("it is neither http nor https"),
    }
    let (user, password) = if to.origin() == from.origin() { (from.username(), from.password()) } else { ("", None) };
    to.set_username(user).and_then(|()| to.set_password(password)).map_err(|()| "it names no host")?;
    Ok(to)
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
        check("http://a/x", "http://b/x", Ok("http://b/x"));
        check("https://a/x", "http://a/x", Err("it leads from https to http"));
        for location in ["file:///etc/passwd", "ftp://a/x", "data:,x"] {
            check("https://a/x", location, Err("it is neither http nor https"));
        }
        check("https://a/x", "https://[", Err("it is no URL"));
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
