//! The schema and its history. Both durable back ends replay the same list, so they cannot drift apart.

use crate::{StoreError, Table};

/// Newest schema this version reads and writes.
pub const SCHEMA: u32 = 1;

/// One change of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The table comes into being, empty.
    Create(Table),
    /// The place for keys that have no bytes, of which only the browser has any.
    CreateWrappingKeys,
}

/// What leads from schema `n` to `n + 1` is entry `n`. Entries are only ever appended: data of every released schema is
/// out there, and each must find its way to the newest.
pub(crate) const MIGRATIONS: &[&[Step]] = &[&[
    Step::Create(Table::Meta),
    Step::Create(Table::Blocks),
    Step::Create(Table::State),
    Step::Create(Table::Pending),
    Step::Create(Table::Blobs),
    Step::Create(Table::Keys),
    Step::CreateWrappingKeys,
]];

const _: () = assert!(
    MIGRATIONS.len() == SCHEMA as usize,
    "every schema needs the migration that leads to it"
);

/// Replays what is missing between schema `found` (0 = nothing there yet) and the end of `migrations`, in order, and
/// returns the schema reached.
///
/// # Errors
/// [`StoreError::Newer`] if `found` lies beyond the end; whatever `apply` says.
pub(crate) fn migrate(
    found: u32,
    migrations: &[&[Step]],
    mut apply: impl FnMut(Step) -> Result<(), StoreError>,
) -> Result<u32, StoreError> {
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let mut reached = found;
    for steps in migrations.iter().skip(found as usize) {
        for step in *steps {
            apply(*step)?;
        }
        reached += 1;
    }
    if reached == known {
        Ok(reached)
    } else {
        Err(StoreError::Backend(format!(
            "migration stopped at schema {reached} of {known}"
        )))
    }
}

#[cfg(test)]
mod tests;
