// Can the colours of a page be told apart, from each other and from the ground, by every kind of colour vision? Contrast as WCAG 2
// computes it; dichromats by the matrices of Viénot, Brettel and Mollon (1999) and, for tritanopia, Machado, Oliveira and Fernandes (2009); differences
// as CIE 1976 L*a*b*, where 2.3 is just noticed.
const visions = {
  "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  deuteranopia: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
  "no colour": [[0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722]],
};
const linear = (rgb) => rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
const luminance = (rgb) => linear(rgb).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };

export function lab(rgb, vision) {
  const [r, g, b] = visions[vision].map((row) => Math.min(1, Math.max(0, row.reduce((s, w, i) => s + w * linear(rgb)[i], 0))));
  const [x, y, z] = [0.4124 * r + 0.3576 * g + 0.1805 * b, 0.2126 * r + 0.7152 * g + 0.0722 * b, 0.0193 * r + 0.1192 * g + 0.9505 * b]
    .map((v, i) => v / [0.95047, 1, 1.08883][i]).map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
const difference = (a, b, vision) => Math.hypot(...lab(a, vision).map((v, i) => v - lab(b, vision)[i]));

// Shapes need a contrast of 3 to the ground, text one of 4.5 (WCAG 2.1, 1.4.11 and 1.4.3).
const grounds = {"--chart": 3, "--odd": 3, "--bad": 4.5, "--warn": 4.5, "--good": 4.5, "--theme-foreground-muted": 4.5};
// Colours that stand side by side in a chart.
const pairs = [["--chart", "--odd"], ["--chart", "--land"], ["--odd", "--land"]];
const kEasily = 20;

export async function colours(page) {
  const wrong = [];
  const names = [...new Set([...Object.keys(grounds), ...pairs.flat()])];
  const seen = await page.evaluate((names) => {
    // A canvas tells what a colour is after all of CSS: variables, color-mix().
    const context = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
    const probe = document.body.appendChild(document.createElement("i"));
    const rgb = (css) => {
      probe.style.color = css;
      context.fillStyle = getComputedStyle(probe).color;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const all = Object.fromEntries(names.map((n) => [n, rgb(`var(${n})`)]));
    all.ground = rgb("var(--theme-background)");
    probe.remove();
    return all;
  }, names);
  for (const [name, least] of Object.entries(grounds)) {
    const got = contrast(seen[name], seen.ground);
    if (got < least) wrong.push(`${name} has a contrast of ${got.toFixed(1)} to the ground, less than ${least}`);
  }
  for (const [a, b] of pairs)
    for (const vision of Object.keys(visions)) {
      const got = difference(seen[a], seen[b], vision);
      // Without any colour shapes and words tell them apart; grey and grey need not.
      if (vision !== "no colour" && got < kEasily) wrong.push(`${a} and ${b} differ by ${got.toFixed(0)} only with ${vision}`);
    }
  return wrong;
}
