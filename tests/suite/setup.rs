//! `gvr setup`: what it writes, what it leaves alone, and that taking it back leaves every byte as it was.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use snapbox::str;

use crate::common::{Call, Sandbox, is_root, say_left_out};

/// A home whose gvr lies below the root, as its installer puts it.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    install_gvr(&sandbox);
    sandbox
}

pub(crate) fn install_gvr(sandbox: &Sandbox) {
    let (built, bin) = (env!("CARGO_BIN_EXE_gvr"), sandbox.root().join("bin"));
    fs::create_dir_all(&bin).unwrap();
    if fs::hard_link(built, bin.join("gvr")).is_err() {
        fs::copy(built, bin.join("gvr")).unwrap();
    }
}

/// A call of that gvr, in a home whose user has zsh.
pub(crate) fn setup<'a>(sandbox: &'a Sandbox, words: &[&str]) -> Call<'a> {
    let call = sandbox.run(sandbox.root().join("bin/gvr")).arg("setup").args(words);
    call.env("SHELL", "/bin/zsh")
}

/// All that is in a home but the store: links as such, files with their permissions and bytes.
fn everything(home: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            if path.ends_with(".gvr") {
                continue;
            }
            let content = if metadata.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else if metadata.is_dir() {
                folders.push(path.clone());
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            found.insert(path, (metadata.permissions().mode(), content));
        }
    }
    found
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

const ALL: &str = "bash,zsh,fish,ksh,sh,nu,pwsh,elvish";
const FILES: [&str; 9] = [
    ".zprofile",
    ".zshrc",
    ".bash_profile",
    ".bashrc",
    ".profile",
    ".kshrc",
    ".config/fish/conf.d/gvr.fish",
    ".config/powershell/profile.ps1",
    ".config/elvish/rc.elv",
];

