//! `macho/unsigned`: a program has no signature, which Apple silicon wants.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "macho/unsigned",
    title: "a program has no signature, which Apple silicon wants",
    level: Level::Error,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "Whether the programs of the Go here, and those of go install, have a code signature, on a Mac with Apple \
           silicon.",
    why: "The kernel of Apple silicon ends every arm64 program without a signature at once: \"Killed: 9\". Any \
          signature will do, ad hoc too, and Go makes one; it is lost where a tool rewrites the file.",
    fix: "Sign the file anew, or build or install it again.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    if *facts.system.apple_silicon.get()? != Some(true) {
        return Err(NotJudged::not_applicable("this Mac has no Apple silicon"));
    }
    let mut findings = Vec::new();
    for (path, program) in shared::all_programs(facts)? {
        let Some(file) = &program.mach_o else { continue };
        if file.signature.is_some() || !program.archs.iter().any(|arch| arch == "arm64") {
            continue;
        }
        let message = format!("{} has no code signature, so the kernel ends it at once.", facts.shown(&path));
        let command = format!("codesign --force --sign - {}", shared::quoted(&path));
        findings.push(
            Finding::new(Level::Error, &path, message)
                .shown_by([Evidence::Path { path: path.clone(), what: "no code signature".to_owned() }])
                .mended_by(Fix::words("sign it").by(command)),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let unsigned = |facts: &mut Facts| facts.own_program("bin/go").mach_o.as_mut().unwrap().signature = None;
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(unsigned, "bin/go has no code signature")
            .passes(|facts| {
                unsigned(facts);
                facts.own_program("bin/go").archs = vec!["amd64".to_owned()];
            })
            .cannot_tell(|facts| facts.system_mut().apple_silicon = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.system_mut().apple_silicon = Fact::Known(None), "no Apple silicon");
    }
}
