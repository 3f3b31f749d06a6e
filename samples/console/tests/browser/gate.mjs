// What the gate decides, as a crew sees it: who may view, how awake the patient is, whose card it is.
import assert from "node:assert/strict";
import { line, person } from "./people.mjs";
import {
  ALLERGY,
  Case,
  HOSPITAL,
  MEDICATION,
  NAME,
  PORTRAIT,
  allOnOneScreen,
  knowsNothing,
  largeButtonsAtTheEdges,
  options,
  plain,
  rowTops,
  textIsReadable,
} from "./screen.mjs";

// Before anything else: nobody is logged in, and no case can be opened.
export async function logIn(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1100 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const pressLogIn = () => page.getByRole("button", { name: "ログイン" }).click();
  const open = page.getByRole("button", { name: "事案を開く" });
  await page.goto(options.console);
  assert.ok(await open.isDisabled(), "a case needs somebody who is logged in");
  await page.getByText("この見本は本人かどうかを確かめません").waitFor();
  await page.screenshot({ path: `${options.out}/log-in-1-nobody.png` });

  await page.getByLabel("二つ目の要素").selectOption("");
  await pressLogIn();
  await page.getByRole("alert").filter({ hasText: "二要素" }).waitFor();
  await page.getByLabel("二つ目の要素").selectOption("pin");
  await pressLogIn();
  await page.getByRole("alert").filter({ hasText: "二要素" }).waitFor();

  await page.getByLabel("隊員", { exact: true }).fill("C-99");
  await pressLogIn();
  await page.getByRole("alert").filter({ hasText: "名簿にない隊員です" }).waitFor();
  await page.screenshot({ path: `${options.out}/log-in-2-not-on-the-roster.png` });

  await pressLogIn();
  const crew = page.locator(".crew li");
  await crew.filter({ hasText: "C-07" }).filter({ hasText: "ICカード" }).waitFor();
  await page.locator(".log-in summary").click();
  await page.getByLabel("隊員", { exact: true }).fill("C-08");
  await page.getByLabel("救急隊").fill("救急2");
  await pressLogIn();
  await crew.filter({ hasText: "C-08" }).waitFor();
  const offered = page.getByLabel("閲覧する隊員");
  assert.deepEqual(
    await offered.locator("option").allInnerTexts(),
    ["C-07（救急1・T-01）", "C-08（救急2・T-01）"],
    "the case form offers who is logged in",
  );
  for (const each of await page.locator("button:visible, input:visible, select:visible, summary").all()) {
    const box = await each.boundingBox();
    assert.ok(box.height >= 48, `48 px: ${await each.innerText()}`);
  }
  await textIsReadable(page);
  await page.screenshot({ path: `${options.out}/log-in-3-two.png` });

  await page.getByRole("button", { name: "C-08をログアウト" }).click();
  await crew.filter({ hasText: "C-08" }).waitFor({ state: "detached" });
  await open.click();
  await page.locator(".banner").filter({ hasText: "救急1" }).filter({ hasText: "C-07" }).waitFor();
  assert.equal(await page.getByText("ログイン").count(), 0, "nobody logs in beside a patient");
  await page.getByRole("button", { name: "事案を閉じる" }).click();
  await open.waitFor();
  await context.close();
}

// Opens the notice in one language, and prints it.
async function notice(screen, language) {
  if (!(await screen.page.locator("#notice-sheet[open]").count())) {
    await screen.page.locator("#notice-sheet summary").click();
  }
  const opening = screen.context.waitForEvent("page");
  await screen.page.getByRole("link", { name: language, exact: true }).click();
  const page = await opening;
  await page.waitForLoadState();
  const faults = [];
  page.on("console", (said) => said.type() === "error" && faults.push(said.text()));
  await page.reload();
  assert.ok((await page.locator("body").innerText()).includes("模擬消防本部"), "it says whose it is");
  assert.deepEqual(faults, [], "its policy lets it show all it has");
  const printed = await page.pdf();
  assert.equal(printed.subarray(0, 5).toString(), "%PDF-", "it can be printed");
  return page;
}

