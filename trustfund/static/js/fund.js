// What the pages can do better with JavaScript; every one of them works without. All words come from the page's attributes.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const lang = document.documentElement.lang;
  const typing = (target) => target.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

  // Words counted, never cut.
  const count = (note) => {
    const input = document.getElementById(note.dataset.wordsFor);
    if (!input) return;
    const limit = Number(note.dataset.limit);
    const show = () => {
      const n = (input.value.match(/\S+/g) || []).length;
      note.textContent = fill(n > limit ? note.dataset.over : note.dataset.within, { n, limit });
      note.classList.toggle("over", n > limit);
    };
    input.addEventListener("input", show);
    show();
  };

  // Deadlines count down in the reader's language.
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const countDown = (time) => {
    const shown = time.parentNode.querySelector("[data-countdown]");
    if (!shown) return;
    const words = new Intl.RelativeTimeFormat(lang, { numeric: "always" });
    const tick = () => {
      const left = Math.round((new Date(time.dateTime) - Date.now()) / 1000);
      const [unit, size] = steps.find(([, length]) => Math.abs(left) >= length * 2) || steps[3];
      shown.textContent = words.format(Math.trunc(left / size), unit);
      setTimeout(tick, unit === "second" ? 1000 : 20000);
    };
    tick();
  };

  // Drafts: what changed is posted a moment later; what could not be posted stays in this browser.
  const autosave = (form) => {
    const url = form.dataset.autosave;
    const note = form.querySelector("[data-saved]");
    const kept = `draft:${url}`;
    const changed = new Set();
    let timer, sending, waited = 0;
    const say = (word, tone = "", values = {}) => {
      if (note) { note.textContent = fill(note.dataset[word] || "", values); note.dataset.tone = tone; }
    };
    const values = () => {
      const data = new FormData(form), out = new FormData();
      for (const [name, value] of data) if (changed.has(name) || form.elements[name]?.type === "hidden") out.append(name, value);
      changed.forEach((name) => data.has(name) || out.append(name, ""));
      return out;
    };
    const keep = () => {
      try { localStorage.setItem(kept, JSON.stringify([...values()].filter(([name, value]) => changed.has(name) && typeof value === "string"))); } catch { /* full or refused */ }
    };
    const settle = async (answer) => {
      if (answer.ok && !answer.redirected) {
        const data = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
        Object.entries(data.fields || {}).forEach(([name, value]) => { if (form.elements[name]) form.elements[name].value = value; });
        localStorage.removeItem(kept);
        waited = 0;
        say("at", "", { time: new Date().toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" }) });
        form.dispatchEvent(new CustomEvent("fund:saved", { bubbles: true }));
        return true;
      }
      const word = answer.status === 409 ? "conflict" : answer.redirected || [401, 403].includes(answer.status) ? "expired" : "kept";
      say(word, word === "kept" ? "waiting" : "blocked");
      return word === "conflict";
    };
    const send = async () => {
      if (sending || !changed.size) return;
      sending = true;
      keep();
      const body = values(), names = [...changed];
      changed.clear();
      let done = false;
      try { done = await settle(await fetch(url, { method: "POST", body, headers: { "X-Requested-With": "fetch" } })); } catch { say("kept", "waiting"); }
      sending = false;
      if (!done) { names.forEach((name) => changed.add(name)); keep(); }
      if (changed.size) timer = setTimeout(send, done ? 800 : Math.min(60000, 4000 * 2 ** waited++));
    };
    const note_change = ({ target }) => {
      if (!target.name || target.type === "file") return;
      changed.add(target.name);
      keep();
      clearTimeout(timer);
      timer = setTimeout(send, 1200);
    };
    const restore = () => {
      let back = false;
      for (const [name, value] of JSON.parse(localStorage.getItem(kept) || "[]")) {
        const input = form.elements[name];
        if (!input || input.type === "hidden" || input.value === value) continue;
        if (input instanceof Element && input.type === "checkbox") input.checked = true; else input.value = value;
        changed.add(name);
        back = true;
      }
      if (back) { say("restored", "waiting"); timer = setTimeout(send, 1200); }
    };
    form.addEventListener("input", note_change);
    form.addEventListener("submit", () => { clearTimeout(timer); localStorage.removeItem(kept); });
    try { restore(); } catch { /* no storage */ }
  };

  // Signing out forgets what was kept: the next person at this machine finds nothing.
  const forget = (form) => form.addEventListener("submit", () => {
    try { Object.keys(localStorage).filter((key) => key.startsWith("draft:")).forEach((key) => localStorage.removeItem(key)); } catch { /* no storage */ }
  });

  // A form with unsaved words asks before it is left.
  const guard = (form) => {
    let dirty = false;
    form.addEventListener("input", () => { dirty = true; });
    ["submit", "fund:saved"].forEach((name) => form.addEventListener(name, () => { dirty = false; }));
    addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  };

  // Marks by keyboard, only while the rubric has the focus: 1-5 marks, n and p go to the next and previous criterion.
  const rubric = (root) => {
    const sets = all("[data-criterion]", root);
    const mark = (set) => sets.forEach((each) => each.toggleAttribute("data-current", each === set));
    root.addEventListener("focusin", ({ target }) => mark(target.closest("[data-criterion]")));
    root.addEventListener("keydown", (event) => {
      if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = Math.max(0, sets.indexOf(root.querySelector("[data-current]")));
      const to = { n: sets[at + 1], p: sets[at - 1] }[event.key];
      const choice = /^[1-5]$/.test(event.key) && sets[at]?.querySelector(`input[value="${event.key}"]`);
      if (choice) { choice.click(); choice.focus(); }
      else if (to) (to.querySelector("input:checked") || to.querySelector("input")).focus();
      else return;
      event.preventDefault();
    });
  };

  document.addEventListener("click", ({ target, metaKey, ctrlKey }) => {
    const row = target.closest("[data-href]");
    if (!row || target.closest("a, button, input, select, textarea, label, summary") || String(getSelection())) return;
    if (metaKey || ctrlKey) open(row.dataset.href); else location.assign(row.dataset.href);
  });
  document.addEventListener("keydown", ({ key, target }) => {
    if (key === "Enter" && target.matches("[data-href]")) location.assign(target.dataset.href);
  });

  // One open menu at a time; Escape and a click elsewhere close it.
  const close = (but) => all("details.menu[open]").forEach((menu) => { if (menu !== but) menu.open = false; });
  document.addEventListener("click", ({ target }) => close(target.closest("details.menu")));

  // Leave this page quickly: nothing stays to go back to. Three times Escape does it too.
  const leave = document.querySelector("[data-leave]");
  const go = (event) => { event?.preventDefault(); document.body.hidden = true; document.title = ""; location.replace(leave.href); };
  let escapes = [];
  document.addEventListener("keydown", ({ key, timeStamp }) => {
    if (key !== "Escape") return;
    close();
    escapes = [...escapes.filter((then) => timeStamp - then < 3000), timeStamp];
    if (leave && escapes.length > 2) go();
  });
  leave?.addEventListener("click", go);

  all("[data-words-for]").forEach(count);
  all("time[data-deadline]").forEach(countDown);
  all("form[data-autosave]").forEach(autosave);
  all("form[data-forget]").forEach(forget);
  all("form[data-guard]").forEach(guard);
  all("[data-rubric]").forEach(rubric);
  document.querySelector("[data-focus]")?.focus();
})();
