// One case on the screen, as a test sees and presses it. Nothing here waits for time to pass: every
// step waits until something can be seen.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

export const { values: options } = parseArgs({
  options: {
    console: { type: "string" },
    out: { type: "string" },
    only: { type: "string" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
if (!options.console || !options.out) {
  process.stderr.write("usage: node first-light.mjs --console URL --out DIR [--only TEST] [--chromium PATH]\n");
  process.exit(2);
}
mkdirSync(options.out, { recursive: true });

export const NAME = "SickInjuredPersonName";
export const MEDICATION = "SickInjuredPersonMedicationDetail";
export const HISTORY = "SickInjuredPersonMedicalHistroy";
export const HOSPITAL = "SickInjuredPersonHistoryHospital";
export const ALLERGY = "SickInjuredPersonAllergy";
const LANDSCAPE = { width: 1280, height: 800 };
export const PORTRAIT = { width: 800, height: 1280 };
const SECONDS = 15;
// 20 mm and 60 mm at 96 dpi: the size of a button pressed in a hurry, and how far from the edge of
// a tablet held in both hands it may begin.
const LARGE = 76;
const REACH = 227;

// Full-width spaces become plain ones on the way into the record; that is no difference here.
export const plain = (text) => text.replace(/\s+/g, " ").trim();

export class Case {
  static async open(browser, incident, settings = {}) {
    const context = await browser.newContext({ viewport: LANDSCAPE, ...settings });
    const page = await context.newPage();
    page.setDefaultTimeout(SECONDS * 1000);
    const faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("dialog", (dialog) => faults.push(`a dialog: ${dialog.message()}`));
    page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
    await page.goto(options.console);
    await page.getByLabel("事案番号").fill(incident);
    await page.getByRole("button", { name: "事案を開く" }).click();
    await page.getByRole("heading", { name: incident }).waitFor();
    return Object.assign(new Case(), { page, context, faults, taps: 0 });
  }

  async press(name) {
    this.taps += 1;
    await this.page.getByRole("button", { name }).click();
  }

  async layCard(id) {
    await this.page.getByRole("button", { name: new RegExp(`^${id} `) }).click();
    await this.sees("#card", "読み取り済み");
  }

  async sees(where, text) {
    await this.page.locator(where).filter({ hasText: text }).first().waitFor();
  }

  field(name) {
    return this.page.locator(`[data-field="${name}"]`);
  }

  async value(name) {
    return plain(await this.field(name).locator(".value").innerText());
  }

  // What the screen says of the patient: all of it but the card table, where the card's face is.
  async said() {
    const parts = this.page.locator(".banner, .gate, .record, .side section:not(.table), .timeline");
    return plain((await parts.allInnerTexts()).join(" "));
  }

  async picture(name) {
    await this.page.screenshot({ path: join(options.out, `${name}.png`) });
  }

  async end() {
    await this.press("取り除く");
    await this.sees("#table", "取り除きました");
    await this.leaveCard();
  }

  // Closes the case, and the card stays where it is.
  async leaveCard() {
    await this.press("事案を閉じる");
    await this.page.getByRole("button", { name: "事案を開く" }).waitFor();
    assert.deepEqual(this.faults, [], "the page ran without errors");
    await this.context.close();
  }
}

export function knowsNothing(said, who) {
  for (const word of [who.name, who.address, ...who.claims.flatMap((claim) => claim.drugs)]) {
    assert.ok(!said.includes(plain(word)), `${who.id}: nothing of the patient may be seen: ${word}`);
  }
}

export async function largeButtonsAtTheEdges(page) {
  const { width } = page.viewportSize();
  const large = await page.locator(".big:visible").all();
  assert.ok(large.length >= 20, "what is pressed in a hurry has large buttons");
  for (const button of large) {
    const box = await button.boundingBox();
    const name = await button.innerText();
    assert.ok(box.width >= LARGE && box.height >= LARGE, `${name}: ${box.width}×${box.height}`);
    const fromEdge = Math.min(box.x, width - box.x - box.width);
    assert.ok(fromEdge <= REACH, `${name} stands at an edge, ${fromEdge} px from it`);
  }
  const all = "button:visible, input:visible, select:visible, summary:visible, a.button:visible";
  for (const button of await page.locator(all).all()) {
    const box = await button.boundingBox();
    assert.ok(box.height >= 48 && box.width >= 48, `48 px: ${await button.innerText()}`);
  }
}

// WCAG 2: 4.5 to 1 between text and what lies behind it. What is switched off is exempt, and what
// lies on a pattern cannot be told this way.
export async function textIsReadable(page) {
  const faint = await page.evaluate(() => {
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = (color) => {
      const [red, green, blue] = color.map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const { backgroundColor, backgroundImage } = getComputedStyle(at);
        const [red, green, blue, alpha = 1] = numbers(backgroundColor);
        if (backgroundImage !== "none") return null;
        if (alpha === 1) return [red, green, blue];
      }
      return [255, 255, 255];
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    let seen = 0;
    while (texts.nextNode()) {
      const text = texts.currentNode.data.trim();
      const element = texts.currentNode.parentElement;
      const off = element.closest(":disabled") || !element.checkVisibility({ visibilityProperty: true });
      const ground = text && !off && behind(element);
      if (!ground) continue;
      seen += 1;
      const ink = luminance(numbers(getComputedStyle(element).color).slice(0, 3));
      const paper = luminance(ground);
      const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      if (ratio < 4.5) found.push(`${text}: ${ratio.toFixed(1)}`);
    }
    return seen > 10 ? found : ["hardly any text was found"];
  });
  assert.deepEqual(faint, []);
}

export async function absencesLookDifferent(page) {
  const looks = await page.locator(".legend .word").evaluateAll((words) =>
    words.map((word) => {
      const { borderStyle, borderWidth, backgroundImage } = getComputedStyle(word);
      return `${borderStyle} ${borderWidth} ${backgroundImage}`;
    }),
  );
  assert.equal(new Set(looks).size, 3, `three looks without colour: ${looks}`);
}

export const allOnOneScreen = (page) =>
  page.locator(".row[data-field]").evaluateAll((rows) => {
    const frame = rows[0].parentElement.getBoundingClientRect();
    const still = document.documentElement.scrollHeight <= innerHeight;
    return still && rows.every((row) => row.getBoundingClientRect().bottom <= frame.bottom);
  });

export const rowTops = (page) =>
  page.locator(".row").evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