// What the policies of page and console allow together: the page's own style, and nothing else.
async function onlyItsStyle(page) {
  const got = await page.evaluate(async () => {
    const add = (kind, text) => {
      const element = document.createElement(kind);
      element.textContent = text;
      document.head.append(element);
    };
    add("style", "body { letter-spacing: 7px }");
    add("script", "document.body.dataset.ran = 'yes'");
    const picture = new Image();
    const shown = new Promise((tell) => {
      picture.onload = () => tell(true);
      picture.onerror = () => tell(false);
    });
    picture.src = "/icon.svg";
    const { letterSpacing } = getComputedStyle(document.body);
    const title = parseFloat(getComputedStyle(document.querySelector("h1")).fontSize);
    return { letterSpacing, large: title > 30, ran: "ran" in document.body.dataset, shown: await shown };
  });
  assert.deepEqual(got, { letterSpacing: "normal", large: true, ran: false, shown: false });
}

async function wakesUpAndRefuses(browser) {
  const who = person("P09");
  const screen = await Case.open(browser, "演習-目を覚ます");
  const { page } = screen;
  await screen.layCard("P09");
  await screen.press(/^JCS III$/);
  await screen.sees("#lamps", "JCS III");
  await screen.press(/^目視/);
  assert.equal(await page.locator("#notice-sheet").count(), 0, "no notice before it is due");
  await screen.press(/^意識なし/);
  await screen.field(NAME).locator(".value").waitFor();
  await screen.sees("#message", line("G-15"));
  await screen.sees("#notice", "まだ渡していません");
  await screen.sees(".timeline", "意識：JCS III");
  assert.ok(await allOnOneScreen(page), "the rule's line does not push the form away");

  const printed = await notice(screen, "日本語");
  knowsNothing(await printed.locator("body").innerText(), who);
  await onlyItsStyle(printed);
  await printed.close();
  for (const own of ["日本語（ふりがな）", "English", "中文", "한국어", "Português", "Tiếng Việt"]) {
    await page.getByRole("link", { name: own, exact: true }).waitFor();
  }
  await largeButtonsAtTheEdges(page);
  await textIsReadable(page);
  await screen.picture("P09-notice");
  await page.locator("#notice-sheet summary").click();

  await screen.press(/^JCS 0$/);
  await screen.sees("#message", line("G-09"));
  await screen.press(/^同意なし/);
  await screen.sees("#message", line("G-01"));
  await screen.sees("#card", "消去しました");
  knowsNothing(await screen.said(), who);
  assert.equal(await page.locator(".value").count(), 0, "the record is gone");
  assert.equal(await page.locator(".bad").count(), 0, "a refusal is no alarm");
  await (await notice(screen, "English")).close();
  await screen.press("渡した");
  await screen.sees("#notice", "渡した");
  await screen.sees(".timeline", "傷病者用説明書を渡した");
  await screen.picture("P09-refused");
  await screen.end();
}

