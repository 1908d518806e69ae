"use strict";
const root = document.documentElement;
const read = (id) => document.getElementById(id).textContent;
const ja = (navigator.language || "en").toLowerCase().startsWith("ja");
const put = (id, text) => { document.getElementById(id).textContent = text; };
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, k) => String(values[k]));
// Everything from the bundle goes in as text, never as markup.
const el = (tag, attrs, ...children) => {
  const node = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs || {})) node.setAttribute(k, v);
  node.append(...children.map((c) => (c instanceof Node ? c : String(c))));
  return node;
};

let t;
try {
  const strings = JSON.parse(read("strings"));
  t = ja ? strings.ja : strings.en;
  root.lang = ja ? "ja" : "en";
  put("verdict", t.checking);
  put("how", t.how);
} catch (e) {
  broken(e);
}

function broken(error) {
  root.dataset.state = "failed";
  const words = t || { broken: "NOT VALID: this page is damaged", broken_hint: "" };
  put("verdict", `${words.broken}: ${error && error.message ? error.message : error}`);
  const warning = document.getElementById("warning");
  warning.textContent = words.broken_hint;
  warning.hidden = false;
}

async function unpack(id) {
  const packed = Uint8Array.from(atob(read(id).trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function check() {
  const [wasm, bundle] = await Promise.all([unpack("verifier"), unpack("bundle")]);
  const { instance } = await WebAssembly.instantiate(wasm, {});
  const { alloc, verify, memory } = instance.exports;
  const ptr = alloc(bundle.length) >>> 0;
  if (!ptr) throw new Error("empty or oversized bundle");
  new Uint8Array(memory.buffer, ptr, bundle.length).set(bundle);
  const packed = BigInt.asUintN(64, verify(ptr, bundle.length));
  const at = Number(packed >> 32n), len = Number(packed & 0xffffffffn);
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(memory.buffer, at, len)));
}

function checksView(report) {
  return el("ol", { id: "checks" }, ...report.checks.map((c) => {
    const [name, question] = t.names[c.name] || [c.name, ""];
    return el("li", { class: c.ok ? "ok" : "bad", "data-check": c.name, "data-ok": c.ok },
      el("i", {}, c.ok ? `✓ ${t.passed}` : `✗ ${t.not_passed}`), el("b", {}, name),
      el("span", {}, question), el("span", { class: "soft", lang: "en" }, c.detail));
  }));
}

function factsView(facts) {
  const rows = Object.entries(t.facts).filter(([k]) => facts[k] !== null && facts[k] !== undefined);
  return el("dl", {}, ...rows.flatMap(([k, label]) => [
    el("dt", {}, label),
    el("dd", {}, k === "time" ? new Date(facts[k]).toLocaleString(root.lang) : facts[k])]));
}

function unitsView(report) {
  const head = el("tr", {}, ...[t.unit, t.output, t.bytes, t.answer].map((h) => el("th", { scope: "col" }, h)));
  const rows = report.units.map((u) => el("tr", {}, el("td", { class: "n" }, u.unit), el("td", { class: "m" }, u.output),
    el("td", { class: "n" }, u.bytes), el("td", { class: "m" }, u.answer)));
  const table = el("div", { class: "scroll", tabindex: "0" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
  const all = report.facts ? report.facts.units : rows.length;
  return all > rows.length ? [table, el("p", { class: "soft" }, fill(t.listed, { n: rows.length, all }))] : [table];
}

{{summary_script}}

function show(report) {
  const failed = report.checks.filter((c) => !c.ok).length, all = report.checks.length;
  const ok = report.ok === true && failed === 0 && all > 0;
  root.dataset.state = ok ? "ok" : "failed";
  put("verdict", ok ? `✓ ${fill(t.ok, { n: all })}` : `✗ ${fill(t.failed, { n: failed, all })}`);
  const facts = report.facts;
  if (facts) {
    put("title", facts.title);
    document.title = `${facts.title} – Nora`;
    put("who", fill(t.who, { name: facts.requester_name }));
    if (!facts.recomputed) { put("warning", t.unverified); document.getElementById("warning").hidden = false; }
  }
  const main = document.getElementById("main");
  main.append(el("h2", {}, t.checks), checksView(report));
  const summary = JSON.parse(read("results")).summary;
  if (summary) main.append(...summaryView(summary));
  if (report.units) main.append(el("h2", {}, t.results), ...unitsView(report));
  if (facts) main.append(el("h2", {}, t.evidence), factsView(facts));
  for (const [k, label] of Object.entries(t.details)) {
    if (report.evidence) main.append(el("details", {}, el("summary", {}, label), el("pre", { class: "scroll" }, JSON.stringify(report.evidence[k], null, 1))));
  }
}

if (t) check().then(show).catch(broken);
