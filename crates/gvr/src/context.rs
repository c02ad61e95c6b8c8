//! What every command is given: built once from the process, then passed down.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gvr_core::files::{Disk, Files as _};
use gvr_core::resolve::{Decision, resolve};
use gvr_core::settings::ShimSettings;
use gvr_core::system::SystemPath;
use gvr_core::{Layout, Os, Platform, Surroundings};
use gvr_fetch::{Config as FetchConfig, Fetcher, Proxies};
use gvr_store::{Durability, Options, Store};

use crate::config::Config;
use crate::error::CliError;
use crate::interrupt::Interrupts;
use crate::process::{Process, home};
use crate::ui::Ui;

/// What settings require to be proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequiredProofs {
    /// By Go's checksum database.
    pub(crate) log: bool,
    /// By the signature beside the archive.
    pub(crate) signature: bool,
}

/// The machine as one command sees it.
pub(crate) struct Context<'a> {
    pub(crate) process: &'a Process,
    pub(crate) ui: Ui,
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) interrupts: Interrupts,
    shim: PathBuf,
    is_offline: bool,
}

impl<'a> Context<'a> {
    pub(crate) fn new(process: &'a Process, ui: Ui, is_offline: bool) -> Result<Self, CliError> {
        let layout = Layout::new(root(process)?);
        let config = Config::load(&layout).map_err(|error| {
            let hint = format!("correct or remove {}", layout.config().display());
            CliError::failed(error).hint(hint)
        })?;
        let shim = layout.shims().join("go");
        let is_durable = process.switch("GVR_DURABLE").or_else(|| config.switch("durable")).unwrap_or(true);
        let durability = if is_durable { Durability::Full } else { Durability::None };
        let store = Store::with_options(layout, Options { durability, ..store_options(process)? });
        Ok(Self { process, ui, config, store, interrupts: Interrupts::default(), shim, is_offline })
    }

    pub(crate) fn layout(&self) -> &Layout {
        self.store.layout()
    }

    /// A switch: the variable first, then the settings.
    fn switch(&self, variable: &str, key: &str) -> bool {
        self.process.switch(variable).or_else(|| self.config.switch(key)).unwrap_or(false)
    }

    pub(crate) fn keeps_archives(&self) -> bool {
        self.switch("GVR_KEEP_ARCHIVES", "keep-archives")
    }

    /// Whether the user has agreed to installing what is missing without being asked.
    pub(crate) fn installs_unasked(&self) -> bool {
        self.switch("GVR_AUTO_INSTALL", "auto-install") || self.process.switch("GOENV_AUTO_INSTALL") == Some(true)
    }

    /// The settings that the shim would go by here.
    pub(crate) fn shim_settings(&self) -> ShimSettings {
        self.config.for_shim().with_environment(|name| self.process.variable(name))
    }

    pub(crate) fn surroundings(&self) -> Surroundings {
        let variable = |name: &str| self.process.variable(name).map(ToOwned::to_owned);
        Surroundings::gather(variable, self.process.folder.clone(), self.shim_settings())
    }

