// The pieces of which pages are made: figures, tables, marks that mean something.
import {html} from "htl";
import {count, time} from "./format.js";

export function figures(items) {
  return html`<dl class="figures">${items.map(
    ({label, value, note}) => html`<div><dt>${label}</dt><dd>${value}</dd>${note ? html`<dd class="aside">${note}</dd>` : ""}</div>`
  )}</dl>`;
}

// What stands where nothing is to be shown: why, and what to do.
export const nothing = (...text) => html`<p class="nothing">${text}</p>`;

// A mark is a shape and a word; its colour only repeats them.
const marks = {
  critical: ["▲▲", "bad"], high: ["▲", "bad"], medium: ["◆", "warn"], low: ["●", "calm"],
  ok: ["✓", "good"], learning: ["…", "calm"], silent: ["✕", "bad"], "nothing new": ["!", "warn"], "all rejected": ["✕", "bad"],
  failed: ["✕", "bad"], "never ran": ["!", "warn"], off: ["–", "calm"], fresh: ["✓", "good"], old: ["!", "warn"],
  hosting: ["▲", "warn"], vpn: ["▲", "warn"], cloud: ["▲", "warn"],
};
export function mark(word) {
  if (word == null) return "";
  const [shape, tone] = marks[word] ?? ["", "calm"];
  return html`<span class="mark ${tone}">${shape ? html`<span aria-hidden="true">${shape}</span> ` : ""}${word}</span>`;
}

// columns: {name, value(row), numeric, nowrap, mid, wide}; mid and wide are least widths. The table scrolls by itself where it is wider than the page, by key too.
export function table(rows, columns, caption) {
  return html`<div class="table" role="region" tabindex="0" aria-label=${caption}><table>
    <caption>${caption}</caption>
    <thead><tr>${columns.map((c) => html`<th scope="col" class=${c.numeric ? "numeric" : ""}>${c.name}</th>`)}</tr></thead>
    <tbody>${rows.map((r) => html`<tr>${columns.map((c) => {
      const v = c.value(r);
      return html`<td class=${[c.numeric ? "numeric" : "", c.wide ? "wide" : "", c.mid ? "mid" : "", c.nowrap ? "nowrap" : ""].join(" ")}>${c.numeric && typeof v === "number" ? count(v) : v ?? ""}</td>`;
    })}</tr>`)}</tbody></table></div>`;
}

// A table of which those rows are shown that have the words in their text and are of the day chosen. text(row) and day(row) say what is
// looked at, note what all the rows are.
export function filteredTable(rows, columns, {text, day, note}) {
  const words = html`<input type="search" placeholder="name, network, country ...">`;
  const days = html`<select><option value="">all days</option>${[...new Set(rows.map(day))].sort().reverse().map((d) => html`<option>${d}</option>`)}</select>`;
  const shown = html`<div aria-live="polite">`;
  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const list = rows.filter((r) => (!days.value || day(r) === days.value) && wanted.every((w) => text(r).toLowerCase().includes(w)));
    const isCut = list.length < rows.length;
    shown.replaceChildren(list.length === 0 ? nothing(`None of these. ${note}.`) : table(list, columns, isCut ? `${count(list.length)} of these: ${note}` : note));
  };
  words.oninput = days.onchange = show;
  show();
  return html`<div><form class="filter" onsubmit=${(e) => e.preventDefault()}><label>Words ${words}</label><label>Day (UTC) ${days}</label></form>${shown}</div>`;
}

// A chart with a sentence that says what it shows, and the same as a table for who cannot or would not look at it.
export function figure(title, chart, data) {
  return html`<figure class="chart"><figcaption>${title}</figcaption>${chart}
    ${data ? html`<details><summary>The same as a table</summary>${data}</details>` : ""}</figure>`;
}

// A user's name, linked where he has a page.
export function userLink(name, id, base = "./") {
  return id == null ? name : html`<a href="${base}users/${id}.html">${name}</a>`;
}

export function spanText({start_at, end_at, built_at}) {
  const age = new Date(built_at) - new Date(end_at);
  return html`<p class="span">From <b>${time(start_at)}</b> to <b>${time(end_at)}</b> UTC. Built ${time(built_at)} UTC.${
    Math.abs(age) > 864e5 ? html` <b>The log has no events of the last 24 hours:</b> this is where it ends.` : ""}</p>`;
}
