//! redb's errors in the store's words.

use std::io::ErrorKind;

use crate::{StoreError, Table};

pub(super) fn store_error(error: impl Into<redb::Error>) -> StoreError {
    let error = error.into();
    let text = error.to_string();
    match &error {
        redb::Error::Io(io) => match io.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StoreError::Full(text),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::Refused(text),
            // What redb says of a file that is not one of its own.
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => StoreError::Damaged(text),
            _ => StoreError::Backend(text),
        },
        redb::Error::DatabaseAlreadyOpen => StoreError::Refused(text),
        redb::Error::Corrupted(_)
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TypeDefinitionChanged { .. }
        | redb::Error::TableDoesNotExist(_) => StoreError::Damaged(text),
        _ => StoreError::Backend(text),
    }
}

/// The same, with the table it happened in.
pub(super) fn at<E: Into<redb::Error>>(table: Table) -> impl Fn(E) -> StoreError {
    move |error| match store_error(error) {
        StoreError::Full(text) => StoreError::Full(format!("{}: {text}", table.name())),
        StoreError::Damaged(text) => StoreError::Damaged(format!("{}: {text}", table.name())),
        StoreError::Backend(text) => StoreError::Backend(format!("{}: {text}", table.name())),
        other => other,
    }
}
