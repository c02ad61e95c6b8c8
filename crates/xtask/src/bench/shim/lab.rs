//! The folders in which everything is measured: stores made by hand, and places to stand in.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use gvr_core::{Layout, Toolchain, Version};
use tempfile::TempDir;

use super::programs::Programs;
use super::report::Spelling;
use super::row::{Build, Role, Row, Situation, utf8};
use crate::bench::error::BenchError;
use crate::context::Context;

/// What the pin names.
pub(crate) const PINNED: Version = Version::release(1, 22, 5);

/// The global version. A pin that is overlooked leads here; it satisfies the go.mod.
const GLOBAL: Version = Version::release(1, 23, 1);

/// How far below the pin the deep folder lies.
const LEVELS: usize = 20;

/// The go.mod's whole text.
const GO_MOD: &str = "module example.com/bench\n\ngo 1.22.7\n";

/// A temporary folder with all that the rows start and read.
pub(crate) struct Lab {
    _folder: TempDir,
    base: PathBuf,
    has_released: bool,
}

impl Lab {
    /// Makes the laboratory below `folder`: on the disk on which a user's store would lie, not on a temporary one.
    pub(crate) fn new(folder: &Path, programs: &Programs) -> Result<Self, BenchError> {
        let disk = |source| BenchError::disk(folder, source);
        let temporary = tempfile::Builder::new().prefix("lab-").tempdir_in(folder).map_err(disk)?;
        let base = temporary.path().canonicalize().map_err(disk)?;
        let lab = Self { _folder: temporary, base, has_released: programs.released.is_some() };
        lab.fill(programs).map_err(|source| BenchError::disk(&lab.base, source))?;
        for (source, way) in [("floor.c", "floor"), ("parent.c", "parent")] {
            programs.compile(source, Some(&lab.direct()), &lab.path(way).join("go"))?;
        }
        Ok(lab)
    }

    fn fill(&self, programs: &Programs) -> io::Result<()> {
        for folder in ["home", "floor", "parent", "fnm", "symlink", "module"] {
            fs::create_dir_all(self.path(folder))?;
        }
        fs::create_dir_all(self.deep())?;
        fs::write(self.pinned().join(".go-version"), format!("{PINNED}\n"))?;
        fs::write(self.path("module").join("go.mod"), GO_MOD)?;

        make_store(&self.store("plain"), &programs.go, &programs.plain)?;
        if let Some(released) = &programs.released {
            make_store(&self.store("released"), &programs.go, released)?;
        }
        make_store(&self.store("sh"), &programs.go, &programs.source("shim.sh"))?;
        let pinned = self.store("plain").toolchain(Toolchain::native(PINNED));
        symlink(&pinned, self.path("fnm").join("4242"))?;
        symlink(&pinned, self.path("symlink").join("current"))
    }

    /// A path in the laboratory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    /// The folder with the pin.
    pub(crate) fn pinned(&self) -> PathBuf {
        self.path("work")
    }

    /// A folder far below the pin.
    pub(crate) fn deep(&self) -> PathBuf {
        (1..=LEVELS).fold(self.pinned(), |folder, level| folder.join(level.to_string()))
    }

    /// The program that all rows but rustup's end in, or a copy of it.
    fn direct(&self) -> PathBuf {
        program(&self.store("plain"), PINNED)
    }

    fn store(&self, name: &str) -> Layout {
        Layout::new(self.path(name))
    }

    /// The variables that a shell in `folder` would give, with `first` before all else on PATH.
    pub(crate) fn environment(&self, folder: &Path, first: &Path) -> Result<Vec<String>, BenchError> {
        Ok(vec![
            format!("HOME={}", utf8(&self.path("home"))?),
            "LANG=C.UTF-8".to_owned(),
            "LOGNAME=gopher".to_owned(),
            format!("PATH={}:/usr/local/bin:/usr/bin:/bin", utf8(first)?),
            format!("PWD={}", utf8(folder)?),
            "SHELL=/bin/sh".to_owned(),
            "TERM=xterm".to_owned(),
            "USER=gopher".to_owned(),
        ])
    }

