// The charts. Colours are those of Okabe and Ito, which every kind of colour vision tells apart, and never the only sign.
import * as Plot from "@observablehq/plot";
import * as d3 from "d3";
import {feature} from "topojson-client";
import {day, duration, plural, time} from "./format.js";

const accent = "var(--chart)";
const shorten = (text, n) => (text.length > n ? `${text.slice(0, n - 1)}…` : text);
const labelLength = (width) => (width < 500 ? 16 : 36);
const marginLeft = (width) => (width < 500 ? 118 : 256);
const utc = (start, end) => [new Date(start), new Date(end)];
const dayTicks = (width) => (width < 500 ? 4 : 8);

function everyDay({start_at, end_at}) {
  return d3.utcDay.range(d3.utcDay.floor(new Date(start_at)), new Date(end_at));
}

function barsByDay(data, numbers, width, {one, many, ariaLabel}) {
  const bars = everyDay(data).map((d) => ({day: d, n: numbers.get(day(d)) ?? 0}));
  return Plot.plot({
    width, height: 220, ariaLabel,
    x: {type: "utc", label: null, ticks: dayTicks(width)},
    y: {label: many, grid: true, tickFormat: ",d", ticks: Math.min(5, d3.max(bars, (d) => d.n) || 1)},
    marks: [
      Plot.rectY(bars, {x: "day", interval: "day", y: "n", fill: accent, insetLeft: 1, insetRight: 1, tip: true,
        title: (d) => `${day(d.day)}\n${plural(d.n, one, many)}`}),
      Plot.ruleY([0]),
    ],
  });
}

export function signalsByDay(data, width) {
  return barsByDay(data, d3.rollup(data.byDay, (v) => d3.sum(v, (d) => d.signals), (d) => d.day), width,
    {one: "signal", many: "signals", ariaLabel: "Signals by day"});
}

export function findingsByDay(data, width) {
  return barsByDay(data, new Map(data.by_day.map((d) => [d.day, d.findings])), width, {one: "finding", many: "findings", ariaLabel: "Findings by day"});
}

// One row of small bars for each rule: no colour has to be told from another.
export function rulesByDay(data, width, limit = 12) {
  const totals = d3.rollups(data.byDay, (v) => d3.sum(v, (d) => d.signals), (d) => d.rule_name).sort((a, b) => b[1] - a[1]);
  const shown = new Set(totals.slice(0, totals.length > limit ? limit - 1 : limit).map(([name]) => name));
  const row = (d) => (shown.has(d.rule_name) ? d.rule_name : "all other rules");
  const cells = d3.rollups(data.byDay, (v) => d3.sum(v, (d) => d.signals), row, (d) => d.day)
    .flatMap(([rule, list]) => list.map(([on, signals]) => ({rule, day: new Date(on), signals})));
  const sums = d3.rollup(cells, (v) => d3.sum(v, (d) => d.signals), (d) => d.rule);
  const order = d3.sort(sums.keys(), (r) => (r === "all other rules" ? 1 : 0), (r) => -sums.get(r));
  return Plot.plot({
    width, height: 40 + 34 * order.length, marginLeft: marginLeft(width), marginRight: 44, ariaLabel: "Signals of each rule by day",
    x: {type: "utc", label: null, domain: utc(d3.utcDay.floor(new Date(data.start_at)), data.end_at), ticks: dayTicks(width) - 1},
    y: {axis: null}, fy: {domain: order, label: null, tickFormat: (r) => shorten(r, labelLength(width)), padding: 0.25, axis: "left"},
    marks: [
      Plot.axisFy({anchor: "left", label: null, tickFormat: (r) => shorten(r, labelLength(width)), textAnchor: "end"}),
      Plot.rectY(cells, {fy: "rule", x: "day", interval: "day", y: "signals", fill: accent, insetLeft: 0.5, insetRight: 0.5, tip: true,
        title: (d) => `${d.rule}\n${day(d.day)}: ${d.signals} signals`}),
      Plot.ruleY([0], {strokeOpacity: 0.3}),
      Plot.text(order, {fy: (r) => r, text: (r) => String(sums.get(r)), frameAnchor: "right", dx: 38, textAnchor: "end"}),
    ],
  });
}

export function entityScores(entities, width) {
  const name = (e) => `${e.entity}`;
  return Plot.plot({
    width, height: 40 + 24 * entities.length, marginLeft: marginLeft(width), marginRight: 40, ariaLabel: "Score of each entity",
    x: {label: "score", grid: true, nice: true}, y: {domain: entities.map(name), label: null, tickFormat: (n) => shorten(n, labelLength(width))},
    marks: [
      Plot.barX(entities, {y: name, x: "score", fill: accent, insetTop: 3, insetBottom: 3, tip: true,
        title: (e) => `${e.entity}\nscore ${e.score}, ${e.signals} signals\n${e.rules}`}),
      Plot.text(entities, {y: name, x: "score", text: (e) => String(e.score), dx: 6, textAnchor: "start"}),
      Plot.ruleX([0]),
    ],
  });
}

