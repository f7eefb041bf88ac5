/* A tree that is arranged: what is dropped, or moved by an arrow, is stored at once; a refusal puts it back. */
(() => {
  "use strict";

  const start = (form) => {
    const said = form.querySelector("[data-arrange-said]");
    const say = (text, tone) => {
      said.className = `at-notice at-notice-${tone}`;
      said.textContent = text;
      said.hidden = false;
    };

    const store = async (row, parent, position) => {
      const body = new URLSearchParams({
        csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value, row, parent, position,
      });
      try {
        const answer = await fetch(location.pathname, { method: "POST", body });
        const isJson = (answer.headers.get("Content-Type") || "").includes("json");
        const text = isJson ? (await answer.json()).message : form.dataset.failed;
        say(text, answer.ok ? "success" : "error");
        return answer.ok && isJson;
      } catch {
        say(form.dataset.failed, "error"); // the server cannot be reached
        return false;
      }
    };

    /* The browser has moved the row already; where it came from is not kept, the page is. */
    form.addEventListener("tree-drop", async (event) => {
      const { row, parent, position } = event.detail;
      if (!(await store(row, parent, position))) setTimeout(() => location.reload(), 2500);
    });

    const place = (item, way) => {
      const list = item.parentElement;
      const rows = [...list.children];
      const at = rows.indexOf(item);
      const above = list.closest("li");
      if (way === "up" && at > 0) return [list, at - 1];
      if (way === "down" && at < rows.length - 1) return [list, at + 1];
      if (way === "out" && above) return [above.parentElement, [...above.parentElement.children].indexOf(above) + 1];
      if (way === "in" && at > 0) {
        const inner = rows[at - 1].querySelector(":scope > ul");
        return [inner, inner.children.length];
      }
      return null;
    };

    form.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-way]");
      if (!button) return;
      const item = button.closest("li");
      const target = place(item, button.dataset.way);
      if (!target) return;
      const [list, position] = target;
      if (await store(item.dataset.row, list.dataset.parent, position)) {
        item.remove();
        list.insertBefore(item, list.children[position] || null);
        button.focus();
      }
    });
  };

  document.querySelectorAll("[data-arrange]").forEach(start);
})();
