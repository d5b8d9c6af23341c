//! Bodies that are files: written to the disk as they come, and never larger than they may be.

use std::io;
use std::path::{Path, PathBuf};

use axum::body::Body;
use futures::StreamExt;
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::problem::{Code, Problem};

/// A file that was received. It is gone with the value.
pub(crate) struct Received {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

impl Drop for Received {
    fn drop(&mut self) {
        // What cannot be removed now is in nobody's way: its name is that of no table.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Writes a body to a file that is not there yet.
pub(crate) async fn receive(body: Body, path: PathBuf, most: u64) -> Result<Received, Problem> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let file = options.open(&path).await.map_err(|error| unwritable(&error))?;
    // From here on it is removed, whatever happens.
    let mut received = Received { path, bytes: 0 };
    write(body, file, most, &mut received.bytes).await?;
    Ok(received)
}

async fn write(body: Body, mut file: File, most: u64, bytes: &mut u64) -> Result<(), Problem> {
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::with(Code::Malformed, "the body ended early"))?;
        *bytes += chunk.len() as u64;
        if *bytes > most {
            let words = format!("the file must not be larger than {most} bytes");
            return Err(Problem::with(Code::TooLarge, words));
        }
        file.write_all(&chunk).await.map_err(|error| unwritable(&error))?;
    }
    file.flush().await.map_err(|error| unwritable(&error))?;
    file.sync_all().await.map_err(|error| unwritable(&error))
}

impl Received {
    /// Puts the file where it belongs, unless there is one already.
    pub(crate) fn put(&self, place: &Path) -> Result<(), Problem> {
        // Unlike renaming, this never replaces anything.
        std::fs::hard_link(&self.path, place).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Problem::with(Code::Taken, "there is a file of this name already: choose another")
            }
            _ => unwritable(&error),
        })
    }
}

pub(crate) fn unwritable(error: &io::Error) -> Problem {
    tracing::error!("a file that is sent cannot be written: {}", error.kind());
    Problem::new(match error.kind() {
        io::ErrorKind::StorageFull => Code::DiskFull,
        _ => Code::Defect,
    })
}
