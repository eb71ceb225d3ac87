// What the page does when it opens.

function themed() { // auto, light, dark: by a button, kept for the next page
  const button = one("#theme"), root = document.documentElement, themes = ["auto", "light", "dark"];
  const now = () => root.dataset.theme || "auto";
  const told = () => { button.textContent = `Theme: ${now()}`; };
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(now()) + 1) % themes.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      if (next === "auto") localStorage.removeItem("archlens-theme");
      else localStorage.setItem("archlens-theme", next);
    } catch { /* then it is for this page alone */ }
    told();
  });
  told();
}

function layersPage(data) {
  let links = null, show = null;
  const table = makeTable(one("#layer-table"), data, "layer", detail);
  links = linking(table, data);
  if (one(".canvas")) zooming(one(".canvas"));
  show = tabbed(() => links.comeIntoSight());
  links.asked();

  function detail(i) { // what a layer reads, where it stands, its formulas
    const layer = data.layers[i], type = table.textOf("type", i), found = make("div");
    const formulas = make("div", "", { class: "formulas" });
    const copied = document.getElementById(`f${data.formulas[layer]}`).cloneNode(true);
    one("summary", copied).remove();
    formulas.append(...copied.childNodes, ...recurrence(table.textOf("path", i)));
    found.append(origin(i, layer), formulas);
    const about = document.getElementById(`t-${type}`).cloneNode(true), more = make("details");
    about.removeAttribute("id");
    more.append(make("summary", `What ${type} does, and what the symbols mean`), about);
    found.append(more);
    return found;
  }

  function origin(i, layer) {
    const about = make("p", "", { class: "faint" }), way = data.trails[data.trail[layer]];
    about.append(`reads ${table.textOf("inputs", i) || "nothing"}`);
    if (way) {
      const file = document.getElementById(`s${way[0]}`).textContent;
      const button = make("button", `${file}, line ${way[1]}`, { type: "button", class: "link" });
      button.addEventListener("click", () => {
        links.choose([layer], "row");
        show("spec");
      });
      about.append("; stands in ", button);
    }
    return about;
  }

  function recurrence(path) { // the step of the receptive field, for a layer on the way that decides the network's
    const step = all("#field tbody tr").find((row) => row.cells[0].textContent.replace(/ \([A-Z]\)$/, "") === path);
    const worked = step && all("td", step).map((cell) => cell.textContent).find((text) => text.includes("="));
    return worked ? [make("h4", "Receptive field"), make("p", worked, { class: "sum" })] : [];
  }
}

function networksPage(data) { // a row and what is drawn of its network light up together
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

themed();
(one("#layer-table") ? layersPage : networksPage)(JSON.parse(one("#data").textContent));
