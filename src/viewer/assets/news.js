// Live: the server says that something changed; the list is fetched again and put in place, and of a duel
// the bar with what people said. One page of all that are open hears the server and tells the others.
import { base, busy, fetchAgain, fileShown, focusRow, focusedRow, kind } from "./pages.js";

export const listen = () => {
  // A page about several workspaces hears of none.
  if (["runs", "compare"].includes(kind())) return;
  const name = `kingmaker${base()}`;
  const channel = new BroadcastChannel(name);
  channel.addEventListener("message", (event) => hear(event.data));
  const open = () => {
    const events = new EventSource(`${base()}/events`);
    events.addEventListener("message", (event) => {
      const news = JSON.parse(event.data);
      channel.postMessage(news);
      hear(news);
    });
    addEventListener("pagehide", () => events.close());
  };
  // Locks are there on this machine and over https alone; elsewhere each page listens for itself.
  if (!navigator.locks) open();
  else {
    void navigator.locks.request(`${name}-events`, async () => {
      open();
      // Held until this page is closed; then the next in line listens.
      await new Promise(() => {});
    });
  }
};

// -------------------------------------------------------------------------------------------------

const hear = (news) => {
  const counts = document.createElement("span");
  counts.textContent = news.counts;
  const running = document.createElement("b");
  running.className = "pulse";
  running.textContent = `${news.running} is running`;
  const live = document.getElementById("live");
  live.replaceChildren(...(news.running === null ? [counts] : [running, counts]));
  // A page that was made after the change knows it; a server that was started again counts from anew.
  if (String(news.version) === document.body.dataset.version) return;
  // A step in the queue brings a page of its own.
  if (busy()) return;
  if (kind() === "list") void renewList(news.version).catch(() => null);
  else if (kind() === "duel") void renewDuel(news.version).catch(() => null);
};

const renewList = async (version) => {
  const at = location.href;
  const fresh = (await fetchAgain()).getElementById("main");
  if (busy() || location.href !== at) return;
  const main = document.getElementById("main");
  const focused = focusedRow();
  const typing = document.activeElement?.id === "q" ? document.activeElement.value : null;
  const isOpen = document.querySelector("details.filters")?.open ?? true;
  main.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  document.body.dataset.version = version;
  const again = document.querySelector("details.filters");
  if (again) again.open = isOpen;
  if (typing !== null) {
    const field = document.getElementById("q");
    field.value = typing;
    field.focus();
  } else if (focused !== undefined) focusRow(focused);
};

const renewDuel = async (version) => {
  const at = location.href;
  const file = fileShown();
  const fresh = (await fetchAgain()).getElementById("main");
  const note = document.getElementById("note");
  if (busy() || location.href !== at || fileShown() !== file) return;
  document.body.dataset.version = version;
  const main = document.getElementById("main");
  const isTyping = note && (note === document.activeElement || note.value !== note.defaultValue);
  // Scores and answers that changed while somebody reads them are put in place when he says so.
  if (rest(main) !== rest(fresh)) noteNews();
  else if (!isTyping)
    for (const part of BY_PEOPLE) {
      const there = fresh.querySelector(part);
      if (there) main.querySelector(part)?.replaceWith(there);
    }
};
/** What a person's verdict changes: the bar, and the bucket and its reason in the head. */
const BY_PEOPLE = [".review", ".figures"];
const rest = (main) => {
  const copy = main.cloneNode(true);
  for (const part of BY_PEOPLE) copy.querySelector(part)?.remove();
  return copy.textContent;
};

const noteNews = () => {
  if (document.getElementById("news")) return;
  const link = document.createElement("a");
  link.id = "news";
  link.href = location.href;
  link.textContent = "The workspace changed: show the newest";
  document.getElementById("live").after(link);
};
