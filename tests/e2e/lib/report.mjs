// The demo's JSON (DESIGN section 9) from what the requester saw, what the pages saw, and an independent local run.

/** Merges the requester's figures with the times and lies that only the harness knows. */
export function report({ submitted, opened, spawned, connected, wrong, checks }) {
  const since = submitted.first_result_ms?.since_submitted ?? null;
  const at = since === null ? null : opened + since;
  return {
    ...submitted,
    wrong_accepted: wrong,
    first_result_ms: {
      since_submitted: since,
      since_spawn: at === null ? null : at - spawned,
      // Nothing can come before there is both a volunteer and a job.
      since_connect: at === null ? null : at - Math.max(connected, opened),
    },
    peers: (submitted.peers ?? []).map((peer) => ({ ...peer, transport: 'websocket to the relay' })),
    checks: [...(submitted.checks ?? []), ...checks],
  };
}

/** The harness's own checks: nothing wrong accepted, every unit accepted, each liar caught and nobody else. */
export function checksOf({ submitted, wrong, liars, mode }) {
  const peers = submitted.peers ?? [];
  const check = (name, ok, detail) => ({ name, ok, detail });
  const checks = [
    check('every unit accepted', submitted.accepted === submitted.units, `${submitted.accepted} of ${submitted.units}`),
    check('no wrong answer accepted', mode === 'unverified' || wrong === 0, `${wrong} differ from a local run`),
  ];
  if (mode === 'unverified') return checks;
  for (const key of liars) {
    const peer = peers.find(({ peer }) => sameKey(peer, key));
    const caught = peer !== undefined && peer.demoted_at_unit !== null && peer.demoted_at_unit !== undefined;
    checks.push(check(`liar ${short(key)} demoted`, caught, caught ? `at unit ${peer.demoted_at_unit}` : 'never exposed'));
  }
  const framed = peers.filter((peer) => peer.lies > 0 && !liars.some((key) => sameKey(peer.peer, key)));
  checks.push(check('no honest volunteer accused', framed.length === 0, framed.map(({ peer }) => short(peer)).join(', ') || 'none'));
  return checks;
}

/** True if the run did what it promises. */
export function good({ checks }) {
  return checks.length > 0 && checks.every(({ ok }) => ok);
}

/** What a person wants to read. */
export function summary(json) {
  const ms = (value) => (value === null || value === undefined ? 'unknown' : `${Math.round(value)} ms`);
  const lines = [
    `units       ${json.accepted} of ${json.units} accepted, ${json.wrong_accepted} of them wrong`,
    `speed       ${fixed(json.units_per_s, 1)} units/s, ${fixed(json.executions_per_unit, 2)} executions per accepted unit`,
    `first       ${ms(json.first_result_ms.since_spawn)} after the page was opened, ${ms(json.first_result_ms.since_connect)} after it was connected`,
  ];
  for (const peer of json.peers ?? []) {
    const roles = (peer.roles ?? []).map(({ role, height }) => `${role}@${height}`).join(' > ');
    const fate = peer.lies > 0 ? `, ${peer.lies} wrong, demoted at unit ${peer.demoted_at_unit}` : '';
    lines.push(`peer        ${short(peer.peer)} ${roles}: ${peer.executed ?? 0} executed, ${peer.agreed ?? 0} audits agreed${fate}`);
  }
  if (json.ledger) lines.push(`ledger      height ${json.ledger.height}, ${json.ledger.txs} transactions`);
  if (json.result) lines.push(`result      ${JSON.stringify(json.result).slice(0, 300)}`);
  for (const { name, ok, detail } of json.checks) lines.push(`${ok ? 'ok    ' : 'FAILED'}      ${name}${detail ? `: ${detail}` : ''}`);
  return lines.join('\n');
}

function fixed(value, digits) {
  return typeof value === 'number' ? value.toFixed(digits) : 'unknown';
}

export function short(key) {
  return String(key).slice(0, 12);
}

/** Keys may be shown shortened on the page. */
export function sameKey(a, b) {
  const [long, brief] = String(a).length >= String(b).length ? [String(a), String(b)] : [String(b), String(a)];
  const head = brief.split('…')[0].replace(/\.+$/, '');
  return head.length >= 6 && long.startsWith(head);
}
