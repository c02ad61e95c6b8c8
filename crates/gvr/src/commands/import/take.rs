//! Takes one Go over: copied into a stage, hashed there, and shown to everybody only when nothing speaks against it.

use std::path::Path;
use std::time::SystemTime;

use gvr_core::{Platform, Toolchain, exit};
use gvr_fetch::Fetcher;
use gvr_fetch::dirhash::ToolchainModule;
use gvr_store::{Check, Copied, Entry, Installed, Manifest, Receipt, Replace, copy_tree};

use super::super::verify::Identity;
use super::gos::Gos;
use super::managers::Found;
use super::report::{Item, Outcome, Proof};
use super::tree::{self, Tree};
use crate::context::{Context, RequiredProofs};
use crate::error::CliError;
use crate::progress::Bars;

/// Takes one Go after another.
pub(super) struct Taker<'a> {
    context: &'a Context<'a>,
    bars: Bars,
    native: Platform,
    required: RequiredProofs,
    fetcher: Fetcher,
    is_dry: bool,
    /// What the checksum database was silent about; it is not asked again and again.
    silence: Option<String>,
}

impl<'a> Taker<'a> {
    pub(super) fn new(context: &'a Context<'a>, is_dry: bool) -> Result<Self, CliError> {
        let bars = Bars::new(context.ui);
        let (store, close) = (context.store.clone(), bars.closer());
        context.interrupts.watch(move || {
            store.give_up();
            close();
        });
        // A run that was killed may have left a half copy out of sight.
        context.store.sweep();
        Ok(Self {
            context,
            bars,
            native: Context::native_platform()?,
            required: context.required_proofs()?,
            fetcher: context.fetcher(),
            is_dry,
            silence: None,
        })
    }

    /// Nothing is under way any more.
    pub(super) fn finish(self) {
        self.context.interrupts.settle();
    }

    /// Takes it over, or says why not. An error is what stops everything: a database that lies, a store that cannot be written.
    pub(super) fn take(&mut self, found: &Found) -> Result<Item, CliError> {
        let tree = match tree::look(found, self.native) {
            Ok(tree) => tree,
            Err(refusal) => return Ok(Item::refused(found, refusal.version(), &refusal.to_string(), exit::FAILED)),
        };
        let toolchain = Toolchain::native(tree.version);
        let mut item = Item::of(found, &tree);
        if self.context.store.contains(toolchain) {
            item.outcome = Outcome::AlreadyThere;
            return Ok(item);
        }
        let taken =
            if self.is_dry { self.try_out(found, &tree, &mut item) } else { self.copy(found, &tree, &mut item) };
        match taken {
            Ok(outcome) => item.outcome = outcome,
            Err(error) if error.exit() == exit::REFUSED => {
                return Ok(Item::refused(found, Some(tree.version), error.message(), exit::REFUSED));
            }
            Err(error) => return Err(error),
        }
        Ok(item)
    }

    /// Hashes what would be copied, where it lies.
    fn try_out(&mut self, found: &Found, tree: &Tree, item: &mut Item) -> Result<Outcome, CliError> {
        let gos = self.gos(tree);
        let all = Manifest::of_tree(&found.goroot).map_err(|error| CliError::from_chain(exit::FAILED, &error))?;
        let (own, others): (Vec<Entry>, Vec<Entry>) =
            all.entries().iter().cloned().partition(|entry| gos.has(&entry.path));
        item.left_out = gos.others(others.into_iter().map(|entry| entry.path));
        let manifest = Manifest::of_entries(own);
        item.describe(&manifest, self.prove(tree, &manifest)?);
        Ok(Outcome::WouldImport)
    }

    fn copy(&mut self, found: &Found, tree: &Tree, item: &mut Item) -> Result<Outcome, CliError> {
        let toolchain = Toolchain::native(tree.version);
        let context = self.context;
        let mut copied = Copied::default();
        // The stage waits for nobody who would need the bars.
        let waiting = Bars::new(context.ui);
        let outcome = context.store.install_recorded(toolchain, Replace::Never, &waiting, |folder| {
            copied = copy(found, self.gos(tree), folder)?;
            // What lies in the stage is what counts: the original may change at any time.
            let manifest = Manifest::of_tree(folder).map_err(|error| CliError::from_chain(exit::FAILED, &error))?;
            let proof = self.prove(tree, &manifest)?;
            let receipt = receipt(found, tree, &manifest, &proof);
            item.describe(&manifest, proof);
            Ok::<_, CliError>((receipt, Some(manifest)))
        })?;
        item.method = Some(method(&copied));
        item.left_out = copied.left_out;
        self.bars.detail(format_args!("{toolchain}: {} files shared, {} copied", copied.shared, copied.copied));
        Ok(match outcome {
            Installed::AlreadyThere => Outcome::AlreadyThere,
            Installed::Fresh | Installed::Replaced => Outcome::Imported,
        })
    }

