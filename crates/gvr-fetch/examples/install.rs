//! Installs one archive into a new folder and prints how long it took, for measuring by hand:
//! `cargo run --release -p gvr-fetch --example install -- DIST_URL VERSION PLATFORM FOLDER`

#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use gvr_core::{Layout, Version};
use gvr_fetch::{Config, Fetcher, NoProgress};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dist_url, version, platform, folder] = &arguments[..] else {
        return Err("usage: install DIST_URL VERSION PLATFORM FOLDER".into());
    };
    let folder = PathBuf::from(folder);
    let destination = folder.join("go");
    std::fs::create_dir_all(&destination)?;
    let mut config = Config::new(&Layout::new(&folder));
    config.dist_url.clone_from(dist_url);
    let fetcher = Fetcher::new(config);
    let since = Instant::now();
    let archive = fetcher.locate(Version::parse(version)?, platform.parse()?)?;
    println!("located  {:>8.1} ms", since.elapsed().as_secs_f64() * 1000.0);
    let outcome = fetcher.install_into(&archive, &destination, &NoProgress, false)?;
    println!("unpacked {:>8.1} ms: {outcome:?}", since.elapsed().as_secs_f64() * 1000.0);
    let since = Instant::now();
    let cached = Fetcher::new(Config { dist_url: dist_url.clone(), ..Config::new(&Layout::new(&folder)) });
    let answer = cached.index(gvr_fetch::Freshness::Cached)?;
    println!(
        "cached index of {} releases: {:.1} ms",
        answer.index.releases().len(),
        since.elapsed().as_secs_f64() * 1000.0
    );
    Ok(())
}
