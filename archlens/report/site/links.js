// What belongs together lights up together: rows of layers, boxes of the diagram, lines of the spec, bars of charts.

function linking(table, data) {
  const sheet = one(".sheet"), canvas = one(".canvas"), files = one(".files"), head = one("#layer-table").tHead;
  const rowOf = []; // by layer
  data.layers.forEach((layer, i) => { if (layer >= 0) rowOf[layer] = i; });
  const marks = all("[data-layers]").map((node) => ({ node, layers: numbers(node.dataset.layers), box: node.matches(".box") }));
  const marksOf = new Map(); // by layer
  for (const mark of marks) for (const layer of mark.layers) put(marksOf, layer, mark);
  const linesOf = data.trail.map((way) => (way < 0 ? [] : lines(data.trails[way]))); // by layer, its own line first
  const layersOf = new Map(); // by line
  linesOf.forEach((found, layer) => found.forEach((line) => put(layersOf, line, layer)));
  const lit = { hover: [], chosen: [] };
  let chosen = [];

  function put(map, key, value) {
    if (map.has(key)) map.get(key).push(value);
    else map.set(key, [value]);
  }

  function numbers(text) { // of `0-3 7`
    return text.split(" ").filter(Boolean).flatMap((part) => {
      const [first, last = first] = part.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, k) => first + k);
    });
  }

  function lines(way) { // of file and line by turns
    const found = way.map((file, k) => (k % 2 ? null : document.getElementById(`s${file}-${way[k + 1]}`)));
    return found.filter(Boolean);
  }

  function light(kind, layers) { // `hover` or `chosen`; lines that only lead to the layers are lit `via`
    for (const node of lit[kind]) {
      node.classList.remove(kind, `${kind}-via`);
      if (kind === "chosen") node.removeAttribute("aria-pressed");
    }
    const nodes = new Set(), wanted = new Set(layers);
    for (const layer of layers) {
      nodes.add(table.rows[rowOf[layer]]);
      for (const mark of marksOf.get(layer) || []) nodes.add(mark.node);
    }
    table.rows.forEach((row, i) => {
      if (layers.length > 1 && data.layers[i] < 0 && table.below(i).every((layer) => wanted.has(layer))) nodes.add(row);
    });
    for (const node of nodes) node.classList.add(kind);
    for (const layer of layers) {
      linesOf[layer].forEach((line, k) => {
        line.classList.add(k ? `${kind}-via` : kind);
        nodes.add(line);
      });
    }
    lit[kind] = [...nodes];
    if (kind === "chosen") for (const node of nodes) if (node.matches(".box, li")) node.setAttribute("aria-pressed", "true");
  }

  function choose(layers, from) { // from: `row`, `box`, `line`, `mark` or `address`; the same once more lets go
    const again = layers.length === chosen.length && layers.every((layer, k) => layer === chosen[k]);
    chosen = again && from !== "row" ? [] : layers;
    light("chosen", chosen);
    if (!chosen.length) {
      say("Nothing is chosen");
      return;
    }
    const i = rowOf[chosen[0]], path = table.textOf("path", i);
    if (from !== "row") {
      table.reveal(i);
      scroll(sheet, table.rows[i], head.offsetHeight);
      const { top, bottom } = sheet.getBoundingClientRect();
      if (top > innerHeight || bottom < 0) sheet.scrollIntoView({ block: "nearest" });
    }
    comeIntoSight(from);
    say(chosen.length === 1 ? path : `${chosen.length} layers, the first is ${path}`);
  }

  function comeIntoSight(from) { // the box and the line of what is chosen
    if (!chosen.length) return;
    const box = (marksOf.get(chosen[0]) || []).find((mark) => mark.box), [line] = linesOf[chosen[0]];
    if (from !== "box" && canvas && box) scroll(canvas, box.node, 0);
    if (from !== "line" && line) scroll(files, line, 0);
  }

  function scroll(within, node, above) { // without moving the page; above: pixels that a heading covers
    const outer = within.getBoundingClientRect(), inner = node.getBoundingClientRect();
    if (!outer.height || !inner.height) return;
    if (inner.top < outer.top + above || inner.bottom > outer.bottom) {
      within.scrollTop += inner.top - outer.top - above - Math.max(0, (outer.height - above - inner.height) / 3);
    }
    if (inner.left < outer.left || inner.right > outer.right) {
      within.scrollLeft += inner.left - outer.left - Math.max(0, (outer.width - inner.width) / 2);
    }
  }

  function link(node, layers, from) {
    node.addEventListener("pointerenter", () => light("hover", layers()));
    node.addEventListener("pointerleave", () => light("hover", []));
    node.addEventListener("focusin", () => light("hover", layers()));
    node.addEventListener("focusout", () => light("hover", []));
    node.addEventListener("click", () => { if (!dragged) choose(layers(), from); });
    if (from !== "box" && from !== "line") return;
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(layers(), from);
    });
  }

  function framed(mark) { // the shapes that outline a box: its largest, and copies behind it
    const shapes = all("rect, circle, polygon", mark.node), boxes = shapes.map((shape) => shape.getBBox());
    const areas = boxes.map(({ width, height }) => width * height);
    return shapes.filter((_, k) => areas[k] >= 0.999 * Math.max(...areas));
  }

  function tooltip(mark) { // of a bar: what the column that it shows says of its layer
    const name = mark.node.closest("figure").dataset.column, column = data.columns.find((each) => each.name === name);
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title"), i = rowOf[mark.layers[0]];
    title.textContent = `${table.textOf("path", i)}: ${table.textOf(name, i)} ${column.heading}`;
    mark.node.prepend(title);
  }

  // All boxes are measured before anything is changed.
  for (const shape of marks.filter((mark) => mark.box).flatMap(framed)) shape.classList.add("frame");
  for (const mark of marks) {
    const title = one("title", mark.node);
    link(mark.node, () => mark.layers, mark.box ? "box" : "mark");
    const said = title ? title.textContent.split("\n").slice(0, 3).join(", ") : mark.node.textContent;
    if (mark.box) mark.node.setAttribute("aria-label", said);
    else if (!title) tooltip(mark);
  }
  table.rows.forEach((row, i) => link(row, () => table.below(i), "row"));
  for (const [line, layers] of layersOf) {
    const text = line.textContent.trim();
    link(line, () => layers, "line");
    line.dataset.count = `${layers.length} layer${layers.length === 1 ? "" : "s"}`;
    line.setAttribute("aria-label", `line ${line.id.split("-")[1]}: ${text}: ${line.dataset.count}`);
  }
  for (const code of all(".code")) {
    code.setAttribute("role", "group");
    for (const line of code.children) if (!layersOf.has(line)) line.setAttribute("role", "none");
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !chosen.length) return;
    chosen = [];
    light("chosen", []);
    say("Nothing is chosen");
  });

  function asked() { // an address that ends in #l12
    const found = /^#l(\d+)$/.exec(location.hash);
    if (!found || rowOf[found[1]] === undefined) return;
    choose([Number(found[1])], "address");
    one("#layers").scrollIntoView();
  }
  addEventListener("hashchange", asked);
  return { asked, choose, comeIntoSight };
}
