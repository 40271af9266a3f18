/**
 * Sorting, filtering and paging (500 a page) of the turn table in report.html. Without it the page shows the
 * first turns, and says where all of them are.
 */
export const PAGE_SCRIPT = `"use strict";
(async () => {
  const table = document.querySelector("table.turns");
  if (!table) return;
  const body = table.tBodies[0];
  const entryOf = (cells, row) => ({ cells, row, text: cells.join("\\t").toLowerCase() });
  const rows = [...body.rows].map((row) => entryOf([...row.cells].map((cell) => cell.textContent), row));
  const heads = [...table.tHead.rows[0].cells];
  const output = document.querySelector(".filter output");
  const input = document.querySelector(".filter input");
  let shown = rows;
  const number = (text) => Number(text.replace("\\u2212", "-").replace("\\u2013", "-1"));
  const rowOf = (entry) => {
    if (entry.row) return entry.row;
    const row = document.createElement("tr");
    entry.cells.forEach((text, at) => {
      const cell = row.insertCell();
      if (heads[at].classList.contains("n")) cell.className = "n";
      const bucket = entry.cells[8];
      if (at !== 1 || !bucket) return void (cell.textContent = text);
      const link = document.createElement("a");
      // In the viewer's frame a turn leads to its duel, in the file alone to what was exported.
      const { kind, base } = document.body.dataset;
      link.href = (kind === "report" ? base + "/duel/" : "../" + bucket + "/") + encodeURIComponent(text);
      link.textContent = text;
      cell.append(link);
    });
    entry.row = row;
    return row;
  };
  const SIZE = 500;
  let first = 0;
  const pages = document.createElement("p");
  pages.className = "pages";
  const step = (text, by) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => { first += by; paint(); });
    return button;
  };
  const previous = step("Previous " + SIZE, -SIZE);
  const place = document.createElement("span");
  const next = step("Next " + SIZE, SIZE);
  pages.append(previous, place, next);
  table.parentElement.after(pages);
  const paint = () => {
    body.replaceChildren(...shown.slice(first, first + SIZE).map(rowOf));
    pages.hidden = shown.length <= SIZE;
    previous.disabled = first === 0;
    next.disabled = first + SIZE >= shown.length;
    place.textContent = (first + 1) + " to " + Math.min(shown.length, first + SIZE) + " of " + shown.length;
    output.textContent = shown.length === rows.length ? rows.length + " turns" : shown.length + " of " + rows.length + " turns";
  };
  const words = new Intl.Collator("en", { numeric: true });
  heads.forEach((head, at) => {
    const isNumber = head.classList.contains("n");
    head.firstElementChild.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === (isNumber ? null : "ascending");
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      rows.sort((a, b) => sign * (isNumber ? number(a.cells[at]) - number(b.cells[at]) : words.compare(a.cells[at], b.cells[at])));
      filter();
    });
  });
  const filter = () => {
    const wanted = input.value.toLowerCase().trim().split(/\\s+/);
    first = 0;
    shown = rows.filter((entry) => wanted.every((word) => entry.text.includes(word)));
    paint();
  };
  heads[0].setAttribute("aria-sort", "descending");
  input.addEventListener("input", filter);
  addEventListener("beforeprint", () => body.replaceChildren(...shown.map(rowOf)));
  addEventListener("afterprint", paint);
  paint();
  const rest = document.getElementById("rest");
  if (!rest || typeof DecompressionStream === "undefined") return;
  const bytes = Uint8Array.from(atob(rest.content.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  for (const cells of await new Response(stream).json()) rows.push(entryOf(cells));
  filter();
})();
`;
