// A concern that could not be sent is kept on this device until the service has it. Only an addition: without this
// script the page needs a signal, and says so.
const PREFIX = "homeward-concern:";
const WHO = "homeward-concern-account";
const RAISED = /\/concerns\/\d+$/;
const TRY_AGAIN = 20000;
// What nobody came back for is not left lying on a device
const FORGOTTEN = 7 * 24 * 3600 * 1000;

const shell = document.body.hasAttribute("data-keeps-alone");
const account = document.body.dataset.account || localStorage.getItem(WHO) || "";
if (document.body.dataset.account) localStorage.setItem(WHO, document.body.dataset.account);
const form = document.querySelector("form[data-keep]");
const here = location.pathname;

function kept() {
  const found = [];
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(PREFIX)) continue;
    try {
      const one = JSON.parse(localStorage.getItem(name));
      if (Date.now() - Date.parse(one.at) > FORGOTTEN && !(one.account === account && one.waits)) localStorage.removeItem(name);
      else if (one.account === account) found.push(one);
    } catch {
      localStorage.removeItem(name);
    }
  }
  return found;
}

const nameOf = (path) => `${PREFIX}${account}:${path}`;
const put = (one) => localStorage.setItem(nameOf(one.path), JSON.stringify(one));
const drop = (one) => localStorage.removeItem(nameOf(one.path));

let box = null;
function say(words, link = "") {
  if (!box) {
    box = document.createElement("div");
    box.className = "hw-kept";
    box.setAttribute("role", "status");
    document.querySelector("main").prepend(box);
  }
  box.replaceChildren();
  const text = document.createElement("p");
  text.textContent = words;
  if (link) {
    const to = document.createElement("a");
    to.href = link;
    to.textContent = link.startsWith("/sign-in") ? "Sign in" : "See it";
    text.append(" ", to);
  }
  box.append(text);
}

// The service has it: its page says which key it came with.
for (const one of kept()) {
  if (document.querySelector(`[data-kept-key="${CSS.escape(one.key)}"]`)) drop(one);
}

// Sends one, with a form made anew: the one it was written in may be hours old. Gives where it is, or throws.
async function send(one) {
  const page = await fetch(one.path, { cache: "no-store", credentials: "same-origin" });
  const made = new DOMParser().parseFromString(await page.text(), "text/html");
  const token = made.querySelector("form[data-keep] [name=csrfmiddlewaretoken]");
  if (!token) {
    const signIn = new URL(page.url).pathname.startsWith("/sign-in");
    throw Object.assign(new Error("refused"), { signIn, refused: true });
  }
  const answer = await fetch(one.path, {
    method: "POST",
    credentials: "same-origin",
    body: new URLSearchParams({
      csrfmiddlewaretoken: token.value, sent_key: one.key, text: one.text, urgency: one.urgency, who: one.who,
      written_at: one.at,
    }),
  });
  if (!answer.ok || !RAISED.test(new URL(answer.url).pathname)) throw Object.assign(new Error("refused"), { refused: true });
  drop(one);
  return new URL(answer.url).pathname;
}

let busy = false;
async function sendWaiting() {
  const waiting = kept().filter((one) => one.waits);
  if (busy || !waiting.length) return;
  busy = true;
  for (const one of waiting) {
    try {
      const where = await send(one);
      if (one.path === here && form) location.assign(where);
      else say("A concern that waited for a signal is sent now.", where);
    } catch (problem) {
      if (problem.signIn) say("A concern is not sent yet: you are signed out. It is kept on this device.", `/sign-in?next=${encodeURIComponent(one.path)}`);
      else if (problem.refused) say("A concern is not sent yet: the service did not take it. It is kept on this device.", one.path);
      else say("No signal. The concern is not sent yet. It is kept on this device and is sent by itself when there is a signal, while Homeward is open. If it cannot wait, ring the service.");
    }
  }
  busy = false;
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(18)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function written(waits) {
  const told = new FormData(form);
  return {
    account, path: here, key: told.get("sent_key"), text: told.get("text") || "", urgency: told.get("urgency") || "",
    who: told.get("who") || "", at: new Date().toISOString(), waits,
  };
}

if (form) {
  for (const words of document.querySelectorAll("[data-keeps-words]")) words.hidden = false;
  for (const words of document.querySelectorAll("[data-needs-signal]")) words.hidden = true;
  if (shell) form.elements.sent_key.value = newKey();
  const before = kept().find((one) => one.path === here);
  // the service answered with what is wrong: it waits for somebody, not for a signal
  if (before && form.elements.text.value) put({ ...before, waits: false });
  if (before && !form.elements.text.value) {
    form.elements.sent_key.value = before.key;
    form.elements.text.value = before.text;
    for (const choice of form.querySelectorAll("[name=urgency]")) choice.checked = choice.value === before.urgency;
    if (form.elements.who && before.who) form.elements.who.value = before.who;
    if (before.waits) sendWaiting();
    else say("What you wrote before is here again. It is not sent yet.");
  }
  form.addEventListener("input", () => {
    const one = written(Boolean(kept().find((other) => other.path === here)?.waits));
    if (one.text.trim()) put(one);
    else drop(one);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const one = written(true);
    if (!one.text.trim() || !one.urgency) {
      if (shell) say("Say what you noticed, and choose how soon somebody must answer.");
      else form.submit();
      return;
    }
    put(one);
    if (shell) {
      await sendWaiting();
      return;
    }
    try {
      await fetch(here, { cache: "no-store", credentials: "same-origin" });
      form.submit();
    } catch {
      await sendWaiting();
    }
  });
}

document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", (event) => {
  const left = kept();
  if (left.length && !confirm("A concern is not sent yet. Signing out removes it from this device. Sign out all the same?")) {
    event.preventDefault();
    return;
  }
  for (const one of left) drop(one);
  localStorage.removeItem(WHO);
});

addEventListener("online", sendWaiting);
setInterval(sendWaiting, TRY_AGAIN);
if (!form) sendWaiting();
// Opens the page without names where there is no signal (concerns/keeper.js)
navigator.serviceWorker?.register("/concerns/keeper.js").catch(() => {});