    /// Where the Go outside gvr's store is looked for.
    pub(crate) fn system_path(&self) -> SystemPath<'_> {
        SystemPath { path: self.process.variable("PATH"), shim: Some(&self.shim) }
    }

    /// Which version applies in the working folder.
    pub(crate) fn resolve(&self) -> Result<Decision, CliError> {
        let surroundings = self.surroundings();
        Ok(resolve(&surroundings.query(None), self.layout(), &Disk, &self.system_path())?)
    }

    /// The folder that the command works in.
    pub(crate) fn folder(&self) -> Result<&Path, CliError> {
        let removed =
            || CliError::failed("the folder you stand in does not exist any more").hint("go to another one: cd");
        self.process.folder.as_ref().map(|folder| folder.path.as_path()).ok_or_else(removed)
    }

    /// The machine's own platform, by its hardware.
    pub(crate) fn native_platform() -> Result<Platform, CliError> {
        let unknown =
            || CliError::failed("cannot tell what this machine is").hint("say it: --arch arm64 or --arch amd64");
        let os = Os::host().ok_or_else(unknown)?;
        gvr_doctor::probe::hardware().native_platform(os).ok_or_else(unknown)
    }

    /// The platform asked for: by `--arch`, else by `GVR_ARCH`, else the machine's own.
    pub(crate) fn platform(&self, arch: Option<&str>) -> Result<Platform, CliError> {
        match arch.or_else(|| self.process.text("GVR_ARCH")) {
            Some(text) => Ok(Platform::parse_for(Os::host().unwrap_or(Os::Linux), text)?),
            None => Self::native_platform(),
        }
    }

    /// The server of releases.
    pub(crate) fn dist_url(&self) -> &str {
        let named = self.process.text("GVR_DIST_URL").or_else(|| self.config.text("dist-url"));
        named.unwrap_or(gvr_fetch::DEFAULT_DIST_URL)
    }

    pub(crate) fn fetcher(&self) -> Fetcher {
        Fetcher::new(self.fetch_config())
    }

    /// What a fetcher goes by here.
    pub(crate) fn fetch_config(&self) -> FetchConfig {
        let text = |name: &str| self.process.text(name).map(str::to_owned);
        let either = |name: &str| text(name).or_else(|| text(&name.to_ascii_lowercase()));
        let mut config = FetchConfig::new(self.layout());
        self.dist_url().clone_into(&mut config.dist_url);
        config.mirrors = match self.process.text("GVR_MIRROR") {
            Some(list) => list.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            None => self.config.list("mirrors").or_else(|| self.goenvs_mirror()).unwrap_or_default(),
        };
        config.module_proxies = text("GVR_GOPROXY").or_else(|| self.config.text("goproxy").map(str::to_owned));
        config.gosumdb = text("GOSUMDB");
        // The checksum database is asked by way of the same proxies, as the go command does.
        config.goproxy = config.module_proxies.clone().or_else(|| text("GOPROXY"));
        config.offline = self.is_offline || self.switch("GVR_OFFLINE", "offline");
        // A web server passes a request's `Proxy:` header on as HTTP_PROXY (httpoxy); it must not choose our proxy.
        let is_cgi = self.process.variable("REQUEST_METHOD").is_some();
        config.proxies = Proxies {
            https: either("HTTPS_PROXY"),
            http: if is_cgi { text("http_proxy") } else { either("HTTP_PROXY") },
            all: either("ALL_PROXY"),
            none_for: either("NO_PROXY"),
        };
        config.certificate_file = self.process.variable("SSL_CERT_FILE").map(PathBuf::from);
        config.certificate_folders = self.process.variable("SSL_CERT_DIR").map(ToOwned::to_owned);
        config
    }

    /// The mirror that goenv would take, for gvr under its name. As every mirror, it says nothing about what is right.
    fn goenvs_mirror(&self) -> Option<Vec<String>> {
        let mirror = self.process.text("GO_BUILD_MIRROR_URL").filter(|_| self.process.is_called("goenv"))?;
        Some(vec![mirror.to_owned()])
    }

    /// What must be proved of every toolchain beyond its archive's hash.
    pub(crate) fn required_proofs(&self) -> Result<RequiredProofs, CliError> {
        let words = match self.process.text("GVR_REQUIRE") {
            Some(list) => list.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            None => self.config.list("require").unwrap_or_default(),
        };
        let mut required = RequiredProofs::default();
        for word in &words {
            match word.as_str() {
                "log" => required.log = true,
                "signature" => required.signature = true,
                other => {
                    let error = CliError::usage(format_args!("'{other}' is nothing that can be required"));
                    return Err(error.hint("GVR_REQUIRE and the setting require take: log, signature"));
                }
            }
        }
        Ok(required)
    }

    /// A copy of Google's signing key with newer subkeys than gvr brings along.
    pub(crate) fn signing_key(&self) -> Option<PathBuf> {
        let variable = self.process.variable("GVR_SIGNING_KEY").map(PathBuf::from);
        variable.or_else(|| self.config.text("signing-key").map(PathBuf::from))
    }

    /// Whether releases come from Go's own server, and not from one with a list of its own.
    pub(crate) fn uses_official_server(&self) -> bool {
        let url = self.process.text("GVR_DIST_URL").or_else(|| self.config.text("dist-url"));
        url.is_none_or(|url| url.trim_end_matches('/') == gvr_fetch::DEFAULT_DIST_URL)
    }

    /// The program that shims are made of: beside gvr, or where a package keeps it.
    pub(crate) fn shim_program(&self) -> Result<PathBuf, CliError> {
        let folder = self.process.program_folder();
        let places = ["gvr-shim", "../libexec/gvr-shim", "../lib/gvr/gvr-shim"];
        let mut candidates = places.iter().filter_map(|place| Some(folder.as_ref()?.join(place)));
        candidates.find(|path| Disk.program(path).is_some()).ok_or_else(|| {
            let error = CliError::failed("cannot find gvr-shim, the program that the shims are made of");
            error.hints(folder.map(|folder| format!("put it beside gvr: {}", folder.join("gvr-shim").display())))
        })
    }
}

