//! The Gos of a machine: which one `go` is, and the trees that matter.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::host::{Host, Kind};
use super::programs::{self, Depth};
use crate::facts::{Fact, GoRoot, GodebugTable, PathEntry};

/// The programs of a tree that are looked at; those of `pkg/tool` may also be missing since Go builds them when needed.
const TOOLS: [&str; 3] = ["asm", "compile", "link"];

/// The tree that a `go` on PATH lies in, where it is a program in its own tree.
pub(super) fn root_of(host: &dyn Host, entry: &PathEntry) -> Fact<Option<String>> {
    let program = Path::new(&entry.text).join("go");
    let real = match host.real_path(&program) {
        Ok(real) => real,
        Err(error) => return Fact::unknown(error),
    };
    let root = real.parent().and_then(Path::parent).map(Path::to_owned);
    let is_tree = |root: &PathBuf| host.stat(&root.join("pkg/tool")).is_ok();
    match root.filter(is_tree) {
        Some(root) => Fact::Known(Some(root.to_string_lossy().into_owned())),
        None => Fact::unknown(format!(
            "{} is no Go's own program; another manager may have put it there",
            program.display()
        )),
    }
}

/// A tree by its folder.
pub(super) fn goroot(host: &dyn Host, root: &str, depth: Depth) -> GoRoot {
    let folder = Path::new(root);
    let exists = host.stat(folder).is_ok_and(|stat| stat.kind == Kind::Folder);
    let has_tools = host.stat(&folder.join("pkg/tool")).is_ok_and(|stat| stat.kind == Kind::Folder);
    let mut names = vec!["bin/go".to_owned(), "bin/gofmt".to_owned()];
    for platform in host.list(&folder.join("pkg/tool"), 20).unwrap_or_default() {
        names.extend(TOOLS.map(|tool| format!("pkg/tool/{}/{tool}", platform.to_string_lossy())));
    }
    names.retain(|name| host.stat(&folder.join(name)).is_ok());
    let paths: Vec<_> = names.iter().map(|name| format!("{root}/{name}")).collect();
    let programs = programs::read_all(host, &paths, depth);
    let programs = programs
        .into_iter()
        .filter_map(|(path, program)| Some((path.strip_prefix(root)?.trim_start_matches('/').to_owned(), program)));
    let programs: BTreeMap<_, _> = programs.collect();
    GoRoot { exists, has_tools, version: version(host, folder), programs }
}

fn version(host: &dyn Host, root: &Path) -> Option<String> {
    const LIMIT: u64 = 4096;
    let content = host.read(&root.join("VERSION"), LIMIT).ok()?;
    let text = String::from_utf8_lossy(&content);
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// The keys of GODEBUG that a Go knows, from its own source.
pub(super) fn godebug(host: &dyn Host, root: &str) -> Fact<Option<GodebugTable>> {
    const LIMIT: u64 = 1 << 20;
    match host.read(&Path::new(root).join("src/internal/godebugs/table.go"), LIMIT) {
        Ok(content) => Fact::Known(Some(parse_table(&String::from_utf8_lossy(&content)))),
        Err(super::HostError::Absent) => Fact::Known(None),
        Err(error) => Fact::unknown(error),
    }
}

/// Lines such as `{Name: "http2client", Package: "net/http"},`, in two lists.
fn parse_table(text: &str) -> GodebugTable {
    let mut table = GodebugTable::default();
    let mut is_removed = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("var Removed") {
            is_removed = true;
        }
        let Some((_, rest)) = line.split_once("{Name: \"") else { continue };
        let Some((name, _)) = rest.split_once('"') else { continue };
        let list = if is_removed { &mut table.removed } else { &mut table.known };
        list.push(name.to_owned());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gos_own_table_of_keys_is_read() {
        let text = "var All = []Info{\n\t{Name: \"asynctimerchan\", Package: \"time\", Changed: 23, Old: \"1\"},\n\
                    \t{Name: \"http2client\", Package: \"net/http\"},\n}\n\nvar Removed = []RemovedInfo{\n\
                    \t{Name: \"x509sha1\", Removed: 24},\n}\n";
        let table = parse_table(text);
        assert_eq!(table.known, ["asynctimerchan", "http2client"]);
        assert_eq!(table.removed, ["x509sha1"]);
    }
}
