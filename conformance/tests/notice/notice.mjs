// The papers of the notice as a printer gets them: one page each, nothing cut, every letter there.
//
//   node notice.mjs --papers DIR
//
// DIR holds LANGUAGE.KIND.html; beside each are laid LANGUAGE.KIND.pdf and LANGUAGE.KIND.png.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

// Installed once, for all browser tests.
const require = createRequire(new URL("../../../samples/console/tests/browser/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { HtmlValidate } = require("html-validate");

const { values: options } = parseArgs({
  options: {
    papers: { type: "string" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
if (!options.papers) {
  process.stderr.write("usage: node notice.mjs --papers DIR [--chromium PATH]\n");
  process.exit(2);
}

// The languages, and how their papers name them.
const TAGS = { ja: "ja", ja_furigana: "ja", en: "en", zh: "zh-Hans", ko: "ko", pt: "pt-BR", vi: "vi" };
const LANGUAGES = Object.keys(TAGS);
const KINDS = ["sample", "drill", "fullest", "hostile"];
// At 96 dpi.
const A4 = { width: 794, height: 1123 };
const POINT = 96 / 72;
const PICTURE_WIDTH = 900;
const PICTURE_BYTES = 150 * 1024;
// Other machines have other fonts, and some are wider: this much of the page stays free, also when
// the department has used all its room.
const SPARE = 0.04;
// A font whose letters are a fifth wider than those of the fonts the papers ask for.
const WIDE = "DejaVu Sans";
const FACES = { ja: "Noto Sans CJK JP", "zh-Hans": "Noto Sans CJK SC", ko: "Noto Sans CJK KR" };

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  // The papers are XML too.
  rules: { "void-style": ["error", { style: "selfclosing" }] },
});

async function isValid(path) {
  const report = await validator.validateFile(path);
  const said = report.results.flatMap((result) => result.messages);
  assert.deepEqual(said.map((fault) => `${fault.ruleId}: ${fault.message}`), [], path);
}

// Every text on the paper: how large, and how strong on its ground.
const texts = (page) =>
  page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.data.trim();
      const parent = walker.currentNode.parentElement;
      if (!text) continue;
      const style = getComputedStyle(parent);
      let ground = parent;
      while (ground.parentElement && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") {
        ground = ground.parentElement;
      }
      found.push({
        text,
        inside: parent.localName,
        size: parseFloat(style.fontSize),
        color: style.color,
        ground: getComputedStyle(ground).backgroundColor,
      });
    }
    return found;
  });

function luminance(color) {
  const [red, green, blue] = color
    .match(/[\d.]+/g)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

async function canBeRead(page, name) {
  const all = await texts(page);
  assert.ok(all.length > 20, `${name}: there is text`);
  for (const { text, inside, size, color, ground } of all) {
    const least = { h1: 24, rt: 7 }[inside] ?? 14;
    assert.ok(size >= least * POINT - 0.01, `${name}: ${size / POINT} pt: ${text}`);
    assert.ok(contrast(color, ground) >= 7, `${name}: ${color} on ${ground}: ${text}`);
  }
  assert.ok(all.some(({ inside }) => inside === "h1"), `${name}: there is a title`);
}

// How much of the paper is free below what is written, as a part of it. Fails where text is cut.
async function room(page, name) {
  const { cut, free, wide } = await page.evaluate(({ A4, WIDE }) => {
    const main = document.querySelector("main");
    const { paddingLeft, paddingRight, paddingBottom } = getComputedStyle(main);
    const [left, right] = [parseFloat(paddingLeft) - 1, A4.width - parseFloat(paddingRight) + 1];
    const cut = [];
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      const rows = [...range.getClientRects()];
      if (rows.some((row) => row.left < left || row.right > right)) cut.push(walker.currentNode.data);
    }
    for (const element of main.querySelectorAll("*")) {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
      const clips = getComputedStyle(element).overflow !== "visible";
      if (clips && (scrollWidth > clientWidth || scrollHeight > clientHeight)) cut.push(element.textContent);
    }
    // Without this the rows share what is left.
    main.style.minHeight = 0;
    const free = (A4.height - main.getBoundingClientRect().height) / A4.height;
    // And so it is where letters are wide.
    for (const element of document.querySelectorAll("body *")) element.style.fontFamily = WIDE;
    const wide = (A4.height - main.getBoundingClientRect().height) / A4.height;
    for (const element of document.querySelectorAll("body *")) element.removeAttribute("style");
    return { cut, free, wide };
  }, { A4, WIDE });
  const percent = (part) => `${(100 * part).toFixed(1)} %`;
  assert.deepEqual(cut, [], `${name}: nothing is cut`);
  assert.ok(free >= SPARE, `${name}: ${percent(free)} of the page are free`);
  assert.ok(wide >= 0, `${name}: ${percent(wide)} of the page are free where letters are wide`);
  return `${percent(free)} free, ${percent(wide)} where letters are wide`;
}

const covered = new Map();

// The characters the files of a font family have.
function coverage(family) {
  if (!covered.has(family)) {
    const files = execFileSync("fc-list", ["--format", "%{charset}\n", `:family=${family}`], { encoding: "utf8" });
    assert.notEqual(files.trim(), "", `the font ${family} is a file of this machine`);
    const ranges = files.split(/\s+/).filter(Boolean).map((range) => range.split("-").map((end) => parseInt(end, 16)));
    covered.set(family, (code) => ranges.some(([from, to = from]) => from <= code && code <= to));
  }
  return covered.get(family);
}

// A missing letter is drawn with some font as a box: the fonts used must really have the letters.
async function everyLetterIsThere(page, name) {
  const session = await page.context().newCDPSession(page);
  await session.send("DOM.enable");
  await session.send("CSS.enable");
  const { root } = await session.send("DOM.getDocument", { depth: -1 });
  const leaves = [];
  const walk = (node, lang) => {
    const at = node.attributes?.indexOf("lang") ?? -1;
    const here = at < 0 ? lang : node.attributes[at + 1];
    const own = (node.children ?? []).filter((child) => child.nodeType === 3).map((child) => child.nodeValue).join("");
    if (own.trim()) leaves.push({ id: node.nodeId, lang: here, text: own });
    for (const child of node.children ?? []) walk(child, here);
  };
  const { nodeId } = await session.send("DOM.querySelector", { nodeId: root.nodeId, selector: "body" });
  const find = (node) => (node.nodeId === nodeId ? node : (node.children ?? []).map(find).find(Boolean));
  const html = root.children.find((child) => child.localName === "html");
  walk(find(root), html.attributes[html.attributes.indexOf("lang") + 1]);
  const used = new Set();
  for (const { id, lang, text } of leaves) {
    const { fonts } = await session.send("CSS.getPlatformFontsForNode", { nodeId: id });
    const families = fonts.map(({ familyName }) => familyName);
    for (const character of text.replace(/\s/g, "")) {
      const there = families.some((family) => coverage(family)(character.codePointAt(0)));
      assert.ok(there, `${name}: no font for ${character} in ${text}`);
    }
    // Han letters look different in each of these languages; only Japanese has kana.
    const face = /[ぁ-ゖァ-ヺ]/u.test(text) ? FACES.ja : FACES[lang];
    if (face && /[\p{Script=Han}\p{Script=Hangul}ぁ-ゖァ-ヺ]/u.test(text)) {
      assert.ok(families.includes(face), `${name}: ${lang} is written with ${families}: ${text}`);
    }
    for (const family of families) used.add(family);
  }
  return used;
}

async function print(page, path, name) {
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false });
  writeFileSync(path, pdf);
  const said = pdf.toString("latin1");
  const pages = said.match(/\/Type\s*\/Page(?![a-zA-Z])/g) ?? [];
  assert.equal(pages.length, 1, `${name}: one page`);
  const [, width, height] = said.match(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/);
  assert.ok(Math.abs(width - 595.28) < 1 && Math.abs(height - 841.89) < 1, `${name}: A4: ${width} × ${height}`);
}