    /// What is taken: where proofs are required, nothing that no hash covers.
    fn gos(&self, tree: &Tree) -> Gos {
        Gos::of(tree.version, tree.platform, self.required.log)
    }

    /// What speaks for the tree; an error where something speaks against it, or where nothing speaks for it and must.
    fn prove(&mut self, tree: &Tree, manifest: &Manifest) -> Result<Proof, CliError> {
        let module = ToolchainModule::new(tree.version, tree.platform);
        let mut identity = Identity::find(module, manifest, None)?;
        if identity.published.is_none() {
            match &self.silence {
                Some(silence) => identity.unproved = Some(silence.clone()),
                None => identity = Identity::find(module, manifest, Some(&self.fetcher))?,
            }
        }
        if identity.silence.as_ref().is_some_and(|error| error.exit() == exit::NETWORK) {
            self.silence.clone_from(&identity.unproved);
        }
        let Tree { version, platform } = *tree;
        let refused = |why: String| Err(CliError::new(exit::REFUSED, why));
        if identity.is_published() == Some(false) {
            let line = identity.line().unwrap_or_default();
            return refused(format!(
                "it is not what Go published of {version} ({platform}): its files were changed, or somebody built it himself; {line}"
            ));
        }
        if self.required.signature {
            return refused("a signature is required, and only archives have one: see GVR_REQUIRE".to_owned());
        }
        let uncovered = if identity.published.is_some() { self.gos(tree).uncovered(manifest) } else { Vec::new() };
        let proof = Proof {
            uncovered,
            h1: identity.h1.map(|h1| h1.to_string()),
            by: identity.published.as_ref().map(|published| published.by),
            detail: identity.published.map(|published| published.detail),
            unproved: identity.unproved,
        };
        if self.required.log && proof.by.is_none() {
            let why = proof.unproved.unwrap_or_default();
            return refused(format!("nothing proves it, and that is required: {why}; see GVR_REQUIRE"));
        }
        Ok(proof)
    }
}

fn copy(found: &Found, gos: Gos, folder: &Path) -> Result<Copied, CliError> {
    copy_tree(&found.goroot, folder, |path| gos.has(path)).map_err(|error| match error {
        // No release has such a thing.
        gvr_store::CopyError::Special { .. } => CliError::new(exit::REFUSED, &error),
        error => CliError::from_chain(exit::FAILED, &error),
    })
}

fn method(copied: &Copied) -> &'static str {
    match (copied.shared, copied.copied) {
        (0, _) => "copy",
        (_, 0) => "reflink",
        _ => "reflink and copy",
    }
}

fn receipt(found: &Found, tree: &Tree, manifest: &Manifest, proof: &Proof) -> Receipt {
    const DATABASE: &str = "checksum-database";
    let check = |by: &str, detail: &String| Check { by: by.to_owned(), detail: detail.clone() };
    let uncovered = (!proof.uncovered.is_empty())
        .then(|| check("h1", &format!("the module's hash does not cover {}", proof.uncovered.join(", "))));
    Receipt {
        version: tree.version,
        platform: tree.platform,
        url: format!("{}{}", Receipt::IMPORT, found.manager.name()),
        sha256: String::new(),
        size: 0,
        files: manifest.entries().len() as u64,
        unpacked: manifest.bytes(),
        installed_at: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        gvr: env!("CARGO_PKG_VERSION").to_owned(),
        h1: proof.h1.clone(),
        checked: proof.by.zip(proof.detail.as_ref()).map(|(by, detail)| check(by, detail)).into_iter().collect(),
        unanswered: proof.unproved.as_ref().map(|why| check(DATABASE, why)).into_iter().chain(uncovered).collect(),
    }
}
