// Can a page be used by the keyboard alone? Goes through it by Tab and says which controls are not reached, and where the focus
// is not to be seen.

// What a person can act on and sees. Of the theme's own parts only what is shown at this width.
const controls = () => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({checkVisibilityCSS: true}) && e.getClientRects().length > 0);

const name = (e) => `<${e.tagName.toLowerCase()}${e.id ? ` id=${e.id}` : ""}> "${(e.getAttribute("aria-label") ?? e.textContent ?? "").trim().slice(0, 40)}"`;

export async function keyboard(page) {
  const wrong = [];
  await page.evaluate(`window.controls = ${controls}; window.nameOf = ${name}`);
  const all = await page.evaluate(() => {
    const list = window.controls();
    list.forEach((e, i) => (e.dataset.control = i));
    // How each looks without the focus.
    window.looks = (e) => { const s = getComputedStyle(e); return [s.outlineStyle === "none" ? 0 : s.outlineWidth, s.boxShadow, s.backgroundColor, s.borderColor].join(); };
    document.activeElement?.blur();
    window.before = list.map(window.looks);
    scrollTo(0, 0);
    return list.map(window.nameOf);
  });
  const reached = [];
  for (let i = 0; i < all.length + 5; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const box = e.getBoundingClientRect(), number = Number(e.dataset.control ?? -1);
      // A label may show what its input does not: the theme's switches are of that kind.
      const label = e.labels?.[0];
      return {number, name: window.nameOf(e), isShown: number < 0 || window.looks(e) !== window.before[number] || (label && getComputedStyle(label).outlineStyle !== "none"),
        isInView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth};
    });
    if (!at) break;
    if (reached.includes(at.number)) break;
    reached.push(at.number);
    if (!at.isShown) wrong.push(`the focus on ${at.name} is not to be seen`);
    if (!at.isInView) wrong.push(`${at.name} has the focus out of sight`);
  }
  all.forEach((text, i) => reached.includes(i) || wrong.push(`Tab does not reach ${text}`));
  // Down the page as it is read: what comes later in it is reached later.
  if (reached.some((number, i) => i > 0 && number < reached[i - 1])) wrong.push("Tab does not go in the order of the page");
  // What scrolls sideways must do so by the keyboard as well.
  wrong.push(...await page.evaluate(() => [...document.querySelectorAll("main *")]
    .filter((e) => e.scrollWidth > e.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.tabIndex < 0 && !e.querySelector("a[href], button, input"))
    .map((e) => `${window.nameOf(e)} scrolls by the mouse only`)));
  return wrong;
}
