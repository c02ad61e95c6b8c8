//! Where signatures come from: any source of archives, as each proves itself.

use std::fs;
use std::path::Path;

use gvr_fetch::openpgp::SignatureError;
use gvr_fetch::{
    ErrorKind, Sha256, SignatureAt, SignatureProof, SignatureSearch, SourceProblem, TriedSignature, WhyNoProof,
};

use crate::common::archive::FILE as NAME;
use crate::common::{Reply, Sandbox, Server};
use crate::forge::{STRANGER, SUBKEY};
use crate::openpgp::{AT, Binding, FILE, keyring, policy};

const ARMOURED: &[u8] = b"-----BEGIN PGP SIGNATURE-----\n\nsomething\n";

fn found(sandbox: &Sandbox, archive: Option<&Path>) -> Vec<(String, Result<bool, ErrorKind>)> {
    let fetcher = sandbox.fetcher();
    let show = |at: SignatureAt| {
        let found = at.found.map(|text| text.is_some()).map_err(|problem| problem.kind());
        (at.place, found)
    };
    fetcher.signatures(NAME, archive).unwrap().map(show).collect()
}

#[test]
fn each_place_is_asked_in_its_turn() {
    let (mirror, dist) = (Server::scripted(vec![Reply::status(404)]), Server::scripted(vec![Reply::ok(ARMOURED)]));
    let mut sandbox = Sandbox::new(&dist.url("/dl"));
    let (folder, usb) = (sandbox.path().join("root/mirror"), sandbox.path().join("root/usb"));
    for folder in [&folder, &usb] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(folder.join(format!("{NAME}.asc")), ARMOURED).unwrap();
    sandbox.config.mirrors = vec![folder.display().to_string(), mirror.url("/go")];
    let file = |folder: &Path| folder.join(format!("{NAME}.asc")).display().to_string();
    let servers =
        [(mirror.url(&format!("/go/{NAME}.asc")), Ok(false)), (dist.url(&format!("/dl/{NAME}.asc")), Ok(true))];
    let expected = [&[(file(&usb), Ok(false)), (file(&folder), Ok(true))][..], &servers].concat();
    assert_eq!(found(&sandbox, Some(&usb.join(NAME))), expected);
    // Nobody is asked before the answer is wanted.
    let before = (mirror.asked().len(), dist.asked().len());
    let fetcher = sandbox.fetcher();
    let mut signatures = fetcher.signatures(NAME, None).unwrap();
    assert_eq!(signatures.next().map(|at| at.place), Some(file(&folder)));
    assert_eq!((mirror.asked().len(), dist.asked().len()), before);
    // A folder serves offline as well.
    sandbox.config.offline = true;
    let offline = found(&sandbox, None);
    assert_eq!(offline[0], (file(&folder), Ok(true)));
    assert!(offline[1..].iter().all(|(_, found)| *found == Err(ErrorKind::Network)), "{offline:?}");
}

#[test]
fn what_is_no_signature_counts_as_none_and_what_breaks_is_told() {
    for (reply, expected) in [
        (Reply::html(200), Ok(false)),
        (Reply::status(403), Ok(false)),
        (Reply::status(410), Ok(false)),
        (Reply::ok(""), Ok(false)),
        (Reply::ok([ARMOURED, &vec![b'x'; 64 << 10]].concat()), Ok(false)),
        (Reply::status(500), Err(ErrorKind::Network)),
        (Reply::raw(""), Err(ErrorKind::Network)),
    ] {
        let dist = Server::scripted(vec![reply]);
        assert_eq!(found(&Sandbox::new(&dist.url("")), None)[0].1, expected);
    }
    let mut sandbox = Sandbox::new("http://127.0.0.1:1");
    let folder = sandbox.path().join("root/mirror");
    fs::create_dir_all(folder.join(format!("{NAME}.asc"))).unwrap();
    sandbox.config.mirrors = vec![folder.display().to_string()];
    assert_eq!(found(&sandbox, None)[0].1, Err(ErrorKind::Local), "a folder is no signature");
    sandbox.config.mirrors = vec!["gopher://mirror".to_owned()];
    assert_eq!(sandbox.fetcher().signatures(NAME, None).err().map(|error| error.kind()), Some(ErrorKind::Local));
}

