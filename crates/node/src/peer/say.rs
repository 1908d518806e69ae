//! Saying what was done: runs become promises and transactions; promises are opened when the rules ask for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nora_core::duties;
use nora_core::job::{JobId, answer_of};
use nora_core::rules::types::JobStatus;
use nora_core::tx::{Action, Opening, Salt, SignedTx};
use nora_core::{Hash, ModeId};
use nora_net::Topic;
use nora_net::protocol::{MAX_PROVISIONAL, MAX_PROVISIONAL_OUTPUT, Provisional, Refusal};
use nora_platform::now_ms;
use nora_store::StoreError;

use super::outbox::Full;
use super::secrets::{Promise, Secret};
use super::work::{LOST_MS, Run, RunKind, SaidTx};
use super::{Done, Peer};

/// Between two messages of provisional results: each is signed, sent to everybody, and checked by everybody.
const PROVISIONAL_PAUSE: Duration = Duration::from_millis(10);

impl Peer {
    /// Turns a finished run into what the ledger must hear.
    pub(super) fn publish(&mut self, run: Run, outputs: Vec<Vec<u8>>, salt: Salt) {
        let Run {
            kind,
            job,
            data,
            units,
            tasks,
            ..
        } = run;
        let ledger = self.follower.chain().ledger();
        let me = self.me;
        let opening = Opening {
            answers: outputs.iter().map(|o| answer_of(o)).collect(),
            salt,
        };
        let secret = |nonce, outputs| Secret {
            nonce,
            answers: (0..).zip(opening.answers.iter().copied()).collect(),
            salt,
            outputs,
        };
        match kind {
            RunKind::Compute { as_of } => {
                // The younger the height that the owner names, the longer the commitment stays good.
                let state = self.follower.state();
                let still = units.iter().all(|unit| state.owner(&job, *unit) == Some(me));
                let as_of = if still { self.follower.height() } else { as_of };
                let Some(action) = duties::build_commit(&ledger, (&job, &data.spec), &me, as_of, &units, &opening)
                else {
                    self.release(&tasks);
                    return;
                };
                if data.spec.mode == ModeId::Unverified {
                    self.tell_provisional(job, &units, &outputs);
                    self.uploads
                        .queue(outputs.into_iter().filter(|o| o.len() > MAX_PROVISIONAL_OUTPUT));
                    self.say(action, tasks);
                } else {
                    let tx = self.outbox.sign(action, now_ms());
                    let secret = secret(tx.body.nonce, outputs);
                    self.promise(Promise::Batch(tx.id()), secret, tx, tasks);
                }
            }
            RunKind::Audit { batch, leaves } => {
                let promise = Promise::Audit(batch);
                // Seals of one batch share their salt: there is one revelation for all of them.
                let earlier = self.secrets.get(&promise).cloned();
                let salt = earlier.as_ref().map_or(salt, |s| s.salt);
                let sealed: Vec<(u16, u16, Hash)> = leaves
                    .iter()
                    .zip(&opening.answers)
                    .map(|((leaf, draw), answer)| (*leaf, *draw, *answer))
                    .collect();
                let tx = self
                    .outbox
                    .sign(duties::build_seal(&ledger, &job, batch, &me, &sealed, &salt), now_ms());
                // In the order of leaves, each once: the first seal of a leaf stays the one that is opened.
                let mut answers: BTreeMap<u16, Hash> = earlier.into_iter().flat_map(|s| s.answers).collect();
                for (leaf, _, answer) in &sealed {
                    answers.entry(*leaf).or_insert(*answer);
                }
                self.promise(
                    promise,
                    Secret {
                        nonce: tx.body.nonce,
                        answers: answers.into_iter().collect(),
                        salt,
                        outputs: Vec::new(),
                    },
                    tx,
                    tasks,
                );
            }
            RunKind::Calibrate { wave } => {
                let tx = self.outbox.sign(
                    duties::build_calibration_seal(&ledger, job, wave, &me, &opening),
                    now_ms(),
                );
                let secret = secret(tx.body.nonce, Vec::new());
                self.promise(Promise::Wave(job, wave), secret, tx, tasks);
            }
            RunKind::Offer { wave } => {
                let action = duties::build_calibration_offer(&ledger, job, wave, &me, units, &opening);
                let tx = self.outbox.sign(action, now_ms());
                let secret = secret(tx.body.nonce, outputs);
                self.promise(Promise::Wave(job, wave), secret, tx, tasks);
            }
            RunKind::Jury { batch, leaves } => {
                self.uploads.queue(outputs);
                self.say(
                    duties::build_rule(batch, leaves.into_iter().zip(opening.answers).collect()),
                    tasks,
                );
            }
            RunKind::Recover => {
                for (unit, output) in units.iter().zip(outputs) {
                    self.on_output(job, *unit, Some(output));
                }
            }
        }
    }

    /// Makes a secret durable; its transaction goes when it is.
    fn promise(&mut self, promise: Promise, secret: Secret, tx: SignedTx, tasks: Vec<duties::Task>) {
        self.note(&tx, tasks);
        self.outbox.hold(tx.body.nonce);
        self.said.busy.secrets.insert(promise.into());
        let writes = self.secrets.keep(promise, secret);
        let store = Arc::clone(&self.store);
        self.spawn(async move {
            let result = store.write(writes).await;
            Done::Stored(Box::new(tx), result)
        });
    }

