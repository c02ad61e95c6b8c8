//! The settings one by one (`MkEnv`, `ExtraEnvVars` and `ExtraEnvVarsCostly` in `cmd/go/internal/envcmd`).

use std::collections::BTreeMap;
use std::path::Path;

use super::known::{GO_1_23, GO_1_24, GO_1_27, compilers, of_processor};
use super::layers::{Layers, user_folder};
use super::paths::{clean, join, split_list};
use super::{GoCommand, GoSettings, Machine, Origin, Value, quoted};

const C_FLAGS: &str = "-O2 -g";

/// Those that are printed as they are set, in every version.
const PLAIN: [&str; 9] =
    ["GO111MODULE", "GOEXPERIMENT", "GOFLAGS", "GOINSECURE", "GOPRIVATE", "GOPROXY", "GOSUMDB", "GOTMPDIR", "GOVCS"];

pub(super) fn resolve<M: Machine>(go: &GoCommand<'_>, machine: &M) -> GoSettings {
    let mut resolver = Resolver { go, machine, layers: Layers::read(go, machine), values: BTreeMap::new() };
    resolver.fixed();
    for name in PLAIN {
        resolver.plain(name, "");
    }
    resolver.plain("GOTOOLCHAIN", "");
    resolver.target();
    resolver.folders();
    resolver.private();
    resolver.compilers();
    resolver.cgo();
    resolver.newer();
    let Resolver { layers, values, .. } = resolver;
    GoSettings { values, user_file: layers.user_file, goroot_file: layers.goroot_file }
}

struct Resolver<'a, M> {
    go: &'a GoCommand<'a>,
    machine: &'a M,
    layers: Layers<'a, M>,
    values: BTreeMap<String, Value>,
}

