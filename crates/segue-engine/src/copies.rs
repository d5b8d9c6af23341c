//! Contacts' JSON in files of its own: of who leaves, and of the few who are sent of a partition that is not worth keeping.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use segue_model::EngineError;

use crate::closing::Closing;
use crate::error::OnFile;
use crate::spill::{self, PARTITION_BYTES, Place};

/// Writes JSON, one contact after another. Files are no longer than a partition, because they are read whole.
pub(crate) struct Copies {
    folder: PathBuf,
    closing: Closing,
    /// Of the next file.
    number: u16,
    file: Option<Open>,
}

struct Open {
    number: u16,
    path: PathBuf,
    file: BufWriter<File>,
    written: u64,
}

impl Copies {
    /// Copies in files from that number on, made when they are needed.
    pub(crate) fn new(contacts: &Path, first: u16, closing: Closing) -> Self {
        Self { folder: contacts.to_owned(), closing, number: first, file: None }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a contact is far below 4 GiB")]
    pub(crate) fn push(&mut self, json: &[u8]) -> Result<Place, EngineError> {
        if self.file.as_ref().is_some_and(|open| open.written >= PARTITION_BYTES) {
            self.close()?;
        }
        let open = match self.file.take() {
            Some(open) => open,
            None => self.open()?,
        };
        let Open { number, path, file, written } = self.file.insert(open);
        file.write_all(json).on("write", path)?;
        let place = Place { file: *number, offset: *written, bytes: json.len() as u32 };
        *written += json.len() as u64;
        Ok(place)
    }

    fn open(&mut self) -> Result<Open, EngineError> {
        let number = self.number;
        self.number += 1;
        let path = spill::file(&self.folder, number);
        let file = BufWriter::new(File::create(&path).on("write", &path)?);
        Ok(Open { number, path, file, written: 0 })
    }

    fn close(&mut self) -> Result<(), EngineError> {
        if let Some(Open { path, mut file, .. }) = self.file.take() {
            file.flush().on("write", &path)?;
            self.closing.keep(&path);
        }
        Ok(())
    }

    /// Completes the last file.
    pub(crate) fn finish(mut self) -> Result<(), EngineError> {
        self.close()
    }
}
