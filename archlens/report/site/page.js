// ---- light and dark ----
{
  const button = one("#theme"), root = document.documentElement, themes = ["auto", "light", "dark"];
  const now = () => root.dataset.theme || "auto";
  const told = () => { button.textContent = `Theme: ${now()}`; };
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(now()) + 1) % themes.length];
    if (next === "auto") delete root.dataset.theme; else root.dataset.theme = next;
    try { next === "auto" ? localStorage.removeItem("archlens-theme") : localStorage.setItem("archlens-theme", next); } catch { /* kept for this page only */ }
    told();
  });
  told();
}

const data = JSON.parse(one("#data").textContent);
const layerTable = one("#layer-table");
if (layerTable) layersPage(); else networksPage();

function networksPage() {  // a row and what is drawn of its network light up together
  const table = makeTable(one(".sheet table"), data, "network"), drawn = all("[data-layers]");
  table.rows.forEach((row, i) => {
    const nodes = [row, ...drawn.filter((node) => Number(node.dataset.layers) === i)];
    for (const node of nodes) {
      node.addEventListener("pointerenter", () => nodes.forEach((each) => each.classList.add("hover")));
      node.addEventListener("pointerleave", () => nodes.forEach((each) => each.classList.remove("hover")));
      node.addEventListener("click", () => {
        const chosen = !row.classList.contains("chosen");
        for (const each of all(".chosen")) each.classList.remove("chosen");
        if (chosen) for (const each of nodes) each.classList.add("chosen");
        if (node !== row) row.scrollIntoView({ block: "nearest" });
        say(chosen ? `${table.textOf("network", i)} is chosen` : "Nothing is chosen");
      });
    }
  });
}

