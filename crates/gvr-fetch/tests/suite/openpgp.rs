//! OpenPGP: Google's real key and signatures, and keys made in code for everything that can go wrong.

use std::fs::File;
use std::io::{self, Write as _};

use gvr_fetch::openpgp::{
    DetachedSignature, Fingerprint, KeyProblem, Keyring, KeyringError, Policy, SignatureError, Signer, verify,
};
use proptest::prelude::*;

use crate::forge::{PRIMARY, Pair, STRANGER, SUBKEY, With, created, flags, key_lasts, packet, subpacket};

/// Google's signature beside go1.27.0.src.tar.gz, and its subkey of 2025.
const GO_1_27_0: &[u8] = include_bytes!("../data/go1.27.0.src.tar.gz.asc");
const SUBKEY_OF_2025: &str = "0E225917414670F4442C250DFD533C07C264648F";
const GOOGLE: &[u8] = include_bytes!("../../data/google-linux-signing-key.asc");

pub(crate) const FILE: &[u8] = b"an archive";
/// When the file is signed, unless a test says otherwise.
pub(crate) const AT: u32 = 3000;

pub(crate) fn policy() -> Policy {
    Policy {
        primary: Fingerprint::from_bytes(PRIMARY.fingerprint()),
        sha1_back_signatures_before: 2100,
        least_bits: 2048,
        now: 10_000,
    }
}

/// A binding of the subkey, and what is unusual about it.
pub(crate) struct Binding {
    by: Pair,
    with: With,
    at: u32,
    stated: Vec<Vec<u8>>,
    back: Option<Vec<u8>>,
}

impl Default for Binding {
    fn default() -> Self {
        let back = Some(SUBKEY.agree(&PRIMARY, With::Sha256, 2000));
        Self { by: PRIMARY, with: With::Sha512, at: 2000, stated: vec![flags(2), key_lasts(5000)], back }
    }
}

impl Binding {
    pub(crate) fn packet(&self) -> Vec<u8> {
        let mut stated = vec![created(self.at)];
        stated.extend(self.stated.clone());
        stated.extend(self.back.iter().map(|back| subpacket(32, back)));
        packet(2, &self.by.sign_subkey(&SUBKEY, 0x18, self.with, &stated))
    }
}

/// A key file: the primary, its name, the subkey with these packets after it.
fn key_file(after_primary: &[Vec<u8>], after_subkey: &[Vec<u8>]) -> Vec<u8> {
    let mut file = packet(6, &PRIMARY.body());
    file.extend(after_primary.concat());
    file.extend(packet(13, b"tester"));
    file.extend(packet(2, &PRIMARY.sign_self(0x13, Some(b"tester"), &[created(1000), flags(3)])));
    file.extend(packet(14, &SUBKEY.body()));
    file.extend(after_subkey.concat());
    file
}

pub(crate) fn keyring(after_subkey: &[Vec<u8>]) -> Keyring {
    Keyring::parse(&key_file(&[], after_subkey), &policy()).unwrap()
}

fn check(keyring: &Keyring, signature: &[u8]) -> Result<Signer, SignatureError> {
    verify(FILE, signature, keyring, &policy())
}

