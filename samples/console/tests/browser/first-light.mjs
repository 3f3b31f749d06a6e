// From an empty form to a filled one, as a crew sees it, in a real browser.
//
//   node first-light.mjs --console http://127.0.0.1:8080/ --out pictures
//
// The console must run with --drill-table.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import * as gate from "./gate.mjs";
import { aged, person } from "./people.mjs";
import {
  ALLERGY,
  Case,
  HISTORY,
  MEDICATION,
  NAME,
  PORTRAIT,
  absencesLookDifferent,
  allOnOneScreen,
  knowsNothing,
  largeButtonsAtTheEdges,
  options,
  plain,
  rowTops,
  textIsReadable,
} from "./screen.mjs";

// A run that broke off may have left its card on the reader.
async function emptyReader(browser) {
  const screen = await Case.open(browser, "演習-準備");
  await screen.end();
}

async function seenAndAgreed(browser) {
  const who = person("P01");
  const newest = who.claims.find((claim) => claim.drugs.some((drug) => drug.includes("ワルファリン")));
  const screen = await Case.open(browser, "演習-P01");
  const { page } = screen;
  await screen.sees(".drill", "訓練");
  await screen.sees("#card", "待っています");
  await screen.sees("#message", "足りないもの：カード・本人確認・同意");
  await largeButtonsAtTheEdges(page);
  await absencesLookDifferent(page);
  const before = await rowTops(page);
  await screen.picture("P01-1-empty");

  await screen.layCard("P01");
  await screen.sees("#message", "足りないもの：本人確認・同意");
  await screen.field(ALLERGY).locator("input").fill("卵（家族から）");
  await screen.press(/^目視/);
  await screen.sees("#lamps", "目視");
  knowsNothing(await screen.said(), who);
  await screen.picture("P01-2-asking");

  await screen.press(/^同意あり/);
  await screen.field(NAME).locator(".value").waitFor();
  assert.equal(screen.taps, 2, "two taps from the card to the filled form");
  assert.equal(await screen.value(NAME), plain(who.name));
  const medicines = await screen.value(MEDICATION);
  const warfarin = newest.drugs.find((drug) => drug.includes("ワルファリン"));
  assert.ok(medicines.startsWith(warfarin), `the anticoagulant stands first: ${medicines}`);
  assert.ok(medicines.length <= 20, `the field holds 20 characters: ${medicines}`);
  await screen.sees(`[data-field="${MEDICATION}"] .source`, /レセプト \d+年\d+月\d+日 \d+日前/);
  await screen.sees(`[data-field="${NAME}"] .source`, "資格情報");
  for (const offer of await page.locator(".offer:not(.absent)").all()) {
    assert.notEqual(plain(await offer.locator(".source").innerText()), "", "every value has a source");
  }
  await screen.sees(`[data-field="${ALLERGY}"] .not-asked`, "未確認");
  assert.equal(
    await screen.field(ALLERGY).locator("input").inputValue(),
    "卵（家族から）",
    "what the crew heard is as they typed it",
  );
  assert.ok(!(await screen.said()).includes("?"), "unknown is said in words");
  await screen.picture("P01-3-filled");
  const after = await rowTops(page);
  assert.deepEqual(after, before, "the form did not jump when it filled");

  assert.ok(await allOnOneScreen(page), "every field of the record is on one 1280×800 screen");

  await screen.field(MEDICATION).locator("summary").click();
  await screen.sees(`[data-field="${MEDICATION}"] .trace dl`, `レセプト ${aged(newest.daysAgo)}`);
  for (const drug of newest.drugs.filter((drug) => drug !== warfarin)) {
    await screen.sees(`[data-field="${MEDICATION}"] .trace dl`, plain(drug));
  }
  await screen.picture("P01-4-trace");
  await screen.field(MEDICATION).locator("summary").click();
  await screen.field(NAME).getByRole("button", { name: "取り込む" }).click();
  await screen.sees(`[data-field="${NAME}"]`, "取込済");
  await screen.field(MEDICATION).getByRole("button", { name: "見送る" }).click();
  await screen.sees(`[data-field="${MEDICATION}"]`, "見送り");
  await textIsReadable(page);
  await screen.picture("P01-5-decided");
  await page.setViewportSize(PORTRAIT);
  await largeButtonsAtTheEdges(page);
  await screen.picture("P01-6-portrait");
  await screen.end();
}

async function byPin(browser) {
  const who = person("P03");
  const screen = await Case.open(browser, "演習-P03", { colorScheme: "dark" });
  await screen.layCard("P03");
  await screen.press(/^同意あり/);
  await screen.sees("#message", "足りないもの：本人確認");
  knowsNothing(await screen.said(), who);
  await screen.page.getByLabel("暗証番号（4桁").fill("1234");
  await screen.press(/^暗証番号/);
  await screen.field(NAME).locator(".value").waitFor();
  assert.equal(await screen.page.getByLabel("暗証番号（4桁").inputValue(), "", "the digits are gone");
  assert.ok(!screen.page.url().includes("1234"));
  assert.equal(await screen.value(NAME), plain(who.name));
  assert.ok((await screen.value(MEDICATION)).startsWith(plain(who.claims[0].drugs[0]).slice(0, 12)));
  await screen.sees(`[data-field="${MEDICATION}"] .source`, aged(who.claims[0].daysAgo));
  await screen.sees(`[data-field="${HISTORY}"] .not-in-source`, "情報源に無し");
  await screen.sees(`[data-field="${ALLERGY}"] .not-asked`, "未確認");
  await textIsReadable(screen.page);
  await screen.picture("P03-filled-dark");
  await screen.end();
}

