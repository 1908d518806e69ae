//! Opening, migrating and deleting a database.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequestReadyState, IdbVersionChangeEvent};

use super::WRAPPING_KEYS;
use super::error::{is_named, js_error};
use super::request::{answer, reason};
use crate::StoreError;
use crate::schema::{Step, migrate};

fn factory() -> Result<IdbFactory, StoreError> {
    // The property is missing or null where there is no IndexedDB, and reading it throws where it is forbidden.
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).map_err(|error| js_error(&error))?;
    factory
        .dyn_into()
        .map_err(|_| StoreError::Refused("this browser has no IndexedDB".into()))
}

/// An opening that has not been answered. If its caller goes away or gives up, a late upgrade must be undone and not left
/// without tables, and a late database closed, or it would block other tabs until the garbage collector comes by.
struct Pending {
    request: IdbOpenDbRequest,
    is_abandoned: Rc<Cell<bool>>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.request.ready_state() != IdbRequestReadyState::Pending {
            return;
        }
        self.is_abandoned.set(true);
        let request = self.request.clone();
        let close = Closure::once_into_js(move || {
            if let Ok(database) = request.result().and_then(JsCast::dyn_into::<IdbDatabase>) {
                database.close();
            }
        });
        self.request.set_onsuccess(Some(close.unchecked_ref()));
    }
}

pub(super) async fn open(name: &str, migrations: &'static [&'static [Step]]) -> Result<IdbDatabase, StoreError> {
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    let request = factory()?
        .open_with_u32(name, known)
        .map_err(|error| js_error(&error))?;

    let is_abandoned = Rc::new(Cell::new(false));
    let failure = Rc::new(RefCell::new(None));
    let upgrade = {
        let (request, is_abandoned, failure) = (request.clone(), Rc::clone(&is_abandoned), Rc::clone(&failure));
        move |event: IdbVersionChangeEvent| {
            let migrated = if is_abandoned.get() {
                Err(StoreError::Backend("nobody waits for the database".into()))
            } else {
                upgrade(&request, event.old_version(), migrations)
            };
            if let Err(error) = migrated {
                failure.replace(Some(error));
                // It fails only if the browser has aborted the upgrade already.
                let _aborted = request.transaction().map(|transaction| transaction.abort());
            }
        }
    };
    let upgrade: Function = Closure::once_into_js(upgrade).unchecked_into();
    request.set_onupgradeneeded(Some(&upgrade));
    let _pending = Pending {
        request: request.clone(),
        is_abandoned,
    };

    match settle(&request).await {
        Ok(database) => complete(database.unchecked_into(), migrations),
        Err(error) => match failure.take() {
            Some(failure) => Err(failure),
            None if request
                .error()
                .is_ok_and(|e| e.is_some_and(|e| is_named(&e, "VersionError"))) =>
            {
                Err(newer(name, known).await?)
            }
            None => Err(error),
        },
    }
}

fn upgrade(request: &IdbOpenDbRequest, old: f64, migrations: &[&[Step]]) -> Result<(), StoreError> {
    let database: IdbDatabase = request.result().map_err(|error| js_error(&error))?.unchecked_into();
    let create = |name| {
        database
            .create_object_store(name)
            .map(drop)
            .map_err(|error| js_error(&error))
    };
    // Versions are whole numbers from 0 upwards; the cast saturates for anything else.
    migrate(old as u32, migrations, |step| create(step_store(step))).map(drop)
}

/// A database of another maker may have our name and our version.
fn complete(database: IdbDatabase, migrations: &[&[Step]]) -> Result<IdbDatabase, StoreError> {
    let names = database.object_store_names();
    let missing = migrations
        .iter()
        .copied()
        .flatten()
        .map(|step| step_store(*step))
        .find(|name| !names.contains(name));
    match missing {
        None => Ok(database),
        Some(name) => {
            database.close();
            Err(StoreError::Damaged(format!("the database has no table {name}")))
        }
    }
}

/// The object store the step is about.
const fn step_store(step: Step) -> &'static str {
    match step {
        Step::Create(table) => table.name(),
        Step::CreateWrappingKeys => WRAPPING_KEYS,
    }
}

async fn newer(name: &str, known: u32) -> Result<StoreError, StoreError> {
    let request = factory()?.open(name).map_err(|error| js_error(&error))?;
    let database: IdbDatabase = answer(&request).await?.unchecked_into();
    let found = database.version() as u32;
    database.close();
    Ok(StoreError::Newer { found, known })
}

pub(super) async fn delete(name: &str) -> Result<(), StoreError> {
    let request = factory()?.delete_database(name).map_err(|error| js_error(&error))?;
    settle(&request).await.map(drop)
}

/// How long a tab that has been asked to let go of the database may take to finish what it is writing.
const PATIENCE: Duration = Duration::from_secs(3);

/// Like [`answer`], but does not wait for tabs that hold the database without end. The browser reports `blocked` also for
/// a connection that is about to close, so that event alone is no refusal.
async fn settle(request: &IdbOpenDbRequest) -> Result<JsValue, StoreError> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    let blocked = Promise::new(&mut |resolve, _| request.set_onblocked(Some(&resolve)));
    let mut first = JsFuture::from(Promise::race(&Array::of2(&settled, &blocked))).await;
    if first
        .as_ref()
        .is_ok_and(|event| event.dyn_ref::<Event>().is_some_and(|event| event.type_() == "blocked"))
    {
        first = nora_platform::timeout(PATIENCE, JsFuture::from(settled))
            .await
            .ok_or_else(|| StoreError::Refused("another tab holds the database and does not let go".into()))?;
    }
    match first {
        Ok(_) => request.result().map_err(|error| js_error(&error)),
        Err(_) => Err(reason(request)),
    }
}
