//! What macOS's installer remembers of a package: `/var/db/receipts/org.golang.go.plist` for Go's own `.pkg`.

use serde::{Deserialize, Serialize};

use super::property_list::{PropertyList, PropertyListError};

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The package, such as `org.golang.go`.
    pub package: String,
    /// Its version, as the package has it: Go's says `go1.23.1`.
    pub version: Option<String>,
    /// When it was installed, in seconds since 1970.
    pub installed: Option<i64>,
    /// Below which folder it put its files.
    pub prefix: Option<String>,
    /// The file that it came as.
    pub file_name: Option<String>,
    /// The program that installed it.
    pub installer: Option<String>,
}

/// Why a receipt could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is no property list.
    #[error(transparent)]
    PropertyList(#[from] PropertyListError),
    /// It names no package.
    #[error("the receipt names no package")]
    NoPackage,
}

impl Receipt {
    /// Reads a receipt, in XML or binary.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let list = PropertyList::parse(bytes)?;
        let text = |key| list.text(key).map(str::to_owned);
        Ok(Self {
            package: text("PackageIdentifier").ok_or(ReceiptError::NoPackage)?,
            version: text("PackageVersion"),
            installed: list.date("InstallDate"),
            prefix: text("InstallPrefixPath"),
            file_name: text("PackageFileName"),
            installer: text("InstallProcessName"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms() {
        let receipt = Receipt {
            package: "org.golang.go".to_owned(),
            version: Some("go1.23.1".to_owned()),
            installed: Some(1_725_531_072),
            prefix: Some("/".to_owned()),
            file_name: Some("go1.23.1.darwin-arm64.pkg".to_owned()),
            installer: Some("Installer".to_owned()),
        };
        assert_eq!(Receipt::parse(include_bytes!("../../tests/data/receipt.xml.plist")), Ok(receipt.clone()));
        assert_eq!(Receipt::parse(include_bytes!("../../tests/data/receipt.binary.plist")), Ok(receipt));
        assert_eq!(Receipt::parse(b"<plist><dict></dict></plist>"), Err(ReceiptError::NoPackage));
    }
}
