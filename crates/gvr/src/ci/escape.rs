//! How values are written in each provider's lines.

use super::Provider;

/// The message of a workflow command: GitHub's runner and Azure's agent end it at a line's end, and undo these.
/// Sources: `@actions/core`'s `escapeData`; azure-pipelines-task-lib's `taskcommand.ts`.
pub(super) fn data(provider: Provider, text: &str) -> String {
    let percent = if provider == Provider::Azure { "%AZP25" } else { "%25" };
    text.replace('%', percent).replace('\r', "%0D").replace('\n', "%0A")
}

/// A property between the command's name and its message.
pub(super) fn property(provider: Provider, text: &str) -> String {
    let text = data(provider, text);
    match provider {
        Provider::Azure => text.replace(']', "%5D").replace(';', "%3B"),
        _ => text.replace(':', "%3A").replace(',', "%2C"),
    }
}

/// A word of a Dockerfile's ENV line.
pub(super) fn docker(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        if matches!(char, '"' | '\\' | '$') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_value_is_written_otherwise() {
        assert_eq!(data(Provider::Github, "50%\r\nx:y"), "50%25%0D%0Ax:y");
        assert_eq!(property(Provider::Github, "a,b:c%"), "a%2Cb%3Ac%25");
        assert_eq!(data(Provider::Azure, "50%;]\n"), "50%AZP25;]%0A");
        assert_eq!(property(Provider::Azure, "a;b]c%"), "a%3Bb%5Dc%AZP25");
        assert_eq!(docker(r#"/a "$b\"#), r#""/a \"\$b\\""#);
    }
}
