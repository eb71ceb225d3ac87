"use strict";
// A table of `data` (see table.py): sorted by its headings, searched, its columns chosen, its blocks folded, copied.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const say = (text) => { one("#said").textContent = text; };

function make(name, text, attributes = {}) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function makeTable(table, data, thing, detail) {
  const body = table.tBodies[0], rows = [...body.rows], { columns, depths, layers } = data;
  const isHeading = (i) => layers[i] < 0;
  const textOf = (column, i) => (column.at[i] < 0 ? "" : column.texts[column.at[i]]);
  const keyOf = (column, i) => (column.at[i] < 0 ? -1 : column.keys[column.at[i]]);
  const plain = (text) => text.replace(/,/g, "") || "0";
  function rawOf(column, i) {
    const at = column.at[i];
    if (at < 0) return "";
    return column.raw ? column.raw[at] : column.n ? plain(column.texts[at]) : column.texts[at];
  }
  const sought = rows.map((_, i) => data.sought.map((k) => textOf(columns[k], i)).join(" ").toLowerCase());
  const state = { sort: null, down: false, words: [], folded: new Set(), open: new Map() };
  const buttons = rows.map((row, i) => dress(row, i));
  const labels = buttons.map((button) => button && button.firstChild.data);

  function dress(row, i) { // the name of a row becomes what opens it
    if (!isHeading(i) && !detail) return null;
    const cell = row.cells[0], button = make("button", "", { type: "button", class: "name", tabindex: "-1" });
    button.append(...cell.childNodes);
    button.setAttribute("aria-expanded", String(isHeading(i)));
    cell.append(button);
    button.addEventListener("click", () => (isHeading(i) ? fold([i], !state.folded.has(i)) : toggle(i)));
    return button;
  }

  // ---- columns ----
  const shown = () => columns.filter((column) => column.shown);

  function render() {
    const chosen = shown(), head = table.tHead.rows[0], foot = table.tFoot && table.tFoot.rows[0];
    head.replaceChildren(...chosen.map(heading));
    rows.forEach((row, i) => row.replaceChildren(row.cells[0], ...chosen.slice(1).map((column) => cellOf(column, i))));
    const total = (column) => make("td", column.total || "", column.n ? { class: "n" } : {});
    if (foot) foot.replaceChildren(foot.cells[0], ...chosen.slice(1).map(total));
    for (const line of state.open.values()) line.cells[0].colSpan = chosen.length;
  }

  function heading(column) {
    const cell = make("th", "", { scope: "col" }), button = make("button", column.heading, { type: "button" });
    if (column.n) cell.className = "n";
    if (column.about) button.title = column.about;
    if (state.sort === column) cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    button.addEventListener("click", () => sortBy(column));
    cell.append(button);
    return cell;
  }

  function cellOf(column, i) {
    const cell = make("td", textOf(column, i), column.n ? { class: "n" } : {});
    if (column.bar && !isHeading(i)) {
      column.most ??= Math.max(1, ...rows.map((_, k) => (isHeading(k) ? 0 : Number(rawOf(column, k)))));
      const share = (100 * Number(rawOf(column, i))) / column.most;
      if (share >= 0.5) {
        cell.classList.add("bar");
        cell.style.setProperty("--share", `${share.toFixed(1)}%`);
      }
    }
    return cell;
  }

  // ---- order ----
  function sortBy(column) { // numbers from the largest, words from the first; then the other way; then as they run
    const first = Boolean(column.n);
    if (state.sort !== column) { state.sort = column; state.down = first; }
    else if (state.down === first) state.down = !first;
    else state.sort = null;
    render();
    arrange();
    const place = shown().indexOf(column);
    one("button", table.tHead.rows[0].cells[place]).focus();
    say(state.sort ? `Sorted by ${column.heading}, ${state.down ? "descending" : "ascending"}` : `In the order of the ${thing}s`);
  }

  function order() {
    const found = [...rows.keys()];
    if (!state.sort) return found;
    const key = (i) => keyOf(state.sort, i);
    return found.filter((i) => !isHeading(i)).sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x < 0 || y < 0) return x < 0 && y < 0 ? a - b : x < 0 ? 1 : -1;
      return (state.down ? y - x : x - y) || a - b;
    });
  }

  function arrange() {
    const lines = [];
    for (const i of order()) {
      lines.push(rows[i]);
      if (state.open.has(i)) lines.push(state.open.get(i));
      if (buttons[i] && !isHeading(i)) buttons[i].firstChild.data = state.sort ? textOf(columns[0], i) : labels[i];
    }
    body.replaceChildren(...lines);
    table.classList.toggle("flat", Boolean(state.sort));
    refresh();
  }

  // ---- what is hidden ----
  function refresh() {
    const seeking = state.words.length > 0, count = seeking ? filtered() : folded();
    for (const [i, line] of state.open) line.hidden = rows[i].hidden;
    const total = layers.filter((layer) => layer >= 0).length, grouped = (number) => number.toLocaleString("en");
    const named = `${grouped(total)} ${thing}${total === 1 ? "" : "s"}`;
    one("#shown").textContent = seeking ? `${grouped(count)} of ${named}` : named;
    const reached = (button) => button && button.tabIndex === 0 && button.isConnected && !button.closest("tr").hidden;
    if (!buttons.some(reached)) rove(order().find((i) => buttons[i] && !rows[i].hidden));
  }

  function filtered() { // layers that hold every word, and the headings over them; how many layers
    const under = []; // by depth, whether one of them stands below
    let count = 0;
    for (let i = rows.length - 1; i >= 0; i--) {
      if (isHeading(i)) {
        rows[i].hidden = !under[depths[i]];
        under[depths[i]] = false;
      } else {
        rows[i].hidden = !state.words.every((word) => sought[i].includes(word));
        if (rows[i].hidden) continue;
        count++;
        for (let depth = 0; depth < depths[i]; depth++) under[depth] = true;
      }
    }
    return count;
  }

  function folded() { // all that stands under no folded heading; where rows are sorted, all
    let closed = Infinity; // the depth of the folded heading that we are under
    rows.forEach((row, i) => {
      if (depths[i] <= closed) closed = Infinity;
      row.hidden = !state.sort && depths[i] > closed;
      if (!row.hidden && isHeading(i) && state.folded.has(i)) closed = depths[i];
    });
  }

  function fold(places, closed) {
    for (const i of places) {
      state.folded[closed ? "add" : "delete"](i);
      buttons[i].setAttribute("aria-expanded", String(!closed));
    }
    refresh();
  }

  function above(i) { // the headings over a row
    const found = [];
    let depth = depths[i];
    for (let k = i - 1; k >= 0 && depth > 0; k--) if (isHeading(k) && depths[k] < depth) { found.push(k); depth = depths[k]; }
    return found;
  }

  function below(i) { // the layers under a heading, or the one of a row
    if (!isHeading(i)) return [layers[i]];
    const found = [];
    for (let k = i + 1; k < rows.length && depths[k] > depths[i]; k++) if (!isHeading(k)) found.push(layers[k]);
    return found;
  }

  function reveal(i) { // so that a row can be seen
    if (rows[i].hidden && state.words.length) search("");
    fold(above(i), false);
  }

  // ---- a row opened ----
  function toggle(i, wanted = !state.open.has(i)) {
    if (wanted && !state.open.has(i)) {
      const line = make("tr", "", { class: "detail" }), cell = make("td", "", { colspan: shown().length });
      cell.append(detail(i));
      line.append(cell);
      rows[i].after(line);
      state.open.set(i, line);
    } else if (!wanted && state.open.has(i)) {
      state.open.get(i).remove();
      state.open.delete(i);
    }
    buttons[i].setAttribute("aria-expanded", String(wanted));
  }

  // ---- by keyboard ----
  function rove(i) {
    for (const button of buttons) if (button) button.tabIndex = -1;
    if (i !== undefined && buttons[i]) buttons[i].tabIndex = 0;
  }
  body.addEventListener("focusin", (event) => { const i = buttons.indexOf(event.target); if (i >= 0) rove(i); });
  body.addEventListener("keydown", (event) => {
    const i = buttons.indexOf(event.target);
    if (i < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const seen = order().filter((k) => buttons[k] && !rows[k].hidden), at = seen.indexOf(i);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: seen.length - 1, PageDown: at + 15, PageUp: at - 15 };
    if (event.key in steps) buttons[seen[Math.min(Math.max(steps[event.key], 0), seen.length - 1)]].focus();
    else if (event.key === "ArrowLeft") isHeading(i) ? fold([i], true) : toggle(i, false);
    else if (event.key === "ArrowRight") isHeading(i) ? fold([i], false) : toggle(i, true);
    else return;
    event.preventDefault();
  });

  // ---- search ----
  const field = one("#search");
  function search(text) {
    if (field.value !== text) field.value = text;
    state.words = text.toLowerCase().split(/\s+/).filter(Boolean);
    refresh();
  }
  field.addEventListener("input", () => search(field.value));
  field.addEventListener("keydown", (event) => { if (event.key === "Escape") { search(""); event.stopPropagation(); } });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // ---- columns to choose ----
  const menu = one("#columns");
  for (const column of columns.slice(1)) {
    const label = make("label"), box = make("input", "", { type: "checkbox", name: column.name });
    box.checked = Boolean(column.shown);
    box.addEventListener("change", () => {
      column.shown = box.checked ? 1 : 0;
      if (!box.checked && state.sort === column) state.sort = null;
      render();
      arrange();
    });
    label.append(box, column.heading);
    if (column.about) label.title = column.about;
    one("fieldset", menu).append(label);
  }
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) { menu.open = false; one("summary", menu).focus(); event.stopPropagation(); }
  });

  // ---- copies of what is to be seen ----
  function copied() { // a folded heading stands for what is under it, an open one for nothing
    const kept = order().filter((i) => !rows[i].hidden && (!isHeading(i) || (state.folded.has(i) && !state.words.length)));
    return { chosen: shown(), kept };
  }
  function asCsv() {
    const { chosen, kept } = copied();
    const sizes = /^-?[0-9.]+(x-?[0-9.]+)*$/, risky = /^[=+\-@\t\r]/;
    const safe = (text) => (risky.test(text) && !sizes.test(text) ? `'${text}` : text);
    const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
    const lines = [chosen.map((c) => c.name), ...kept.map((i) => chosen.map((c) => safe(rawOf(c, i))))];
    return lines.map((line) => line.map(quoted).join(",") + "\n").join("");
  }
  function asMarkdown() {
    const { chosen, kept } = copied(), escaped = (text) => text.replace(/[\\`*_{}[\]<>|#~]/g, "\\$&");
    const line = (texts) => `| ${texts.join(" | ")} |\n`;
    const totals = chosen.map((c, k) => (k ? c.total || "" : "total")).map((text) => text && `**${text}**`);
    const heads = [chosen.map((c) => escaped(c.heading)), chosen.map((c) => (c.n ? "--:" : ":--"))];
    const body = kept.map((i) => chosen.map((c) => escaped(textOf(c, i))));
    return [...heads, ...body, ...(table.tFoot && !state.words.length ? [totals] : [])].map(line).join("");
  }
  async function copy(text, what) {
    const count = text.split("\n").length - 1;
    try {
      await navigator.clipboard.writeText(text);
      say(`Copied ${count} lines of ${what}`);
      flash(what);
    } catch {
      const dialog = one("#copied"), area = one("textarea", dialog);
      area.value = text;
      dialog.showModal();
      area.select();
      say(`${what} to copy`);
    }
  }
  function flash(what) {
    const button = one(`#copy-${what.toLowerCase()}`), before = button.textContent;
    button.textContent = "Copied ✓";
    setTimeout(() => { button.textContent = before; }, 1200);
  }
  one("#copy-csv").addEventListener("click", () => copy(asCsv(), "CSV"));
  one("#copy-markdown").addEventListener("click", () => copy(asMarkdown(), "Markdown"));

  const headings = [...rows.keys()].filter(isHeading);
  for (const [name, closed] of [["#fold-all", true], ["#open-all", false]]) {
    const button = one(name);
    if (!button) continue;
    button.hidden = headings.length === 0;
    button.addEventListener("click", () => fold(headings, closed));
  }
  render();
  refresh();
  const textIn = (name, i) => {
    const column = columns.find((each) => each.name === name);
    return column ? textOf(column, i) : "";
  };
  return { rows, below, reveal, textOf: textIn };
}
