function plotView(plot, label) {
  const w = 900, h = 220, x = (s) => (s / plot.seconds) * w, y = (v) => h / 2 - (v / 1000) * (h / 2 - 8);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const add = (tag, attrs, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [k, v] of Object.entries(attrs)) node.setAttribute(k, v);
    if (text) node.textContent = text;
    svg.append(node);
  };
  svg.setAttribute("viewBox", `0 0 ${w} ${h}`);
  svg.setAttribute("role", "img");
  add("title", {}, `${label} (${plot.station})`);
  const step = w / plot.low.length;
  add("path", { class: "trace", d: plot.low.map((low, i) => `M${(i * step).toFixed(1)} ${y(low).toFixed(1)}V${y(plot.high[i]).toFixed(1)}`).join("") });
  for (const k of ["pick", "onset"]) {
    if (typeof plot[k] === "number") add("line", { class: k, x1: x(plot[k]), x2: x(plot[k]), y1: 0, y2: h });
  }
  return svg;
}

function summaryView(s) {
  if (s.kind !== "quake") return [];
  const q = t.quake, none = "–";
  const rows = [[q.onset, s.onset_time], [q.pick, s.pick_time],
    [q.difference, s.difference_s === null ? null : `${s.difference_s >= 0 ? "+" : ""}${s.difference_s.toFixed(3)} s`],
    [q.characteristic, s.cf_sha256]];
  const events = s.events.map((e) => `${e.time} · ${e.stations.join(" ")} · ${e.duration_s.toFixed(2)} s`);
  const list = el("dl", { id: "quake" }, ...rows.flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, v === null ? none : v)]),
    el("dt", {}, q.events), el("dd", {}, ...(events.length ? events.map((e) => el("div", {}, e)) : [none])));
  const checks = s.checks.map((c) => el("li", { class: c.ok ? "ok" : "bad" },
    el("i", {}, c.ok ? `✓ ${t.passed}` : `✗ ${t.not_passed}`), el("b", { lang: "en" }, c.name), el("span", { class: "soft", lang: "en" }, c.detail)));
  return [el("h2", {}, t.summary), ...(s.plot ? [plotView(s.plot, q.plot)] : []), list,
    el("p", { class: "soft" }, t.summary_note), el("ol", {}, ...checks)];
}