impl<M: Machine> Resolver<'_, M> {
    fn put(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    fn put_fixed(&mut self, name: &str, value: impl Into<String>) {
        self.put(name, Value { value: value.into(), origin: Origin::Fixed, hidden: Vec::new() });
    }

    fn plain(&mut self, name: &str, default: &str) {
        let value = self.layers.value(name, default);
        self.put(name, value);
    }

    /// One that go takes from the environment alone.
    fn put_from_environment(&mut self, name: &str) {
        let set = self.layers.variable(name);
        let origin = if set.is_some() { Origin::Environment } else { Origin::Default };
        self.put(name, Value { value: set.unwrap_or_default(), origin, hidden: Vec::new() });
    }

    fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| &value.value)
    }

    fn fixed(&mut self) {
        self.put_fixed("GOHOSTARCH", self.go.arch);
        self.put_fixed("GOHOSTOS", self.go.os);
        self.put_fixed("GOVERSION", self.go.release);
        let goroot = self.layers.goroot();
        let tools = match goroot.value.as_str() {
            "" => String::new(),
            goroot => join(goroot, &format!("pkg/tool/{}_{}", self.go.os, self.go.arch)),
        };
        self.put("GOROOT", goroot);
        self.put_fixed("GOTOOLDIR", tools);
    }

    fn target(&mut self) {
        self.plain("GOOS", self.go.os);
        self.plain("GOARCH", self.go.arch);
        self.put_fixed("GOEXE", if self.get("GOOS") == "windows" { ".exe" } else { "" });
        if let Some((name, default)) = of_processor(self.get("GOARCH"), self.go.version) {
            self.plain(name, default);
        }
    }

    fn folders(&mut self) {
        let file = self.layers.user_file.path.clone().unwrap_or_default();
        let origin = if self.layers.variable("GOENV").is_some() { Origin::Environment } else { Origin::Default };
        self.put("GOENV", Value { value: file, origin, hidden: Vec::new() });

        let mut gopath = self.layers.value("GOPATH", &self.default_gopath());
        let first = split_list(&gopath.value).first().copied().unwrap_or_default();
        let modules = if first.is_empty() { String::new() } else { join(first, "pkg/mod") };
        self.plain("GOMODCACHE", &modules);
        // Go takes back a default that is not absolute, after it has made the above of it.
        let is_relative = |folder: &&str| !folder.is_empty() && !folder.starts_with('/');
        if gopath.origin == Origin::Default && split_list(&gopath.value).iter().any(is_relative) {
            gopath.value.clear();
        }
        self.put("GOPATH", gopath);

        let cache = user_folder(self.go, self.machine, "XDG_CACHE_HOME", ".cache", "Library/Caches");
        let cache = cache.map_or_else(|| "off".to_owned(), |folder| join(&folder, "go-build"));
        let mut cache = self.layers.value("GOCACHE", &cache);
        if cache.origin != Origin::Default && !cache.value.starts_with('/') {
            "off".clone_into(&mut cache.value);
        }
        self.put("GOCACHE", cache);
        self.binaries();
    }

    /// `go` in the home, unless that is the GOROOT that the environment names.
    fn default_gopath(&self) -> String {
        let Some(home) = self.layers.variable("HOME") else { return String::new() };
        let folder = join(&home, "go");
        let goroot = self.layers.variable("GOROOT").unwrap_or_default();
        if folder == clean(&goroot) { String::new() } else { folder }
    }

    /// GOBIN, which is the folder that `go install` writes to since Go 1.27, and was only what is set before.
    fn binaries(&mut self) {
        let mut gobin = self.layers.value("GOBIN", "");
        if gobin.value.is_empty() && self.go.version >= GO_1_27 {
            let gopath = self.get("GOPATH");
            let folders = split_list(gopath);
            let first = folders.first().copied().unwrap_or_default();
            gobin.value = if self.has_modules() {
                if first.is_empty() { String::new() } else { join(first, "bin") }
            } else {
                let here = self.go.folder.to_string_lossy();
                let around = folders.iter().find(|folder| here.starts_with(**folder));
                if folders.is_empty() { String::new() } else { join(around.copied().unwrap_or(first), "bin") }
            };
            gobin.origin = Origin::Default;
        }
        self.put("GOBIN", gobin);
    }

    /// Whether go works with modules here.
    fn has_modules(&self) -> bool {
        let has_file = |folder: &Path| self.machine.is_file(&folder.join("go.mod"));
        match self.get("GO111MODULE") {
            "off" => false,
            "auto" => self.go.folder.ancestors().any(has_file),
            _ => true,
        }
    }

    fn private(&mut self) {
        let private = self.get("GOPRIVATE").to_owned();
        self.plain("GONOPROXY", &private);
        self.plain("GONOSUMDB", &private);
    }

    fn compilers(&mut self) {
        let (c, cxx) = compilers(self.get("GOOS"));
        self.plain("CC", c);
        self.plain("CXX", cxx);
        self.plain("AR", "ar");
        let mut gccgo = self.layers.value("GCCGO", "gccgo");
        if let Some(program) = self.machine.program(&gccgo.value) {
            gccgo.value = program;
        }
        self.put("GCCGO", gccgo);
    }

    fn cgo(&mut self) {
        let mut enabled = self.layers.value("CGO_ENABLED", "");
        if !matches!(enabled.value.as_str(), "0" | "1") {
            let default = if self.is_cgo_possible() { "1" } else { "0" };
            let hidden = std::mem::take(&mut enabled.hidden);
            enabled = Value { value: default.to_owned(), origin: Origin::Default, hidden };
        }
        self.put("CGO_ENABLED", enabled);

        for name in ["CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS"] {
            let default = if name == "CGO_CPPFLAGS" { "" } else { C_FLAGS };
            let mut value = self.layers.value(name, default);
            // With a quote that is not closed, go stops; what is set is still the best answer.
            if let Some(flags) = quoted::split(&value.value) {
                value.value = quoted::join(&flags);
            }
            self.put(name, value);
        }
        let mut pkg_config = self.layers.value("PKG_CONFIG", "pkg-config");
        if let Some(first) = quoted::split(&pkg_config.value).and_then(|words| words.first().copied()) {
            let first = first.to_owned();
            pkg_config.value = first;
        }
        self.put("PKG_CONFIG", pkg_config);
    }

    /// Whether a program with C code can be built where nothing is said about it: for this machine, with a compiler.
    fn is_cgo_possible(&self) -> bool {
        let is_native = self.get("GOOS") == self.go.os && self.get("GOARCH") == self.go.arch;
        // Only a CC of the environment keeps go from looking.
        let (compiler, _) = compilers(self.go.os);
        is_native && (self.layers.variable("CC").is_some() || self.machine.program(compiler).is_some())
    }

    /// What newer versions print besides.
    fn newer(&mut self) {
        if self.go.version >= GO_1_23 {
            self.put_from_environment("GODEBUG");
            self.telemetry();
        }
        if self.go.version >= GO_1_24 {
            self.plain("GOAUTH", "netrc");
            self.plain("GOCACHEPROG", "");
            self.plain("GOFIPS140", "off");
        }
        if self.go.version >= GO_1_27 {
            self.put_from_environment("GOPACKAGESDRIVER");
        }
    }

    fn telemetry(&mut self) {
        let folder = user_folder(self.go, self.machine, "XDG_CONFIG_HOME", ".config", "Library/Application Support");
        let Some(folder) = folder.map(|folder| join(&folder, "go/telemetry")) else {
            self.put_fixed("GOTELEMETRY", "off");
            self.put_fixed("GOTELEMETRYDIR", "");
            return;
        };
        let mode = self.machine.read(Path::new(&join(&folder, "mode")));
        let mode = mode.map_or_else(|| "local".to_owned(), |bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        // A date may follow, since when it is so.
        self.put_fixed("GOTELEMETRY", mode.split(' ').next().unwrap_or_default());
        self.put_fixed("GOTELEMETRYDIR", folder);
    }
}