const risky = new Set(["hosting", "vpn", "cloud"]);

// The user's sessions as bars in one lane for each value of a column, signals as triangles above them.
export function lanes(user, column, width, {limit = 14, signals = true, label = (v) => v ?? "not known"} = {}) {
  const key = (s) => label(s[column], s);
  const events = d3.rollups(user.sessions, (v) => d3.sum(v, (s) => s.events), key).sort((a, b) => b[1] - a[1]);
  const rare = d3.rollup(user.sessions, (v) => d3.max(v, (s) => s.bits ?? 0), key);
  // What is often, and what is unlike the user: neither may be missing.
  const often = events.slice(0, limit - 4).map(([k]) => k);
  const unlike = d3.sort(events.map(([k]) => k).filter((k) => !often.includes(k)), (k) => -rare.get(k)).slice(0, limit - often.length);
  const shown = new Set([...often, ...unlike]);
  const hidden = events.length - shown.size;
  const other = `${hidden} others`;
  const lane = (s) => (shown.has(key(s)) ? key(s) : other);
  const order = [...(signals && user.signals.length ? ["signals"] : []), ...events.map(([k]) => k).filter((k) => shown.has(k)), ...(hidden > 0 ? [other] : [])];
  const least = (new Date(user.end_at) - new Date(user.start_at)) / 250;
  const until = (s) => new Date(Math.max(new Date(s.session_end), +new Date(s.session_start) + least));
  const title = (s) => [`${time(s.session_start)} to ${time(s.session_end)} UTC`, s.network ?? "network not known", s.country ?? s.country_code,
    s.client, `${s.events} events${s.failures ? `, ${s.failures} failed` : ""}`, s.bits == null ? null : `${s.bits.toFixed(1)} bits unlike the user`,
    risky.has(s.network_class) ? `network class ${s.network_class}` : null].filter(Boolean).join("\n");
  const bar = {y: lane, x1: (s) => new Date(s.session_start), x2: until, insetTop: 3, insetBottom: 3};
  const odd = user.sessions.filter((s) => s.bits > 10);
  return Plot.plot({
    width, height: 44 + 24 * order.length, marginLeft: marginLeft(width), marginRight: 12, ariaLabel: `Sessions by ${column}`,
    x: {type: "utc", domain: utc(user.start_at, user.end_at), label: null, ticks: dayTicks(width), grid: true},
    y: {domain: order, label: null, tickFormat: (n) => shorten(n, labelLength(width)), padding: 0},
    marks: [
      Plot.barX(user.sessions, {...bar, fill: (s) => (s.bits > 10 ? "var(--odd)" : "var(--chart)"), title, tip: true}),
      Plot.text(odd, {y: lane, x: until, text: () => "◀", dx: 6, fontSize: 9, fill: "var(--odd)"}),
      ...(signals ? [Plot.dot(user.signals, {y: () => "signals", x: (s) => new Date(s.first_at), symbol: "triangle", r: 5, fill: "var(--odd)",
        stroke: "var(--theme-background)", title: (s) => `${time(s.first_at)} UTC\n${s.name}\nseverity ${s.severity}, rule ${s.rule_name}`, tip: true})] : []),
    ],
  });
}

export function riskOverTime(user, width) {
  const scored = user.sessions.filter((s) => s.bits != null);
  const odd = scored.filter((s) => s.bits > 10);
  return Plot.plot({
    width, height: 220, marginRight: 20, ariaLabel: "How unlike the user each session is",
    x: {type: "utc", domain: utc(user.start_at, user.end_at), label: null, ticks: dayTicks(width)},
    y: {label: "bits unlike the user", grid: true, domain: [Math.min(0, d3.min(scored, (s) => s.bits) ?? 0), Math.max(12, d3.max(scored, (s) => s.bits) ?? 0)]},
    marks: [
      Plot.ruleY([10], {strokeDasharray: "4 3", stroke: "currentColor"}),
      Plot.text(["worth a look above 10 bits"], {y: 10, frameAnchor: "right", dy: -8}),
      Plot.dot(scored, {x: (s) => new Date(s.session_start), y: "bits", symbol: (s) => (s.bits > 10 ? "triangle" : "circle"), r: (s) => (s.bits > 10 ? 5 : 2.5),
        fill: (s) => (s.bits > 10 ? "var(--odd)" : "var(--chart)"), tip: true,
        title: (s) => `${time(s.session_start)} UTC, ${s.bits.toFixed(1)} bits\n${s.network ?? "network not known"}, ${s.country ?? ""}\n${s.client ?? ""}`}),
      Plot.ruleY([0], {strokeOpacity: 0.4}),
    ],
    r: {type: "identity"}, symbol: {type: "identity"},
  });
}