function layersPage() {
  const table = makeTable(layerTable, data, "layer", detail), sheet = one(".sheet"), canvas = one(".canvas"), files = one(".files");
  const rowOf = [];
  data.layers.forEach((layer, i) => { if (layer >= 0) rowOf[layer] = i; });

  // ---- what belongs to which layers ----
  const numbers = (text) => text.split(" ").filter(Boolean).flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  });
  const marks = all("[data-layers]").map((node) => ({ node, layers: numbers(node.dataset.layers), box: node.matches(".box") }));
  const marksOf = new Map(), linesOf = data.trail.map((way) => (way < 0 ? [] : lines(data.trails[way])));
  for (const mark of marks) for (const layer of mark.layers) marksOf.set(layer, (marksOf.get(layer) || []).concat(mark));
  function lines(way) {
    const found = [];
    for (let k = 0; k < way.length; k += 2) { const line = document.getElementById(`s${way[k]}-${way[k + 1]}`); if (line) found.push(line); }
    return found;
  }
  const layersOfLine = new Map();
  linesOf.forEach((found, layer) => { for (const line of found) { if (!layersOfLine.has(line)) layersOfLine.set(line, []); layersOfLine.get(line).push(layer); } });

  // ---- shown together ----
  const lit = { hover: [], chosen: [] };
  let chosen = [];
  function light(kind, layers) {
    for (const node of lit[kind]) { node.classList.remove(kind, `${kind}-via`); if (node.matches(".box, li")) node.removeAttribute("aria-pressed"); }
    const nodes = new Set(), wanted = new Set(layers);
    for (const layer of layers) {
      nodes.add(table.rows[rowOf[layer]]);
      for (const mark of marksOf.get(layer) || []) nodes.add(mark.node);
      linesOf[layer].forEach((line, k) => { nodes.add(line); line.classList.add(k ? `${kind}-via` : kind); });
    }
    table.rows.forEach((row, i) => { if (data.layers[i] < 0 && layers.length > 1 && table.below(i).every((n) => wanted.has(n))) nodes.add(row); });
    for (const node of nodes) {
      if (!node.matches("li")) node.classList.add(kind);
      if (kind === "chosen" && node.matches(".box, .code li")) node.setAttribute("aria-pressed", "true");
    }
    lit[kind] = [...nodes];
  }
  function choose(layers, from) {
    const again = layers.length === chosen.length && layers.every((n, k) => n === chosen[k]);
    chosen = again && from !== "row" ? [] : layers;
    light("chosen", chosen);
    if (!chosen.length) { say("Nothing is chosen"); return; }
    if (from !== "row") {
      const i = rowOf[chosen[0]];
      table.reveal(i);
      scroll(sheet, table.rows[i], layerTable.tHead.offsetHeight);
      if (sheet.getBoundingClientRect().top > innerHeight || sheet.getBoundingClientRect().bottom < 0) sheet.scrollIntoView({ block: "nearest" });
    }
    seen(from);
    const path = table.textOf("path", rowOf[chosen[0]]);
    say(chosen.length === 1 ? path : `${chosen.length} layers, the first is ${path}`);
  }
  function seen(from) {  // the box and the line of what is chosen come into sight
    if (!chosen.length) return;
    const box = (marksOf.get(chosen[0]) || []).find((mark) => mark.box);
    if (from !== "box" && canvas && box) scroll(canvas, box.node, 0);
    if (from !== "line" && linesOf[chosen[0]].length) scroll(files, linesOf[chosen[0]][0], 0);
  }
  function scroll(within, node, above) {  // without moving the page
    const outer = within.getBoundingClientRect(), inner = node.getBoundingClientRect();
    if (!outer.height || !inner.height) return;
    const high = outer.height - above;
    if (inner.top < outer.top + above || inner.bottom > outer.bottom) within.scrollTop += inner.top - outer.top - above - Math.max(0, (high - inner.height) / 3);
    if (inner.left < outer.left || inner.right > outer.right) within.scrollLeft += inner.left - outer.left - Math.max(0, (outer.width - inner.width) / 2);
  }
  function linked(node, layers, from) {
    node.addEventListener("pointerenter", () => light("hover", layers()));
    node.addEventListener("pointerleave", () => light("hover", []));
    node.addEventListener("focus", () => light("hover", layers()));
    node.addEventListener("blur", () => light("hover", []));
    node.addEventListener("click", (event) => { if (!dragged && !(from === "row" && event.target.closest("a"))) choose(layers(), from); });
    if (from === "row" || from === "mark") return;
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(layers(), from);
    });
  }
  let dragged = false;
  table.rows.forEach((row, i) => {
    linked(row, () => table.below(i), "row");
    table.buttons[i].addEventListener("focus", () => light("hover", table.below(i)));
  });
  const frames = marks.filter((mark) => mark.box).flatMap((mark) => {  // all measured before anything is changed
    const shapes = all("rect, circle, polygon", mark.node), areas = shapes.map((shape) => { const { width, height } = shape.getBBox(); return width * height; });
    return shapes.filter((_, k) => areas[k] >= 0.999 * Math.max(...areas));
  });
  for (const frame of frames) frame.classList.add("frame");
  for (const mark of marks) {
    linked(mark.node, () => mark.layers, mark.box ? "box" : "mark");
    let title = one("title", mark.node);
    if (!title && mark.node.closest("figure")) {
      title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      const i = rowOf[mark.layers[0]];
      title.textContent = `${table.textOf("path", i)}: ${table.textOf(mark.node.closest("figure").dataset.column, i)}`;
      mark.node.prepend(title);
    }
    if (mark.box) mark.node.setAttribute("aria-label", title ? title.textContent.split("\n").slice(0, 3).join(", ") : mark.node.textContent);
  }
  for (const [line, layers] of layersOfLine) {
    linked(line, () => layers, "line");
    line.dataset.count = layers.length === 1 ? "1 layer" : `${layers.length} layers`;
    line.setAttribute("aria-label", `line ${line.id.split("-")[1]}: ${line.textContent.trim()}: ${line.dataset.count}`);
  }
  for (const code of all(".code")) {
    code.setAttribute("role", "group");
    for (const line of code.children) if (!layersOfLine.has(line)) line.setAttribute("role", "none");
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && chosen.length) { chosen = []; light("chosen", []); say("Nothing is chosen"); } });

  // ---- a row opened: what it reads, where it stands, its formulas ----
  function detail(i) {
    const layer = data.layers[i], found = make("div"), about = make("p", "", { class: "faint" });
    const reads = table.textOf("inputs", i), way = data.trail[layer];
    about.append(`reads ${reads || "nothing"}`);
    if (way >= 0) {
      const [file, number] = data.trails[way], button = make("button", `${one(`#s${file}`).textContent}, line ${number}`, { type: "button", class: "link" });
      button.addEventListener("click", (event) => { event.stopPropagation(); choose([layer], "row"); tab("spec"); });
      about.append("; stands in ", button);
    }
    const way_of = document.getElementById(`f${data.formulas[layer]}`).cloneNode(true), type = table.textOf("type", i);
    one("summary", way_of).remove();
    const what = make("div", "", { class: "formulas" });
    what.append(...way_of.childNodes);
    found.append(about, what);
    const step = all("#field tbody tr").find((row) => row.cells[0].textContent.replace(/ \([A-Z]\)$/, "") === table.textOf("path", i));
    if (step) {
      const worked = all("td", step).map((cell) => cell.textContent).find((text) => text.includes("="));
      if (worked) what.append(make("h4", "Receptive field"), make("p", worked, { class: "sum" }));
    }
    const symbols = document.getElementById(`t-${type}`);
    if (symbols) {
      const more = make("details"), copy = symbols.cloneNode(true);
      copy.removeAttribute("id");
      more.append(make("summary", `What ${type} does, and what the symbols mean`), copy);
      found.append(more);
    }
    return found;
  }

  // ---- the diagram, larger and smaller ----
  if (canvas) {
    const picture = one("svg", canvas), [, , wide, high] = picture.getAttribute("viewBox").split(" ").map(Number);
    const title = one("title", picture);
    picture.setAttribute("role", "group");
    picture.setAttribute("aria-label", title.textContent);
    title.remove();  // else it shows wherever no box has one of its own
    let scale = 1;
    const zoom = (wanted, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
      const next = Math.min(4, Math.max(0.05, wanted)), part = next / scale;
      const [left, top] = [canvas.scrollLeft + x, canvas.scrollTop + y];
      scale = next;
      picture.style.width = `${wide * scale}px`;
      picture.style.maxWidth = "none";
      canvas.scrollLeft = left * part - x;
      canvas.scrollTop = top * part - y;
    };
    const across = () => Math.min(1, (canvas.clientWidth - 2) / wide), whole = () => Math.min(across(), (canvas.clientHeight - 8) / high);
    const fit = () => zoom(Math.abs(scale - across()) < 0.001 ? whole() : across());
    scale = Math.max(across(), 0.65);  // as wide as there is room, unless nobody could read it
    zoom(scale);
    canvas.scrollLeft = (canvas.scrollWidth - canvas.clientWidth) / 2;
    one("#zoom-in").addEventListener("click", () => zoom(scale * 1.25));
    one("#zoom-out").addEventListener("click", () => zoom(scale / 1.25));
    one("#zoom-fit").addEventListener("click", fit);
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey) return;
      if (event.key === "+" || event.key === "=") zoom(scale * 1.25);
      else if (event.key === "-") zoom(scale / 1.25);
      else if (event.key === "0") fit();
    });
    let start = null;
    canvas.addEventListener("pointerdown", (event) => {
      dragged = false;
      if (event.button === 0 && event.pointerType === "mouse") start = [event.clientX, event.clientY, canvas.scrollLeft, canvas.scrollTop];
    });
    addEventListener("pointermove", (event) => {
      if (!start) return;
      const [dx, dy] = [event.clientX - start[0], event.clientY - start[1]];
      if (!dragged && Math.hypot(dx, dy) < 5) return;
      dragged = true;
      canvas.classList.add("dragged");
      canvas.scrollLeft = start[2] - dx;
      canvas.scrollTop = start[3] - dy;
    });
    addEventListener("pointerup", () => { start = null; canvas.classList.remove("dragged"); setTimeout(() => { dragged = false; }); });
  }

  // ---- diagram or spec ----
  const tabs = all("[role=tab]");
  function tab(name) {
    for (const each of tabs) {
      const on = each.getAttribute("aria-controls") === name;
      each.setAttribute("aria-selected", String(on));
      each.tabIndex = on ? 0 : -1;
      one(`#${each.getAttribute("aria-controls")}`).hidden = !on;
    }
    if (one("#zoom")) one("#zoom").hidden = name !== "diagram";
    seen();
  }
  for (const [k, each] of tabs.entries()) {
    each.addEventListener("click", () => tab(each.getAttribute("aria-controls")));
    each.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = tabs[(k + 1) % tabs.length];
      other.focus();
      other.click();
    });
  }
  tab("diagram");
  const asked = () => {
    const found = /^#l(\d+)$/.exec(location.hash);
    if (found && rowOf[found[1]] !== undefined) { choose([Number(found[1])], "address"); one("#layers").scrollIntoView(); }
  };
  addEventListener("hashchange", asked);
  asked();
}