    /// A row that starts `program` in `folder`, and must end in the file `answer`.
    pub(crate) fn row(
        &self,
        name: &str,
        role: Role,
        folder: &Path,
        program: &Path,
        answer: &Path,
    ) -> Result<Row, BenchError> {
        Ok(Row {
            name: name.to_owned(),
            role,
            folder: folder.to_owned(),
            environment: self.environment(folder, program.parent().unwrap_or(program))?,
            program: program.to_owned(),
            argument: "version",
            question: "where",
            answer: utf8(answer)?,
            every: 1,
        })
    }

    /// The rows that need nothing but what is built here.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, BenchError> {
        let (work, direct) = (self.pinned(), self.direct());
        let to_direct = |name, role, program: PathBuf| self.row(name, role, &work, &program, &direct);
        let mut rows = vec![
            to_direct("`go` by its path", Role::Direct, direct.clone())?,
            to_direct("floor: a C program without libc that becomes `go` and looks for nothing", Role::Floor, {
                self.path("floor").join("go")
            })?,
        ];
        if self.has_released {
            rows.extend(self.shim_rows(Build::Released, "released", "gvr-shim as released (static)")?);
        }
        rows.extend(self.shim_rows(Build::Plain, "plain", "gvr-shim, `cargo build --release`")?);
        rows.push(to_direct("symlink `current`, as of goup-rs and voidint/g", Role::Other, {
            self.path("symlink").join("current/bin/go")
        })?);
        rows.push(to_direct("symlink of the shell on PATH, as of fnm", Role::Other, {
            self.path("fnm").join("4242/bin/go")
        })?);
        rows.push(to_direct("spawn and wait, as volta does, by a C program without libc", Role::Other, {
            self.path("parent").join("go")
        })?);
        let sh = self.store("sh");
        let (script, answer) = (sh.shims().join("go"), program(&sh, PINNED));
        rows.push(self.row("POSIX sh script of 8 lines", Role::Other, &work, &script, &answer)?);
        Ok(rows)
    }

    fn shim_rows(&self, build: Build, store: &str, name: &str) -> Result<Vec<Row>, BenchError> {
        let store = self.store(store);
        let shim = store.shims().join("go");
        let situations = [
            (Situation::Pin, name.to_owned(), self.pinned(), PINNED),
            (Situation::Deep, format!("{name}, {LEVELS} folders below the pin"), self.deep(), PINNED),
            (Situation::GoMod, format!("{name}, go.mod and a global version"), self.path("module"), GLOBAL),
        ];
        situations
            .into_iter()
            .map(|(situation, name, folder, version)| {
                self.row(&name, Role::Shim(build, situation), &folder, &shim, &program(&store, version))
            })
            .collect()
    }

    /// How a report spells the paths that differ from machine to machine.
    pub(crate) fn spelling(&self, context: &Context) -> Result<Spelling, BenchError> {
        let mut known = vec![
            (utf8(&self.base)?, "$LAB".to_owned()),
            (utf8(&context.target)?, "target".to_owned()),
            (utf8(&context.workspace)?, ".".to_owned()),
        ];
        if let Some(home) = context.variable("HOME").and_then(|home| home.to_str()) {
            known.push((home.trim_end_matches('/').to_owned(), "~".to_owned()));
        }
        Ok(Spelling::new(known))
    }
}

fn program(store: &Layout, version: Version) -> PathBuf {
    store.program(Toolchain::native(version), "go")
}

/// A store with both versions, the global one set, and one shim, which is a copy of `shim`.
fn make_store(store: &Layout, go: &Path, shim: &Path) -> io::Result<()> {
    for version in [PINNED, GLOBAL] {
        let program = program(store, version);
        fs::create_dir_all(program.parent().unwrap_or(store.root()))?;
        fs::copy(go, program)?;
    }
    fs::write(store.global_version(), format!("{GLOBAL}\n"))?;
    fs::create_dir_all(store.shims())?;
    fs::write(store.shims().join(Layout::SHIMS_MARKER), "")?;
    let copy = store.shims().join("go");
    fs::copy(shim, &copy)?;
    let mut permissions = fs::metadata(&copy)?.permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    fs::set_permissions(&copy, permissions)
}
