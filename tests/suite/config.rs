//! `gvr config`, and settings that are obeyed.

use std::fs;

use crate::common::Sandbox;

#[test]
fn a_setting_is_set_shown_and_taken_back() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["config", "get", "strict"]).run().succeeds().prints("false\n");
    sandbox.gvr(["config", "set", "strict", "true"]).run().succeeds().prints("");
    sandbox.gvr(["config", "get", "strict"]).run().succeeds().prints("true\n");
    assert!(sandbox.read(sandbox.root().join("config.toml")).unwrap().contains("strict = true"));
    sandbox.gvr(["config", "unset", "strict"]).run().succeeds();
    sandbox.gvr(["config", "get", "strict"]).run().succeeds().prints("false\n");
}

#[test]
fn the_list_of_settings() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["config", "set", "mirrors", "https://a.test/dl,/srv/go"]).run().succeeds();
    let output = sandbox.gvr(["config", "list"]).run().succeeds();
    assert!(output.stdout.contains("mirrors") && output.stdout.contains("https://a.test/dl"), "{output}");
    assert!(output.stdout.contains("auto-install"), "{output}");
    let json = sandbox.gvr(["config", "list", "--json"]).run().succeeds().json();
    assert_eq!(json["schema"], 1);
}

#[test]
fn comments_and_order_are_the_users_own() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.root()).unwrap();
    let file = sandbox.root().join("config.toml");
    fs::write(&file, "# ours\nstrict = true # for CI\n").unwrap();
    sandbox.gvr(["config", "set", "auto-install", "yes"]).run().succeeds();
    assert_eq!(fs::read_to_string(&file).unwrap(), "# ours\nstrict = true # for CI\nauto-install = true\n");
}

#[test]
fn wrong_names_and_values() {
    let sandbox = Sandbox::new();
    let output = sandbox.gvr(["config", "set", "nosuch", "1"]).run();
    assert!([1, 2].contains(&output.code), "{output}");
    output.says("nosuch").says("auto-install");
    let output = sandbox.gvr(["config", "get", "nosuch"]).run();
    assert!([1, 2].contains(&output.code), "{output}");
    let output = sandbox.gvr(["config", "set", "strict", "perhaps"]).run();
    assert!([1, 2].contains(&output.code), "{output}");
    output.says("perhaps").says("strict");
    assert!(!sandbox.root().join("config.toml").exists());
    sandbox.gvr(["config"]).run().fails_with(2);
}

#[test]
fn a_file_that_is_no_toml_is_named_with_its_line() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    fs::write(sandbox.root().join("config.toml"), "strict = true\nmirrors = [\n").unwrap();
    sandbox.gvr(["versions"]).run().fails_with(1).prints("").says("[ROOT]/config.toml:");
    // The shim does not read it.
    sandbox.shim("go").arg("version").run().succeeds();
}

#[test]
fn the_shim_obeys_what_is_set() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let line = |name: &str| {
        let output = sandbox.shim("go").arg("x").env("GOROOT", "/nope").run().succeeds();
        output.lines().into_iter().find(|line| line.starts_with(name)).unwrap().to_owned()
    };
    assert_eq!((line("GOTOOLCHAIN "), line("GOROOT ")), ("GOTOOLCHAIN (unset)".into(), "GOROOT (unset)".into()));
    sandbox.gvr(["config", "set", "strict", "true"]).run().succeeds();
    sandbox.gvr(["config", "set", "keep-goroot", "true"]).run().succeeds();
    assert_eq!((line("GOTOOLCHAIN "), line("GOROOT ")), ("GOTOOLCHAIN local".into(), "GOROOT /nope".into()));
    sandbox.gvr(["config", "unset", "strict"]).run().succeeds();
    sandbox.gvr(["config", "unset", "keep-goroot"]).run().succeeds();
    assert_eq!((line("GOTOOLCHAIN "), line("GOROOT ")), ("GOTOOLCHAIN (unset)".into(), "GOROOT (unset)".into()));
}

#[test]
fn gvr_obeys_what_is_set_and_variables_come_first() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["config", "set", "offline", "true"]).run().succeeds();
    sandbox.gvr(["install", "1.23.90"]).run().fails_with(3).says("offline");
    assert_eq!(sandbox.server().connections(), 0);
    sandbox.gvr(["install", "1.23.90"]).env("GVR_OFFLINE", "0").run().succeeds();
    let url = sandbox.server().url();
    sandbox.gvr(["config", "set", "dist-url", &url]).run().succeeds();
    sandbox.gvr(["config", "set", "offline", "false"]).run().succeeds();
    sandbox.gvr(["install", "-f", "1.23.90"]).env_remove("GVR_DIST_URL").run().succeeds();
    sandbox.gvr(["config", "set", "read-go-mod", "false"]).run().succeeds();
    sandbox.write("go.mod", "module x\n\ngo 1.23\n");
    sandbox.gvr(["version-name"]).run().succeeds().prints("system\n");
    sandbox.gvr(["config", "set", "auto-install", "true"]).run().succeeds();
    sandbox.gvr(["uninstall", "-f", "1.23.90"]).run().succeeds();
    sandbox.gvr(["local", "1.23"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.23.90"]);
}