#[test]
fn the_change_is_shown_and_made() {
    let sandbox = sandbox();
    fs::write(sandbox.home().join(".zshrc"), "alias ll='ls -l'\n").unwrap();
    setup(&sandbox, &[]).run().is(str![[r#"
exit code: 0
--- stdout ---
--- [HOME]/.zprofile
+++ [HOME]/.zprofile
@@ -0,0 +1,6 @@
+# >>> gvr setup >>> (a new file)
+# Puts go on PATH. To take these lines out again: gvr setup --undo
+if [ -x "$HOME/.gvr/bin/gvr" ]; then
+  eval "$("$HOME/.gvr/bin/gvr" init - zsh)"
+fi
+# <<< gvr setup <<<
--- [HOME]/.zshrc
+++ [HOME]/.zshrc
@@ -1 +1,7 @@
 alias ll='ls -l'
+# >>> gvr setup >>>
+# Puts go on PATH. To take these lines out again: gvr setup --undo
+if [ -x "$HOME/.gvr/bin/gvr" ]; then
+  eval "$("$HOME/.gvr/bin/gvr" init - zsh)"
+fi
+# <<< gvr setup <<<
--- stderr ---
gvr: copies of the files as they were are in [ROOT]/setup/000001
gvr: open a new terminal, and go is the one that each folder asks for
gvr: to take it back: gvr setup --undo

"#]]);
    setup(&sandbox, &[]).run().is(str![[r#"
exit code: 0
--- stdout ---
--- stderr ---
gvr: [HOME]/.zprofile is set up already
gvr: [HOME]/.zshrc is set up already

"#]]);
    setup(&sandbox, &["--undo"]).run().is(str![[r#"
exit code: 0
--- stdout ---
--- [HOME]/.zprofile
+++ [HOME]/.zprofile
@@ -1,6 +0,0 @@
-# >>> gvr setup >>> (a new file)
-# Puts go on PATH. To take these lines out again: gvr setup --undo
-if [ -x "$HOME/.gvr/bin/gvr" ]; then
-  eval "$("$HOME/.gvr/bin/gvr" init - zsh)"
-fi
-# <<< gvr setup <<<
--- [HOME]/.zshrc
+++ [HOME]/.zshrc
@@ -1,7 +1 @@
 alias ll='ls -l'
-# >>> gvr setup >>>
-# Puts go on PATH. To take these lines out again: gvr setup --undo
-if [ -x "$HOME/.gvr/bin/gvr" ]; then
-  eval "$("$HOME/.gvr/bin/gvr" init - zsh)"
-fi
-# <<< gvr setup <<<
--- stderr ---
gvr: copies of the files as they were are in [ROOT]/setup/000002
gvr: shells that are open keep their PATH; new ones are without gvr

"#]]);
    setup(&sandbox, &["--undo"]).run().is(str![[r#"
exit code: 0
--- stdout ---
--- stderr ---
gvr: nothing of gvr's is in your start-up files

"#]]);
}

#[test]
fn what_was_there_comes_back_byte_for_byte() {
    for text in
        [None, Some(""), Some("a\n"), Some("a"), Some("a\r\nb\r\n"), Some("a\r\nb"), Some("\n\n"), Some("é\n\t\n")]
    {
        let sandbox = sandbox();
        if let Some(text) = text {
            for (name, mode) in FILES.iter().zip([0o600, 0o644, 0o640, 0o664, 0o755].into_iter().cycle()) {
                let path = sandbox.home().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, text).unwrap();
                fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            }
        }
        let before = everything(sandbox.home());
        let first = setup(&sandbox, &["--shell", ALL]).run().succeeds();
        assert!(first.stdout.contains("+# >>> gvr setup >>>"), "{first}");
        let after = everything(sandbox.home());
        assert_ne!(before, after);
        for (path, (mode, content)) in &before {
            let (new_mode, new_content) = &after[path];
            assert_eq!(new_mode, mode, "{}", path.display());
            assert!(new_content.starts_with(content), "{}", path.display());
        }
        setup(&sandbox, &["--shell", ALL]).run().succeeds().prints("");
        assert_eq!(everything(sandbox.home()), after, "a second time changes nothing");
        setup(&sandbox, &["--undo", "--dry-run"]).run().succeeds();
        assert_eq!(everything(sandbox.home()), after, "--dry-run changes nothing");
        setup(&sandbox, &["--undo"]).run().succeeds();
        assert_eq!(everything(sandbox.home()), before, "{text:?}");
    }
}

#[test]
fn a_rehearsal_changes_nothing() {
    let sandbox = sandbox();
    let before = everything(sandbox.home());
    let output = setup(&sandbox, &["--shell", ALL, "--dry-run"]).run().succeeds();
    output.clone().says("nothing was changed");
    assert!(output.stdout.contains("+++ [HOME]/.zshrc"), "{output}");
    assert_eq!(everything(sandbox.home()), before);
    assert!(!sandbox.root().join("setup").exists());
}

#[test]
fn links_stay_and_their_targets_change() {
    let sandbox = sandbox();
    let dotfiles = sandbox.outside("dotfiles");
    fs::write(dotfiles.join("zshrc"), "a").unwrap();
    fs::set_permissions(dotfiles.join("zshrc"), Permissions::from_mode(0o600)).unwrap();
    symlink(dotfiles.join("zshrc"), sandbox.home().join("middle")).unwrap();
    symlink("middle", sandbox.home().join(".zshrc")).unwrap();
    // One file under both names must not get the block twice.
    fs::write(sandbox.home().join(".bashrc"), "b\n").unwrap();
    symlink(".bashrc", sandbox.home().join(".bash_profile")).unwrap();
    let before = everything(sandbox.home());
    setup(&sandbox, &["--shell", "zsh,bash"]).run().succeeds();
    assert!(sandbox.home().join(".zshrc").is_symlink() && sandbox.home().join("middle").is_symlink());
    assert!(read(dotfiles.join("zshrc")).starts_with("a\n# >>> gvr setup >>>"));
    assert_eq!(fs::metadata(dotfiles.join("zshrc")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(read(sandbox.home().join(".bashrc")).matches(">>> gvr setup >>>").count(), 1);
    setup(&sandbox, &["--undo"]).run().succeeds();
    assert_eq!(everything(sandbox.home()), before);
    assert_eq!(read(dotfiles.join("zshrc")), "a");
}

#[test]
fn what_is_not_to_be_written_is_left_alone_and_told() {
    let sandbox = sandbox();
    fs::write(sandbox.home().join(".zshrc"), "a\n").unwrap();
    fs::set_permissions(sandbox.home().join(".zshrc"), Permissions::from_mode(0o444)).unwrap();
    symlink("/nix/store/0123-home-manager-files/.zprofile", sandbox.home().join(".zprofile")).unwrap();
    fs::write(sandbox.home().join(".bashrc"), b"\xff\xfe\n").unwrap();
    symlink("nowhere", sandbox.home().join(".bash_profile")).unwrap();
    fs::create_dir_all(sandbox.home().join(".config/fish/conf.d/gvr.fish")).unwrap();
    let before = everything(sandbox.home());
    let output = setup(&sandbox, &["--shell", "zsh,bash,fish"]).run().fails_with(1);
    for reason in [
        ".zshrc stays as it is: it is read-only\nadd these lines at its end:",
        ".zprofile stays as it is: Nix makes it (/nix/store/0123-home-manager-files/.zprofile)",
        ".bashrc stays as it is: [HOME]/.bashrc is not UTF-8 text",
        ".config/fish/conf.d/gvr.fish stays as it is: [HOME]/.config/fish/conf.d/gvr.fish is not a regular file",
        "eval \"$(\"$HOME/.gvr/bin/gvr\" init - zsh)\"",
    ] {
        output.clone().says(reason);
    }
    // A link that leads nowhere is no file that bash would read: it reads, or is given, .profile.
    let after = everything(sandbox.home());
    let new: Vec<_> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    assert_eq!(new, [&sandbox.home().join(".profile")]);
    setup(&sandbox, &["--undo"]).run().succeeds();
    assert_eq!(everything(sandbox.home()), before);
}

#[test]
fn half_a_block_is_left_alone() {
    let sandbox = sandbox();
    fs::write(sandbox.home().join(".zshrc"), "a\n# >>> gvr setup >>>\nb\n").unwrap();
    let before = everything(sandbox.home());
    setup(&sandbox, &["--undo"]).run().fails_with(1).says("line 2 is one end of a block");
    assert_eq!(everything(sandbox.home()), before);
    setup(&sandbox, &[]).run().fails_with(1).says("line 2 is one end of a block");
    assert_eq!(read(sandbox.home().join(".zshrc")), "a\n# >>> gvr setup >>>\nb\n");
}

#[test]
fn a_line_of_the_users_own_is_enough() {
    let sandbox = sandbox();
    fs::write(sandbox.home().join(".zshrc"), "# gvr init - is below\neval \"$(gvr init - zsh)\"\n").unwrap();
    let output = setup(&sandbox, &[]).run().succeeds();
    output.clone().says(".zshrc reads gvr's code in line 2, and stays as it is");
    assert!(!output.stdout.contains(".zshrc") && output.stdout.contains(".zprofile"), "{output}");
    fs::create_dir_all(sandbox.home().join(".config/fish")).unwrap();
    fs::write(sandbox.home().join(".config/fish/config.fish"), "gvr init - fish | source\n").unwrap();
    setup(&sandbox, &["--shell", "fish"]).run().succeeds().prints("").says("in line 1, and stays as it is");
}

#[test]
fn zdotdir_and_xdg_config_home_are_followed() {
    let sandbox = sandbox();
    let home = sandbox.home().display().to_string();
    setup(&sandbox, &[]).env("ZDOTDIR", format!("{home}/z")).run().succeeds();
    assert!(sandbox.home().join("z/.zshrc").exists() && !sandbox.home().join(".zshrc").exists());
    setup(&sandbox, &["--undo"]).env("ZDOTDIR", format!("{home}/z")).run().succeeds();
    assert!(!sandbox.home().join("z").exists());
    fs::write(sandbox.home().join(".zshenv"), "export ZDOTDIR=\"$HOME/.config/zsh\"\n").unwrap();
    setup(&sandbox, &[]).run().succeeds();
    assert!(sandbox.home().join(".config/zsh/.zprofile").exists());
    setup(&sandbox, &["--undo"]).run().succeeds();
    assert!(!sandbox.home().join(".config").exists());
    setup(&sandbox, &["--shell", "fish,elvish"]).env("XDG_CONFIG_HOME", format!("{home}/c")).run().succeeds();
    assert!(sandbox.home().join("c/fish/conf.d/gvr.fish").exists());
    assert!(sandbox.home().join("c/elvish/rc.elv").exists());
}

#[test]
fn lines_that_come_to_stand_behind_it_stay() {
    let sandbox = sandbox();
    let zshrc = sandbox.home().join(".zshrc");
    fs::write(&zshrc, "a").unwrap();
    setup(&sandbox, &[]).run().succeeds();
    fs::write(&zshrc, read(&zshrc) + "alias b=c\n").unwrap();
    setup(&sandbox, &[]).run().succeeds().prints("");
    // An installer that puts its folder in front must not win.
    fs::write(&zshrc, read(&zshrc) + "export PATH=/usr/local/go/bin:$PATH\n").unwrap();
    let output = setup(&sandbox, &[]).run().succeeds();
    assert!(output.stdout.contains("+# >>> gvr setup >>>"), "{output}");
    assert!(read(&zshrc).starts_with("a\nalias b=c\nexport PATH=/usr/local/go/bin:$PATH\n# >>> gvr setup >>>\n"));
    setup(&sandbox, &["--undo"]).run().succeeds();
    assert_eq!(read(&zshrc), "a\nalias b=c\nexport PATH=/usr/local/go/bin:$PATH\n");
}

#[test]
fn copies_are_kept() {
    let sandbox = sandbox();
    fs::write(sandbox.home().join(".zshrc"), "mine").unwrap();
    setup(&sandbox, &[]).run().succeeds().says("copies of the files as they were are in [ROOT]/setup/000001");
    assert_eq!(read(sandbox.root().join("setup/000001/1.before")), "mine");
    // The doctor's undo takes back what the doctor did, and that alone.
    sandbox.gvr(["doctor", "undo"]).run().says("nothing to undo");
}

#[test]
fn a_root_of_ones_own_is_written_down() {
    let sandbox = sandbox();
    let root = sandbox.outside("it's my root");
    let output = setup(&sandbox, &["--shell", "zsh", "--dry-run"]).env("GVR_ROOT", &root).run().succeeds();
    assert!(output.stdout.contains("+  export GVR_ROOT='[SANDBOX]/it'\\''s my root'\n"), "{output}");
    let output = setup(&sandbox, &["--shell", "fish", "--dry-run"]).env("GVR_ROOT", &root).run().succeeds();
    assert!(output.stdout.contains("+  set -gx GVR_ROOT '[SANDBOX]/it\\'s my root'\n"), "{output}");
}

#[test]
fn nothing_is_written_into_the_home_of_somebody_else() {
    if !is_root() {
        say_left_out("gvr setup by way of sudo, as only root can have a home of somebody else's");
        return;
    }
    let sandbox = sandbox();
    std::os::unix::fs::chown(sandbox.home(), Some(1), None).unwrap();
    let before = everything(sandbox.home());
    setup(&sandbox, &[]).run().fails_with(1).prints("").says("[HOME] belongs to another user").says("without sudo");
    assert_eq!(everything(sandbox.home()), before);
}

#[test]
fn where_no_shell_is_known_it_has_to_be_named() {
    let sandbox = sandbox();
    setup(&sandbox, &[]).env("SHELL", "/bin/tcsh").run().fails_with(1).prints("").says("gvr setup --shell SHELL");
    setup(&sandbox, &["--shell", "tcsh"]).run().fails_with(2).prints("").says("it is no shell that gvr knows");
}