fn problem(keyring: &Keyring, at: u32) -> Option<KeyProblem> {
    match check(keyring, &SUBKEY.sign_file(FILE, at)) {
        Ok(_) => None,
        Err(SignatureError::Key { problem, .. }) => Some(problem),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn googles_key_has_the_subkeys_that_it_is_known_to_have() {
    let policy = Policy::google(0);
    assert_eq!(policy.primary.to_string(), "EB4C1BFD4F042F6DDDCCEC917721F63BD38B4796");
    let subkeys: Vec<_> = Keyring::google(&policy).unwrap().subkeys().iter().map(ToString::to_string).collect();
    assert_eq!(
        subkeys,
        [
            "3B068FB4789ABE4AEFA3BB491397BC53640DB551",
            "3E50F6D3EC278FDEB655C8CA6494C6D6997C215E",
            "2F528D36D67B69EDF998D85778BD65473CB3BD13",
            "8461EFA0E74ABAE010DE66994EB27DB2A3B88B8B",
            "A5F483CD733A4EBAEA378B2AE88979FB9B30ACF2",
            "0F06FF86BEEAF4E71866EE5232EE5355A6BC6E42",
            SUBKEY_OF_2025,
        ]
    );
}

#[test]
fn the_signer_of_go_1_27_0_is_known_before_the_archive_is_there() {
    let policy = Policy::google(0);
    let keyring = Keyring::google(&policy).unwrap();
    let signature = DetachedSignature::parse(GO_1_27_0).unwrap();
    // In August 2026.
    assert_eq!(signature.signed_at(), 1_787_091_060);
    let verifier = signature.start(&keyring, &policy).unwrap();
    let wrong = verifier.finish().unwrap_err();
    assert_eq!(wrong.to_string(), format!("it is wrong: the key {SUBKEY_OF_2025} has not signed this"));
}

#[test]
fn the_source_of_go_1_27_0_is_googles() {
    const TEST: &str = "openpgp::the_source_of_go_1_27_0_is_googles";
    let Some(folder) = crate::official::folder(TEST) else { return };
    let Ok(mut file) = File::open(folder.join("go1.27.0.src.tar.gz")) else {
        let _ = writeln!(io::stderr(), "left out: {TEST}: {} has no go1.27.0.src.tar.gz", folder.display());
        return;
    };
    let policy = Policy::google(0);
    let keyring = Keyring::google(&policy).unwrap();
    let signer = verify(&file, GO_1_27_0, &keyring, &policy).unwrap();
    assert_eq!((signer.primary, signer.key.to_string().as_str()), (policy.primary, SUBKEY_OF_2025));
    let mut content = Vec::new();
    io::Seek::rewind(&mut file).unwrap();
    io::Read::read_to_end(&mut file, &mut content).unwrap();
    for at in [0, content.len() / 2, content.len() - 1] {
        content[at] ^= 1;
        assert!(matches!(verify(&content[..], GO_1_27_0, &keyring, &policy), Err(SignatureError::Wrong(_))));
        content[at] ^= 1;
    }
    assert!(verify(&content[..content.len() - 1], GO_1_27_0, &keyring, &policy).is_err());
    assert!(verify(&content[..], GO_1_27_0, &keyring, &policy).is_ok());
}

#[test]
fn every_subkey_of_googles_was_bound_and_has_agreed_in_its_time() {
    // Only their owner can sign with them; that they could is told by an error about the bytes, and not about the key.
    let policy = Policy::google(0);
    let keyring = Keyring::google(&policy).unwrap();
    for subkey in keyring.subkeys() {
        // The third year of each: the oldest two are accepted for their SHA-1 only because the policy says so.
        let error = claims(subkey, 0).start_at(&keyring, &policy);
        assert!(error.is_none(), "{subkey}: {error:?}");
    }
    let strict = Policy { sha1_back_signatures_before: 0, ..policy };
    let refused: Vec<_> = keyring
        .subkeys()
        .into_iter()
        .filter(|subkey| matches!(claims(*subkey, 0).start_at(&keyring, &strict), Some(KeyProblem::NoBackSignature)))
        .collect();
    assert_eq!(refused, keyring.subkeys()[..2]);
    // The days after its last one, and before its first.
    let newest = keyring.subkeys()[6];
    let (made, over) = (1_736_268_781, 1_736_268_781 + 1095 * 86_400);
    for (at, expected) in [
        (made - 1, Some(KeyProblem::NotYet)),
        (made + 86_400, None),
        (over - 86_400 * 2, None),
        (over + 86_400 * 2, Some(KeyProblem::Expired)),
    ] {
        assert_eq!(claims(newest, at).start_at(&keyring, &policy), expected, "{at}");
    }
}

/// A signature that says to be by this key, made at this time, or in its second year where that is 0.
fn claims(key: Fingerprint, at: u32) -> Claim {
    let made =
        [1_460_440_520, 1_485_225_932, 1_563_819_182, 1_635_257_503, 1_676_474_712, 1_706_646_134, 1_736_268_781];
    let policy = Policy::google(0);
    let position = Keyring::google(&policy).unwrap().subkeys().iter().position(|known| *known == key).unwrap();
    Claim { key, at: if at == 0 { made[position] + 400 * 86_400 } else { at } }
}

struct Claim {
    key: Fingerprint,
    at: u32,
}

impl Claim {
    fn start_at(&self, keyring: &Keyring, policy: &Policy) -> Option<KeyProblem> {
        let stated = [created(self.at), subpacket(33, &[&[4], &self.key.as_bytes()[..]].concat())].concat();
        let mut body = vec![4, 0, 1, 8];
        body.extend(u16::try_from(stated.len()).unwrap().to_be_bytes());
        body.extend(stated);
        body.extend([0, 0, 0, 0, 0, 1, 1]);
        match DetachedSignature::parse(&packet(2, &body)).unwrap().start(keyring, policy) {
            Ok(_) => None,
            Err(SignatureError::Key { problem, .. }) => Some(problem),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_bound_subkey_signs_in_its_time() {
    let keyring = keyring(&[Binding::default().packet()]);
    let signer = check(&keyring, &SUBKEY.sign_file(FILE, AT)).unwrap();
    assert_eq!(signer.key, Fingerprint::from_bytes(SUBKEY.fingerprint()));
    assert_eq!((signer.primary, signer.signed_at), (policy().primary, AT));
    for (at, expected) in
        [(1999, Some(KeyProblem::NotYet)), (2000, None), (6999, None), (7000, Some(KeyProblem::Expired))]
    {
        assert_eq!(problem(&keyring, at), expected, "{at}");
    }
    // That the key has expired by now does not matter.
    let late = Policy { now: u64::from(u32::MAX), ..policy() };
    assert!(verify(FILE, &SUBKEY.sign_file(FILE, AT), &keyring, &late).is_ok());
    // The primary signs too, where it says so.
    assert!(check(&keyring, &PRIMARY.sign_file(FILE, AT)).is_ok());
}

#[test]
fn what_is_not_bound_does_not_count() {
    let back = |with, at| Some(SUBKEY.agree(&PRIMARY, with, at));
    let not_bound = Some(KeyProblem::NotBound);
    for (binding, expected) in [
        (Binding { by: STRANGER, ..Binding::default() }, not_bound),
        (Binding { by: SUBKEY, ..Binding::default() }, not_bound),
        (Binding { with: With::Sha1, ..Binding::default() }, not_bound),
        (Binding { at: AT + 1, ..Binding::default() }, not_bound),
        (Binding { stated: vec![flags(0x0c)], ..Binding::default() }, Some(KeyProblem::NotForSigning)),
        (Binding { stated: vec![], ..Binding::default() }, Some(KeyProblem::NotForSigning)),
        (Binding { back: None, ..Binding::default() }, Some(KeyProblem::NoBackSignature)),
        (
            Binding { back: Some(STRANGER.agree(&PRIMARY, With::Sha256, 2000)), ..Binding::default() },
            Some(KeyProblem::NoBackSignature),
        ),
        (
            Binding { back: Some(SUBKEY.agree(&STRANGER, With::Sha256, 2000)), ..Binding::default() },
            Some(KeyProblem::NoBackSignature),
        ),
        (Binding { back: back(With::Sha1, 2200), at: 2200, ..Binding::default() }, Some(KeyProblem::NoBackSignature)),
        (Binding { back: back(With::Sha1, 2000), ..Binding::default() }, None),
        (
            Binding { stated: vec![flags(2), subpacket(3, &500_u32.to_be_bytes())], ..Binding::default() },
            Some(KeyProblem::Expired),
        ),
        (Binding { stated: vec![flags(2), key_lasts(0)], ..Binding::default() }, None),
    ] {
        assert_eq!(problem(&keyring(&[binding.packet()]), AT), expected);
    }
    assert_eq!(problem(&keyring(&[]), AT), not_bound);
}

#[test]
fn the_newest_binding_of_the_time_holds() {
    let longer = Binding { at: 5000, stated: vec![flags(2), key_lasts(9000)], ..Binding::default() };
    let ring = keyring(&[longer.packet(), Binding::default().packet()]);
    assert_eq!(problem(&ring, 6999), None);
    assert_eq!(problem(&ring, 7001), None, "it was given more time in 5000");
    assert_eq!(problem(&ring, 11_000), Some(KeyProblem::Expired));
    let shorter = Binding { at: 2500, stated: vec![flags(2), key_lasts(700)], ..Binding::default() };
    let ring = keyring(&[Binding::default().packet(), shorter.packet()]);
    assert_eq!(problem(&ring, 2400), None);
    assert_eq!(problem(&ring, AT), Some(KeyProblem::Expired));
}

#[test]
fn what_is_revoked_does_not_count() {
    let reason = |reason: u8| subpacket(29, &[reason]);
    let of_subkey = |by: &Pair, stated: &[Vec<u8>]| packet(2, &by.sign_subkey(&SUBKEY, 0x28, With::Sha256, stated));
    let with = |revocation: Vec<u8>| keyring(&[revocation, Binding::default().packet()]);
    let revoked = Some(KeyProblem::Revoked);
    for (revocation, expected) in [
        // Lost, or for no stated reason: nothing that it has ever signed counts.
        (of_subkey(&PRIMARY, &[created(5000), reason(2)]), revoked),
        (of_subkey(&PRIMARY, &[created(5000)]), revoked),
        // Retired: what it has signed before goes on to count.
        (of_subkey(&PRIMARY, &[created(5000), reason(3)]), None),
        (of_subkey(&PRIMARY, &[created(2500), reason(3)]), revoked),
        (of_subkey(&STRANGER, &[created(2500)]), None),
    ] {
        assert_eq!(problem(&with(revocation), AT), expected);
    }
    for (by, expected) in [(&PRIMARY, revoked), (&STRANGER, None)] {
        let revocation = packet(2, &by.sign_self(0x20, None, &[created(9000)]));
        let file = key_file(&[revocation], &[Binding::default().packet()]);
        assert_eq!(problem(&Keyring::parse(&file, &policy()).unwrap(), AT), expected);
    }
    // A primary that says itself that it lasts until 2500.
    let certification = packet(2, &PRIMARY.sign_self(0x13, Some(b"b"), &[created(1001), key_lasts(1500), flags(3)]));
    let file = key_file(&[packet(13, b"b"), certification], &[Binding::default().packet()]);
    assert_eq!(problem(&Keyring::parse(&file, &policy()).unwrap(), AT), Some(KeyProblem::Expired));
}

#[test]
fn new_subkeys_are_learnt_from_the_pinned_key_alone() {
    let mut ring = Keyring::parse(&packet(6, &PRIMARY.body()), &policy()).unwrap();
    let signature = SUBKEY.sign_file(FILE, AT);
    let error = check(&ring, &signature).unwrap_err();
    assert!(matches!(error, SignatureError::UnknownKey(_)) && error.wants_newer_key(), "{error}");
    // Somebody else's key that claims the subkey teaches nothing.
    let stranger = [packet(6, &STRANGER.body()), packet(14, &SUBKEY.body()), Binding::default().packet()].concat();
    assert_eq!(ring.learn(&stranger, &policy()), Err(KeyringError::OtherKey(policy().primary)));
    assert_eq!(
        ring.learn(b"<!doctype html>", &policy()),
        Err(KeyringError::Malformed("it does not begin as armour does"))
    );
    assert!(check(&ring, &signature).is_err());
    // The pinned one does, whatever else lies in the file.
    let file = [stranger, key_file(&[], &[Binding::default().packet()]), packet(6, &STRANGER.body())].concat();
    ring.learn(&file, &policy()).unwrap();
    assert!(check(&ring, &signature).is_ok());
    // And what is known does not go away with an older copy.
    ring.learn(&packet(6, &PRIMARY.body()), &policy()).unwrap();
    assert!(check(&ring, &signature).is_ok());
    assert_eq!(ring.subkeys().len(), 1);
}

#[test]
fn other_kinds_of_signatures_are_refused() {
    let keyring = keyring(&[Binding::default().packet()]);
    let signed = |kind, with, stated: &[Vec<u8>]| packet(2, &SUBKEY.sign(kind, with, stated, &[FILE]));
    for (signature, expected) in [
        (signed(1, With::Sha256, &[created(AT)]), "type 0x01"),
        (signed(0, With::Sha1, &[created(AT)]), "SHA-1"),
        (signed(0, With::Sha256, &[]), "when it was made"),
        (signed(0, With::Sha256, &[created(AT), created(AT)]), "twice"),
        (signed(0, With::Sha256, &[created(AT), subpacket(0x80 | 0x63, b"x")]), "critical"),
        (signed(0, With::Sha256, &[created(AT), subpacket(3, &100_u32.to_be_bytes())]), "expired"),
        (packet(2, &[3, 5, 0]), "too early"),
        (packet(2, &[6, 0, 1, 8, 0, 0]), "version 6"),
        (packet(2, &[4, 0, 22, 8, 0, 0]), "not RSA"),
        (packet(2, &[4, 0, 1, 1, 0, 0]), "hash 1"),
        (packet(6, &SUBKEY.body()), "another kind"),
        (SUBKEY.sign_file(FILE, AT).repeat(2), "exactly one"),
        (STRANGER.sign_file(FILE, AT), "not known"),
        (Vec::new(), "armour"),
    ] {
        let error = check(&keyring, &signature).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    assert!(check(&keyring, &signed(0, With::Sha512, &[created(AT)])).is_ok());
    let wrong = verify(&b"another archive"[..], &SUBKEY.sign_file(FILE, AT), &keyring, &policy()).unwrap_err();
    assert!(matches!(wrong, SignatureError::Wrong(_)), "{wrong}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// One flipped bit in the signature: only what is not signed may be changed, and then it is still the same signer's.
    #[test]
    fn no_flipped_bit_makes_another_signature(at: prop::sample::Index, bit in 0..8_u8) {
        let keyring = keyring(&[Binding::default().packet()]);
        let mut signature = SUBKEY.sign_file(FILE, AT);
        let honest = check(&keyring, &signature).unwrap();
        let at = at.index(signature.len());
        signature[at] ^= 1 << bit;
        if let Ok(signer) = check(&keyring, &signature) {
            prop_assert_eq!(signer, honest);
            // The packet's own head can be spelt in other ways; the signature cannot.
            prop_assert!(at < 6, "{}", at);
        }
    }

    /// One flipped bit in the key file: the subkey is gone or as it was.
    #[test]
    fn no_flipped_bit_makes_another_key(at: prop::sample::Index, bit in 0..8_u8) {
        let mut file = key_file(&[], &[Binding::default().packet()]);
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        let other = packet(2, &STRANGER.sign(0, With::Sha256, &[created(AT)], &[FILE]));
        if let Ok(keyring) = Keyring::parse(&file, &policy()) {
            prop_assert!(check(&keyring, &other).is_err());
            if let Ok(signer) = check(&keyring, &SUBKEY.sign_file(FILE, AT)) {
                prop_assert_eq!(signer.key, Fingerprint::from_bytes(SUBKEY.fingerprint()));
            }
        }
    }

    #[test]
    fn any_bytes_are_safe(data: Vec<u8>, at: prop::sample::Index, noise in prop::collection::vec(any::<u8>(), 0..9)) {
        let policy = Policy::google(0);
        let _ = DetachedSignature::parse(&data);
        let _ = Keyring::parse(&data, &policy);
        let mut key = GOOGLE.to_vec();
        let at = at.index(key.len());
        let end = (at + noise.len()).min(key.len());
        key.splice(at..end, noise);
        let _ = Keyring::parse(&key, &policy);
    }
}
