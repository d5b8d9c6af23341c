//! Tables whose source is an address: its file is fetched into the state directory, whole or not at all, and read from there.
//!
//! The engine knows nothing of it: what it is asked to read is the file at hand (`at_hand.rs`).

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use activecampaign::{HostPolicy, outside};
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::{Response, StatusCode};
use segue_model::{Source, StoredTable};
use segue_store::StateDirectory;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::{SegmentError, Segments};

/// The largest file that is fetched, in bytes.
const MOST_BYTES: u64 = 16 << 30;

/// The longest that a file may take to arrive.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// What files are called whose kind the address tells.
const ENDINGS: [&str; 7] = ["csv", "tsv", "parquet", "pq", "ndjson", "jsonl", "json"];

/// What names of files begin with that are not whole yet.
const PART: &str = ".part-";

/// What is known of the file at hand, beside it.
#[derive(Default, Serialize, Deserialize)]
struct About {
    /// Its name; versions are numbered.
    file: String,
    /// What the server said that tells it from the next version.
    etag: Option<String>,
    last_modified: Option<String>,
}

/// Where the file of an address is kept.
fn folder(directory: &StateDirectory, address: &str) -> PathBuf {
    directory.fetched().join(format!("{:032x}", xxh3_128(address.as_bytes())))
}

fn about(folder: &Path) -> Option<About> {
    serde_json::from_slice(&std::fs::read(folder.join("about.json")).ok()?).ok()
}

/// Where a source is read from: of an address, the file that was fetched last.
pub(super) fn at_hand(directory: &StateDirectory, source: &Source) -> Source {
    if !source.is_address() {
        return source.clone();
    }
    let folder = folder(directory, &source.path);
    // A file that is not there is told as that.
    let file = about(&folder).map_or_else(|| "not-fetched".to_owned(), |about| about.file);
    Source::anywhere(folder.join(file).to_string_lossy())
}

/// An address without what may stand behind its path, which may be a secret.
pub(super) fn shown(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// Fetches files, from hosts that may be called.
pub(super) struct Fetcher {
    directory: Arc<StateDirectory>,
    hosts: HostPolicy,
    most_bytes: u64,
}

impl Fetcher {
    pub(super) fn new(directory: Arc<StateDirectory>) -> Self {
        Self { directory, hosts: HostPolicy::PublicHttps, most_bytes: MOST_BYTES }
    }

    /// Fetches the file of an address, unless it is at hand and has not changed.
    ///
    /// # Errors
    /// Why not, as it stands after the name of a table or an address. What was at hand stays.
    async fn fetch(&self, given: &str) -> Result<(), String> {
        let url = outside::address(given, self.hosts).map_err(|problem| format!("its address {problem}"))?;
        let fetched = self.fetch_into(url, &folder(&self.directory, given)).await;
        fetched.map_err(|problem| format!("{} cannot be fetched: {problem}", shown(given)))
    }

    async fn fetch_into(&self, url: reqwest::Url, folder: &Path) -> Result<(), String> {
        let known = about(folder).filter(|about| folder.join(&about.file).is_file());
        let user_agent = concat!("segue/", env!("CARGO_PKG_VERSION"));
        let client = outside::client(self.hosts, user_agent).map_err(|error| outside::why(&error))?;
        let ending = ending_of(url.path());
        let mut request = client.get(url).timeout(LONGEST);
        if let Some(About { etag, last_modified, .. }) = &known {
            // Of both, servers look at the first.
            request = match (etag, last_modified) {
                (Some(etag), _) => request.header(IF_NONE_MATCH, etag),
                (None, Some(at)) => request.header(IF_MODIFIED_SINCE, at),
                (None, None) => request,
            };
        }
        let response = request.send().await.map_err(|error| outside::why(&error))?;
        match response.status() {
            StatusCode::NOT_MODIFIED if known.is_some() => return Ok(()),
            StatusCode::OK => {}
            status => return Err(format!("its host answers with {}", status.as_u16())),
        }
        let ending = ending.or_else(|| ending_by_type(response.headers()));
        let before = known.map(|about| about.file).unwrap_or_default();
        let number = before.split('.').next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0) + 1;
        let file = ending.map_or_else(|| number.to_string(), |ending| format!("{number}.{ending}"));
        let header = |name| {
            let value: Option<&reqwest::header::HeaderValue> = response.headers().get(name);
            value.and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let about = About { file, etag: header(ETAG), last_modified: header(LAST_MODIFIED) };
        private_folder(folder).map_err(|error| unwritten(&error))?;
        let part = part(folder);
        let received = self.receive(response, &part).await;
        let put = received
            .and_then(|()| put_in_place(folder, &part, &about, &before).map_err(|error| unwritten(&error)));
        if put.is_err() {
            // What is left of it is of no use to anybody.
            let _ = std::fs::remove_file(&part);
        }
        put
    }

    /// Writes what arrives, to its end.
    async fn receive(&self, mut response: Response, part: &Path) -> Result<(), String> {
        let too_large =
            || format!("it is larger than {} MB, the most that is fetched", self.most_bytes >> 20);
        if response.content_length().is_some_and(|bytes| bytes > self.most_bytes) {
            return Err(too_large());
        }
        let mut file = private_file(part).map_err(|error| unwritten(&error))?;
        let mut bytes = 0;
        while let Some(chunk) = response.chunk().await.map_err(|error| outside::why(&error))? {
            bytes += chunk.len() as u64;
            if bytes > self.most_bytes {
                return Err(too_large());
            }
            file.write_all(&chunk).map_err(|error| unwritten(&error))?;
        }
        if bytes == 0 {
            return Err("it is empty".to_owned());
        }
        file.sync_all().map_err(|error| unwritten(&error))
    }
}

/// Puts a file that has arrived in force. The one before it stays for whoever is reading it.
fn put_in_place(folder: &Path, part: &Path, about: &About, before: &str) -> std::io::Result<()> {
    std::fs::rename(part, folder.join(&about.file))?;
    let text = serde_json::to_vec(about)?;
    let beside = self::part(folder);
    let mut written = private_file(&beside)?;
    written.write_all(&text)?;
    written.sync_all()?;
    std::fs::rename(&beside, folder.join("about.json"))?;
    for entry in folder.read_dir()? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_kept = [about.file.as_str(), before, "about.json"].contains(&name.as_str());
        if !is_kept && !name.starts_with(PART) {
            std::fs::remove_file(folder.join(name))?;
        }
    }
    Ok(())
}

