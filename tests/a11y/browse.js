// browse.js BROWSER FOLDER PAGE...: what axe-core finds on the pages, light and dark, on a phone and on a desk. Ends with 1 where anything is amiss.
const fs = require("fs"), path = require("path"), puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [browser, folder, ...pages] = process.argv.slice(2);
let faults = 0;
const fault = (...words) => { faults += 1; console.log(...words); };

async function look(tab, name, scheme, width) {
  await tab.setViewport({ width, height: 900 });
  await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await tab.goto("file://" + path.resolve(folder, name));
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  if (wide) fault(name, width, "is wider than the window");
  await tab.evaluate(axe);
  const found = await tab.evaluate(() => axe.run(document));
  for (const violation of found.violations) fault(name, scheme, width, violation.id, violation.nodes.map((node) => node.html.slice(0, 120)));
  return found.passes.length;
}

// Tab reaches the skip link first; the filter narrows the list and says how far.
async function keyboard(tab) {
  await tab.goto("file://" + path.resolve(folder, "index.html"));
  await tab.keyboard.press("Tab");
  if (!(await tab.evaluate(() => document.activeElement.matches(".skip")))) fault("the skip link is not the first stop");
  const rows = () => tab.evaluate(() => [...document.querySelectorAll(".channels > li")].filter((row) => row.offsetParent).length);
  const before = await rows();
  await tab.focus("#wanted");
  await tab.keyboard.type((await tab.$eval(".channels h3", (name) => name.textContent)).toUpperCase());
  const after = await rows(), told = await tab.$eval("#shown", (shown) => shown.textContent);
  if (!(after >= 1 && after < before)) fault("the filter leaves", after, "of", before);
  if (!told.includes(`${after} / ${before}`)) fault("the filter says", told);
}

(async () => {
  const chrome = await puppeteer.launch({ executablePath: browser, args: ["--no-sandbox"] });
  const tab = await chrome.newPage();
  tab.on("console", (message) => { if (/Content Security Policy/.test(message.text())) fault("policy:", message.text()); });
  await keyboard(tab);
  let passes = 0, looks = 0;
  await tab.setBypassCSP(true); // for axe itself
  for (const name of pages) for (const scheme of ["light", "dark"]) for (const width of [390, 1280]) {
    passes += await look(tab, name, scheme, width);
    looks += 1;
  }
  await chrome.close();
  console.log(`${looks} looks at ${pages.length} pages of ${path.basename(path.dirname(path.resolve(folder)))}: ${passes} rules kept, ${faults} faults`);
  process.exit(faults ? 1 : 0);
})();