/// A search in places that have this.
fn search(places: Vec<Option<Vec<u8>>>) -> SignatureSearch<'static> {
    let at = |(number, text)| SignatureAt { place: format!("place {number}"), found: Ok(text) };
    SignatureSearch::new(places.into_iter().enumerate().map(at), keyring(&[Binding::default().packet()]), policy())
}

fn outcome(places: Vec<Option<Vec<u8>>>) -> (Result<Option<SignatureProof>, SignatureError>, Vec<TriedSignature>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive");
    fs::write(&path, FILE).unwrap();
    let mut search = search(places);
    let proof = match search.candidate() {
        Some(candidate) => search.prove(candidate, &path, Sha256::of(FILE)),
        None => Ok(None),
    };
    (proof, search.tried())
}

#[test]
fn a_wrong_signature_says_nothing_about_what_the_next_place_has() {
    let good = SUBKEY.sign_file(FILE, AT);
    let of_other_bytes = SUBKEY.sign_file(b"another archive", AT);
    let by_a_stranger = STRANGER.sign_file(FILE, AT);
    let too_early = SUBKEY.sign_file(FILE, 1);
    let places = vec![
        None,
        Some(b"nonsense".to_vec()),
        Some(by_a_stranger.clone()),
        Some(of_other_bytes.clone()),
        Some(too_early),
        Some(good.clone()),
        Some(of_other_bytes.clone()),
    ];
    let (proof, tried) = outcome(places);
    let proof = proof.unwrap().unwrap();
    assert_eq!((proof.place.as_str(), proof.text), ("place 5", good));
    assert_eq!(proof.signer.signed_at, AT);
    let expected = ["Absent", "Malformed", "UnknownKey", "Wrong", "Key"];
    for ((number, tried), expected) in tried.iter().enumerate().zip(expected) {
        assert_eq!(tried.place, format!("place {number}"));
        assert!(format!("{:?}", tried.why).contains(expected), "{tried:?}");
    }
    assert_eq!(tried.len(), expected.len(), "who is right ends the search");
    // Where nothing is right, nothing is proved.
    let (proof, tried) = outcome(vec![Some(of_other_bytes), None, Some(by_a_stranger)]);
    assert!(proof.unwrap().is_none());
    assert_eq!(tried.iter().filter(|tried| matches!(tried.why, WhyNoProof::Wrong(_))).count(), 2);
    let (proof, tried) = outcome(vec![None, None]);
    assert!(proof.unwrap().is_none() && tried.iter().all(|tried| matches!(tried.why, WhyNoProof::Absent)));
}

#[test]
fn an_archive_that_changes_meanwhile_is_proved_by_no_signature() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive");
    fs::write(&path, FILE).unwrap();
    let good = SUBKEY.sign_file(FILE, AT);
    let mut two = search(vec![Some(good.clone()), Some(good)]);
    let candidate = two.candidate().unwrap();
    let error = two.prove(candidate, &path, Sha256::of(b"what was unpacked")).unwrap_err();
    assert!(matches!(error, SignatureError::Changed), "{error}");
    let candidate = two.candidate().unwrap();
    let error = two.prove(candidate, &path.join("gone"), Sha256::of(FILE)).unwrap_err();
    assert!(matches!(error, SignatureError::Read(_)), "{error}");
    // A place that did not answer is told from one that has none.
    let problem = || SourceProblem::Read { path: path.clone(), source: std::io::ErrorKind::PermissionDenied.into() };
    let silent = SignatureAt { place: "a disk".to_owned(), found: Err(problem()) };
    let mut search = SignatureSearch::new([silent].into_iter(), keyring(&[]), policy());
    assert!(search.candidate().is_none());
    assert!(matches!(&search.tried()[..], [TriedSignature { why: WhyNoProof::Silent(_), .. }]));
}