/// A place that no other fetch uses.
fn part(folder: &Path) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    folder.join(format!("{PART}{}-{number}", std::process::id()))
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn unwritten(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => {
            "the disk that holds the state directory is full: free some space".to_owned()
        }
        kind => format!("it cannot be written to the state directory: {kind}"),
    }
}

fn ending_of(path: &str) -> Option<&'static str> {
    let ending = path.rsplit('/').next()?.rsplit_once('.')?.1;
    ENDINGS.into_iter().find(|known| known.eq_ignore_ascii_case(ending))
}

/// Parquet is recognised by its first bytes, whatever it is called.
fn ending_by_type(headers: &HeaderMap) -> Option<&'static str> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim().to_ascii_lowercase();
    match kind.as_str() {
        "text/csv" => Some("csv"),
        "text/tab-separated-values" => Some("tsv"),
        "application/x-ndjson" | "application/jsonl" => Some("ndjson"),
        _ => None,
    }
}

/// The tables whose files were brought for one refresh, with why not where that failed: each is asked for once.
#[derive(Default)]
pub(super) struct Fetched(BTreeMap<String, Option<String>>);

impl Fetched {
    /// Brings a table's file, unless that was done; tells why it could not be brought.
    pub(super) async fn bring(&mut self, segments: &Segments, stored: &StoredTable) -> Option<&str> {
        let name = &stored.table.name;
        if stored.source.is_address() && !self.0.contains_key(name) {
            let failed = segments.fetcher.fetch(&stored.source.path).await.err();
            self.0.insert(name.clone(), failed);
        }
        self.0.get(name)?.as_deref()
    }
}

impl Segments {
    /// The same, fetching tables from hosts of these.
    #[must_use]
    pub fn fetching_from(mut self, hosts: HostPolicy) -> Self {
        self.fetcher.hosts = hosts;
        self
    }

    /// Fetches a table's file, if its source is an address.
    ///
    /// # Errors
    /// [`SegmentError::Fetch`]; what was at hand stays.
    pub(super) async fn fetch(&self, table: &str, source: &Source) -> Result<(), SegmentError> {
        if !source.is_address() {
            return Ok(());
        }
        let fetched = self.fetcher.fetch(&source.path).await;
        fetched.map_err(|words| SegmentError::Fetch { table: table.to_owned(), words })
    }

    /// Removes the file of an address that no table has any more.
    pub(super) async fn drop_fetched(&self, source: &Source) -> Result<(), SegmentError> {
        if !source.is_address() {
            return Ok(());
        }
        let stored = self.catalog().await?;
        if stored.tables.iter().all(|known| known.source.path != source.path) {
            let folder = folder(&self.directory, &source.path);
            match std::fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    let failed =
                        |source| segue_store::StoreError::File { doing: "remove", path: folder, source };
                    return Err(failed(error).into());
                }
                _ => {}
            }
        }
        Ok(())
    }
}