// Two slips of the finger, and the card has one try left: it is spent only if the crew says so.
async function lastTry(browser) {
  const screen = await Case.open(browser, "演習-最後の1回");
  const digits = screen.page.getByLabel("暗証番号（4桁");
  await screen.layCard("P02");
  await screen.press(/^同意あり/);
  for (const answer of ["残り2回", "残り1回", "照合しません"]) {
    await digits.fill("9999");
    await screen.press(/^暗証番号/);
    await screen.sees("#message", answer);
  }
  await screen.picture("P02-last-try");
  await screen.press("最後の1回を使う");
  await screen.sees("#message", "もう一度入力");
  await screen.sees("#identity-pin", "最後の1回");
  await screen.sees("#message", "ロック");
  await screen.picture("P02-last-try-allowed");
  await digits.fill("1234");
  await screen.press(/^暗証番号/);
  await screen.field(NAME).locator(".value").waitFor();
  assert.equal(await screen.value(NAME), plain(person("P02").name));
  await screen.sees(".timeline", "暗証番号");
  await screen.end();
}

// What a crew may lay down by mistake is named, and the right card is read without a button.
async function wrongCards(browser) {
  const screen = await Case.open(browser, "演習-別のカード");
  await screen.sees("#readers", "カードなし");
  for (const [card, name] of [["X03", "運転免許証です"], ["X02", "スマートフォンです"], ["X10", "別の種類のカード"]]) {
    await screen.press(new RegExp(`^${card} `));
    await screen.sees("#message", name);
    await screen.sees("#readers", "カードあり");
  }
  await screen.picture("X10-another-card");
  await screen.layCard("P02");
  await screen.sees("#message", "足りないもの：本人確認・同意");
  await screen.press(/^目視/);
  await screen.press(/^同意あり/);
  await screen.field(NAME).locator(".value").waitFor();
  assert.equal(await screen.value(NAME), plain(person("P02").name));
  await screen.end();
}

// A card left from the case before is not read for the next one until somebody has lifted it.
async function forgottenCard(browser) {
  const before = await Case.open(browser, "演習-前の事案");
  await before.layCard("P01");
  await before.leaveCard();
  const screen = await Case.open(browser, "演習-次の事案");
  await screen.sees("#message", "別の事案で読み取ったカードが置かれたままです");
  await screen.sees("#message", "いったん離してからかざしてください");
  await screen.sees("#readers", "カードあり");
  knowsNothing(await screen.said(), person("P01"));
  await screen.picture("P01-forgotten");
  await screen.layCard("P01");
  await screen.sees("#message", "足りないもの：本人確認・同意");
  await screen.end();
}

async function unconscious(browser) {
  const who = person("P09");
  const screen = await Case.open(browser, "演習-P09");
  await screen.layCard("P09");
  await screen.press(/^目視/);
  await screen.press(/^意識なし/);
  await screen.field(NAME).locator(".value").waitFor();
  assert.equal(await screen.value(NAME), plain(who.name));
  assert.ok((await screen.value(MEDICATION)).includes(who.claims[0].drugs[0]));
  await screen.sees("#message", "説明書を渡してください");
  await screen.sees(".timeline", "同意取得困難：意識なし");
  await screen.picture("P09-filled");
  await screen.end();
}

async function refused(browser) {
  const who = person("P01");
  const screen = await Case.open(browser, "演習-拒否");
  await screen.layCard("P01");
  await screen.press(/^目視/);
  await screen.press(/^同意なし/);
  await screen.sees("#message", "同意が得られないため閲覧しません");
  await screen.sees("#card", "消去しました");
  knowsNothing(await screen.said(), who);
  assert.equal(await screen.page.locator(".value").count(), 0, "no field has a value");
  assert.ok(await screen.page.getByRole("button", { name: /^同意あり/ }).isDisabled(), "not asked twice");
  await screen.page.getByRole("link", { name: "口頭で聴取" }).click();
  const focused = screen.page.locator("input.heard:focus");
  await focused.fill("聴取した氏名");
  await screen.picture("refused");
  await screen.end();
}

// The same with plain forms: no script runs in this browser.
async function withoutScript(browser) {
  const who = person("P09");
  const screen = await Case.open(browser, "演習-素", { javaScriptEnabled: false });
  const { page } = screen;
  const until = async (where, text) => {
    const seen = page.locator(where).filter({ hasText: text }).first();
    for (let tries = 0; tries < 50 && !(await seen.isVisible()); tries += 1) {
      await page.getByRole("link", { name: "画面を更新" }).click();
    }
    assert.ok(await seen.isVisible(), `${where}: ${text}`);
  };
  await page.getByRole("button", { name: /^P09 / }).click();
  await until("#card", "読み取り済み");
  await screen.press(/^目視/);
  await screen.press(/^同意あり/);
  await until(`[data-field="${NAME}"] .value`, "重複");
  assert.equal(await screen.value(NAME), plain(who.name));
  await screen.end();
}

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
  const light = [seenAndAgreed, byPin, lastTry, wrongCards, forgottenCard, unconscious, refused, withoutScript];
  const all = [gate.logIn, emptyReader, ...light, ...gate.tests];
  const wanted = ({ name }) => !options.only || [emptyReader.name, options.only].includes(name);
  for (const test of all.filter(wanted)) {
    await test(browser);
    process.stdout.write(`ok ${test.name}\n`);
  }
} finally {
  await browser.close();
}
