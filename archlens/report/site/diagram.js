// The diagram: larger and smaller by buttons, Ctrl and wheel, or keys; moved by dragging.

let dragged = false; // whether the pointer moved the picture, so that its click chooses nothing

function zooming(canvas) {
  const picture = one("svg", canvas), title = one("title", picture);
  const [, , wide, high] = picture.getAttribute("viewBox").split(" ").map(Number);
  picture.setAttribute("role", "group");
  picture.setAttribute("aria-label", title.textContent);
  title.remove(); // else it shows wherever no box has one of its own

  const across = () => Math.min(1, (canvas.clientWidth - 2) / wide);
  const whole = () => Math.min(across(), (canvas.clientHeight - 8) / high);
  let scale = Math.max(across(), 0.65); // as wide as there is room, unless nobody could read it

  function zoom(wanted, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) { // what is at x, y stays there
    const next = Math.min(4, Math.max(0.05, wanted)), part = next / scale;
    const left = (canvas.scrollLeft + x) * part - x, top = (canvas.scrollTop + y) * part - y;
    scale = next;
    picture.style.width = `${wide * scale}px`;
    picture.style.maxWidth = "none";
    canvas.scrollLeft = left;
    canvas.scrollTop = top;
  }
  const fit = () => zoom(Math.abs(scale - across()) < 0.001 ? whole() : across());

  zoom(scale);
  const first = one(".box", picture).getBoundingClientRect(), frame = canvas.getBoundingClientRect();
  canvas.scrollLeft += first.left + first.width / 2 - frame.left - frame.width / 2; // where the network begins
  canvas.scrollTop = 0;
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
    const mine = event.button === 0 && event.pointerType === "mouse";
    if (mine) start = [event.clientX, event.clientY, canvas.scrollLeft, canvas.scrollTop];
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
  addEventListener("pointerup", () => {
    start = null;
    canvas.classList.remove("dragged");
    setTimeout(() => { dragged = false; });
  });
}

function tabbed(changed) { // diagram or spec: `changed` hears when the other is shown
  const tabs = all("[role=tab]");
  function show(name) {
    for (const tab of tabs) {
      const its = tab.getAttribute("aria-controls");
      tab.setAttribute("aria-selected", String(its === name));
      tab.tabIndex = its === name ? 0 : -1;
      document.getElementById(its).hidden = its !== name;
    }
    if (one("#zoom")) one("#zoom").hidden = name !== "diagram";
    changed();
  }
  tabs.forEach((tab, k) => {
    tab.addEventListener("click", () => show(tab.getAttribute("aria-controls")));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = tabs[(k + 1) % tabs.length];
      other.focus();
      other.click();
    });
  });
  show("diagram");
  return show;
}
