//! What became of the members of a run: numbers that add up, beside those of the run before.

use crate::routes::runs::RunView;

/// One fate.
pub(super) struct Count {
    /// The end of the ids of its messages.
    pub(super) name: &'static str,
    pub(super) number: u64,
    /// How many more there are than in the run before; fewer, if it is negative.
    pub(super) more: Option<i64>,
    /// Where it begins in a bar of all members, and how long it is, in thousandths.
    pub(super) bar: (u64, u64),
}

/// All fates and their sum.
pub(super) struct Counts {
    pub(super) all: Vec<Count>,
    pub(super) members: u64,
    pub(super) more: Option<i64>,
    /// Whether they are those of a plan.
    pub(super) is_plan: bool,
}

type Fates = Vec<(&'static str, u64)>;

/// The fates of a run, or those that its plan foresees.
fn fates(run: &RunView) -> Option<(Fates, u64)> {
    if let Some(counts) = &run.counts {
        let fates = vec![
            ("created", counts.created),
            ("updated", counts.updated),
            ("unchanged", counts.unchanged),
            ("invalid", counts.invalid),
            ("refused", counts.refused),
            ("unsent", counts.unsent),
        ];
        return Some((fates, counts.members));
    }
    let plan = run.plan.as_ref()?;
    let fates = vec![
        ("create", plan.create),
        ("update", plan.update),
        ("unchanged", plan.unchanged),
        ("invalid", plan.invalid),
        ("refused", plan.refused),
    ];
    Some((fates, plan.members))
}

fn difference(now: u64, before: u64) -> i64 {
    let size = i64::try_from(now.abs_diff(before)).unwrap_or(i64::MAX);
    if now < before { -size } else { size }
}

/// The counts of a run beside those of another; none before there is a plan.
pub(super) fn counts(run: &RunView, before: Option<&RunView>) -> Option<Counts> {
    let (fates, members) = fates(run)?;
    let before = before.and_then(self::fates);
    let mut begun = 0;
    let all = fates.into_iter().map(|(name, number)| {
        let earlier = before
            .as_ref()
            .and_then(|(fates, _)| fates.iter().find(|(known, _)| *known == name).map(|(_, number)| *number));
        let from = begun;
        begun += number;
        let at = |number: u64| number.saturating_mul(1000) / members.max(1);
        Count {
            name,
            number,
            more: earlier.map(|earlier| difference(number, earlier)),
            bar: (at(from), at(begun) - at(from)),
        }
    });
    Some(Counts {
        all: all.collect(),
        members,
        more: before.map(|(_, earlier)| difference(members, earlier)),
        is_plan: run.counts.is_none(),
    })
}
