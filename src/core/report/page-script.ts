/**
 * Sorting, filtering and paging of the turn table in report.html. Without it the page is whole all the same:
 * it shows the first turns, and says where all of them are.
 */
export const PAGE_SCRIPT = `"use strict";
(async () => {
  const table = document.querySelector("table.turns");
  if (!table) return;
  const PAGE = 1000;
  const body = table.tBodies[0];
  const entryOf = (cells, row) => ({ cells, row, text: cells.join("\\t").toLowerCase() });
  const rows = [...body.rows].map((row) => entryOf([...row.cells].map((cell) => cell.textContent), row));
  const heads = [...table.tHead.rows[0].cells];
  const output = document.querySelector(".filter output");
  const input = document.querySelector(".filter input");
  let shown = rows;
  let page = 0;
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
      link.href = "../" + bucket + "/" + encodeURIComponent(text);
      link.textContent = text;
      cell.append(link);
    });
    entry.row = row;
    return row;
  };
  const pager = document.createElement("span");
  const button = (text, step) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => { page += step; paint(); });
    pager.append(" ", made);
    return made;
  };
  const back = button("previous " + PAGE, -1);
  const on = button("next " + PAGE, 1);
  const paint = () => {
    const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
    page = Math.min(Math.max(0, page), last);
    body.replaceChildren(...shown.slice(page * PAGE, (page + 1) * PAGE).map(rowOf));
    back.disabled = page === 0;
    on.disabled = page === last;
    pager.hidden = last === 0;
    const part = last === 0 ? "" : ", page " + (page + 1) + " of " + (last + 1);
    output.textContent = (shown.length === rows.length ? rows.length + " turns" : shown.length + " of " + rows.length + " turns") + part;
  };
  heads.forEach((head, at) => {
    const isNumber = head.classList.contains("n");
    head.firstElementChild.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === (isNumber ? null : "ascending");
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      const words = new Intl.Collator("en", { numeric: true });
      rows.sort((a, b) => sign * (isNumber ? number(a.cells[at]) - number(b.cells[at]) : words.compare(a.cells[at], b.cells[at])));
      filter();
    });
  });
  const filter = () => {
    const wanted = input.value.toLowerCase().trim().split(/\\s+/);
    shown = rows.filter((entry) => wanted.every((word) => entry.text.includes(word)));
    page = 0;
    paint();
  };
  heads[0].setAttribute("aria-sort", "descending");
  input.addEventListener("input", filter);
  output.textContent = rows.length + " turns";
  const rest = document.getElementById("rest");
  if (!rest || typeof DecompressionStream === "undefined") return;
  const bytes = Uint8Array.from(atob(rest.content.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  for (const cells of await new Response(stream).json()) rows.push(entryOf(cells));
  output.after(pager);
  filter();
})();
`;
