// Pages come into the one that is open: what a link or a form brings is fetched and put in place. Nothing
// is ever loaded over a page that still has keys to read, so all that is asked waits in one queue, in order,
// and each step sees the page that the step before it left.
const waiting = [];
let isBusy = false;
const places = new Map();
const listeners = [];
/** Address of the page that is shown; the browser's is ahead of it after "back". */
let shownAt = location.href;

/** Calls back after every page that was put in place. */
export const onPage = (listener) => listeners.push(listener);
export const busy = () => isBusy;
export const kind = () => document.body.dataset.kind;
/** In front of every address of the workspace that is shown. */
export const base = () => document.body.dataset.base;
export const fileShown = () => document.getElementById("content")?.dataset.file ?? null;

/** Runs after all that was asked before. When a step fails, those after it were meant for what it would have brought: they are not run. */
export const enqueue = (step) => {
  waiting.push(step);
  if (!isBusy) void run();
};

/** What a link or a button stands for, as a step; null for those that the browser is to follow itself. */
export const stepOf = (element) => {
  if (element instanceof HTMLAnchorElement) {
    const url = new URL(element.href);
    const path = url.pathname.startsWith(`${base()}/`) ? url.pathname.slice(base().length) : null;
    const isPage = path !== null && (["/", "/queue"].includes(path) || path.startsWith("/duel/"));
    const isOurs = url.origin === location.origin && !element.hasAttribute("download");
    return isOurs && isPage && url.hash === "" && element.target === "" ? () => go(url.href) : null;
  }
  const isSubmit = element instanceof HTMLButtonElement && element.type === "submit";
  return isSubmit && element.form ? formStep(element.form, element) : null;
};

/** Whether the browser's address is the page that is shown, whatever part of it is looked at. */
export const isShown = (href) => href.split("#")[0] === shownAt.split("#")[0];

/** A form as it stands now: what it says and the file it is meant for do not change while it waits. */
export const formStep = (form, button = null) => {
  if (form.getAttribute("method") === "dialog") return null;
  const fields = new URLSearchParams(new FormData(form));
  if (button?.name) fields.set(button.name, button.value);
  if (form.method === "get") return () => go(`${form.action}?${fields}`);
  return () => send(form, fields);
};

/** Replaces the page by the one at an address. */
export const go = async (href, isBack = false) => {
  await saveNote();
  const response = await get(href);
  // The note of a page that goes away, if it was written on meanwhile.
  await saveNote();
  places.set(shownAt, { top: scrollY, file: focusedRow() });
  const before = { path: pathOf(shownAt), file: fileShown() };
  await show(response);
  if (!isBack) {
    const isSame = response.url === location.href;
    history[isSame ? "replaceState" : "pushState"](null, "", response.url);
  }
  shownAt = response.url;
  if (pathOf(shownAt) === before.path) return;
  const place = kind() === "list" ? places.get(shownAt) : null;
  scrollTo(0, place?.top ?? 0);
  if (kind() === "list") focusRow(before.file ?? place?.file);
};

/** The page that is open, fetched anew. */
export const fetchAgain = async () =>
  parsed(await (await get(location.href, { "x-renewed": "1" })).text());

export const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
export const focusedRow = () => document.activeElement?.closest?.(".row")?.dataset.file;
export const focusRow = (file) => {
  const row = [...document.querySelectorAll(".row")].find((one) => one.dataset.file === file);
  row?.querySelector(".name")?.focus({ preventScroll: true });
};

/** Saves a half-written note; a note that is saved already costs nothing. */
export const saveNote = async (keepalive = false) => {
  const note = document.getElementById("note");
  if (!note || note.value === note.defaultValue) return;
  const written = note.value;
  const fields = new URLSearchParams(new FormData(note.form));
  await post(note.form.action, fields, keepalive);
  note.defaultValue = written;
};

// -------------------------------------------------------------------------------------------------

const pathOf = (href) => new URL(href).pathname;

