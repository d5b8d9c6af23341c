//! Reads anything as a segment's definition. Nothing panics, and what is read is written and read again as it was.
//!
//! ```text
//! cargo +nightly fuzz run definition -- -max_len=4096 -dict=fuzz/definition.dict
//! ```
//!
//! `fuzz/run-on-stable.sh` does without a nightly compiler.
//!
//! The property tests of segue-model (`tests/segments/round_trip.rs`) hold the same function to the same promise on a
//! stable compiler, beginning with valid definitions.

#![no_main]

use libfuzzer_sys::fuzz_target;
use segue_model::segment::{read, write};

fuzz_target!(|text: &str| {
    let _ = read::group(text);
    let Ok(definition) = read::definition(text) else { return };
    let yaml = write::yaml(&definition).expect("every definition can be written");
    assert_eq!(read::definition(&yaml).as_ref(), Ok(&definition), "{yaml}");
    let json = write::definition(&definition);
    assert_eq!(read::from_value(&json).as_ref(), Ok(&definition), "{json}");
});
