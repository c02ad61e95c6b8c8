//! Prints how long the release index takes to get, twice, for measuring by hand:
//! `cargo run --release -p gvr-fetch --example index -- DIST_URL FOLDER`

#![expect(clippy::print_stdout, reason = "a tool for the terminal")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use gvr_core::Layout;
use gvr_fetch::{Config, Fetcher, Freshness};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dist_url, folder] = &arguments[..] else {
        return Err("usage: index DIST_URL FOLDER".into());
    };
    for _ in 0..2 {
        let config = Config { dist_url: dist_url.clone(), ..Config::new(&Layout::new(PathBuf::from(folder))) };
        let since = Instant::now();
        let answer = Fetcher::new(config).index(Freshness::Cached)?;
        let (count, time) = (answer.index.releases().len(), since.elapsed().as_secs_f64() * 1000.0);
        println!("{count} releases, {:?}: {time:.2} ms", answer.origin);
    }
    Ok(())
}
