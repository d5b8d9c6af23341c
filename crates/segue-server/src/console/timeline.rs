//! A refresh as bars beside each other: what it did when, and for how long.

use crate::routes::runs::RunView;
use crate::time::read;

/// How wide all bars are together.
pub(crate) const WIDTH: i64 = 1000;
/// How wide a bar is at the least, so that it is seen.
const LEAST: i64 = 8;

/// One task of a refresh.
pub(crate) struct Bar {
    /// `step`, `segment` or `export`.
    pub(crate) kind: &'static str,
    /// The word for a step; what people call a segment or an export.
    pub(crate) name: String,
    pub(crate) path: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) ms: u64,
    /// Where it begins and how long it is, of [`WIDTH`].
    pub(crate) x: i64,
    pub(crate) width: i64,
    begun_ms: i64,
}

fn bar(kind: &'static str, name: &str, status: &'static str, begun_ms: i64, ms: i64) -> Bar {
    let name = name.to_owned();
    Bar { kind, name, path: None, status, ms: ms.unsigned_abs(), x: 0, width: LEAST, begun_ms }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// The tasks of a refresh and of the runs that it has begun, in the order in which they began.
pub(crate) fn timeline(refresh: &RunView, followers: &[RunView], now_ms: i64) -> Vec<Bar> {
    let at = |time: &Option<String>| time.as_deref().and_then(read);
    let Some(begin) = at(&refresh.started_at) else { return Vec::new() };
    let mut bars = Vec::new();
    let mut step_at = begin;
    for (index, step) in refresh.steps.iter().enumerate() {
        let is_last = index + 1 == refresh.steps.len();
        let status = if is_last { refresh.status } else { "succeeded" };
        bars.push(bar("step", &step.name, status, step_at, signed(step.milliseconds)));
        if step.name == "segments" {
            let mut segment_at = step_at;
            for segment in &refresh.segments {
                let ms = signed(segment.milliseconds);
                let status = if segment.members.is_some() { "succeeded" } else { "failed" };
                let path = Some(format!("/segments/{}", segment.name));
                bars.push(Bar { path, ..bar("segment", &segment.name, status, segment_at, ms) });
                segment_at += ms;
            }
        }
        step_at += signed(step.milliseconds);
    }
    for run in followers.iter().rev() {
        let begun = at(&run.started_at).or_else(|| read(&run.queued_at)).unwrap_or(begin);
        let ended = at(&run.ended_at).unwrap_or(now_ms);
        let name = run.subject.as_ref().map_or("", |subject| &subject.name);
        let path = Some(format!("/runs/{}", run.id));
        bars.push(Bar { path, ..bar("export", name, run.status, begun, (ended - begun).max(0)) });
    }
    let end = bars.iter().map(|bar| bar.begun_ms + signed(bar.ms)).max().unwrap_or(begin);
    let whole = (end - begin).max(1);
    let part = |ms: i64| ms.clamp(0, whole).saturating_mul(WIDTH) / whole;
    for bar in &mut bars {
        bar.width = part(signed(bar.ms)).max(LEAST);
        bar.x = part(bar.begun_ms - begin).min(WIDTH - bar.width);
    }
    bars
}