async function wrongPatient(browser) {
  const who = person("P01");
  const screen = await Case.open(browser, "演習-別人");
  const { page } = screen;
  await page.getByRole("button", { name: /^別人の/ }).waitFor();
  assert.ok(await page.getByRole("button", { name: /^別人の/ }).isDisabled(), "no card, no other");
  await screen.layCard("P01");
  await screen.press(/^目視/);
  await screen.press(/^同意あり/);
  await screen.field(NAME).locator(".value").waitFor();
  await screen.field(NAME).getByRole("button", { name: "取り込む" }).click();
  await screen.sees(`[data-field="${NAME}"]`, "取込済");
  await screen.field(ALLERGY).locator("input").fill("卵（家族から）");
  const before = await rowTops(page);

  const ask = page.locator("#wrong-patient summary");
  const sure = page.getByRole("button", { name: /^別人のカードでした/ });
  await ask.dblclick();
  assert.ok(!(await sure.isVisible()), "two taps of one finger confirm nothing");
  await ask.click();
  await sure.waitFor();
  await page.locator("#identity-visual").click();
  await page.locator(".timeline li").filter({ hasText: "目視" }).nth(1).waitFor();
  assert.equal(await screen.value(NAME), plain(who.name), "one tap does nothing, and blocks nothing");
  await largeButtonsAtTheEdges(page);
  await textIsReadable(page);
  await screen.picture("P01-wrong-patient-asked");
  await sure.click();

  await screen.sees("#message", line("G-11"));
  await screen.sees("#message", "取り込みを取り消した項目：氏名");
  await screen.sees(".timeline", "1項目の取り込みを取り消し");
  knowsNothing(await screen.said(), who);
  assert.equal(await page.locator(".value, .accepted").count(), 0, "the form is as before the card");
  assert.equal(await screen.field(ALLERGY).locator("input").inputValue(), "卵（家族から）");
  assert.deepEqual(await rowTops(page), before, "nothing moved");
  await screen.picture("P01-wrong-patient");

  // Once it is gone, the patient's own is waited for, and it is the only one that is taken.
  await screen.press("取り除く");
  await screen.sees("#card", "待っています");
  await screen.press(/^P01 /);
  await screen.sees("#message", "別人のものとしたカードです");
  await screen.press(/^もう一度/);
  await screen.press("取り除く");
  await screen.press(/^もう一度/);
  await screen.layCard("P02");
  await screen.sees("#message", "足りないもの：本人確認・同意");
  await screen.press(/^目視/);
  await screen.press(/^同意あり/);
  await screen.field(NAME).locator(".value").waitFor();
  assert.equal(await screen.value(NAME), plain(person("P02").name));
  await screen.end();
}

async function reasonThatDoesNotFit(browser) {
  const who = person("P09");
  const screen = await Case.open(browser, "演習-清明");
  await screen.layCard("P09");
  await screen.press(/^JCS 0$/);
  await screen.press(/^目視/);
  await screen.press(/^意識なし/);
  await screen.sees("#message", line("G-09"));
  await screen.sees("#lamps", "閲覧しません");
  knowsNothing(await screen.said(), who);
  await textIsReadable(screen.page);
  await screen.picture("P09-reason-unfit");
  // The exact value is one choice, and the level follows from it.
  await screen.page.getByLabel("JCSの値を選ぶ").selectOption("200");
  await screen.field(NAME).locator(".value").waitFor();
  await screen.sees("#lamps", "JCS 200");
  await screen.sees("#jcs-100[aria-pressed=true]", "III");
  await screen.end();
}

async function cardWithoutPhoto(browser) {
  const screen = await Case.open(browser, "演習-顔写真なし");
  await screen.layCard("P03");
  await screen.press(/^目視/);
  await screen.press(/^同意あり/);
  await screen.field(NAME).locator(".value").waitFor();
  await screen.press(/^顔写真なし/);
  await screen.sees("#message", line("G-06"));
  await screen.sees("#lamps", "顔写真なし");
  await screen.sees(".timeline", "カードの形：顔写真なし");
  await screen.press(/^顔認証/);
  await screen.sees("#lamps", "顔認証カード");
  await screen.end();
}