const run = async () => {
  isBusy = true;
  try {
    for (let step = waiting.shift(); step; step = waiting.shift()) await step();
    document.getElementById("fault")?.remove();
  } catch (error) {
    const rest = waiting.splice(0).length;
    sayFault(error, rest);
  } finally {
    isBusy = false;
  }
};

const send = async (form, fields) => {
  const file = form.dataset.file;
  const isUndo = new URL(form.action).pathname === `${base()}/undo`;
  // An undo is about what was saved; a note that is being written stays as it is.
  if (!isUndo && fields.get("kind") !== "note") await saveNote();
  const response = await post(form.action, fields);
  const note = document.getElementById("note");
  if (fields.get("kind") === "note" && note?.form === form) note.defaultValue = fields.get("value");
  // The bar of a duel that is no longer shown was clicked: saved for that one, and this one stays.
  if (!isUndo && file !== fileShown()) return;
  const at = new URL(response.redirected ? response.url : shownAt);
  at.searchParams.delete("undone");
  const isSame = at.pathname === pathOf(shownAt);
  if (!isSame) await saveNote();
  await show(response);
  history[isSame ? "replaceState" : "pushState"](null, "", at.href);
  shownAt = at.href;
  if (!isSame) scrollTo(0, 0);
};

const get = (href, headers = {}) =>
  answered(fetch(href, { headers: { accept: "text/html", ...headers } }));
const post = (action, fields, keepalive = false) => {
  fields.set("tab", tab());
  return answered(fetch(action, { method: "POST", body: fields, keepalive }));
};
/** Pages, also those that say what is missing; anything else is a fault in the server's words. */
const answered = async (asking) => {
  const response = await asking;
  const isPage = (response.headers.get("content-type") ?? "").startsWith("text/html");
  if (!isPage) throw new Error(await response.text());
  return response;
};

/** Undo takes back what this tab did, also after the page was loaded again. */
const tab = () => {
  let name = sessionStorage.getItem("tab");
  if (name === null) {
    name = [...crypto.getRandomValues(new Uint32Array(3))].join("-");
    sessionStorage.setItem("tab", name);
  }
  return name;
};

const show = async (response) => {
  const fresh = parsed(await response.text());
  const half = halfWritten();
  const take = (from, into) =>
    into.replaceChildren(...[...from.childNodes].map((node) => document.adoptNode(node)));
  for (const part of ["#main", "#live", ".tools", "nav[aria-label=Pages]"])
    take(fresh.querySelector(part), document.querySelector(part));
  document.querySelector(".brand").href = fresh.querySelector(".brand").getAttribute("href");
  document.title = fresh.title;
  for (const name of ["kind", "token", "version"])
    document.body.dataset[name] = fresh.body.dataset[name];
  document.getElementById("news")?.remove();
  restore(half);
  for (const listener of listeners) listener();
  if (!response.ok && waiting.length > 0)
    throw new Error(document.querySelector("#main h1")?.textContent ?? "That did not work");
};

/** What is being typed into the note of a duel stays there when the same duel comes back. */
const halfWritten = () => {
  const note = document.getElementById("note");
  if (!note) return null;
  const { value, defaultValue, selectionStart, selectionEnd } = note;
  const hasFocus = document.activeElement === note;
  const isDirty = value !== defaultValue;
  return { file: fileShown(), value, isDirty, hasFocus, selectionStart, selectionEnd };
};
const restore = (half) => {
  const note = document.getElementById("note");
  if (!half || !note || half.file !== fileShown()) return;
  if (half.isDirty) note.value = half.value;
  if (!half.hasFocus) return;
  note.focus({ preventScroll: true });
  note.setSelectionRange(half.selectionStart, half.selectionEnd);
};

const sayFault = (error, rest) => {
  const fault = document.getElementById("fault") ?? document.createElement("p");
  fault.id = "fault";
  fault.className = "box bad";
  fault.setAttribute("role", "alert");
  const why =
    error instanceof TypeError ? `the viewer does not answer (${error.message})` : error.message;
  const dropped = rest === 0 ? "" : ` What was asked after it (${rest}) was not done.`;
  fault.textContent = `Not done: ${why}.${dropped}`;
  document.getElementById("main").before(fault);
};
