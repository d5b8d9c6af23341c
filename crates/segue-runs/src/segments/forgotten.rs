//! Who was forgotten: asked before every question and every run, and read again only when somebody was since.

use segue_model::Forgotten;
use segue_store::StoreError;

use super::Segments;

impl Segments {
    /// Everybody who was forgotten.
    ///
    /// # Errors
    /// [`StoreError::ForgottenKey`] if it cannot be told who that is: then nothing may be refreshed or exported.
    pub async fn forgotten(&self) -> Result<Forgotten, StoreError> {
        Ok(self.forgotten_and_count().await?.1)
    }

    /// The same behind a number that grows whenever somebody is forgotten.
    pub(super) async fn forgotten_and_count(&self) -> Result<(i64, Forgotten), StoreError> {
        let count = self.store.forgotten_count().await?;
        if count == 0 {
            return Ok((0, Forgotten::default()));
        }
        let (known, forgotten) = self.known_forgotten.lock().clone();
        // The file of the key may have been taken away since.
        if known == count && self.directory.forgotten_key().exists() {
            return Ok((count, forgotten));
        }
        let read = (count, self.store.forgotten(&self.directory).await?);
        *self.known_forgotten.lock() = read.clone();
        Ok(read)
    }
}