    pub(super) fn on_stored(&mut self, tx: SignedTx, result: Result<(), StoreError>) {
        // Without storage the promise lives in memory: a reload would lose it, which the page says.
        if let Err(why) = result {
            self.storage_problem(&why);
        }
        self.enqueue(tx);
    }

    /// Opens a promise. Its outputs are delivered now: nobody can copy them into a seal any more.
    pub(super) fn answer(
        &mut self,
        promise: Promise,
        tasks: Vec<duties::Task>,
        build: impl FnOnce(Opening, &[u16]) -> Action,
    ) {
        let Some(secret) = self.secrets.get(&promise).cloned() else {
            return;
        };
        self.uploads.queue(secret.outputs);
        let (numbers, answers): (Vec<u16>, Vec<Hash>) = secret.answers.into_iter().unzip();
        self.said.busy.tasks.extend(tasks.iter().copied());
        self.say(
            build(
                Opening {
                    answers,
                    salt: secret.salt,
                },
                &numbers,
            ),
            tasks,
        );
    }

    pub(super) fn say(&mut self, action: Action, tasks: Vec<duties::Task>) {
        self.said.busy.tasks.extend(tasks.iter().copied());
        let tx = self.outbox.sign(action, now_ms());
        self.note(&tx, tasks);
        self.enqueue(tx);
    }

    fn note(&mut self, tx: &SignedTx, tasks: Vec<duties::Task>) {
        self.follower.vouch(tx);
        self.said.txs.insert(
            tx.id(),
            SaidTx {
                nonce: tx.body.nonce,
                at: now_ms(),
                tasks,
            },
        );
    }

    fn enqueue(&mut self, tx: SignedTx) {
        if let Err(Full(tx)) = self.outbox.queue(tx) {
            self.unsay(&tx, &Refusal::Busy("too many transactions wait here".into()));
        }
    }

    /// A transaction was refused: what it said counts as not said.
    pub(super) fn unsay(&mut self, tx: &SignedTx, why: &Refusal) {
        let id = tx.id();
        if matches!(tx.body.action, Action::SubmitJob(_)) {
            self.submission_refused(&id, &why.to_string());
        }
        if let Some(said) = self.said.txs.remove(&id) {
            self.release(&said.tasks);
        }
    }

    /// The first results of a while are told at once; what follows on their heels is gathered.
    fn tell_provisional(&mut self, job: JobId, units: &[u32], outputs: &[Vec<u8>]) {
        let small = units
            .iter()
            .copied()
            .zip(outputs.iter().cloned())
            .filter(|(_, o)| o.len() <= MAX_PROVISIONAL_OUTPUT);
        self.provisional.waiting.entry(job).or_default().extend(small);
        if !self.provisional.pausing {
            self.on_provisionals_due();
        }
    }

    /// Tells what waits, and pauses if there was anything.
    pub(super) fn on_provisionals_due(&mut self) {
        let waiting = std::mem::take(&mut self.provisional.waiting);
        self.provisional.pausing = !waiting.is_empty();
        if self.provisional.pausing {
            self.spawn(async {
                nora_platform::sleep(PROVISIONAL_PAUSE).await;
                Done::ProvisionalsDue
            });
        }
        for (job, results) in waiting {
            for results in results.chunks(MAX_PROVISIONAL) {
                self.publish_provisional(job, results.to_vec());
            }
        }
    }

    fn publish_provisional(&self, job: JobId, results: Vec<(u32, Vec<u8>)>) {
        let hash = Provisional::signed_hash(&job, &self.me, &results);
        let message = Provisional {
            job,
            by: self.me,
            results,
            signature: self.key.sign(hash.as_bytes()),
        };
        let (net, bytes) = (self.net.clone(), nora_core::codec::encode(&message));
        nora_platform::spawn(async move {
            if let Err(why) = net.publish(Topic::Results, bytes).await {
                tracing::debug!(%why, "provisional results not heard");
            }
        });
    }

    /// After blocks: forgets what the ledger has taken or made void.
    pub(super) fn tidy(&mut self) {
        let state = self.follower.state();
        // A sender's transactions are taken in the order of their nonces: what is older than the newest was taken or
        // is void.
        let nonce = state.identity(&self.me).map_or(0, |i| i.nonce);
        let now = now_ms();
        let outbox = &self.outbox;
        let lost = |tx: &SaidTx| now.saturating_sub(tx.at) > LOST_MS && !outbox.has(tx.nonce);
        let over = |tx: &SaidTx| tx.nonce <= nonce || lost(tx);
        let (gone, waiting): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.said.txs)
            .into_iter()
            .partition(|(_, tx)| over(tx));
        self.said.txs = waiting;
        for tx in gone.values() {
            for task in &tx.tasks {
                self.said.busy.tasks.remove(task);
            }
        }
        // A promise whose transaction the ledger has not seen yet may still arrive: after a reload, or a long sleep.
        let writes = self.secrets.drop_where(|promise, secret| {
            nonce >= secret.nonce
                && match promise {
                    Promise::Batch(batch) | Promise::Audit(batch) => state.batch(batch).is_none(),
                    Promise::Wave(job, wave) => {
                        state.job(job).is_none_or(|j| j.status != JobStatus::Open)
                            || state.wave(job, *wave).is_some_and(|w| !w.open)
                    }
                }
        });
        self.said.busy.secrets = self.secrets.promises().map(|p| duties::Secret::from(*p)).collect();
        self.write(writes);
    }
}
