// Keys and the help. Every page works without this script but for these.
import {
  base,
  busy,
  enqueue,
  formStep,
  go,
  isShown,
  kind,
  onPage,
  saveNote,
  stepOf,
} from "./pages.js";
import { listen } from "./news.js";

const help = document.getElementById("help");

const isTyping = (target) =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

/** Presses what carries the key; gives the step to wait for, or null when nothing carries it. */
const press = (key) => {
  const found = [...document.querySelectorAll("[data-key]")].find(
    (one) => one.dataset.key === key && one.dataset.key !== "?",
  );
  return found ? (stepOf(found) ?? (() => found.click())) : null;
};

const moveInList = (step) => {
  const all = [...document.querySelectorAll(".row .name")];
  const at = all.indexOf(document.activeElement);
  const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : at + step];
  return next ? () => next.focus() : null;
};
const focusOn = (id) => {
  const field = document.getElementById(id);
  return field
    ? () => {
        field.focus();
        field.select?.();
      }
    : null;
};

const keys = {
  j: () => (kind() === "list" ? moveInList(1) : press("j")),
  k: () => (kind() === "list" ? moveInList(-1) : press("k")),
  n: () => focusOn("note"),
  "/": () => focusOn("q"),
  "?": () => () => (help.open ? help.close() : help.showModal()),
  Escape: () => (kind() === "list" ? null : (press("Escape") ?? (() => go(`${base()}/`)))),
  Enter: () => {
    const at = document.activeElement;
    return at && at !== document.body ? (stepOf(at) ?? (() => at.click?.())) : null;
  },
};
const stepOfKey = (key) => (keys[key] ? keys[key]() : key.length === 1 ? press(key) : null);

/** A key that had to wait, on the page as it is when its turn comes: a field may have the focus by then. */
const replay = async (key) => {
  if (help.open && key !== "?") {
    if (key === "Escape") help.close();
    return;
  }
  const field = document.activeElement;
  if (!isTyping(field)) {
    if (key !== "Backspace") await stepOfKey(key)?.();
  } else if (key === "Escape") field.blur();
  else if (key === "Enter") {
    field.blur();
    await formStep(field.form)?.();
  } else if (key === "Backspace") field.setRangeText("", ...before(field), "end");
  else field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
};
const before = ({ selectionStart: from, selectionEnd: to }) => [
  from === to ? Math.max(0, from - 1) : from,
  to,
];
const CAN_WAIT = new Set(["Enter", "Escape", "Backspace"]);

document.addEventListener("keydown", (event) => {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (isTyping(event.target)) {
    if (key === "Escape") event.target.blur();
    return;
  }
  if (busy()) {
    if (key.length !== 1 && !CAN_WAIT.has(key)) return;
    event.preventDefault();
    enqueue(() => replay(key));
    return;
  }
  if (help.open && key !== "?") return;
  // The browser itself follows what has the focus.
  if (key === "Enter") return;
  const step = stepOfKey(key);
  if (!step) return;
  event.preventDefault();
  enqueue(step);
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (event.target.closest('button[data-key="?"]')) {
    if (!help.open) help.showModal();
    return;
  }
  const link = event.target.closest("a[href]");
  // From a list to another list the browser goes by itself: no key there decides anything.
  if (!(link instanceof HTMLAnchorElement)) return;
  if (kind() === "list" && !link.pathname.startsWith(`${base()}/duel/`)) return;
  const step = stepOf(link);
  if (!step) return;
  event.preventDefault();
  enqueue(step);
});
document.addEventListener("submit", (event) => {
  const step = formStep(event.target, event.submitter);
  if (!step || kind() === "list") return;
  event.preventDefault();
  // What is typed after Enter are keys again.
  if (isTyping(document.activeElement)) document.activeElement.blur();
  enqueue(step);
});
addEventListener("popstate", () => {
  const { href } = location;
  if (busy() || !isShown(href)) enqueue(() => go(href, true));
});
addEventListener("pagehide", () => void saveNote(true).catch(() => null));
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// On a phone the filters are folded at first.
const isNarrow = matchMedia("(max-width: 820px)").matches;
const foldFilters = () => {
  const filters = document.querySelector("details.filters");
  if (filters && isNarrow) filters.open = false;
};

/** What a key opened is scrolled to: the calls, and the answers when their differences are marked. */
const opened = () => ({
  file: document.getElementById("content")?.dataset.file,
  calls: document.getElementById("calls") !== null,
  answers: document.querySelector('[data-key="w"][aria-checked="true"]') !== null,
});
let openBefore = opened();
onPage(() => {
  const now = opened();
  for (const part of ["calls", "answers"])
    if (now.file === openBefore.file && now[part] && !openBefore[part])
      document
        .getElementById(part)
        ?.scrollIntoView({ block: part === "answers" ? "nearest" : "start" });
  openBefore = now;
});
onPage(foldFilters);
foldFilters();
listen();
