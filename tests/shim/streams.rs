//! stdin, stdout and stderr, some of them closed.

use crate::lab::Lab;

/// Every way to close some of the three.
fn ways() -> Vec<String> {
    let closings = [" 0>&-", " 1>&-", " 2>&-"];
    let chosen = |bits: usize| (0..3).filter(move |fd| bits >> fd & 1 == 1).map(move |fd| closings[fd]);
    (0..8).map(|bits| chosen(bits).collect()).collect()
}

/// A `go` that writes down which of the three it has, for want of a better place into a file.
const GO: &str = "#!/bin/sh\nopen=\nfor number in 0 1 2; do\n  if (eval \"exec 9>&$number\"); then open=\"$open $number\"; fi\n\
                  done\necho \"$1 has$open\" >\"$REPORT\"\nexit 7\n";

#[test]
fn a_program_has_the_streams_that_the_caller_has_and_no_others() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    let direct = lab.replace_go("1.22.5", GO);
    let report = lab.path("report");
    for closed in ways() {
        let script = format!("exec \"$@\"{closed}");
        let has = |program: &std::path::Path| {
            let call = lab.call(program).arg("it").env("REPORT", &report).through("/bin/sh", ["-c", &script, "sh"]);
            assert_eq!(call.run().code, Some(7), "{closed}");
            std::fs::read_to_string(&report).unwrap()
        };
        let open: String = [" 0", " 1", " 2"].into_iter().filter(|fd| !closed.contains(&format!("{fd}>"))).collect();
        let expected = format!("it has{open}\n");
        assert_eq!(has(&direct), expected, "directly, with{closed}");
        assert_eq!(has(&lab.shim("go")), expected, "through the shim, with{closed}");
    }
}

#[test]
fn a_miss_is_the_same_miss_and_its_message_goes_to_stderr_or_nowhere() {
    let lab = Lab::with(&["1.22.5"]);
    let pin = "1.99.0\n";
    let file = lab.write("work/.go-version", pin);
    for closed in ways() {
        let script = format!("exec \"$@\"{closed}");
        let finished = lab.go(&["version"]).through("/bin/sh", ["-c", &script, "sh"]).run();
        assert_eq!((finished.code, lab.text(&finished.stdout).as_str()), (Some(127), ""), "{closed}: {finished:?}");
        let is_told = lab.text(&finished.stderr).starts_with("gvr: version '1.99.0' is not installed");
        assert_eq!(is_told, !closed.contains(" 2>"), "{closed}: {finished:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), pin, "{closed}");
    }
}
