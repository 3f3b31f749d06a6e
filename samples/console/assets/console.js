// Everything works without this file. It keeps the screen in step with the case, sends forms
// without leaving the page, and counts seconds.
"use strict";

const live = document.getElementById("live");
const byId = (id) => document.getElementById(id);

// What the crew typed is in no live part, so replacing a part never loses it.
function replace(id, html) {
  const part = byId(id);
  if (!part) {
    // A field this page does not have yet: the page is drawn anew, with what was typed saved.
    save().then(() => location.reload());
    return;
  }
  if (part.innerHTML === html) return;
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const opened = [...part.querySelectorAll("details[open]")].map((each) => each.id);
  part.innerHTML = html;
  for (const each of opened) if (byId(each)) byId(each).open = true;
  if (focused && byId(focused)) byId(focused).focus({ preventScroll: true });
}

function follow(address) {
  const stream = new EventSource(address);
  stream.addEventListener("parts", (event) => {
    document.body.classList.remove("cut-off");
    const parts = JSON.parse(event.data);
    // Before the words change: in a quiet case they are shown and not read out.
    if ("quiet" in parts) byId("message").setAttribute("aria-live", parts.quiet ? "off" : "polite");
    for (const [id, html] of Object.entries(parts)) replace(id, html);
  });
  stream.addEventListener("closed", () => {
    stream.close();
    location.replace("/");
  });
  // The browser tries again by itself; meanwhile the crew must not trust what it sees.
  stream.addEventListener("error", () => document.body.classList.add("cut-off"));
  stream.addEventListener("open", () => document.body.classList.remove("cut-off"));
}

async function send(form, button) {
  const address = (button && button.getAttribute("formaction")) || form.getAttribute("action");
  const body = new URLSearchParams(new FormData(form, button));
  if (form.id === "pin") byId("digits").value = "";
  const answer = await fetch(address, { method: "POST", body, headers: { "x-live": "1" } });
  if (!answer.ok) location.reload();
}

function save() {
  const form = byId("heard");
  return form ? send(form, null) : Promise.resolve();
}

function seconds() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const passed = Math.max(0, Math.floor((Date.now() - Number(element.dataset.since)) / 1000));
    const two = (number) => String(number).padStart(2, "0");
    element.textContent = `${two(Math.floor(passed / 60))}:${two(passed % 60)}`;
  }
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.ceil((Number(element.dataset.until) - Date.now()) / 1000));
    element.textContent = `（あと${left}秒）`;
  }
}

if (live) {
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target, event.submitter).catch(() => document.body.classList.add("cut-off"));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("input.heard")) save();
    if (event.target.matches("#jcs") && event.target.value) {
      event.target.form.requestSubmit();
      event.target.value = "";
    }
  });
  // On by asking: the first line nobody has filled.
  byId("ask").addEventListener("click", (event) => {
    const inputs = [...document.querySelectorAll("input.heard")];
    const next = inputs.find((input) => input.value === "") || inputs[0];
    event.preventDefault();
    next.focus();
  });
  follow(live.dataset.events);
  seconds();
  setInterval(seconds, 1000);
}
