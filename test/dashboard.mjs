// Opens every page of a built dashboard in headless Chromium, in light, dark and at the width of a phone, takes screenshots and
// tells what is wrong: errors in the console, requests beyond localhost, pages wider than the window, cells that failed, controls that
// the keyboard does not reach, colours that not everybody tells apart.
//   node dashboard.mjs URL FOLDER PREFIX PATH ...
import {createRequire} from "node:module";
import {mkdirSync} from "node:fs";
import {colours} from "./dashboard_colours.mjs";
import {keyboard} from "./dashboard_keyboard.mjs";

const puppeteer = createRequire(`${process.cwd()}/dashboard/package.json`)("puppeteer-core");
const [url, folder, prefix, ...paths] = process.argv.slice(2);
const looks = [["light", 1280, "light"], ["dark", 1280, "dark"], ["phone", 390, "light"]];
mkdirSync(folder, {recursive: true});
const browser = await puppeteer.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"]});
const wrong = [];
let seen = 0;
for (const [look, width, scheme] of looks) {
  const page = await browser.newPage();
  await page.setViewport({width, height: 900, deviceScaleFactor: 1});
  await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
  let at = "";
  const complain = (what) => wrong.push(`${prefix} ${look} ${at}: ${what}`);
  page.on("console", (m) => ["error", "warn"].includes(m.type()) && complain(`console: ${m.text()}`));
  page.on("pageerror", (e) => complain(`error: ${e.message}`));
  page.on("requestfailed", (r) => complain(`request failed: ${r.url()}`));
  page.on("response", (r) => r.status() >= 400 && complain(`${r.status()} for ${r.url()}`));
  page.on("request", (r) => !/^(data:|blob:)/.test(r.url()) && new URL(r.url()).host !== new URL(url).host && complain(`request to ${r.url()}`));
  for (at of paths) {
    await page.goto(`${url}${at}`, {waitUntil: "networkidle0", timeout: 60000});
    await page.waitForFunction(() => !document.querySelector(".observablehq--running, .observablehq-loading"), {timeout: 60000});
    const found = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth - innerWidth,
      failed: [...document.querySelectorAll(".observablehq--error")].map((e) => e.textContent),
      undefinedText: /\bundefined\b|\bNaN\b|\[object|^""$/m.test(document.querySelector("main").innerText),
      heading: document.querySelectorAll("h1").length,
      // What stands between a heading and the next, or the end of the page.
      bare: [...document.querySelectorAll("main h2")].filter((h, i, all) => ![...document.querySelectorAll("main :is(p, table, figure, dl, pre)")].some((e) =>
        h.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING && !(all[i + 1]?.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING))).map((h) => h.textContent),
      unnamed: [...document.querySelectorAll("main figure svg[viewBox]")].filter((s) => !s.getAttribute("aria-label") && !s.closest("[aria-hidden]")).length,
    }));
    if (found.wide > 0) complain(`${found.wide} pixels wider than the window`);
    for (const text of found.failed) complain(`cell failed: ${text}`);
    for (const text of found.bare) complain(`nothing below the heading ${text}`);
    if (found.undefinedText) complain('text says undefined, NaN, [object or ""');
    if (found.heading !== 1) complain(`${found.heading} headings of the first order`);
    await page.screenshot({path: `${folder}/${prefix}-${at.replace(/[/.]/g, "_")}-${look}.png`, fullPage: true});
    for (const text of [...await colours(page), ...await keyboard(page)]) complain(text);
    seen++;
  }
  await page.close();
}
await browser.close();
for (const text of wrong) console.error(text);
console.log(`${prefix}: ${seen} pages seen, ${wrong.length} complaints`);
process.exit(wrong.length ? 1 : 0);