// As a printer without colours gives it, in few bytes.
async function inGray(page) {
  const picture = await page.screenshot();
  const blank = await page.context().newPage();
  const { width, height, pixels } = await blank.evaluate(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const { width, height } = image;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, width, height);
    let pixels = "";
    for (let at = 0; at < data.length; at += 4) {
      pixels += Math.round((0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]) / 17).toString(16);
    }
    return { width, height, pixels };
  }, picture.toString("base64"));
  await blank.close();
  // Rows of four bits a pixel, each after the number of its filter: none.
  const row = (at) => `00${pixels.slice(at * width, (at + 1) * width)}${width % 2 ? "0" : ""}`;
  const rows = Buffer.from(Array.from({ length: height }, (_, at) => row(at)).join(""), "hex");
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 4;
  const chunks = [["IHDR", head], ["IDAT", deflateSync(rows, { level: 9 })], ["IEND", Buffer.alloc(0)]];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...chunks.map(([name, data]) => chunk(name, data))]);
}

function chunk(name, data) {
  const named = Buffer.concat([Buffer.from(name), data]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(data.length, 0);
  numbers.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([numbers.subarray(0, 4), named, numbers.subarray(4)]);
}

async function paper(browser, language, kind) {
  const name = `${language}.${kind}`;
  const path = join(options.papers, name);
  await isValid(`${path}.html`);
  const context = await browser.newContext({ viewport: A4, deviceScaleFactor: PICTURE_WIDTH / A4.width });
  const page = await context.newPage();
  const address = pathToFileURL(`${path}.html`).href;
  const asked = [];
  const faults = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (line) => faults.push(line.text()));
  await page.goto(address);
  assert.equal(await page.locator("html").getAttribute("lang"), TAGS[language], name);
  await page.emulateMedia({ media: "print" });
  await canBeRead(page, name);
  const said = await room(page, name);
  const fonts = kind === "hostile" ? new Set() : await everyLetterIsThere(page, name);
  await print(page, `${path}.pdf`, name);
  const picture = await inGray(page);
  writeFileSync(`${path}.png`, picture);
  assert.ok(picture.length <= PICTURE_BYTES, `${name}.png has ${picture.length} bytes`);
  assert.deepEqual(asked, [address], `${name}: nothing is asked of anybody`);
  assert.deepEqual(faults, [], `${name}: the browser has nothing to say`);
  await context.close();
  process.stdout.write(`ok ${name}: ${said}; ${[...fonts].join(", ")}\n`);
}

coverage(WIDE);
const expected = LANGUAGES.flatMap((language) => KINDS.map((kind) => `${language}.${kind}.html`));
const written = readdirSync(options.papers).filter((file) => file.endsWith(".html"));
assert.deepEqual(written.sort(), expected.sort(), "every language in every kind");

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  for (const language of LANGUAGES) {
    for (const kind of KINDS) await paper(browser, language, kind);
  }
} finally {
  await browser.close();
}
