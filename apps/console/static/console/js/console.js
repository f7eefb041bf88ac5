/* What the console does beyond the admin: plots, captchas, trees in lists, dialogs that keep the focus. */
(() => {
  "use strict";

  /* Its style for indicators would be written into the page, which the policy forbids; ours has it. */
  if (window.htmx) window.htmx.config.includeIndicatorStyles = false;

  /* A list is exported as it is looked for and filtered. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-keeps-query]");
    if (link) link.search = location.search;
  });

  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /* Plots: data-plot holds [[label, number], ...]; drawn again when the theme changes. */
  const draw = (canvas, rows) => {
    const quiet = { color: colour("--at-quiet") };
    const accent = colour("--at-accent");
    return new Chart(canvas, {
      type: "bar",
      data: {
        labels: rows.map((row) => row[0]),
        datasets: [{
          label: canvas.dataset.label,
          data: rows.map((row) => row[1]),
          backgroundColor: accent,
          hoverBackgroundColor: accent,
          borderRadius: 5,
          maxBarThickness: 34,
          categoryPercentage: 0.8,
          barPercentage: 0.85,
        }],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        responsive: true,
        interaction: { mode: "index", intersect: false },
        plugins: { legend: { display: false }, tooltip: { displayColors: false, padding: 10 } },
        scales: {
          x: { grid: { display: false }, border: { display: false }, ticks: { ...quiet, maxRotation: 0, autoSkipPadding: 12 } },
          y: { beginAtZero: true, border: { display: false }, grid: { color: colour("--at-line") }, ticks: { ...quiet, precision: 0, maxTicksLimit: 6 } },
        },
      },
    });
  };

  const plot = (canvas) => {
    const rows = JSON.parse(canvas.dataset.plot);
    let chart = draw(canvas, rows);
    new MutationObserver(() => {
      chart.destroy();
      chart = draw(canvas, rows);
    }).observe(document.documentElement, { attributeFilter: ["class"] });
  };

  /* Captchas: another picture, or a written question for whoever cannot see it. */
  const captcha = (box) => {
    const find = (name) => box.querySelector(`[data-captcha="${name}"]`);
    const load = async (kind) => {
      const answer = await fetch(`${box.dataset.url}?kind=${kind}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        find("said").textContent = box.dataset.wait;
        return;
      }
      const made = await answer.json();
      box.dataset.kind = kind;
      box.querySelector('input[type="hidden"]').value = made.id;
      find("picture").hidden = kind === "question";
      find("asked").hidden = kind !== "question";
      find("asked").textContent = made.question;
      find("other").textContent = kind === "question" ? box.dataset.asPicture : box.dataset.asQuestion;
      find("said").textContent = made.question || box.dataset.fresh;
      if (made.image) find("image").src = `data:image/jpeg;base64,${made.image}`;
      const input = box.querySelector('input:not([type="hidden"])');
      input.value = "";
      input.focus();
    };
    find("picture").addEventListener("click", () => load("image"));
    find("again").addEventListener("click", () => load(box.dataset.kind || "image"));
    find("other").addEventListener("click", () => load(box.dataset.kind === "question" ? "image" : "question"));
  };

  /* Lists that are trees: a row is hidden while one above it is closed; the browser remembers. */
  const treeList = (cells) => {
    const rows = new Map();
    cells.forEach((cell) => {
      rows.set(cell.dataset.treeId, {
        parent: cell.dataset.treeParent,
        box: cell.closest("tbody") || cell.closest("tr"),
        toggle: cell.querySelector(".at-tree-toggle"),
      });
    });
    const key = `atrium.closed:${location.pathname}`;
    const closed = new Set(JSON.parse(localStorage.getItem(key) || "[]"));
    const show = () => {
      rows.forEach((row, id) => {
        let above = row.parent;
        let hidden = false;
        while (above && rows.has(above)) {
          hidden = hidden || closed.has(above);
          above = rows.get(above).parent;
        }
        row.box.hidden = hidden;
        row.box.style.display = hidden ? "none" : "";
        if (row.toggle) row.toggle.setAttribute("aria-expanded", String(!closed.has(id)));
      });
      localStorage.setItem(key, JSON.stringify([...closed]));
    };
    rows.forEach((row, id) => {
      if (!row.toggle) return;
      row.toggle.addEventListener("click", () => {
        if (!closed.delete(id)) closed.add(id);
        show();
      });
    });
    each("[data-tree-all]", (button) => button.addEventListener("click", () => {
      closed.clear();
      if (button.dataset.treeAll === "close") rows.forEach((row, id) => row.toggle && closed.add(id));
      show();
    }));
    show();
  };

  /* Dialogs: the focus goes in, stays in, and comes back to where it was. */
  const FOCUSABLE = 'a[href], button:not([disabled]), input:not([type="hidden"]):not([disabled]), select, textarea, [tabindex="0"]';
  const dialogs = () => {
    const box = document.getElementById("modal-content");
    if (!box) return;
    let before = null;
    document.addEventListener("click", (event) => {
      const opener = event.target.closest("[hx-get]");
      if (opener) before = opener.closest("nav") ? document.activeElement : opener;
    }, true);
    box.addEventListener("htmx:afterSettle", () => {
      const first = box.querySelector('input:not([type="hidden"]), select, textarea') || box.querySelector(FOCUSABLE);
      if (first) setTimeout(() => first.focus(), 50);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Tab") return;
      const inside = [...box.querySelectorAll(FOCUSABLE)].filter((item) => item.offsetParent !== null);
      const last = inside[inside.length - 1];
      if (event.shiftKey && document.activeElement === inside[0]) {
        event.preventDefault();
        last.focus();
      } else if (!event.shiftKey && document.activeElement === last) {
        event.preventDefault();
        inside[0].focus();
      }
    });
    new MutationObserver(() => {
      if (box.parentElement.style.display === "none" && before) {
        before.focus();
        before = null;
      }
    }).observe(box.parentElement, { attributeFilter: ["style"] });
  };

  /* The admin has things to press that are no buttons: the keyboard reaches them, readers name them. */
  const NATIVE = "a[href], button, input, select, textarea, summary, form, nav, body, html";
  const operable = (item) => {
    if (item.matches(NATIVE) || item.closest("#modal-overlay") || item.hasAttribute("tabindex")) return;
    item.setAttribute("role", "button");
    item.setAttribute("tabindex", "0");
    const named = item.closest("[data-label]");
    const icon = item.textContent.trim();
    if (named && /^[a-z_]+$/.test(icon)) item.setAttribute("aria-label", named.dataset.label);
    item.addEventListener("keydown", (event) => {
      if (event.target !== item || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      item.click();
    });
  };
  const icons = (item) => {
    if (!item.hasAttribute("role") && !item.hasAttribute("tabindex")) item.setAttribute("aria-hidden", "true");
  };

  window.addEventListener("DOMContentLoaded", () => {
    each("canvas[data-plot]", plot);
    each("[data-captcha-box]", captcha);
    const cells = [...document.querySelectorAll("[data-tree-id]")];
    if (cells.length) treeList(cells);
    dialogs();
    each("[x-on\\:click]", operable);
    each(".material-symbols-outlined", icons);
  });
})();