// Everything is done from a second page of the same case: whoever looks at the first one is at work
// on the patient, with a finger in a field.
async function quietDuringArrest(browser) {
  const who = person("P02");
  const screen = await Case.open(browser, "演習-CPA");
  const { page } = screen;
  const other = await screen.context.newPage();
  await other.goto(page.url());
  const press = (name) => other.getByRole("button", { name }).click();
  const input = screen.field(ALLERGY).locator("input");
  const focused = () => input.evaluate((it) => it === document.activeElement && it.selectionStart);
  const still = () => page.evaluate(() => document.getAnimations().length === 0 && scrollY === 0);
  const read = () => page.locator("#message").getAttribute("aria-live");

  await press(/^心肺停止/);
  await screen.sees("#lamps", "CPA");
  await screen.sees("#quiet", "静かに表示中");
  assert.equal(await read(), "off", "the message is not read out");
  await input.click();
  await input.pressSequentially("たま");
  const before = await rowTops(page);

  await press(/^X03 /);
  await screen.sees("#message", "運転免許証です");
  assert.equal(await page.locator(".message.bad").count(), 0, "what goes wrong raises no alarm");
  await press(/^P02 /);
  await screen.sees("#card", "読み取り済み");
  await press(/^目視/);
  await press(/^意識なし/);
  await screen.field(NAME).locator(".value").waitFor();
  assert.equal(await screen.value(NAME), plain(who.name), "the result is simply there");
  assert.equal(await focused(), 2, "the finger is where it was");
  assert.equal(await input.inputValue(), "たま");
  assert.ok(await still());
  assert.equal(await page.locator("details[open]").count(), 0, "nothing opened");
  assert.deepEqual(await rowTops(page), before, "nothing moved");
  await textIsReadable(page);
  await screen.picture("P02-quiet");

  await press(/^心肺停止/);
  await screen.sees(".timeline", "CPAを取り消し");
  await page.locator("#quiet p").waitFor({ state: "detached" });
  assert.equal(await read(), "polite");
  await other.close();
  await screen.end();
}

async function optedOut(browser) {
  const screen = await Case.open(browser, "演習-希望しない");
  await screen.layCard("P14");
  await screen.press(/^目視/);
  await screen.press(/^同意あり/);
  await screen.sees("#message", line("G-02"));
  await screen.sees("#message", "不利益はありません");
  assert.equal(await screen.page.locator(".bad").count(), 0, "no alarm");
  assert.ok(await screen.page.locator("#consent-given").isDisabled(), "not asked on");
  knowsNothing(await screen.said(), person("P14"));
  await textIsReadable(screen.page);
  await screen.picture("P14-opted-out");
  await screen.end();
}

// The drill's department lets 基本情報 be taken by one word, the institutions not at all.
async function takenOver(browser) {
  const screen = await Case.open(browser, "演習-まとめて");
  const { page } = screen;
  await screen.layCard("P01");
  await screen.press(/^目視/);
  await screen.press(/^同意あり/);
  await screen.field(NAME).locator(".value").waitFor();
  const hospital = screen.field(HOSPITAL);
  await screen.sees(`[data-field="${HOSPITAL}"]`, "書き写しのみ");
  assert.notEqual(await screen.value(HOSPITAL), "", "what may not be taken over is shown");
  assert.equal(await hospital.getByRole("button", { name: "取り込む" }).count(), 0);
  await page.locator("#take-all summary").click();
  assert.equal(await page.getByRole("button", { name: /^すべて取り込む/ }).count(), 0);
  await textIsReadable(page);
  await screen.picture("P01-take-all");
  await screen.press(/^基本情報をすべて取り込む/);
  await screen.sees(`[data-field="${NAME}"]`, "取込済");
  await page.waitForFunction(() => document.querySelectorAll(".state.accepted").length === 5);
  await screen.sees(`[data-field="${MEDICATION}"]`, "提案");
  assert.equal(await page.locator("#take-all").count(), 0, "nothing is left to take that way");
  await page.setViewportSize(PORTRAIT);
  await largeButtonsAtTheEdges(page);
  await screen.picture("P01-take-all-portrait");
  await screen.end();
}

export const tests = [
  wakesUpAndRefuses,
  wrongPatient,
  reasonThatDoesNotFit,
  cardWithoutPhoto,
  quietDuringArrest,
  optedOut,
  takenOver,
];
