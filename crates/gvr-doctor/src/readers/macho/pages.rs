//! Whether a signed program is what was signed: the hash of every page.

use object::read::ReadRef;
use serde::{Deserialize, Serialize};

use super::{HashKind, SignatureState, Slice};

/// How many wrong pages are named.
const MOST_NAMED: usize = 16;

/// What the pages' hashes say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCheck {
    /// How many pages were hashed.
    pub pages: u32,
    /// How many have another hash than was signed.
    pub wrong: u32,
    /// The numbers of the first of these, counted from 0.
    pub first_wrong: Vec<u32>,
}

/// Why the pages cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// There is no signature, or none that can be read.
    #[error("there is no readable signature")]
    NoSignature,
    /// SHA-1 is all that it has.
    #[error("the pages are hashed with SHA-1 alone, which is not checked")]
    OnlySha1,
    /// It covers more than there is, or its hashes are not as many as its pages.
    #[error("the signature covers {code_limit} bytes in {pages} pages, which does not fit the file")]
    DoesNotFit {
        /// Bytes that it covers.
        code_limit: u64,
        /// Hashes that it has.
        pages: u32,
    },
}

impl Slice {
    /// Hashes every page of this part of `data`, the file that it was read from, and compares with the signature.
    ///
    /// This reads the whole part: take a slice of bytes for `data`, as a `ReadCache` would keep every page.
    pub fn check_pages<'data>(&self, data: impl ReadRef<'data>) -> Result<PageCheck, PageError> {
        let SignatureState::Present(signature) = &self.signature else { return Err(PageError::NoSignature) };
        let directory = signature.best_directory().ok_or(PageError::NoSignature)?;
        if directory.hash == HashKind::Sha1 {
            return Err(PageError::OnlySha1);
        }
        let (code_limit, pages) = (directory.code_limit, directory.pages);
        let misfit = || PageError::DoesNotFit { code_limit, pages };
        let page_size = directory.page_size.map_or(code_limit, u64::from);
        let expected_pages = if page_size == 0 { 0 } else { code_limit.div_ceil(page_size) };
        // Everything before the signature is covered; a shorter limit would leave bytes that nobody signed.
        if code_limit != u64::from(signature.offset) || expected_pages != u64::from(pages) {
            return Err(misfit());
        }
        let at = |offset: u64, size: u64| {
            let place = self.offset.checked_add(offset).ok_or_else(misfit)?;
            data.read_bytes_at(place, size).map_err(|()| misfit())
        };
        let size = directory.hash.size();
        let hashes = at(directory.hashes_offset, u64::from(pages) * size as u64)?;
        let mut check = PageCheck { pages, wrong: 0, first_wrong: Vec::new() };
        for (number, expected) in (0..pages).zip(hashes.chunks_exact(size)) {
            let start = u64::from(number) * page_size;
            let page = at(start, page_size.min(code_limit - start))?;
            if directory.hash.digest(page).as_deref() != Some(expected) {
                check.wrong += 1;
                if check.first_wrong.len() < MOST_NAMED {
                    check.first_wrong.push(number);
                }
            }
        }
        Ok(check)
    }
}
