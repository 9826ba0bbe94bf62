"use strict";
// Search, choose and sort the samples, and copy a table. Without this script all is there, in the order of the page.
(() => {
  const form = document.getElementById("find");
  const list = document.getElementById("listed");
  const rows = [...list.children];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const keys = { place: (row) => +row.dataset.place, sure: (row) => +row.dataset.sure, size: (row) => -row.dataset.size };

  const chosen = (row, finding) => {
    const found = row.dataset.chosen.trim();
    if (finding === "any") return found !== "";
    if (finding === "none") return found === "";
    return finding === "" || row.dataset.chosen.includes(` ${finding} `);
  };
  const equal = (row, name) => !form[name]?.value || row.dataset[name] === form[name].value;
  const shows = (row, words) =>
    chosen(row, form.finding.value) && equal(row, "label") && equal(row, "set") &&
    words.every((word) => texts.get(row).includes(word));

  const show = () => {
    const words = form.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !shows(row, words);
      shown += row.hidden ? 0 : 1;
    }
    form.found.value = `${shown} of ${rows.length}`;
  };
  const sort = () => {
    const key = keys[form.sort.value];
    list.append(...(key ? [...rows].sort((one, other) => key(one) - key(other)) : rows));
  };
  const open = () => {
    const row = rows.find((each) => new URL(`#${each.id}`, location.href).hash === location.hash);
    if (!row) return;
    if (row.hidden) { form.reset(); sort(); show(); }
    row.firstElementChild.open = true;
    row.scrollIntoView();
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { sort(); show(); });
  for (const link of document.querySelectorAll("[data-choose]")) {
    link.addEventListener("click", () => { form.reset(); form.finding.value = link.dataset.choose; sort(); show(); });
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }
  addEventListener("hashchange", open);
  form.reset();
  show();
  open();
})();