fn store_options(process: &Process) -> Result<Options, CliError> {
    const LIMIT: &str = "GVR_LOCK_TIMEOUT";
    let usual = Options::default();
    let lock_wait = match process.variable(LIMIT) {
        None => usual.lock_wait,
        Some(text) => text.to_str().and_then(|text| text.parse().ok()).map(Duration::from_secs).ok_or_else(|| {
            CliError::usage(format_args!("{LIMIT} is not a number of seconds: '{}'", text.display()))
                .hint(format_args!("set it to one, or unset it: unset {LIMIT}"))
        })?,
    };
    let invoked_by = process.text("SUDO_UID").and_then(|uid| uid.parse().ok());
    Ok(Options { lock_wait, invoked_by, ..usual })
}

/// Where gvr keeps everything: `GVR_ROOT`; else the tree that this very program lies in; else `~/.gvr`.
fn root(process: &Process) -> Result<PathBuf, CliError> {
    if let Some(root) = process.variable("GVR_ROOT").map(PathBuf::from) {
        let relative = || {
            CliError::usage(format_args!("GVR_ROOT is not an absolute path: '{}'", root.display()))
                .hint("set it to one that starts with /, or unset it: unset GVR_ROOT")
        };
        return if root.is_absolute() { Ok(root) } else { Err(relative()) };
    }
    if let Some(root) = goenvs_root(process) {
        return Ok(root);
    }
    let own = process.program_folder().and_then(|folder| folder.parent().map(Path::to_owned));
    let own = own.filter(|root| root.join("shims").join(Layout::SHIMS_MARKER).exists());
    let default = || home().map(|home| home.join(".gvr"));
    own.or_else(default).ok_or_else(|| {
        CliError::failed("HOME is not set, so there is no ~/.gvr").hint("set it, or set GVR_ROOT to an absolute path")
    })
}

/// The root that `GOENV_ROOT` names, for gvr under the name goenv. Not where goenv itself lives: nothing of it is changed.
fn goenvs_root(process: &Process) -> Option<PathBuf> {
    let root = process.variable("GOENV_ROOT").map(PathBuf::from).filter(|root| root.is_absolute())?;
    let is_gvrs = root.join("shims").join(Layout::SHIMS_MARKER).exists();
    let is_goenvs = || ["libexec", "shims", "versions"].iter().any(|name| root.join(name).exists());
    (process.is_called("goenv") && (is_gvrs || !is_goenvs())).then_some(root)
}