// Places by country, or by city where a city database is loaded.
export function map(user, world, width) {
  const places = d3.rollups(user.sessions.filter((s) => s.latitude != null || world.points[s.country_code]), (v) => ({
    at: v[0].latitude == null ? world.points[v[0].country_code] : [v[0].longitude, v[0].latitude],
    country: v[0].country ?? v[0].country_code, events: d3.sum(v, (s) => s.events), sessions: v.length,
    bits: d3.max(v, (s) => s.bits ?? 0), last: d3.max(v, (s) => s.session_end),
  }), (s) => (s.latitude == null ? s.country_code : `${Math.round(s.latitude)} ${Math.round(s.longitude)}`)).map(([, p]) => p);
  // Neighbours' names stand above and below by turns.
  places.sort((a, b) => a.at[0] - b.at[0]);
  const names = (side) => Plot.text(places.filter((_, i) => i % 2 === side), {x: (p) => p.at[0], y: (p) => p.at[1], text: "country",
    dy: side ? 16 : -15, fill: "currentColor", stroke: "var(--theme-background)", strokeWidth: 3});
  const land = feature(world.land, world.land.objects.land);
  return Plot.plot({
    width, height: Math.min(440, width * 0.5), ariaLabel: "Map of places",
    projection: {type: "equal-earth", domain: {type: "MultiPoint", coordinates: [[-170, 72], [170, 72], [-170, -56], [170, -56]]}},
    r: {range: [0, 16], domain: [0, d3.max(places, (p) => p.events) || 1]},
    marks: [
      Plot.geo(land, {fill: "var(--land)"}),
      Plot.dot(places, {x: (p) => p.at[0], y: (p) => p.at[1], r: (p) => Math.max(p.events, (d3.max(places, (q) => q.events) || 1) / 9),
        symbol: (p) => (p.bits > 10 ? "triangle" : "circle"), fill: (p) => (p.bits > 10 ? "var(--odd)" : "var(--chart)"), fillOpacity: 0.75,
        stroke: "var(--theme-background)", tip: true,
        title: (p) => `${p.country}\n${p.events} events in ${p.sessions} sessions\nlast ${time(p.last)} UTC`}),
      names(0),
      names(1),
    ],
    symbol: {type: "identity"},
  });
}

// One row of bars for each source, on scales of their own: a small source beside a large one would not be seen.
export function ingestByDay(data, width) {
  const sources = d3.sort(new Set(data.ingest.map((d) => d.source)));
  const last = d3.utcDay.floor(new Date(data.built_at));
  const domain = [d3.utcDay.offset(last, 1 - data.days), d3.utcDay.offset(last, 1)];
  const most = d3.rollup(data.ingest, (v) => d3.max(v, (d) => d.received) || 1, (d) => d.source);
  return Plot.plot({
    width, height: 40 + 48 * sources.length, marginLeft: marginLeft(width) - 60, marginRight: 20, ariaLabel: "Documents received by day and source",
    x: {type: "utc", domain, label: null, ticks: dayTicks(width)}, y: {axis: null, domain: [0, 1]}, fy: {domain: sources, padding: 0.2},
    marks: [
      Plot.axisFy({anchor: "left", label: null, textAnchor: "end", tickFormat: (s) => shorten(s, labelLength(width) - 6)}),
      Plot.rectY(data.ingest, {fy: "source", x: (d) => new Date(d.day), interval: "day", y: (d) => d.received / most.get(d.source), fill: accent,
        insetLeft: 0.5, insetRight: 0.5, tip: true, title: (d) => `${d.source}, ${d.day}\n${d.received} received in ${d.loads} loads\n${d.inserted} inserted, ${d.updated} updated\n${d.duplicates} duplicates, ${d.rejected} rejected\nloading took ${duration(d.load_seconds)}`}),
      Plot.dot(data.ingest.filter((d) => d.rejected > 0), {fy: "source", x: (d) => d3.utcHour.offset(new Date(d.day), 12), y: 1, symbol: "times",
        stroke: "var(--odd)", strokeWidth: 2, r: 4}),
      Plot.ruleY([0], {strokeOpacity: 0.4}),
    ],
  });
}
