// Keys, the help, and what changes while a stage runs. Every page works without this script but for these.
"use strict";
(() => {
  const kind = document.body.dataset.kind;
  const help = document.getElementById("help");

  const isTyping = (target) =>
    target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

  const press = (key) => {
    const found = [...document.querySelectorAll("[data-key]")].find(
      (one) => one.dataset.key === key,
    );
    if (found) found.click();
    return Boolean(found);
  };

  const rows = () => [...document.querySelectorAll(".row .name")];
  const moveInList = (step) => {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : at + step];
    if (next) next.focus();
    return Boolean(next);
  };

  const keys = {
    j: () => (kind === "list" ? moveInList(1) : press("j")),
    k: () => (kind === "list" ? moveInList(-1) : press("k")),
    n: () => focusOn("note"),
    "/": () => focusOn("q"),
    "?": () => {
      if (help.open) help.close();
      else help.showModal();
      return true;
    },
    Escape: () => (kind === "list" ? false : press("Escape") || goHome()),
  };
  const focusOn = (id) => {
    const field = document.getElementById(id);
    if (!field) return false;
    field.focus();
    if (field.select) field.select();
    return true;
  };
  const goHome = () => {
    location.href = "/";
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (help.open && event.key !== "?") return;
    const known = keys[event.key];
    if (known ? known() : event.key.length === 1 && press(event.key)) event.preventDefault();
  });
  document.querySelector('button[data-key="?"]').addEventListener("click", () => {
    if (!help.open) help.showModal();
  });
  for (const button of document.querySelectorAll('button[data-key="?"]')) delete button.dataset.key;

  // The place on the page is kept over a verdict: the same duel comes back where it was.
  const placeKey = `place:${location.pathname}`;
  document.addEventListener("submit", () => sessionStorage.setItem(placeKey, String(scrollY)));
  const place = sessionStorage.getItem(placeKey);
  if (place !== null) {
    sessionStorage.removeItem(placeKey);
    scrollTo(0, Number(place));
  }

  // On a phone the filters are folded at first.
  const filters = document.querySelector("details.filters");
  const isNarrow = matchMedia("(max-width: 820px)").matches;
  if (filters && isNarrow) filters.open = false;

  // Live: the server says that something changed; the list is fetched again and put in place.
  let version = null;
  const live = document.getElementById("live");
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
  const renew = async () => {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok) return;
    const fresh = parsed(await response.text()).getElementById("main");
    const main = document.getElementById("main");
    const focused = document.activeElement?.closest?.(".row")?.dataset.file;
    const typing = document.activeElement?.id === "q" ? document.activeElement.value : null;
    const open = document.querySelector("details.filters")?.open ?? true;
    main.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
    const again = document.querySelector("details.filters");
    if (again) again.open = open;
    if (typing !== null) {
      const field = document.getElementById("q");
      field.value = typing;
      field.focus();
    } else if (focused !== undefined) {
      const row = [...document.querySelectorAll(".row")].find(
        (one) => one.dataset.file === focused,
      );
      row?.querySelector(".name")?.focus({ preventScroll: true });
    }
  };
  const noteNews = () => {
    if (document.getElementById("news")) return;
    const link = document.createElement("a");
    link.id = "news";
    link.href = location.href;
    link.textContent = "The workspace changed: show the newest";
    live.after(link);
  };
  const events = new EventSource("/events");
  events.addEventListener("message", (event) => {
    const news = JSON.parse(event.data);
    const counts = document.createElement("span");
    counts.textContent = news.counts;
    const running = document.createElement("b");
    running.className = "pulse";
    running.textContent = `${news.running} is running`;
    live.replaceChildren(...(news.running === null ? [counts] : [running, counts]));
    const isFirst = version === null;
    if (!isFirst && news.version !== version) {
      if (kind === "list") void renew();
      else if (kind === "duel") noteNews();
    }
    version = news.version;
  });
  addEventListener("pagehide", () => events.close());
})();
